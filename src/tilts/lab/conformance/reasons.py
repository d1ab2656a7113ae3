"""What the judge says of a step, in both languages."""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from tilts.lab.conformance.evidence import Observation
from tilts.lab.conformance.language import Condition, Step, Text
from tilts.lab.conformance.lookups import filled

NOT_YET: Final = Text("Vēl nav redzēts.", "Not seen yet.")
NEVER_SEEN: Final = Text("Šāds izsaukums netika redzēts.", "No such call was seen.")
NOT_REACHED: Final = Text(
    "Līdz šim nenonāca: iepriekšējais solis netika redzēts.",
    "Not reached: the step before it was not seen.",
)
KEPT: Final = Text("Ievērots: nekas tāds netika redzēts.", "Kept: nothing of the kind was seen.")
KEPT_SO_FAR: Final = Text("Līdz šim ievērots.", "Kept so far.")
NOT_DONE: Final = Text(
    "Laboratorija šo soli neizpildīja: testētājs neturpināja scenāriju.",
    "The lab did not get to this: the tester did not go on.",
)
INCOMPLETE: Final = Text(
    "Pierādījumi nav pilnīgi: ne katrs izsaukums tika pierakstīts.",
    "The evidence is incomplete: not every call was written down.",
)
TOO_MANY: Final = Text(
    "Izsaukumu ir pārāk daudz, lai tos salīdzinātu ar soļiem; sāciet scenāriju no jauna.",
    "There are too many calls to compare with the steps; begin the scenario again.",
)
WORDS: Final[Mapping[str, str]] = {
    "equals": "=",
    "differs": "≠",
    "contains": "∋",
    "starts-with": "…",
    "above": ">",
    "below": "<",
    "one-of": "∈",
}


class NotMet(Protocol):
    @property
    def subject(self) -> str: ...
    @property
    def expected(self) -> str: ...
    @property
    def found(self) -> str: ...


def seen(call: Observation) -> Text:
    return Text(
        f"Redzēts izsaukums Nr. {call.number}: {call.told}.", f"Seen, call {call.number}: {call.told}."
    )


def differs(call: Observation, unmet: Sequence[NotMet]) -> Text:
    lv = "; ".join(f"{one.subject}: gaidīts {one.expected}, bija {one.found}" for one in unmet)
    en = "; ".join(f"{one.subject}: expected {one.expected}, was {one.found}" for one in unmet)
    if not unmet:  # it fits, but not at this place in the order, or not together with the others
        lv, en = "citā secībā nekā scenārijā", "in another order than in the scenario"
    return Text(
        f"Tuvākais ir izsaukums Nr. {call.number} ({call.told}): {lv}.",
        f"The nearest is call {call.number} ({call.told}): {en}.",
    )


def too_often(call: Observation, times: int) -> Text:
    if times:
        return Text(
            f"Tas drīkstēja notikt ne vairāk kā {times} reizes; nākamais bija izsaukums Nr. {call.number}: {call.told}.",
            f"This was to happen at most {times} times; one more was call {call.number}: {call.told}.",
        )
    return Text(
        f"Tas nedrīkstēja notikt, bet tika redzēts: izsaukums Nr. {call.number}, {call.told}.",
        f"This must not happen, and was seen: call {call.number}, {call.told}.",
    )


def told(value: str) -> Text:
    return Text(f"Laboratorija redzēja: {value}.", f"The lab saw: {value}.")


def told_otherwise(value: str) -> Text:
    shown = value or "-"
    return Text(f"Laboratorija redzēja ko citu: {shown}.", f"The lab saw something else: {shown}.")


def wanted(condition: Condition, words: Mapping[str, str]) -> str:
    """For people: `= completed`, `∈ 1, 2`, or that something is there."""
    if condition.test == "exists":
        return "✓" if condition.value else "∅"
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    shown = [str(value if (known := filled(value, words)) is None else known) for value in values]
    sign = WORDS[condition.test]
    return ", ".join(shown) if sign == "=" else f"{sign} {', '.join(shown)}"


def wanted_fact(step: Step, words: Mapping[str, str]) -> str:
    """For people: what a fact must be."""
    return f"{step.fact.subject}: {wanted(step.fact, words)}" if step.fact else ""
