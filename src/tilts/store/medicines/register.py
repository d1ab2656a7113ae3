"""SQL for the register of medicines: read as of a day, loaded in pieces, published at once."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final, LiteralString

from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from tilts.store.medicines.records import Medicine, MedicineVersion, Standing, as_row, from_row
from tilts.store.tx import Tx

# A shared lock would need rights that nobody has on what is only added to.
LOCK: Final[LiteralString] = """
SELECT pg_advisory_xact_lock(hashtextextended('onboarding.medicine_version', 0))
"""

VERSIONS: Final[LiteralString] = """
SELECT valid_from, published_at, source, content_hash, synthetic, report
  FROM onboarding.medicine_version
 ORDER BY valid_from DESC
"""

ADD_VERSION: Final[LiteralString] = """
INSERT INTO onboarding.medicine_version (valid_from, published_at, source, content_hash, synthetic, report)
VALUES (%(valid_from)s, %(published_at)s, %(source)s, %(content_hash)s, %(synthetic)s, %(report)s)
"""

MEDICINES: Final[LiteralString] = """
SELECT product_id, valid_from, valid_to, name, substance, strength, form_lv, form_en, atc, authorisation_no, holder,
       package, units, unit, may_open, sold_until, substitutes, price, reimbursed
  FROM onboarding.medicine
"""

OPEN: Final[LiteralString] = MEDICINES + " WHERE valid_to IS NULL ORDER BY product_id"

ON_DAY: Final[LiteralString] = (
    MEDICINES
    + """
 WHERE valid_from <= %(day)s AND (valid_to IS NULL OR valid_to >= %(day)s)
   AND (%(product_id)s::text IS NULL OR product_id = %(product_id)s)
   AND (%(substitutes)s::text IS NULL OR substitutes = %(substitutes)s)
 ORDER BY product_id
"""
)

ONE: Final[LiteralString] = (
    MEDICINES
    + " WHERE product_id = %(product_id)s AND valid_from <= %(day)s AND (valid_to IS NULL OR valid_to >= %(day)s)"
)

OF_GROUP: Final[LiteralString] = (
    MEDICINES
    + """
 WHERE substitutes = %(substitutes)s AND substitutes <> ''
   AND valid_from <= %(day)s AND (valid_to IS NULL OR valid_to >= %(day)s)
 ORDER BY product_id
"""
)

HISTORY: Final[LiteralString] = MEDICINES + " WHERE product_id = %(product_id)s ORDER BY valid_from"

# What a version brought, and what it ended.
AROUND: Final[LiteralString] = (
    MEDICINES
    + " WHERE valid_from = %(valid_from)s OR valid_to = %(valid_from)s::date - 1 ORDER BY product_id, valid_from"
)

ADD: Final[LiteralString] = """
INSERT INTO onboarding.medicine
       (product_id, valid_from, name, substance, strength, form_lv, form_en, atc, authorisation_no, holder, package,
        units, unit, may_open, sold_until, substitutes, price, reimbursed)
VALUES (%(product_id)s, %(valid_from)s, %(name)s, %(substance)s, %(strength)s, %(form_lv)s, %(form_en)s, %(atc)s,
        %(authorisation_no)s, %(holder)s, %(package)s, %(units)s, %(unit)s, %(may_open)s, %(sold_until)s,
        %(substitutes)s, %(price)s, %(reimbursed)s)
"""

END: Final[LiteralString] = """
UPDATE onboarding.medicine SET valid_to = %(valid_from)s::date - 1
 WHERE valid_to IS NULL AND product_id = ANY(%(product_ids)s)
"""

STAGED_SO_FAR: Final[LiteralString] = """
SELECT coalesce(max(place), 0) FROM onboarding.medicine_staged WHERE content_hash = %(content_hash)s
"""

STAGE: Final[LiteralString] = """
INSERT INTO onboarding.medicine_staged (content_hash, place, staged_at, product)
VALUES (%(content_hash)s, %(place)s, %(now)s, %(product)s)
ON CONFLICT (content_hash, place) DO NOTHING
"""

STAGED: Final[LiteralString] = """
SELECT product FROM onboarding.medicine_staged WHERE content_hash = %(content_hash)s ORDER BY place
"""

UNSTAGE: Final[LiteralString] = """
DELETE FROM onboarding.medicine_staged
 WHERE content_hash = %(content_hash)s OR staged_at < %(now)s::timestamptz - interval '1 day'
