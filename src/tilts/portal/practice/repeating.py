"""A former prescription as a form that is filled in: with today's date and a new validity, nothing else changed."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tilts.portal.practice.fields import LineFields, new_line
from tilts.portal.practice.medicine_shelf import BY_BRAND, BY_INN


def refilled(number: int, document: Mapping[str, Any], labels: Mapping[str, str], base: str) -> LineFields:
    """What cannot be put into a field is left empty, and the form then asks for it."""
    concept = document.get("medicationCodeableConcept", {})
    given = {"medicine": str(concept.get("text", "")), "chosen": chosen_in(concept, base)}
    given |= dosage_in(next(iter(document.get("dosageInstruction", ())), {}))
    given |= supply_in(document.get("dispenseRequest", {}))
    given |= law_in(document, base)
    return new_line(number, labels, **{name: text for name, text in given.items() if text})


def chosen_in(concept: Mapping[str, Any], base: str) -> str:
    hows = {f"{base}/CodeSystem/medicine-by-inn": BY_INN, f"{base}/CodeSystem/medicine": BY_BRAND}
    for one in concept.get("coding", ()):
        if one.get("system") in hows:
            return f"{hows[one['system']]}:{one.get('code', '')}"
    return ""


def dosage_in(dosage: Mapping[str, Any]) -> dict[str, str]:
    repeat = dosage.get("timing", {}).get("repeat", {})
    rates = dosage.get("doseAndRate", [])
    amount = rates[0].get("doseQuantity", {}) if len(rates) == 1 else {}
    by_hours = repeat.get("periodUnit") == "h"
    structured = bool(repeat or amount)
    return {
        "dose": plain(amount.get("value")),
        "unit": str(amount.get("code", "")),
        "times": plain(repeat.get("period" if by_hours else "frequency")),
        "every": str(repeat.get("periodUnit", "")),
        "days": plain(repeat.get("boundsDuration", {}).get("value")),
        "needed": "yes" if dosage.get("asNeededBoolean") is True else "",
        "note": str(dosage.get("patientInstruction") or ("" if structured else dosage.get("text", ""))),
    }


def supply_in(supply: Mapping[str, Any]) -> dict[str, str]:
    quantity = supply.get("quantity", {})
    return {
        "packs": plain(quantity.get("value")) if quantity.get("code") == "{pack}" else "",
        "issues": str(supply.get("numberOfRepeatsAllowed", 0) + 1),
        "interval": plain(supply.get("dispenseInterval", {}).get("value")),
    }


def law_in(document: Mapping[str, Any], base: str) -> dict[str, str]:
    asked = [
        one
        for one in document.get("extension", ())
        if one.get("url") == f"{base}/StructureDefinition/reimbursement"
    ]
    why = [
        str(part.get("valueString", ""))
        for part in (asked[0].get("extension", ()) if asked else ())
        if part.get("url") == "justification"
    ]
    codes = [
        str(coding.get("code", ""))
        for reason in document.get("reasonCode", ())
        for coding in reason.get("coding", ())
    ]
    return {
        "reimbursed": "yes" if asked else "",
        "why-brand": why[0] if why else "",
        "diagnosis": ", ".join(codes),
        "kind": kind_in(document),
    }


def kind_in(document: Mapping[str, Any]) -> str:
    """Ordinary is what the form takes by itself."""
    codes = [c.get("code") for one in document.get("category", ()) for c in one.get("coding", ())]
    return "special" if "special" in codes else ""


def plain(value: Any) -> str:
    return "" if value is None else f"{Decimal(str(value)).normalize():f}"
