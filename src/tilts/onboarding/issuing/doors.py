"""A sealed request is handed in: checked, answered with a certificate and registered, in one transaction.

The seal proves who asks, so nobody has to accept it: the case stands as registered at once, with the container, the
request and the certificate in it.
"""

from datetime import datetime
from typing import Any

from tilts.account import Account
from tilts.onboarding.cases import attach
from tilts.onboarding.certificates import LARGEST_BYTES as LARGEST_REQUEST_BYTES
from tilts.onboarding.certificates import Issuer, report_for
from tilts.onboarding.certificates.submitting import KIND, Times, applicant_of, party_of, submit
from tilts.onboarding.effects.certificates import register
from tilts.onboarding.issuing.sealed import Opened, Sealed, open_sealed
from tilts.onboarding.taking import Around, Taking, done
from tilts.onboarding.workflows import WORKFLOWS
from tilts.rules import Refusal
from tilts.rules.certificates import CERT_NO_ISSUER
from tilts.rules.trust.issuing import ISS_CONTENT
from tilts.store.onboarding.cases import CaseRecord, NewDocument
from tilts.store.tx import Tx

ISSUE = "issue"
CONTAINER = "sealed-request"
MEDIA_TYPE = "application/vnd.etsi.asic-e+zip"


async def issue_sealed(
    tx: Tx,
    account: Account,
    client_id: str,
    sealed: Sealed,
    issuer: Issuer | None,
    times: tuple[datetime, Around],
) -> CaseRecord:
    """
    The case, registered, with the certificate in it. `times`: business time, and what lies around with wall time.

    Raises Refusal: CERT-009 nothing is issued here, SGN-001 to SGN-029 the seal, ISS-001 what is sealed, CERT-004 a
    check of the request failed (its organisation is not the register's, its key is somebody's), ISS-002 the key,
    CERT-010 not one's own connection, CERT-005 two are in use.
    """
    if issuer is None:
        raise Refusal(CERT_NO_ISSUER)
    now, around = times
    party = await party_of(tx, account)
    opened = await open_sealed(tx, sealed, party, around)
    if len(opened.request) > LARGEST_REQUEST_BYTES:
        raise Refusal(ISS_CONTENT, files=sealed.filename)
    report = await report_for(tx, opened.request, applicant_of(party), around.settings, around.wall)
    if report.submission is None or report.submission.kind != "request":
        raise Refusal(ISS_CONTENT, files=opened.seal.covers[0])
    told = told_of(opened)
    case = await submit(tx, account, client_id, report, Times(now, around.wall), told)
    container = NewDocument(
        CONTAINER, f"{case.number}.asice", MEDIA_TYPE, sealed.content, account_id=account.account_id
    )
    await attach(tx, case.case_id, container, now)
    step = WORKFLOWS[KIND].check(case.state, ISSUE, "exchange")
    taking = Taking(tx, case, step, account, "exchange", now, dict(told), around)
    await register(taking, issuer)
    return await done(taking, {})


def told_of(opened: Opened) -> dict[str, Any]:
    """Who sealed it, as it stays in the case."""
    seal = opened.seal
    sealed_at = seal.proven_at or seal.claimed_at
    return {
        "sealed_by": seal.signer.organisation_identifier,
        "seal_sha256": seal.signer.certificate_sha256,
        "seal_issuer": seal.signer.issuer,
        "sealed_at": sealed_at.isoformat() if sealed_at else "",
    }
