"""A FHIR R4 Dosage as one clear sentence in Latvian or English.

Pure, and it never invents: each member is either said or named as unsaid, and with one thing unsaid the whole
sentence is left to the text that the prescriber gave. Words of others (a reason, an instruction) are quoted as they
stand, in whatever language that is. No advice: nothing is compared, converted, completed or judged.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tilts.exchange.medicines.dosage_amounts import Speaker, codings_of
from tilts.exchange.medicines.dosage_timing import timing_words
from tilts.exchange.medicines.dosage_words import ROUTE_SYSTEM, ROUTES
from tilts.rules import Language

MEMBERS: Final = frozenset(
    {
        "sequence",
        "text",
        "additionalInstruction",
        "patientInstruction",
        "timing",
        "asNeededBoolean",
        "asNeededCodeableConcept",
        "route",
        "doseAndRate",
        "maxDosePerPeriod",
        "maxDosePerAdministration",
    }
)
NO_TEXT: Final[Mapping[Language, str]] = {
    "lv": "Norādījumus nevar izteikt vārdos; jautājiet izrakstītājam.",
    "en": "These instructions cannot be put into words; ask the prescriber.",
}
NOTE: Final[Mapping[Language, str]] = {
    "lv": "Izrakstītāja teksts; no datiem izteikt nevar: {unsaid}.",
    "en": "The prescriber's own text; could not be put into words: {unsaid}.",
}


@dataclass(frozen=True, slots=True)
class DoseText:
    """The sentence; where it is the given text, `unsaid` says which members could not be said."""

    text: str
    from_structure: bool
    unsaid: tuple[str, ...] = ()

    def note(self, language: Language) -> str:
        """What stands beside the sentence; empty when it was made from the structure whole, or there was none."""
        return NOTE[language].format(unsaid=", ".join(self.unsaid)) if self.unsaid else ""


def dose_text(dosage: Mapping[str, Any], language: Language) -> DoseText:
    """One Dosage, as it was decoded from JSON."""
    speaker = Speaker(language)
    speaker.knows(dosage, "Dosage", MEMBERS)
    sentence = _sentence(dosage, speaker)
    given = dosage.get("text")
    if speaker.unsaid or not sentence:
        if isinstance(given, str) and given.strip():
            return DoseText(given.strip(), False, tuple(speaker.unsaid))
        return DoseText(NO_TEXT[language], False, tuple(speaker.unsaid) or ("Dosage",))
    return DoseText(sentence, True)


def dose_texts(dosages: Iterable[Mapping[str, Any]], language: Language) -> DoseText:
    """All of a line: one after another where `sequence` says so; otherwise the order is unsaid (FHIR R4 Dosage.sequence)."""
    many = list(dosages)
    if len(many) == 1:
        return dose_text(many[0], language)
    places = [one.get("sequence") for one in many]
    ordered = all(isinstance(place, int) for place in places) and len(set(places)) == len(many)
    if ordered:
        many.sort(key=lambda one: int(one["sequence"]))
    found = [dose_text(one, language) for one in many]
    unsaid = [name for one in found for name in one.unsaid] + ([] if ordered else ["Dosage.sequence"])
    then = " Pēc tam: " if language == "lv" else " Then: "
    text = (then if ordered else " / ").join(one.text for one in found)
    return DoseText(text, ordered and all(one.from_structure for one in found), tuple(dict.fromkeys(unsaid)))


def _sentence(dosage: Mapping[str, Any], speaker: Speaker) -> str:
    """Everything that can be said; what cannot is noted by the speaker."""
    when = timing_words(dosage.get("timing"), speaker)
    bounds = [part for part in when if part.startswith(",")]
    parts = [_dose(dosage, speaker), *(part for part in when if part not in bounds)]
    main = " ".join(part for part in parts if part)
    needed = _as_needed(dosage, speaker)
    main = speaker.choose(", ", " ").join(part for part in (main, needed) if part) + "".join(bounds)
    if not main:
        return ""
    route = _route(dosage.get("route"), speaker)
    main = f"{main.removesuffix('.')}."  # a Latvian date ends with a point of its own
    first = f"{route}: {main}" if route else f"{main[0].upper()}{main[1:]}"
    return " ".join([first, *_limits(dosage, speaker), *_instructions(dosage, speaker)])


def _dose(dosage: Mapping[str, Any], speaker: Speaker) -> str:
    rows = dosage.get("doseAndRate", [])
    if not rows:
        return ""
    if not isinstance(rows, list) or len(rows) != 1 or not isinstance(rows[0], dict):
        return speaker.leave("Dosage.doseAndRate")
    row = rows[0]
    speaker.knows(row, "Dosage.doseAndRate", {"doseQuantity", "doseRange"})
    if "doseRange" in row:
        return speaker.range(row["doseRange"], "Dosage.doseAndRate.doseRange")
    return speaker.quantity(row.get("doseQuantity"), "Dosage.doseAndRate.doseQuantity")


def _as_needed(dosage: Mapping[str, Any], speaker: Speaker) -> str:
    words = speaker.choose("pēc vajadzības", "as needed")
    if "asNeededCodeableConcept" in dosage:
        reason = speaker.quoted(dosage["asNeededCodeableConcept"], "Dosage.asNeededCodeableConcept")
        return f"{words} ({reason})" if reason else ""
    asked = dosage.get("asNeededBoolean", False)
    if not isinstance(asked, bool):
        speaker.leave("Dosage.asNeededBoolean")
    return words if asked is True else ""


def _route(route: Any, speaker: Speaker) -> str:
    """By a code with words, else quoted as it was given."""
    if route is None:
        return ""
    codes = [str(one.get("code")) for one in codings_of(route, ROUTE_SYSTEM)]
    if codes and codes[0] in ROUTES:
        speaker.knows(route, "Dosage.route", {"text", "coding"})
        return speaker.choose(*ROUTES[codes[0]])
    words = speaker.quoted(route, "Dosage.route")
    return f"{speaker.choose('Lietošanas veids', 'Route')} {words}" if words else ""


def _limits(dosage: Mapping[str, Any], speaker: Speaker) -> list[str]:
    found = []
    most = speaker.choose("Ne vairāk kā", "No more than")
    if "maxDosePerAdministration" in dosage:
        words = speaker.quantity(dosage["maxDosePerAdministration"], "Dosage.maxDosePerAdministration")
        found.append(f"{most} {words} {speaker.choose('vienā reizē', 'at one time')}.")
    if "maxDosePerPeriod" in dosage:
        where = "Dosage.maxDosePerPeriod"
        ratio = dosage["maxDosePerPeriod"]
        if not isinstance(ratio, dict):
            speaker.leave(where)
            return found
        speaker.knows(ratio, where, {"numerator", "denominator"})
        words = speaker.quantity(ratio.get("numerator"), f"{where}.numerator")
        found.append(f"{most} {words} {speaker.within(ratio.get('denominator'), f'{where}.denominator')}.")
    return found


def _instructions(dosage: Mapping[str, Any], speaker: Speaker) -> list[str]:
    """The words of others, quoted."""
    many = dosage.get("additionalInstruction", [])
    if not isinstance(many, list):
        return [speaker.leave("Dosage.additionalInstruction")]
    found = [speaker.quoted(one, "Dosage.additionalInstruction") for one in many]
    if "patientInstruction" in dosage:
        found.append(speaker.quoted({"text": dosage["patientInstruction"]}, "Dosage.patientInstruction"))
    return [f"{words}." for words in found if words]
