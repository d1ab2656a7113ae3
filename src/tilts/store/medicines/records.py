"""A product of the register of medicines as a value, and what is known of a version."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

ReimbursementList: TypeAlias = Literal["A", "B", "C"]
RATES: Final = (100, 75, 50)  # percent; Latvia 6.1


@dataclass(frozen=True, slots=True)
class Reimbursed:
    """For this exact diagnosis code the state pays this part."""

    icd: str
    listed: ReimbursementList
    rate_percent: int


@dataclass(frozen=True, slots=True)
class Medicine:
    """One package size of one product: what is counted, priced and handed out."""

    product_id: str
    name: str
    substance: str = ""
    strength: str = ""
    form_lv: str = ""
    form_en: str = ""
    atc: str = ""
    authorisation_no: str = ""
    holder: str = ""
    package: str = ""  # in the words of the register
    units: Decimal | None = None  # None: the words were not understood
    unit: str = ""
    may_open: bool = False
    sold_until: date | None = None
    substitutes: str = ""  # group of which one may be given for another
    price: Decimal | None = None  # EUR for a package
    reimbursed: tuple[Reimbursed, ...] = ()

    def is_sold_on(self, day: date) -> bool:
        return self.sold_until is None or day <= self.sold_until


MEMBERS: Final = tuple(Medicine.__slots__)


@dataclass(frozen=True, slots=True)
class Standing:
    """A product as it was, or is, from one day to another."""

    medicine: Medicine
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class MedicineVersion:
    valid_from: date
    published_at: datetime
    source: str
    content_hash: bytes
    synthetic: bool
    report: dict[str, Any]


def as_row(medicine: Medicine) -> dict[str, Any]:
    """Every member as JSON has it; decimals as text, so that none is rounded."""
    row: dict[str, Any] = {name: getattr(medicine, name) for name in MEMBERS}
    for name in ("units", "price"):
        row[name] = None if row[name] is None else f"{row[name]:f}"
    row["sold_until"] = medicine.sold_until.isoformat() if medicine.sold_until else None
    row["reimbursed"] = [
        {"icd": one.icd, "listed": one.listed, "rate_percent": one.rate_percent}
        for one in medicine.reimbursed
    ]
    return row


def from_row(row: dict[str, Any]) -> Medicine:
    """The way back of `as_row`, and of a row of the table."""
    told = {name: row[name] for name in MEMBERS}
    for name in ("units", "price"):
        told[name] = None if told[name] is None else Decimal(told[name])
    if isinstance(told["sold_until"], str):
        told["sold_until"] = date.fromisoformat(told["sold_until"])
    told["reimbursed"] = tuple(Reimbursed(**one) for one in told["reimbursed"])
    return Medicine(**told)
