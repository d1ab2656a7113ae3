"""A record of the register's file becomes a product, or a reason why not; what is not taken is counted and told.

The fields are those that published third-party programs read from the state agency's open data; the file itself was
not seen, so each is unverified (docs/howto/medicines.md). Only the fields named here are taken: a field that is not
known is dropped and named in the report, and so is what looks like the address or number of a person.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from tilts.store.medicines.records import RATES, Medicine, Reimbursed

LONGEST: Final = 600  # characters of a field
MOST_TOLD: Final = 1_000  # dropped records that the report names; all are counted
# Ours -> theirs; of several the first that has something.
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "product_id": ("product_id",),
    "name": ("medicine_name", "original_name"),
    "substance": ("active_substance",),
    "strength": ("strength_lv", "strength"),
    "form_lv": ("pharmaceutical_form_lv",),
    "form_en": ("pharmaceutical_form",),
    "atc": ("atc_code",),
    "authorisation_no": ("authorisation_no",),
    "holder": ("marketing_authorisation_holder",),
    "package": ("package", "package_en"),
}
ASKED: Final = (
    "package_size",
    "status",
    "prd_removed",
    "sell_stop_date",
)  # read otherwise than word for word
KNOWN: Final = frozenset({name for names in FIELDS.values() for name in names}.union(ASKED))
PRODUCT_ID: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z./_-]{0,39}\Z", re.ASCII)
PERSONAL_NAME: Final = re.compile(r"mail|phone|fax|contact|person|tālrunis|epasts|kontakt", re.IGNORECASE)
PERSONAL_VALUE: Final = re.compile(r"[^\s@]+@[^\s@]+\.\w|\+\d[\d ()-]{6,}\d|\btel\b\.?|\btālr", re.IGNORECASE)
ICD: Final = re.compile(r"[A-Z]\d\d(?:\.\d{1,2})?\Z", re.ASCII)
MOST_UNITS: Final = Decimal(10) ** 9


@dataclass(slots=True)
class Report:
    """What a load took, and what it did not: counted whole, named as far as somebody can read it."""

    read: int = 0
    taken: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    fields_dropped: Counter[str] = field(default_factory=Counter)
    personal_dropped: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    told: list[tuple[int, str, str]] = field(default_factory=list)  # place, product_id, reason

    def drop(self, place: int, product_id: str, reason: str) -> None:
        self.reasons[reason] += 1
        if len(self.told) < MOST_TOLD:
            self.told.append((place, product_id, reason))

    def as_row(self) -> dict[str, Any]:
        return {
            "read": self.read,
            "taken": self.taken,
            "dropped": dict(sorted(self.reasons.items())),
            "fields_dropped": dict(sorted(self.fields_dropped.items())),
            "personal_dropped": dict(sorted(self.personal_dropped.items())),
            "notes": dict(sorted(self.notes.items())),
            "told": [{"record": place, "product_id": name, "reason": why} for place, name, why in self.told],
        }


@dataclass(frozen=True, slots=True)
class Terms:
    """Group, price and reimbursement of a product: another list than the register, with fields of our own."""

    substitutes: str = ""
    unit: str = ""
    may_open: bool = False
    price: Decimal | None = None
    reimbursed: tuple[Reimbursed, ...] = ()


class Unusable(Exception):
    """A record that is dropped; the text is the reason."""


def medicine_of(place: int, record: Any, report: Report) -> Medicine | None:
    """The product of a record, without terms; None: dropped, and told why."""
    report.read += 1
    if not isinstance(record, dict):
        report.drop(place, "", "no object")
        return None
    texts = _texts(record, report)
    shown = texts.get("product_id", "")[:40]
    try:
        medicine = _medicine(texts, report)
    except Unusable as fault:
        report.drop(place, shown, str(fault))
        return None
    report.taken += 1
    return medicine


def _texts(record: dict[str, Any], report: Report) -> dict[str, str]:
    """The known fields that have something, as text; the others are counted by name."""
    found = {}
    for name, value in record.items():
        text = "" if value is None else str(value).strip()
        if name not in KNOWN:
            drops = report.personal_dropped if PERSONAL_NAME.search(name) else report.fields_dropped
            drops[name[:60]] += 1
        elif isinstance(value, dict | list):
            report.fields_dropped[name] += 1
        elif text and PERSONAL_VALUE.search(text):
            report.personal_dropped[name] += 1
        elif text:
            found[name] = text
    return found


def _medicine(texts: dict[str, str], report: Report) -> Medicine:
    product_id = texts.get("product_id", "")
    if not PRODUCT_ID.match(product_id):
        raise Unusable("no product_id, or not of its form")
    if texts.get("prd_removed", "0") != "0":
        raise Unusable("removed from the register")
    if texts.get("status", "1") != "1":
        raise Unusable("not authorised")
    named: dict[str, Any] = {
        ours: next((texts[one] for one in theirs if one in texts), "") for ours, theirs in FIELDS.items()
    }
    if not named["name"]:
        raise Unusable("no name")
    if any(len(text) > LONGEST for text in named.values()):
        raise Unusable("a field is too long")
    units = _number(texts.get("package_size", ""))
    if units is None:
        report.notes["package size not understood: not counted with"] += 1
    return Medicine(**named, units=units, sold_until=_day(texts.get("sell_stop_date", ""), report))


def _number(text: str) -> Decimal | None:
    """A plain number above zero, with point or comma; anything else is not guessed."""
    try:
        found = (
            Decimal(text.replace(",", ".")) if re.fullmatch(r"\d+(?:[.,]\d{1,9})?", text, re.ASCII) else None
        )
    except InvalidOperation:  # pragma: no cover - the pattern has seen to it
        return None
    return found if found is not None and 0 < found < MOST_UNITS else None


def _day(text: str, report: Report) -> date | None:
    if not text:
        return None
    found = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})\.?|(\d{4})-(\d\d)-(\d\d)", text, re.ASCII)
    try:
        if found is None:
            raise ValueError(text)
        day, month, year, *iso = found.groups()
        return date(*map(int, iso)) if year is None else date(int(year), int(month), int(day))
    except ValueError:
        raise Unusable("the day on which its sale ends is not understood") from None


def terms_of(place: int, record: Any, report: Report) -> tuple[str, Terms] | None:
    """A row of the list of groups and prices, ours: {product_id, substitutes, unit, may_open, price, reimbursed}."""
    product_id = str(record.get("product_id", "")) if isinstance(record, dict) else ""
    try:
        if not PRODUCT_ID.match(product_id):
            raise Unusable("prices: no product_id, or not of its form")
        return product_id, _terms(record)
    except Unusable as fault:
        report.drop(place, product_id[:40], str(fault))
        return None


def _terms(record: dict[str, Any]) -> Terms:
    price = record.get("price")
    read = None if price is None else re.fullmatch(r"\d{1,7}(?:\.\d{1,4})?", str(price), re.ASCII)
    if price is not None and read is None:
        raise Unusable("prices: the price is no number")
    rows = record.get("reimbursed", [])
    may_open = record.get("may_open", False)
    texts = [record.get(name, "") for name in ("substitutes", "unit")]
    if not isinstance(rows, list) or not isinstance(may_open, bool):
        raise Unusable("prices: not of its form")
    if any(not isinstance(text, str) or len(text) > LONGEST for text in texts):
        raise Unusable("prices: not of its form")
    return Terms(
        substitutes=texts[0],
        unit=texts[1],
        may_open=may_open,
        price=Decimal(read[0]) if read else None,
        reimbursed=tuple(sorted(map(_reimbursed, rows), key=lambda one: one.icd)),
    )


def _reimbursed(row: Any) -> Reimbursed:
    if not isinstance(row, dict):
        raise Unusable("prices: not of its form")
    icd, listed, rate = row.get("icd", ""), row.get("list"), row.get("rate_percent")
    if not ICD.match(str(icd)) or listed not in ("A", "B", "C") or rate not in RATES:
        raise Unusable("prices: diagnosis, list or rate is not known")
    return Reimbursed(icd, listed, rate)
