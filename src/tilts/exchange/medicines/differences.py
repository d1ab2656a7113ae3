"""What changed between two registers of medicines: added, changed, ended; and each in one readable line."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from tilts.store.medicines.records import MEMBERS, Medicine, Standing, as_row


@dataclass(frozen=True, slots=True)
class Change:
    before: Medicine
    after: Medicine
    members: tuple[str, ...]  # of which something is different


@dataclass(frozen=True, slots=True)
class Difference:
    added: tuple[Medicine, ...]
    changed: tuple[Change, ...]
    ended: tuple[Medicine, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.changed or self.ended)

    def lines(self) -> Iterator[str]:
        """`+` added, `~` changed with each member before and after, `-` ended."""
        for one in self.added:
            yield f"+ {one.product_id}  {one.name}"
        for change in self.changed:
            before, after = as_row(change.before), as_row(change.after)
            told = "; ".join(
                f"{name} {_shown(before[name])} -> {_shown(after[name])}" for name in change.members
            )
            yield f"~ {change.after.product_id}  {change.after.name}: {told}"
        for one in self.ended:
            yield f"- {one.product_id}  {one.name}"


def difference(before: Mapping[str, Medicine], after: Mapping[str, Medicine]) -> Difference:
    pairs = ((old, after[name]) for name, old in sorted(before.items()) if name in after)
    changes = (
        Change(old, new, tuple(name for name in MEMBERS if getattr(old, name) != getattr(new, name)))
        for old, new in pairs
        if old != new
    )
    return Difference(
        added=tuple(one for name, one in sorted(after.items()) if name not in before),
        changed=tuple(changes),
        ended=tuple(one for name, one in sorted(before.items()) if name not in after),
    )


def around(rows: Collection[Standing], valid_from: date) -> Difference:
    """What the version of a day changed, from the rows that it began and those that it ended."""
    began = {one.medicine.product_id: one.medicine for one in rows if one.valid_from == valid_from}
    ended = {one.medicine.product_id: one.medicine for one in rows if one.valid_from < valid_from}
    return difference(ended, began)


def _shown(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(f"{one['icd']} {one['listed']} {one['rate_percent']} %" for one in value) + "]"
    return "-" if value in (None, "") else str(value)
