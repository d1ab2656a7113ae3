"""Chapter 3: a certificate for the test client; now the web services are open, on test persons."""

from collections.abc import Iterator

from tilts.lab.path.cast import SYSTEM, TESTER, VENDOR, Organisation
from tilts.lab.path.chapters.registering import register_client
from tilts.lab.path.signatures import sealed_by
from tilts.lab.path.systems import (
    certificate_shown,
    new_keys,
    private_part,
    request_for,
    token_refused,
    who_works_there,
)
from tilts.lab.path.telling import Event, expect
from tilts.lab.path.waiting import until_open
from tilts.lab.path.walk import Walk

FILE = "Certificate or request"
SEALED = "The sealed request (.asice or .edoc)"


def play(walk: Walk) -> Iterator[Event]:
    practice = walk.notes.clients["test-practice"]
    it = walk.at(VENDOR.second)
    to_certificates(walk, VENDOR, VENDOR.second, practice["client_id"])
    no = it.submitted_in_vain("Hand it in", {FILE: private_part(practice)})
    yield walk.refused(
        VENDOR.second,
        "Iesniedz sertifikāta vietā privāto atslēgu.",
        "Hands in the private key in place of a certificate.",
        no,
    )
    certify(walk, VENDOR, VENDOR.second, practice, TESTER)
    pharmacy = new_keys(walk.folder, "test-pharmacy")
    register_client(walk, walk.at(VENDOR.first), "pharmacy", pharmacy)
    certify(walk, VENDOR, VENDOR.second, walk.notes.clients["test-pharmacy"], TESTER)
    yield walk.done(
        TESTER,
        "Pārbauda un pieņem abu testa klientu (prakses un aptiekas) sertifikātu pieprasījumus; katram savs sertifikāts.",
        "Checks and accepts the requests of both test clients (practice and pharmacy): a certificate for each.",
    )
    yield from tokens(walk)
    yield from persons(walk)


def to_certificates(walk: Walk, party: Organisation, who: str, client_id: str) -> None:
    visitor = walk.at(who)
    visitor.follow("My certificates")
    visitor.follow("", near=client_id)


def certify(walk: Walk, party: Organisation, who: str, entry: dict[str, object], clerk: str) -> str:
    """A request is handed in and accepted, the certificate fetched; gives the number of the case."""
    visitor, client_id = walk.at(who), str(entry["client_id"])
    to_certificates(walk, party, who, client_id)
    visitor.submit("Hand it in", {FILE: request_for(entry, party)})
    number = visitor.case_number()
    desk = walk.at(clerk)
    desk.case(number)
    desk.take("Accept and register")
    to_certificates(walk, party, who, client_id)
    certificate_shown(entry, visitor.download("Download the certificate"))
    return number


def certify_sealed(walk: Walk, party: Organisation, who: str, entry: dict[str, object]) -> str:
    """For real data: the request sealed by the organisation is answered at once; gives the number of the case."""
    visitor = walk.at(who)
    to_certificates(walk, party, who, str(entry["client_id"]))
    request = request_for(entry, party)
    sealed = sealed_by(walk, request.content, request.filename, party.name, party.registration_number)
    visitor.submit("Hand in the sealed request", {SEALED: sealed})
    number = visitor.case_number()
    certificate_shown(entry, visitor.download("Download the certificate"))
    return number


def tokens(walk: Walk) -> Iterator[Event]:
    practice, pharmacy = (walk.notes.clients[f"test-{kind}"] for kind in ("practice", "pharmacy"))
    seconds = until_open(walk, walk.facts, practice)
    until_open(walk, walk.facts, pharmacy)
    doctor = who_works_there(walk.facts, practice, walk.language)
    who_works_there(walk.facts, pharmacy, walk.language)
    yield walk.done(
        SYSTEM,
        f"Saņem pilnvaru pa savstarpēju TLS ({seconds:.0f} s pēc sertifikāta); testa praksē strādā {doctor}.",
        f"Gets a token over mutual TLS ({seconds:.0f} s after the certificate); {doctor} works at the test practice.",
    )
    no = token_refused(walk.facts, {**practice, "client_id": pharmacy["client_id"]}, None, walk.language)
    expect(bool(no.reasons), "no token for another client's name")
    yield walk.refused(
        SYSTEM,
        "Prakses sistēma lūdz pilnvaru aptiekas klienta vārdā.",
        "The system of the practice asks for a token in the name of the pharmacy's client.",
        no,
    )


def persons(walk: Walk) -> Iterator[Event]:
    head = walk.at(VENDOR.first)
    head.follow("Test persons")
    if head.has("Ask for test persons"):
        head.submit("Ask for test persons")
    names = head.rows()
    expect(bool(names), "test persons handed out")
    yield walk.done(
        VENDOR.first,
        f"Redz testa personas, kas dotas tikai viņu sistēmai: {', '.join(names)}.",
        f"Sees the test persons that are for their system alone: {', '.join(names)}.",
    )
