"""Every emergency access is looked at afterwards by one officer of the authority: justified or not, and why so."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from tilts.account import Account
from tilts.onboarding.mail.texts import without_person_codes
from tilts.rules import Refusal
from tilts.rules.accounts import USR_NOT_FOR_THIS_ROLE
from tilts.rules.trust.oversight import OVS_FINDING, OVS_REVIEWED
from tilts.store.doors import glass
from tilts.store.tx import Tx

LEAST_CHARACTERS: Final = 20
MOST_CHARACTERS: Final = 2000
VERDICTS: Final = ("justified", "not-justified")


@dataclass(frozen=True, slots=True)
class Finding:
    """Kept as one text, `justified: note`."""

    verdict: str
    note: str

    @classmethod
    def read(cls, kept: str) -> "Finding":
        verdict, colon, note = kept.partition(": ")
        return cls(verdict, note) if colon and verdict in VERDICTS else cls("", kept)

    def written(self) -> str:
        """Pure. Raises OVS-004."""
        note = " ".join(without_person_codes(self.note).split())[:MOST_CHARACTERS]
        if self.verdict not in VERDICTS or len(note) < LEAST_CHARACTERS:
            wrong = "note" if self.verdict in VERDICTS else "verdict"
            raise Refusal(OVS_FINDING, expressions=(wrong,), characters=LEAST_CHARACTERS)
        return f"{self.verdict}: {note}"


async def review(tx: Tx, glass_id: UUID, by: Account, finding: Finding, now: datetime) -> None:
    """The door: once. Raises OVS-004, OVS-005."""
    if by.role != "authority":
        raise Refusal(USR_NOT_FOR_THIS_ROLE)
    if not await glass.review(tx, glass_id, str(by.account_id), finding.written(), now):
        raise Refusal(OVS_REVIEWED)
