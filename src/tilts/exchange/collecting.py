"""Who takes a medicine at the counter: what must be said of them, and from which age. Pure but for `birth_date`.

Who may ask for a prescription without its number (a delegate, a parent) is looked at when it is found; here it is
recorded on the dispense, where the patient reads it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from tilts.exchange import law
from tilts.exchange.terms import months_later
from tilts.rules import Refusal
from tilts.rules.dispensing import (
    DSP_BUYER_INCOMPLETE,
    DSP_CHILD_ALONE,
    DSP_COLLECTOR_MISSING,
    DSP_PARENT_OF_ADULT,
)
from tilts.store import resources
from tilts.store.tx import Tx
from tilts_fhir.json_strict import decode

MANNERS: Final = ("self", "number-and-name", "delegate", "parent")
WHERE: Final = ("MedicationDispense.extension",)


@dataclass(frozen=True, slots=True)
class Collector:
    """Who collected, as the pharmacy says."""

    manner: str
    name: str = ""  # of a buyer for somebody else
    document: str = ""  # the kind that was shown; its number is kept nowhere


def check_collector(collector: Collector | None, kind: str, born: date | None, day: date) -> None:
    """
    Refuses a dispense of which the law wants to know who took it, and a child or a parent whom it does not know.

    Args:
        kind: Of the prescription; on an ordinary one nothing need be said.
        born: Birth date of the patient; None where the register does not say it to the day.
        day: Of the dispense, in Riga.
    """
    if collector is None:
        if kind == "special":
            raise Refusal(DSP_COLLECTOR_MISSING, expressions=WHERE)
        return
    if _is_recorded(collector.manner, day) and not (collector.name.strip() and collector.document):
        raise Refusal(DSP_BUYER_INCOMPLETE, expressions=WHERE)
    if born is None:
        return
    alone_from = law.figure_of("collect-child", "from_years", day)
    if collector.manner == "self" and not has_turned(alone_from, born, day):
        raise Refusal(DSP_CHILD_ALONE, expressions=WHERE, years=alone_from)
    minor_until = law.figure_of("collect-parent", "under_years", day)
    if collector.manner == "parent" and has_turned(minor_until, born, day):
        raise Refusal(DSP_PARENT_OF_ADULT, expressions=WHERE, years=minor_until)


def _is_recorded(manner: str, day: date) -> bool:
    of = f"collect-{manner}"
    return bool(law.knows(of) and law.figure_of(of, "buyer_recorded", day))


def has_turned(years: int, born: date, day: date) -> bool:
    """Whether somebody has that age on that day; born on 29 February, on 28 February of a common year."""
    return months_later(born, years * 12) <= day


async def birth_date(tx: Tx, patient_id: UUID) -> date | None:
    """As the register has it; None where it knows only a year or a month."""
    row = await resources.read(tx, "Patient", patient_id, None)
    written = decode(row.body).get("birthDate", "") if row else ""
    return date.fromisoformat(written) if len(written) == len("2026-11-23") else None
