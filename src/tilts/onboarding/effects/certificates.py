"""Certificates as cases: examined again when they are accepted, registered or issued, ended and revoked at once."""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from tilts.onboarding.cases import attach
from tilts.onboarding.certificates import Acceptance, Issuer, Wanted, accept, replace, report_for, revoke
from tilts.onboarding.certificates.submitting import (
    DOCUMENTS,
    KIND,
    MEDIA_TYPE,
    applicant_of,
    check_sealed,
    locked_client,
)
from tilts.onboarding.taking import Around, Effect, Taking
from tilts.rules import Refusal
from tilts.rules.cases import CASE_DOCUMENT_MISSING
from tilts.settings import Settings
from tilts.store.onboarding import cases, parties
from tilts.store.onboarding import certificates as store
from tilts.store.onboarding.cases import CaseRecord, NewDocument
from tilts.store.tx import Tx

Issuers: TypeAlias = Callable[[Settings], Issuer | None]
ISSUED: Final = "issued"
KINDS: Final = frozenset(kind for kind, _ in DOCUMENTS.values())


def effects_of_certificates(issuers: Issuers) -> dict[tuple[str, str], Effect]:
    """Who answers requests with a certificate, if anybody does, is for the door to say."""

    async def accepted(taking: Taking) -> None:
        await register(taking, issuers(around_of(taking).settings))

    return {
        (KIND, "accept"): accepted,
        (KIND, "replace"): stop_using,
        (KIND, "revoke"): close_at_once,
        (KIND, "report-lost"): close_lost,
    }


async def register(taking: Taking, issuer: Issuer | None) -> None:
    """Days have passed since it was handed in: every check is made again."""
    tx, case, around = taking.tx, taking.case, around_of(taking)
    assert case.party_id is not None, "a certificate is a party's"
    party = await parties.find_party(tx, case.party_id)
    assert party is not None
    client = await locked_client(tx, party.party_id, str(case.facts["client_id"]))
    check_sealed(case.facts["form"], client.environment, case.facts if "sealed_by" in case.facts else None)
    applicant = applicant_of(party)
    content = await submitted(tx, case)
    report = await report_for(tx, content, applicant, around.settings, around.wall)
    wanted = Wanted(party.name, party.registration_number, client.client_id)
    made = await accept(tx, report, Acceptance(applicant, wanted, case.case_id), issuer, around.wall)
    taking.facts |= facts_of(made)
    if issuer is not None and case.facts["form"] == "request":
        # With its issuer: the port knows the root alone, so a client shows the way up to it.
        chain = b"".join(one.public_bytes(Encoding.PEM) for one in (made, *issuer.certificates))
        document = NewDocument(ISSUED, f"{case.number}.pem", MEDIA_TYPE, chain, channel="exchange")
        await attach(tx, case.case_id, document, taking.now)


async def stop_using(taking: Taking) -> None:
    """Its holder has another one by now; it opens nothing from the next call on."""
    assert taking.case.party_id is not None
    await replace(taking.tx, fingerprint_of(taking.case), taking.case.party_id, around_of(taking).wall)


async def close_lost(taking: Taking) -> None:
    """In our own list it stands with its reason: whoever reads lists knows that the key is in other hands."""
    taking.facts["revocation"] = "key-compromise"
    await close_at_once(taking)


async def close_at_once(taking: Taking) -> None:
    """Lost or not to be trusted any more; what its issuer has revoked before needs only to be said here."""
    fingerprint = fingerprint_of(taking.case)
    for one in await store.of_clients(taking.tx, [str(taking.case.facts["client_id"])]):
        if one.fingerprint == fingerprint and one.revoked_at is not None:
            return
    await revoke(taking.tx, fingerprint, around_of(taking).wall)


def around_of(taking: Taking) -> Around:
    assert taking.around is not None, "certificates live by the wall clock and the installation's settings"
    return taking.around


def fingerprint_of(case: CaseRecord) -> bytes:
    return bytes.fromhex(case.facts["fingerprint"])


def facts_of(certificate: x509.Certificate) -> dict[str, Any]:
    return {
        "fingerprint": certificate.fingerprint(hashes.SHA256()).hex(),
        "issuer": certificate.issuer.rfc4514_string(),
        "serial": f"{certificate.serial_number:x}",
        "not_after": certificate.not_valid_after_utc.isoformat(),
    }


async def submitted(tx: Tx, case: CaseRecord) -> bytes:
    """The one certificate or request that was read when it was handed in."""
    found = [one for one in await cases.documents(tx, case.case_id) if one.kind in KINDS]
    if not found:
        raise Refusal(CASE_DOCUMENT_MISSING)
    return await cases.content(tx, found[0].document_id)
