"""Chapter 6, the certificates: each institution its own, checked before it fails."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from tilts.lab.path.cast import CLERK, PHARMACY, PRACTICE, STRANGER, SYSTEM, Organisation
from tilts.lab.path.chapters.connecting import FILE, certify_sealed, to_certificates
from tilts.lab.path.standing import told, unmet
from tilts.lab.path.systems import certificate_shown, key_of
from tilts.lab.path.telling import Event, expect
from tilts.lab.path.visitor import No
from tilts.lab.path.waiting import asked
from tilts.lab.path.walk import Walk
from tilts.lab.pki_trust import issue_connection_certificate
from tilts.lab.pki_trust.connections import ConnectionSubject
from tilts.lab.walker import Upload

PEM = "application/x-pem-file"


def play(walk: Walk) -> Iterator[Event]:
    """The practice's is the last thing that is missing."""
    yield from of_another(walk)
    yield from by_request(walk)
    for party in (PRACTICE, PHARMACY):
        expect(not unmet(walk, party).reasons, f"that nothing is unmet for {party.name}")
        yield told(walk, party)


def issued(walk: Walk, entry: dict[str, Any], party: Organisation) -> bytes:
    """From the provider on the trust list, for this party and the system's own key."""
    subject = ConnectionSubject(party.name, party.registration_number, str(entry["client_id"]))
    made = issue_connection_certificate(Path(str(walk.facts["pki"])), subject, key=key_of(entry))
    return made.cert.public_bytes(Encoding.PEM) + made.chain_pem


def of_another(walk: Walk) -> Iterator[Event]:
    """B2, B3: a certificate in another party's name; the page says what is wrong with it, before and after."""
    entry = walk.notes.clients["production-practice"]
    wrong = Upload("client.pem", issued(walk, entry, PHARMACY), PEM)
    it = walk.at(PRACTICE.second)
    to_certificates(walk, PRACTICE, PRACTICE.second, str(entry["client_id"]))
    no = it.submitted_in_vain("Hand it in", {FILE: wrong})
    faults = it.faulty_checks()
    yield walk.refused(
        PRACTICE.second,
        f"Iesniedz sertifikātu, kas izdots citai iestādei. Nav kārtībā: {'; '.join(faults)}.",
        f"Hands in a certificate issued to another institution. Not in order: {'; '.join(faults)}.",
        no,
    )


def by_request(walk: Walk) -> Iterator[Event]:
    entry = walk.notes.clients["production-practice"]
    number = certify_sealed(walk, PRACTICE, PRACTICE.second, entry)
    yield walk.done(
        PRACTICE.second,
        f"Iesniedz ar prakses zīmogu apzīmogotu pieprasījumu ({number}); sertifikātu apmaiņas sistēma izdod uzreiz.",
        f"Hands in a request sealed by the practice ({number}); the exchange issues the certificate at once.",
    )


def by_provider(walk: Walk) -> Iterator[Event]:
    """B4: whom the exchange trusts is public; a certificate of such a provider is registered as it is."""
    reader, it, clerk = walk.at(STRANGER), walk.at(PHARMACY.second), walk.at(CLERK)
    reader.follow("Trust")
    title = reader.page.heading
    reader.follow("Sign-in services")
    register = reader.page.heading
    entry = walk.notes.clients["production-pharmacy"]
    certificate = issued(walk, entry, PHARMACY)
    to_certificates(walk, PHARMACY, PHARMACY.second, str(entry["client_id"]))
    it.submit("Hand it in", {FILE: Upload("client.pem", certificate, PEM)})
    number = it.case_number()
    clerk.case(number)
    clerk.take("Accept and register")
    certificate_shown(entry, certificate)
    yield walk.done(
        PHARMACY.second,
        f"Lapā «{title}» atrod sniedzēju (blakus ir «{register}»), iesniedz tā izdotu sertifikātu ({number}); {CLERK} to reģistrē.",
        f"Finds a provider on the page «{title}» (beside it «{register}»), hands in its certificate ({number}); {CLERK} registers it.",
    )
    no = until_known(walk, entry)
    yield walk.refused(
        SYSTEM,
        "Aptiekas sistēma ar reģistrētu sertifikātu lūdz ražošanas vides pilnvaru.",
        "The pharmacy's system, its certificate registered, asks for a token of production.",
        no,
    )


def until_known(walk: Walk, entry: dict[str, Any]) -> No:
    """A registered certificate is known at once: then the refusal names what is unmet."""
    no = asked(walk, walk.facts["production"], entry)
    expect(len(no.reasons) > 1, f"the unmet conditions, not {no.reasons}")
    return no
