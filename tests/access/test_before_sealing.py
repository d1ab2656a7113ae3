"""A row from before sealing began has no leaf: nothing can be proved of it, and that is said."""

import pytest

from tests.running import Running
from tilts.access.audit.inclusion import proof_of
from tilts.ids import new_id
from tilts.rules import Refusal
from tilts.rules.trust.audit import AUD_BEFORE_SEALING
from tilts.store.tx import Database

pytestmark = pytest.mark.anyio
ENTRY = """
INSERT INTO audit_entry (audit_id, at, event, outcome, request_id, method, address)
VALUES (%(audit_id)s, now(), 'patient.read', 'success', 'r', 'GET', '/')
"""
SUBJECT = """
INSERT INTO audit_subject (patient_id, audit_id, resource_type) VALUES (%(patient_id)s, %(audit_id)s, 'Patient')
"""


async def test_aud_002_of_a_row_from_before_sealing_nothing_is_proved(
    exchange: Running, database: Database
) -> None:
    row = {"audit_id": new_id(), "patient_id": new_id()}

    with pytest.raises(Refusal) as no:  # it undoes the two rows as well
        async with database.transaction() as tx:
            await tx.execute(ENTRY, row)
            await tx.execute(SUBJECT, row)
            keys = exchange.settings.keys_folder
            await proof_of(tx, row["patient_id"], row["audit_id"], "test", keys)

    assert no.value.rule is AUD_BEFORE_SEALING, "AUD-002"
