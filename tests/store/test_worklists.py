"""Worklists read a page from an index in its order: what grows for years is not sorted for each look."""

from uuid import uuid4

import pytest

from tests.builders import NOW
from tests.store.undoing import undone
from tilts.store.prescriptions import LineCriteria, search_statement
from tilts.store.records import Viewer
from tilts.store.sight import eyes
from tilts.store.tx import Database

pytestmark = pytest.mark.anyio


def a_viewer(kind: str = "practice") -> Viewer:
    return Viewer(organization_id=uuid4(), patient_id=None, now=NOW, kind=kind)


@pytest.mark.parametrize("page", ["first", "next"])
@pytest.mark.parametrize(
    ("criteria", "index"),
    [
        (LineCriteria(author_ids=[uuid4()]), "prescription_line_by_organization"),
        (LineCriteria(patient_ids=[uuid4()]), "prescription_line_by_patient"),
        (LineCriteria(holder_ids=[uuid4()], by_lease=True), "prescription_line_by_holder"),
    ],
)
async def test_a_page_of_a_worklist_comes_from_its_index(
    database: Database, criteria: LineCriteria, index: str, page: str
) -> None:
    viewer, before = a_viewer(), uuid4() if page == "next" else None
    if criteria.by_lease and before:
        criteria = LineCriteria(holder_ids=criteria.holder_ids, by_lease=True, after_lease=NOW)
    values = {name: getattr(criteria, name) for name in LineCriteria.__slots__}
    async with undone(database) as tx:
        # A large table, and known to be large.
        for way in ("seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin"):
            await tx.execute(f"SET LOCAL enable_{way} = off".encode())
        statement = search_statement(criteria, viewer, before).as_bytes(tx)
        cursor = await tx.execute(
            b"EXPLAIN " + statement, {**values, **eyes(viewer), "before": before, "limit": 51}
        )
        plan = "\n".join(row[0] for row in await cursor.fetchall())

    assert f"using {index} on prescription_line l" in plan or f"Backward using {index}" in plan, plan
    assert "Sort Key: l." not in plan, plan
    looked = next(line for line in plan.splitlines() if "Index Cond" in line)
    assert looked.count("=") >= 1
