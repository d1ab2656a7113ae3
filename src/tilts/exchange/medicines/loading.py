"""Takes a register of medicines in: read in pieces, kept as they come, and published at once as of a day.

    read and judge (register_files, reading)  ->  staged, a batch a transaction  ->  published in one transaction

Killed half way it goes on where it was: the file is known by its hash, and what was staged is not written again. The
same file published before does nothing. What was published is never changed, only followed by a later version.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from tilts.exchange.medicines.differences import Difference, difference
from tilts.exchange.medicines.reading import Report, Terms, medicine_of, terms_of
from tilts.exchange.medicines.register_files import hash_of, records_of
from tilts.rules import Refusal
from tilts.rules.medicines import MED_NOT_LATER, MED_NOTHING_TAKEN
from tilts.store.medicines import register as store
from tilts.store.medicines.records import Medicine, MedicineVersion
from tilts.store.tx import Database, Tx

BATCH: Final = 1_000
NOTHING: Final = Difference((), (), ())


@dataclass(frozen=True, slots=True)
class Load:
    """What is to be loaded, from where, and from which day on it holds; without prices the old ones are kept."""

    source: str
    content_hash: bytes
    records: Iterable[Any]
    prices: Iterable[Any] | None
    valid_from: date
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Loaded:
    version: MedicineVersion
    difference: Difference
    is_new: bool  # False: this file had been published before


def load_of(
    file: Path, prices: Path | None, valid_from: date, moved: Callable[[int], None] = lambda _: None
) -> Load:
    """Of files; `moved` hears how many bytes of the register were read."""
    return Load(
        source=file.name,
        content_hash=hash_of(file, *([prices] if prices else [])),
        records=records_of(file, moved),
        prices=records_of(prices) if prices else None,
        valid_from=valid_from,
    )


async def offer(database: Database, wanted: Load, now: datetime) -> None:
    """Where no register has been loaded yet: so that a sandbox has one, and nobody's own is followed by it."""
    async with database.transaction() as tx:
        there = await store.versions(tx)
    if not there:
        await load(database, wanted, now)


async def load(database: Database, wanted: Load, now: datetime) -> Loaded:
    """Stages what is not staged yet, then publishes.

    Raises:
        Refusal: MED-001 the version would not follow the last one, MED-002 the file cannot be read, MED-004
            nothing in it could be taken.
    """
    async with database.transaction() as tx:
        known = await _published(tx, wanted)
        done = await store.staged_so_far(tx, wanted.content_hash)
    if known is not None:
        return Loaded(known, NOTHING, is_new=False)
    report = Report()
    placed = _products(wanted.records, report)
    while batch := list(islice(placed, BATCH)):
        missing = [one for one in batch if one[0] > done]
        if missing:
            async with database.transaction() as tx:
                await store.stage(tx, wanted.content_hash, missing, now)
    if not report.taken:
        raise Refusal(MED_NOTHING_TAKEN, read=report.read, report=report.as_row())
    terms = None if wanted.prices is None else _terms(wanted.prices, report)
    async with database.transaction() as tx:
        return await _publish(tx, wanted, terms, report, now)


async def _published(tx: Tx, wanted: Load) -> MedicineVersion | None:
    """The version this file has become, if it is the last one; raises MED-001 if another one stands in the way."""
    versions = await store.versions(tx)
    if versions and versions[0].content_hash == wanted.content_hash:
        return versions[0]
    if versions and wanted.valid_from <= versions[0].valid_from:
        last = versions[0].valid_from.isoformat()
        raise Refusal(MED_NOT_LATER, last=last, asked=wanted.valid_from.isoformat())
    return None


def _products(records: Iterable[Any], report: Report) -> Iterator[tuple[int, Medicine]]:
    """Place and product; of two with one id the first is taken."""
    seen: set[str] = set()
    for place, record in enumerate(records, start=1):
        found = medicine_of(place, record, report)
        if found is None:
            continue
        if found.product_id in seen:
            report.taken -= 1
            report.drop(place, found.product_id, "product_id stands twice")
            continue
        seen.add(found.product_id)
        yield place, found


def _terms(records: Iterable[Any], report: Report) -> dict[str, Terms]:
    found = (terms_of(place, record, report) for place, record in enumerate(records, start=1))
    return dict(one for one in found if one is not None)


async def _publish(
    tx: Tx, wanted: Load, terms: dict[str, Terms] | None, report: Report, now: datetime
) -> Loaded:
    await store.lock(tx)
    known = await _published(tx, wanted)
    if known is not None:  # somebody else was quicker with the same file
        return Loaded(known, NOTHING, is_new=False)
    before = await store.standing(tx)
    staged = await store.staged(tx, wanted.content_hash)
    if terms is not None:
        report.notes["prices of products that are not in the register"] += len(terms.keys() - staged.keys())
    after = {name: _with_terms(one, terms, before.get(name)) for name, one in staged.items()}
    changes = difference(before, after)
    version = MedicineVersion(
        wanted.valid_from, now, wanted.source, wanted.content_hash, wanted.synthetic, report.as_row()
    )
    await store.add_version(tx, version)
    gone = [*(one.product_id for one in changes.ended), *(one.after.product_id for one in changes.changed)]
    await store.end(tx, gone, wanted.valid_from)
    await store.add(tx, [*changes.added, *(one.after for one in changes.changed)], wanted.valid_from)
    await store.unstage(tx, wanted.content_hash, now)
    return Loaded(version, changes, is_new=True)


def _with_terms(one: Medicine, terms: dict[str, Terms] | None, before: Medicine | None) -> Medicine:
    """From the list of prices; without a list what held before is kept."""
    told = (before or one) if terms is None else terms.get(one.product_id, Terms())
    return replace(one, **{name: getattr(told, name) for name in Terms.__slots__})
