"""What the state pays of a medicine of the register: by the exact diagnosis, by the general name, the cheapest of its group.

The terms of a product are rows of the register with days (ADR 0046); whether they are held against a prescription or a
dispense is a dated row of the law, as long as no source says it clearly.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from tilts.exchange import law
from tilts.exchange.medicines.substitution import cheapest, price_of_unit, reimbursed_for
from tilts.exchange.prescribing_rules import ICD_SYSTEMS, REIMBURSEMENT, Lawful
from tilts.rules import Refusal
from tilts.rules.prescribing.products import DSP_DEARER, PRE_NOT_REIMBURSED, PRE_OTHER_RATE
from tilts.rules.prescriptions import PRE_BRAND_UNJUSTIFIED
from tilts.store.medicines import register
from tilts.store.medicines.records import Medicine
from tilts.store.tx import Tx

DIAGNOSIS: Final = ("MedicationRequest.reasonCode",)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A product of the register as of the day; `by_inn`: any of its general name is meant."""

    medicine: Medicine
    by_inn: bool = False


def check_terms(line: Lawful, chosen: Chosen | None, day: date) -> None:
    """Refuses a reimbursed line that the register of the day would not pay for as it is written."""
    asked = line.reimbursement
    if asked is None or chosen is None or not law.figure_of("reimbursed-by-register", "checked", day):
        return
    is_brand = not chosen.by_inn and not asked.justification.strip()
    if is_brand and law.figure_of("reimbursed-by-inn", "required", day):
        raise Refusal(PRE_BRAND_UNJUSTIFIED, expressions=(REIMBURSEMENT, "MedicationRequest.medication"))
    codes = [code.strip().upper() for code in line.diagnoses]
    found = [terms for code in codes if (terms := reimbursed_for(chosen.medicine, code))]
    if not found:
        given = ", ".join(codes) or "-"
        raise Refusal(PRE_NOT_REIMBURSED, expressions=DIAGNOSIS, product=chosen.medicine.name, given=given)
    if not any(asked.list in (None, one.listed) and asked.rate in (None, one.rate_percent) for one in found):
        known = "; ".join(f"{one.icd}: {one.listed}, {one.rate_percent} %" for one in found)
        raise Refusal(PRE_OTHER_RATE, expressions=(REIMBURSEMENT,), known=known)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a kept prescription line asks of the state."""

    diagnoses: tuple[str, ...]
    is_justified: bool  # this brand and no other


def asked_in(request: dict[str, Any], canonical_base: str) -> Asked | None:
    """None: the line is not reimbursed."""
    url = f"{canonical_base}/StructureDefinition/reimbursement"
    for extension in request.get("extension", ()):
        if extension.get("url") == url:
            parts = {part["url"]: part for part in extension.get("extension", ())}
            codings = [one for concept in request.get("reasonCode", ()) for one in concept.get("coding", ())]
            codes = tuple(one.get("code", "") for one in codings if one.get("system") in ICD_SYSTEMS)
            return Asked(codes, bool(parts.get("justification", {}).get("valueString", "").strip()))
    return None


async def cheapest_for(
    tx: Tx, request: dict[str, Any], wanted: Medicine, day: date, base: str
) -> list[Medicine]:
    """What the pharmacist gives of a reimbursed line: of the group, for its diagnosis, the lowest price for a unit.

    Nothing where the line is not reimbursed, where a justification asks for this brand, and where nothing has a price.
    """
    asked = asked_in(request, base)
    if asked is None or asked.is_justified or not law.figure_of("reimbursed-cheapest", "required", day):
        return []
    group = await register.of_group(tx, day, wanted.substitutes) if wanted.substitutes else [wanted]
    for code in asked.diagnoses:
        if found := cheapest(group, day, code.strip().upper()):
            return found
    return []


def needs_agreement(given: Medicine, best: list[Medicine], day: date) -> bool:
    """Whether it is dearer than what is given of a reimbursed line; one without a price counts as dearer."""
    if not best or not law.figure_of("reimbursed-dearer", "agreement_recorded", day):
        return False
    lowest, price = price_of_unit(best[0]), price_of_unit(given)
    assert lowest is not None, "the cheapest has a price"
    return price is None or price > lowest


def agreed_in(dispense: dict[str, Any], canonical_base: str) -> bool:
    """Whether the pharmacy records that the patient agreed to a dearer product."""
    url = f"{canonical_base}/StructureDefinition/dearer-agreed"
    return any(
        one.get("url") == url and one.get("valueBoolean") is True for one in dispense.get("extension", ())
    )


def check_cheapest(given: Medicine, best: list[Medicine], day: date, *, agreed: bool) -> None:
    """A dearer one than the cheapest is handed out only if the patient has agreed, and the dispense says so."""
    if not agreed and needs_agreement(given, best, day):
        where = ("MedicationDispense.medication", "MedicationDispense.extension")
        names = ", ".join(f"{one.name} {one.package}".strip() for one in best)
        raise Refusal(DSP_DEARER, expressions=where, given=given.name, cheapest=names)
