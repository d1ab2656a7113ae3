"""Whom letters about a case reach, and in which language: what its party filled in, or the sender of its mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from tilts.onboarding.mail.addressing import known_address
from tilts.rules import Language
from tilts.store.onboarding import cases as case_files
from tilts.store.onboarding.cases import CaseRecord
from tilts.store.tx import Tx

ASKED_WITH: Final = "e_mail"  # fact of a question: where the answer is to be sent
FILLED_IN: Final = ("contact_e_mail", "party_e_mail", "administrator_e_mail")  # of a form, the nearest first


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a party's letters go; without a language that it chose they are written in both."""

    address: str
    language: Language | None


async def reached(tx: Tx, case: CaseRecord) -> Reached | None:
    """What stands in the case itself, else in the newest other case of its party; None when nowhere."""
    others = await case_files.of_party(tx, case.party_id) if case.party_id else []
    facts = [case.facts, *(other.facts for other in others if other.case_id != case.case_id)]
    address = (
        address_in(case.facts)
        or known_address(str(case.facts.get("sender", "")))
        or next((found for one in facts if (found := address_in(one))), None)
    )
    if address is None:
        return None
    return Reached(address, next((found for one in facts if (found := language_in(one))), None))


async def reached_party(tx: Tx, party_id: UUID) -> Reached | None:
    """What stands in the newest case of the party that names an address."""
    facts = [case.facts for case in await case_files.of_party(tx, party_id)]
    address = next((found for one in facts if (found := address_in(one))), None)
    if address is None:
        return None
    return Reached(address, next((found for one in facts if (found := language_in(one))), None))


def address_in(facts: Mapping[str, Any]) -> str | None:
    values = facts.get("values")
    filled_in = values if isinstance(values, Mapping) else {}
    written = [facts.get(ASKED_WITH), *(filled_in.get(name) for name in FILLED_IN)]
    return next((found for one in written if (found := known_address(str(one or "").strip()))), None)


def language_in(facts: Mapping[str, Any]) -> Language | None:
    language: Language | None = {"lv": "lv", "en": "en"}.get(str(facts.get("language", "")))  # type: ignore[assignment]
    return language
