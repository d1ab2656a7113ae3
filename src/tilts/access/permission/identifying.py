"""Who named a patient exactly may read that entry of the register again, for a day."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from tilts.access.permission.terms import hours_of
from tilts.party import Party
from tilts.store import relationships
from tilts.store.tx import Tx

UNCHANGED: Final = timedelta(hours=1)  # so that looking again and again does not write again and again


async def identify(tx: Tx, party: Party, patient_ids: Sequence[UUID], now: datetime) -> None:
    ends_at = now + timedelta(hours=hours_of("identified", now))
    await relationships.identify(tx, party.organization_id, patient_ids, ends_at, UNCHANGED)
