"""Chapter 6: a practice and a pharmacy join, step by step; what is unmet shrinks with each."""

from collections.abc import Iterator
from typing import Final

from tilts.lab.path.cast import (
    CLERK,
    PHARMACY,
    PRACTICE,
    SECOND_CLERK,
    SYSTEM,
    VENDOR,
    VERSION,
    Organisation,
    of_party,
)
from tilts.lab.path.chapters import applying, certifying
from tilts.lab.path.concluding import (
    BY_AUTHORITY,
    HAND_IN,
    ON_PAPER,
    agree,
    authority_on_paper,
    begin,
    confirmed_by_second,
    fill_and_send,
    letter,
    register,
    scans_of,
    sign,
)
from tilts.lab.path.signatures import agreed_text
from tilts.lab.path.standing import site_of, told
from tilts.lab.path.systems import new_keys, public_key
from tilts.lab.path.telling import Event
from tilts.lab.path.walk import Walk

KINDS: Final = {
    "practice": (
        "A medical practice",
        "Prescribing",
        "prescribing",
        "Co-operation agreement with a medical institution",
    ),
    "pharmacy": ("A pharmacy", "Dispensing", "dispensing", "Co-operation agreement with a pharmacy"),
}


def play(walk: Walk) -> Iterator[Event]:
    for kind, party in (("practice", PRACTICE), ("pharmacy", PHARMACY)):
        yield from declaring(walk, kind, party)
    yield from certifying.by_provider(walk)
    yield from electronically(walk)
    yield from on_paper(walk)
    yield from applying.play(walk)
    yield from certifying.play(walk)


def declaring(walk: Walk, kind: str, party: Organisation) -> Iterator[Event]:
    """Registered, the system declared: and everything still missing."""
    words, use, _, _ = KINDS[kind]
    register(walk, party, words)
    head = walk.at(party.first)
    entry = new_keys(walk.folder, f"production-{kind}")
    head.follow("My connections")
    head.follow("Declare a connection")
    head.submit(
        "Declare the connection",
        {
            "Site": f"({site_of(walk, party)})",
            "System and version": f"{SYSTEM} {VERSION}",
            "What it is used for": (use,),
            "Public signing key (JWK)": public_key(entry),
        },
    )
    known = walk.facts["production"]["institutions"][party.client]
    entry |= {name: known[name] for name in ("org", "site", "practitioner", "role", "kind")}
    entry |= {"client_id": head.fact("Client identifier"), "ca": f"{walk.facts['pki']}/ca.pem"}
    walk.notes.clients[f"production-{kind}"] = entry
    yield walk.refused(
        party.first,
        f"Reģistrē iestādi «{party.name}» un piesaka, ka lieto {SYSTEM} {VERSION}: savienojums ir slēgts.",
        f"Registers {party.name} and declares that it uses {SYSTEM} {VERSION}: the connection is closed.",
        head.unmet(),
    )


def agreement_values(party: Organisation, kind: str) -> dict[str, str]:
    _, _, functionality, _ = KINDS[kind]
    return {
        **of_party(party),
        "employees": "five-or-more",
        "connection_kind": "own-system",
        "system_name": SYSTEM,
        "system_version": VERSION,
        "vendor_registration_number": VENDOR.registration_number,
        "functionality": functionality,
        "sites-1-name": party.name,
        "sites-1-address": "Parauga iela 9, Rīga",
    }


def electronically(walk: Walk) -> Iterator[Event]:
    """The practice: the authority signs first, then the institution."""
    party, (_, _, _, title) = PRACTICE, KINDS["practice"]
    number = concluded_up_to_text(walk, party, "practice", title)
    head = walk.at(party.first)
    head.case(number)
    no = head.closed_step(HAND_IN)
    yield walk.refused(
        party.first,
        f"Līgums {number} ir saskaņots; grib parakstīt pirmā, bet pirmā paraksta iestāde.",
        f"The agreement {number} is agreed; wants to sign first, but the authority signs first.",
        no,
    )
    sign(walk, SECOND_CLERK, number, BY_AUTHORITY)
    sign(walk, party.first, number, HAND_IN, second=True)
    yield walk.done(
        party.first,
        f"Paraksta elektroniski pēc {SECOND_CLERK}; sadarbības līgums ir spēkā.",
        f"Signs electronically after {SECOND_CLERK}; the co-operation agreement is in force.",
    )
    yield told(walk, party)


def concluded_up_to_text(walk: Walk, party: Organisation, kind: str, title: str) -> str:
    values = agreement_values(party, kind)
    values["sites-1-site"] = site_of(walk, party)
    number = begin(walk, party.first, title)
    fill_and_send(walk, party.first, number, title, values)
    walk.notes.cases[f"cooperation-{kind}"] = number
    agree(walk, number, f"L-2026-{len(walk.notes.cases) + 910}")
    return number


def on_paper(walk: Walk) -> Iterator[Event]:
    """The pharmacy: two copies, a cover letter, by post; one clerk enters, a second one confirms."""
    party, (_, _, _, title) = PHARMACY, KINDS["pharmacy"]
    number = concluded_up_to_text(walk, party, "pharmacy", title)
    scans = scans_of(agreed_text(walk.at(party.first), number))
    no = authority_on_paper(walk, number, scans)
    yield walk.refused(
        CLERK,
        "Ievada iestādes parakstu uz papīra un grib pati to apstiprināt.",
        "Enters the authority's signature on paper and wants to confirm it herself.",
        no,
    )
    clerk = walk.at(CLERK)
    clerk.case(number)
    no = clerk.taken_in_vain(ON_PAPER, letter("1-7/42", scans, copies=1))
    yield walk.refused(
        CLERK,
        "No aptiekas pa pastu atnāk vēstule 1-7/42 ar vienu eksemplāru.",
        "A letter 1-7/42 comes from the pharmacy by post, with one copy.",
        no,
    )
    clerk.case(number)
    clerk.take(ON_PAPER, letter("1-7/42", scans))
    confirmed_by_second(walk, number)
    yield walk.done(
        SECOND_CLERK,
        f"Salīdzina abus eksemplārus ar ievadīto un apstiprina; līgums {number} ir spēkā.",
        f"Compares both copies with what was entered and confirms; the agreement {number} is in force.",
    )
    yield told(walk, party)
