"""Who may act for a patient at the portal: a guardian, or whom the patient named."""

from datetime import datetime
from uuid import UUID

from tilts.store import relationships
from tilts.store.tx import Tx


async def may_act_for(tx: Tx, acting_patient_id: UUID, patient_id: UUID, now: datetime) -> str | None:
    """`guardian` or `delegate`; None: they may not. Asked anew by each call, so an end is felt at once."""
    return await relationships.acts_for(tx, acting_patient_id, patient_id, now)
