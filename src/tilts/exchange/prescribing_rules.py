"""What the law asks of a prescription line: its kind, who may write it, and what is reimbursed. Pure.

The figures are rows of exchange/law, those of the day in Riga on which the line is written.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from tilts.exchange import law
from tilts.exchange.terms import Interval, Terms
from tilts.rules import Named, Refusal
from tilts.rules.prescriptions import (
    PRE_BRAND_UNJUSTIFIED,
    PRE_DIAGNOSIS_NOT_EXACT,
    PRE_KIND_OF_ROLE,
    PRE_PERIOD_WRONG,
    PRE_REIMBURSED_IS_SPECIAL,
    PRE_REIMBURSEMENT_UNKNOWN,
    PRE_SPECIAL_TERM,
)

Kind: TypeAlias = Literal["ordinary", "special"]

KINDS: Final[Mapping[Kind, Named]] = MappingProxyType(
    {
        "ordinary": Named("ordinary", lv="parastā", en="ordinary"),
        "special": Named("special", lv="īpašā", en="special"),
    }
)
REIMBURSEMENT: Final = "MedicationRequest.extension"
ICD_SYSTEMS: Final = ("http://hl7.org/fhir/sid/icd-10", "urn:oid:2.16.840.1.113883.6.3")
CATEGORY: Final = "MedicationRequest.category"
# A category of three characters, and what stands behind the point: https://icd.who.int/browse10/2019/en
CATEGORY_OF_ICD: Final = re.compile(r"[A-Z]\d\d\Z")
DIVIDED_CODE: Final = re.compile(r"[A-Z]\d\d\.\d{1,2}\Z")


@dataclass(frozen=True, slots=True)
class Reimbursement:
    """What is asked of the state: list and rate as far as they are named, and how the medicine is named."""

    by: str  # "inn" or "brand"
    list: str | None = None
    rate: int | None = None  # percent
    justification: str = ""  # why this brand


@dataclass(frozen=True, slots=True)
class Lawful:
    """What a line says that the law asks about."""

    kind: Kind | None = None  # None: it follows from the rest
    reimbursement: Reimbursement | None = None
    diagnoses: tuple[str, ...] = ()  # ICD-10, as written


def may_prescribe(role: str | None, day: date) -> bool:
    """Whether the law lets this role prescribe anything at all."""
    return role is not None and bool(_kinds_of(role, day))


def _kinds_of(role: str, day: date) -> list[str]:
    of = f"prescribes-{role}"
    kinds: list[str] = law.figure_of(of, "kinds", day) if law.knows(of) else []
    return kinds


def kind_of(line: Lawful) -> Kind:
    """Special is what is reimbursed, narcotic or listed (Latvia 6.1); of the last two the prescriber says so."""
    if line.kind is not None:
        return line.kind
    return "special" if line.reimbursement else "ordinary"


def check_lawful(line: Lawful, role: str, day: date) -> None:
    """Refuses what this role may not write, and a reimbursed line that would not be paid for."""
    kind = kind_of(line)
    if kind == "ordinary" and line.reimbursement is not None:
        raise Refusal(PRE_REIMBURSED_IS_SPECIAL, expressions=(CATEGORY,))
    reimbursed = line.reimbursement is not None
    allowed = kind in _kinds_of(role, day)
    if not allowed or (reimbursed and not law.figure_of(f"prescribes-{role}", "reimbursed", day)):
        raise Refusal(PRE_KIND_OF_ROLE, expressions=(CATEGORY,), role=role, kind=KINDS[kind])
    if line.reimbursement is not None:
        _check_reimbursed(line.reimbursement, line.diagnoses, day)


def _check_reimbursed(asked: Reimbursement, diagnoses: tuple[str, ...], day: date) -> None:
    lists, rates = (
        law.figure_of("reimbursed-lists", "lists", day),
        law.figure_of("reimbursed-rates", "rates", day),
    )
    if (asked.list is not None and asked.list not in lists) or (
        asked.rate is not None and asked.rate not in rates
    ):
        known = f"{', '.join(lists)}; {', '.join(str(rate) for rate in rates)} %"
        raise Refusal(PRE_REIMBURSEMENT_UNKNOWN, expressions=(REIMBURSEMENT,), known=known)
    if law.figure_of("reimbursed-exact-diagnosis", "required", day) and not any(
        is_exact(code, day) for code in diagnoses
    ):
        where = ("MedicationRequest.reasonCode",)
        raise Refusal(PRE_DIAGNOSIS_NOT_EXACT, expressions=where, given=", ".join(diagnoses) or "-")
    by_inn = law.figure_of("reimbursed-by-inn", "required", day)
    if by_inn and asked.by != "inn" and not asked.justification.strip():
        raise Refusal(PRE_BRAND_UNJUSTIFIED, expressions=(REIMBURSEMENT,))


def is_exact(code: str, day: date) -> bool:
    """A code with its sub-code, or a category that the classification does not divide."""
    written = code.strip().upper()
    if CATEGORY_OF_ICD.match(written):
        return written in law.figure_of("reimbursed-undivided", "codes", day)
    return DIVIDED_CODE.match(written) is not None


def validity(
    line: Lawful, asked: tuple[date | None, date | None], today: date, terms: Terms
) -> tuple[date, date]:
    """
    First and last day of a line.

    Args:
        asked: First and last day as written; None takes today, and the usual term of the kind. An end that the
            doctor sets makes an ordinary line one for repeated use, in whole fills or in parts.
    """
    special = kind_of(line) == "special"
    usual = Interval(days=terms.special.days) if special else Interval(months=terms.ordinary_months)
    valid_from = asked[0] or today
    valid_to = asked[1] or usual.after(valid_from, 1)
    longest = usual if special else Interval(days=terms.longest.days)
    last = longest.after(max(valid_from, today), 1)
    where = ("MedicationRequest.dispenseRequest.validityPeriod",)
    if special and valid_to > last:
        raise Refusal(PRE_SPECIAL_TERM, expressions=where, days=terms.special.days, last=last)
    if valid_to < today or valid_to < valid_from or valid_to > last:
        raise Refusal(PRE_PERIOD_WRONG, expressions=where, valid_from=valid_from, valid_to=valid_to)
    return valid_from, valid_to