"""


async def lock(tx: Tx) -> None:
    """Whoever else publishes comes after us."""
    await tx.execute(LOCK)


async def versions(tx: Tx) -> list[MedicineVersion]:
    """The newest beginning of validity first."""
    async with tx.cursor(row_factory=class_row(MedicineVersion)) as cursor:
        return await (await cursor.execute(VERSIONS)).fetchall()


async def add_version(tx: Tx, version: MedicineVersion) -> None:
    row = {name: getattr(version, name) for name in version.__slots__}
    await tx.execute(ADD_VERSION, {**row, "report": Jsonb(version.report)})


async def standing(tx: Tx) -> dict[str, Medicine]:
    """What holds until further notice, by its id: what a new version is compared with."""
    return {one.medicine.product_id: one.medicine for one in await _many(tx, OPEN, {})}


async def on_day(
    tx: Tx, day: date, *, product_id: str | None = None, substitutes: str | None = None
) -> list[Medicine]:
    given = {"day": day, "product_id": product_id, "substitutes": substitutes}
    return [one.medicine for one in await _many(tx, ON_DAY, given)]


async def one(tx: Tx, day: date, product_id: str) -> Medicine | None:
    """By the primary key, whatever plan is made; None: not there that day."""
    found = await _many(tx, ONE, {"day": day, "product_id": product_id})
    return found[0].medicine if found else None


async def of_group(tx: Tx, day: date, substitutes: str) -> list[Medicine]:
    """By the index over groups, whatever plan is made."""
    found = await _many(tx, OF_GROUP, {"day": day, "substitutes": substitutes})
    return [one.medicine for one in found]


async def history(tx: Tx, product_id: str) -> list[Standing]:
    return await _many(tx, HISTORY, {"product_id": product_id})


async def around(tx: Tx, valid_from: date) -> list[Standing]:
    """Rows that began with this version, and those that ended the day before."""
    return await _many(tx, AROUND, {"valid_from": valid_from})


async def add(tx: Tx, medicines: Iterable[Medicine], valid_from: date) -> None:
    rows = [{**as_row(one), "valid_from": valid_from} for one in medicines]
    async with tx.cursor() as cursor:
        await cursor.executemany(ADD, [{**row, "reimbursed": Jsonb(row["reimbursed"])} for row in rows])


async def end(tx: Tx, product_ids: Sequence[str], valid_from: date) -> None:
    """Their last day is the one before."""
    await tx.execute(END, {"valid_from": valid_from, "product_ids": list(product_ids)})


async def staged_so_far(tx: Tx, content_hash: bytes) -> int:
    """Place of the last record of this file that an earlier run has written; 0: none."""
    row = await (await tx.execute(STAGED_SO_FAR, {"content_hash": content_hash})).fetchone()
    assert row is not None
    return int(row[0])


async def stage(tx: Tx, content_hash: bytes, placed: Iterable[tuple[int, Medicine]], now: datetime) -> None:
    rows = [
        {"content_hash": content_hash, "place": place, "now": now, "product": Jsonb(as_row(medicine))}
        for place, medicine in placed
    ]
    async with tx.cursor() as cursor:
        await cursor.executemany(STAGE, rows)


async def staged(tx: Tx, content_hash: bytes) -> dict[str, Medicine]:
    rows = await (await tx.execute(STAGED, {"content_hash": content_hash})).fetchall()
    return {medicine.product_id: medicine for medicine in (from_row(row[0]) for row in rows)}


async def unstage(tx: Tx, content_hash: bytes, now: datetime) -> None:
    """Forgets this load, and those that nobody went on with for a day."""
    await tx.execute(UNSTAGE, {"content_hash": content_hash, "now": now})


async def _many(tx: Tx, statement: LiteralString, given: dict[str, Any]) -> list[Standing]:
    async with tx.cursor(row_factory=dict_row) as cursor:
        rows = await (await cursor.execute(statement, given)).fetchall()
    return [Standing(from_row(row), row["valid_from"], row["valid_to"]) for row in rows]
