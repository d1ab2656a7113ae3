"""What the pages show of certificates: connections with what is in use, and every check of one that was handed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

from tilts.account import Account
from tilts.onboarding.certificates import CertificateReport, CheckTable, check_table
from tilts.onboarding.certificates.report import WORST_FIRST, Outcome
from tilts.onboarding.certificates.submitting import KIND, party_of
from tilts.portal.marked import N_
from tilts.settings import Settings
from tilts.store.onboarding import cases, connections
from tilts.store.onboarding import certificates as store
from tilts.store.onboarding.cases import CaseRecord, DocumentRecord
from tilts.store.onboarding.certificates import CertificateRecord, IssuedRecord
from tilts.store.onboarding.connections import ClientRecord
from tilts.store.tx import Tx
from tilts.workflow import Words

ENDS_SOON: Final = timedelta(days=60)  # warnings begin 60 days before the end: Security 1.2
Condition: TypeAlias = Literal["live", "ends-soon", "replaced", "revoked", "expired"]
CONDITIONS: Final = {
    "live": (N_("in use"), "done"),
    "ends-soon": (N_("ends soon"), "doing"),
    "replaced": (N_("not used any more"), "none"),
    "revoked": (N_("revoked"), "fault"),
    "expired": (N_("expired"), "fault"),
}
ISSUED: Final = "issued"
REASON_WORDS: Final = {
    "key-compromise": N_("the key is in other hands"),
    "affiliation-changed": N_("the institution has changed"),
    "superseded": N_("replaced by another"),
    "cessation": N_("the connection is not used any more"),
    "privilege-withdrawn": N_("the right was withdrawn"),
}


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate that was registered for a connection; those of the sandbox's own clients have no case."""

    record: CertificateRecord
    condition: Condition
    case: CaseRecord | None
    issued: DocumentRecord | None

    @property
    def live(self) -> bool:
        return self.condition in ("live", "ends-soon")

    @property
    def fingerprint(self) -> str:
        """In pairs, as OpenSSL shows it."""
        return self.record.fingerprint.hex(":").upper()

    @property
    def fingerprint_parts(self) -> tuple[str, ...]:
        """Eight pairs each: it is read aloud and compared part by part."""
        every = self.record.fingerprint
        return tuple(every[at : at + 8].hex(":").upper() for at in range(0, len(every), 8))


@dataclass(frozen=True, slots=True)
class ConnectionView:
    client: ClientRecord
    held: tuple[Held, ...]
    waiting: tuple[CaseRecord, ...]

    @property
    def live(self) -> tuple[Held, ...]:
        return tuple(one for one in self.held if one.live)

    @property
    def over(self) -> tuple[Held, ...]:
        return tuple(one for one in self.held if not one.live)


@dataclass(frozen=True, slots=True)
class IssuedView:
    """A certificate of the exchange's own CA, as the authority's list shows it."""

    record: IssuedRecord
    condition: Condition

    @property
    def live(self) -> bool:
        return self.condition in ("live", "ends-soon")

    @property
    def serial(self) -> str:
        return f"{int(self.record.serial):X}"


def issued_view(record: IssuedRecord, wall: datetime) -> IssuedView:
    return IssuedView(record, condition_of(record, wall))


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check as it is shown."""

    id: str
    title: Words
    fix: Words
    points: tuple[str, ...]
    outcome: Outcome
    found: str
    note: Words | None = None


def condition_of(record: CertificateRecord | IssuedRecord, wall: datetime) -> Condition:
    if record.revoked_at is not None:
        return "revoked"
    if record.ended_at is not None:
        return "replaced"
    if record.not_after < wall:
        return "expired"
    return "ends-soon" if record.not_after - wall < ENDS_SOON else "live"


async def connections_of(tx: Tx, account: Account, wall: datetime) -> list[ConnectionView]:
    """Every connection of the party with its certificates, newest first, and what waits to be accepted."""
    party = await party_of(tx, account)
    records = await store.of_party(tx, party.party_id)
    found = await cases.of_kind(tx, party.party_id, KIND)
    issued = {
        case.case_id: await issued_in(tx, case) for case in found if case.facts.get("form") == "request"
    }
    by_id = {case.case_id: case for case in found}
    views = []
    for client in await connections.of_party(tx, party.party_id):
        held = [
            Held(
                record,
                condition_of(record, wall),
                by_id.get(record.case_id) if record.case_id else None,
                issued.get(record.case_id) if record.case_id else None,
            )
            for record in reversed(records)
            if record.client_id == client.client_id
        ]
        waiting = [
            case
            for case in found
            if case.state == "submitted" and case.facts.get("client_id") == client.client_id
        ]
        views.append(ConnectionView(client, tuple(held), tuple(waiting)))
    return views


async def issued_in(tx: Tx, case: CaseRecord) -> DocumentRecord | None:
    return next((one for one in await cases.documents(tx, case.case_id) if one.kind == ISSUED), None)


def table_of(settings: Settings) -> CheckTable:
    return check_table(settings.certificate_checks)


def lines_of(report: CertificateReport) -> list[CheckLine]:
    return [
        CheckLine(
            one.check.id,
            one.check.title,
            one.check.fix,
            one.check.points,
            one.outcome,
            one.found,
            one.note,
        )
        for one in report.worst_first
    ]


def kept_lines(facts: dict[str, Any], table: CheckTable) -> list[CheckLine]:
    """What was found when it was handed in, in the words that the table has today."""
    known = {check.id: check for check in table.checks}
    found: Sequence[dict[str, str]] = facts.get("checks", [])
    lines = [
        CheckLine(check.id, check.title, check.fix, check.points, as_outcome(one["outcome"]), one["found"])
        for one in found
        if (check := known.get(one["id"])) is not None
    ]
    return sorted(lines, key=lambda line: WORST_FIRST.index(line.outcome))


def as_outcome(written: str) -> Outcome:
    return next(known for known in WORST_FIRST if known == written)
