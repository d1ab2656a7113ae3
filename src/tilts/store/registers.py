"""SQL for the registers: organisations, roles and patients, as far as rules need them in columns."""

from collections.abc import Iterable
from typing import Any, Final, LiteralString

from tilts.store import resources
from tilts.store.records import NewResource
from tilts.store.tx import Tx

SAVE_ORGANIZATION: Final[LiteralString] = """
INSERT INTO organization (organization_id, kind, name, site, registration_number, active)
VALUES (%(organization_id)s, %(kind)s, %(name)s, %(site)s, %(registration_number)s, %(active)s)
"""

SAVE_ROLE: Final[LiteralString] = """
INSERT INTO practitioner_role (role_id, practitioner_id, organization_id, code, display, active)
VALUES (%(role_id)s, %(practitioner_id)s, %(organization_id)s, %(code)s, %(display)s, %(active)s)
"""

SAVE_PATIENT: Final[LiteralString] = """
INSERT INTO patient (patient_id, family_folded, given_folded)
VALUES (%(patient_id)s, %(family_folded)s, %(given_folded)s)
"""

ANY_ORGANIZATION: Final[LiteralString] = "SELECT EXISTS (SELECT 1 FROM organization)"

COUNT_PATIENTS: Final[LiteralString] = "SELECT count(*) FROM patient"

SAVE: Final = {"Organization": SAVE_ORGANIZATION, "PractitionerRole": SAVE_ROLE, "Patient": SAVE_PATIENT}


async def is_seeded(tx: Tx) -> bool:
    row = await (await tx.execute(ANY_ORGANIZATION)).fetchone()
    return bool(row and row[0])


async def save_rows(tx: Tx, resource_type: str, rows: Iterable[dict[str, Any]]) -> None:
    async with tx.cursor() as cursor:
        await cursor.executemany(SAVE[resource_type], list(rows))


async def save_resources(tx: Tx, many: list[NewResource]) -> None:
    """Many at once: one round for each table (psycopg sends executemany as a pipeline)."""
    rows = [
        {n: getattr(new, n) for n in NewResource.__slots__ if n not in {"identifiers", "texts"}}
        for new in many
    ]
    keys = [(new, {"resource_type": new.resource_type, "resource_id": new.resource_id}) for new in many]
    identifiers = [{**key, "system": s, "value": v} for new, key in keys for s, v in new.identifiers]
    texts = [{**key, "parameter": p, "folded": f} for new, key in keys for p, f in new.texts]
    async with tx.cursor() as cursor:
        await cursor.executemany(resources.ADD, rows)
        await cursor.executemany(resources.ADD_IDENTIFIER, identifiers)
        await cursor.executemany(resources.ADD_TEXT, texts)


async def count_patients(tx: Tx) -> int:
    row = await (await tx.execute(COUNT_PATIENTS)).fetchone()
    return int(row[0]) if row else 0
