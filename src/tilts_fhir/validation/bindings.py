"""Codes in a resource: whether they exist, carry the right name, and come from the value set of their element.

What the definitions at hand cannot decide is not reported. Source: https://hl7.org/fhir/R4/terminologies.html.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from tilts_fhir.codes import CodeChecker, Standing, codes_of
from tilts_fhir.issues import quoted
from tilts_fhir.structures import Binding
from tilts_fhir.validation.plans import Slot
from tilts_fhir.validation.walk import Json, Path, Walk

MAX_NAMES: Final = 5
MAX_CODES: Final = 5

# HL7 Terminology is published apart from FHIR: since R4 it has new codes and new names.
MOVING_SYSTEMS: Final = "http://terminology.hl7.org/"

SNOMED_CT: Final = "http://snomed.info/sct"

_FORMS: Final = {
    SNOMED_CT: (
        "a concept identifier has 6 to 18 digits, partition 00 or 10, and a right check digit",
        "jēdziena identifikatoram ir 6 līdz 18 cipari, sadaļa 00 vai 10 un pareizs kontrolcipars",
    ),
    "http://loinc.org": (
        "a LOINC number ends with a hyphen and its check digit",
        "LOINC numurs beidzas ar defisi un kontrolciparu",
    ),
    "http://unitsofmeasure.org": (
        "units are joined by '.' and '/', with exponents behind and annotations in braces",
        "mērvienības savieno ar '.' un '/', pakāpes raksta aiz tām, piezīmes figūriekavās",
    ),
    "urn:ietf:bcp:47": (
        "a language tag looks like lv or lv-LV",
        "valodas apzīmējums izskatās kā lv vai lv-LV",
    ),
    "urn:iso:std:iso:3166": (
        "a country has two or three letters or three digits",
        "valsts kodam ir divi vai trīs burti vai trīs cipari",
    ),
    "urn:iso:std:iso:3166:-2": (
        "an area looks like LV-RIX",
        "apgabala kods izskatās kā LV-RIX",
    ),
    "urn:iso:std:iso:4217": (
        "a currency has three letters or three digits",
        "valūtas kodam ir trīs burti vai trīs cipari",
    ),
    "http://unstats.un.org/unsd/methods/m49/m49.htm": (
        "a region has three digits",
        "reģiona kodam ir trīs cipari",
    ),
    "urn:ietf:bcp:13": (
        "a media type looks like application/pdf",
        "satura tips izskatās kā application/pdf",
    ),
}


def checker_of(walk: Walk) -> CodeChecker:
    """Whom this walk asks about codes: the service given with the options, else the definitions at hand."""
    return walk.options.codes or codes_of(walk.library)


def check_coding(walk: Walk, slot: Slot, value: Json, path: Path) -> None:
    """A Coding in its code system, and against the binding of its element."""
    if slot.part == "CodeableConcept":
        return  # part of a CodeableConcept, which knows the binding
    check_in_system(walk, value, path, slot.binding)
    check_binding(walk, slot.binding, value, path)


def check_concept(walk: Walk, slot: Slot, value: Json, path: Path) -> None:
    """The codings of a CodeableConcept in their code systems, and all together against the binding."""
    for index, coding in enumerate(value.get("coding") or ()):
        check_in_system(walk, coding, (path, "coding", index), slot.binding)
    check_binding(walk, slot.binding, value, path)


def check_quantity(walk: Walk, slot: Slot, value: Json, path: Path) -> None:
    """The unit of a Quantity in its code system, and against the binding of its element."""
    unit: Json = {key: value[key] for key in ("system", "code") if key in value}
    if "system" in unit:
        check_in_system(walk, unit, path)
    check_binding(walk, slot.binding, unit, path)


def check_code(walk: Walk, slot: Slot, text: str, path: Path) -> None:
    """A code, uri or string against a binding that has no list in the definitions (languages, media types)."""
    if slot.binding is None or not isinstance(text, str) or (slot.type == "uri" and ":" in text):
        return  # a whole URI names a type or a system, it is no code
    check_binding(walk, slot.binding, text, path)


def check_in_system(walk: Walk, coding: Json, path: Path, binding: Binding | None = None) -> None:
    """A Coding in its code system: the system, the code, the display, which a bound value set may also give."""
    system, code, display = (_text(coding.get(key)) for key in ("system", "code", "display"))
    if code is None and system is None:
        return
    version = _text(coding.get("version"))
    checker = checker_of(walk)
    standing = checker.look_up(system, code or "", display, version)
    if standing.wrong_display and binding is not None and binding.value_set is not None:
        standing = checker.check(binding.value_set, system, code or "", display, version).standing or standing
    _report_system(walk, standing, coding, path)
    if code is not None:
        _report_code(walk, standing, coding, path)


def check_binding(
    walk: Walk, binding: Binding | None, value: Json | str, path: Path, source: str | None = None
) -> None:
    """
    A code, Coding, Quantity or CodeableConcept against a binding, that of an element or of a profile.

    Args:
        source: Canonical of the profile that binds; None for the base specification.
    """
    if binding is None or (binding.strength == "example" and binding.maximum is None):
        return
    codings = _codings(value)
    if codings:
        # Where a maximum stands beside it, a preference alone is not worth a word: `lv` is as good as `en`.
        spoken = binding.maximum is None or binding.strength != "preferred"
        if binding.value_set is not None and binding.strength in _KEYS and spoken:
            _report_outside(walk, binding.value_set, codings, path, (_KEYS[binding.strength], source))
        if binding.maximum is not None:
            _report_outside(walk, binding.maximum, codings, path, ("binding-maximum", source))
    elif isinstance(value, dict) and "text" in value and binding.strength in _DUTIES:
        severity, duty_en, duty_lv = _DUTIES[binding.strength]
        facts = {"value_set": binding.value_set, "duty_en": duty_en, "duty_lv": duty_lv}
        walk.report("binding-no-code", path, severity=severity, source=source, **facts)


def _report_outside(
    walk: Walk, value_set: str, codings: Sequence[Json], path: Path, said: tuple[str, str | None]
) -> None:
    """One coding in the value set is enough, and one that cannot be decided too."""
    checker = checker_of(walk)
    for each in codings:
        system, bare = _text(each.get("system")), each.get("bare") is True
        if system is None and not bare:
            continue  # without a system it is in no value set; that it has none was said
        if checker.check(value_set, system, each["code"], None, _text(each.get("version"))).kind != "out":
            return
    if said[0] != "binding-required" and not any("system" in each or "bare" in each for each in codings):
        return  # that none has a system was said, and is all there is to say
    shown = ", ".join(_shown(each) for each in codings[:MAX_CODES])
    walk.report(said[0], path, source=said[1], codes=shown, value_set=value_set)


def _codings(value: Json | str) -> list[Json]:
    if isinstance(value, str):
        return [{"code": value, "bare": True}]
    entries = value.get("coding", [value]) if "coding" in value or "code" in value else []
    return [each for each in entries if isinstance(each, dict) and isinstance(each.get("code"), str)]


def _shown(coding: Json) -> str:
    system = coding.get("system")
    return (
        f"'{system}#{quoted(coding['code'])}'" if isinstance(system, str) else f"'{quoted(coding['code'])}'"
    )


def _report_system(walk: Walk, standing: Standing, coding: Json, path: Path) -> None:
    here = (path, "system", None)
    if standing.place == "no-system":
        walk.report("coding-no-system", path, code=quoted(coding.get("code")))
    elif standing.place in _SYSTEM_FAULTS:
        walk.report(_SYSTEM_FAULTS[standing.place], here, system=quoted(coding.get("system")))
    elif standing.place == "not-at-hand":
        _report_unheard(walk, coding["system"], here)
    elif standing.place == "other-version":
        versions = {"version": quoted(coding.get("version")), "known": standing.version or ""}
        walk.report("coding-version", here, system=coding["system"], **versions)


def _report_unheard(walk: Walk, system: str, path: Path) -> None:
    """Most systems that are not at hand are simply not known here; but some are known not to exist."""
    plain = system.rstrip("/").replace("https://", "http://", 1)
    near = plain != system and (plain in _FORMS or checker_of(walk).look_up(plain, "").place in _AT_HAND)
    if near or (system.startswith(_OWN_SYSTEMS) and not system.startswith(_IDENTIFIER_SYSTEMS)):
        hint_en, hint_lv = (f" Did you mean {plain}?", f" Varbūt domāta {plain}?") if near else ("", "")
        walk.report("coding-system-unknown", path, system=quoted(system), hint_en=hint_en, hint_lv=hint_lv)


def _report_code(walk: Walk, standing: Standing, coding: Json, path: Path) -> None:
    report = _REPORTS.get(standing.place)
    if report is not None:
        report(walk, standing, coding, path)


def _report_absent(walk: Walk, standing: Standing, coding: Json, path: Path) -> None:
    system = coding["system"]
    severity = "warning" if _may_have_grown(standing, coding) else "error"
    facts = {"code": quoted(coding["code"]), "system": system, "hint_en": "", "hint_lv": ""}
    walk.report("coding-unknown", (path, "code", None), severity=severity, **facts)


def _may_have_grown(standing: Standing, coding: Json) -> bool:
    """Whether a later version of the system, which is not at hand, may have the code."""
    return coding["system"].startswith(MOVING_SYSTEMS) and coding.get("version") != standing.version


def _report_in_part(walk: Walk, standing: Standing, coding: Json, path: Path) -> None:
    here = (path, "code", None)
    walk.report("coding-unknown-in-part", here, code=quoted(coding["code"]), system=coding["system"])


def _report_malformed(walk: Walk, standing: Standing, coding: Json, path: Path) -> None:
    form_en, form_lv = _FORMS.get(coding["system"], ("", ""))
    facts = {"code": quoted(coding["code"]), "system": coding["system"]}
    # Of SNOMED CT a warning: HL7's own examples hold such codes; in value sets it is an error (`value_sets.py`).
    severity = "warning" if coding["system"] == SNOMED_CT else None
    here = (path, "code", None)
    walk.report("coding-malformed", here, severity=severity, form_en=form_en, form_lv=form_lv, **facts)


def _report_known(walk: Walk, standing: Standing, coding: Json, path: Path) -> None:
    if not (standing.wrong_display or standing.inactive or standing.abstract):
        return
    facts = {"code": quoted(coding["code"]), "system": coding["system"]}
    if standing.wrong_display:
        names = ", ".join(f"'{each}'" for each in standing.displays[:MAX_NAMES])
        display = quoted(coding["display"])
        walk.report("coding-display", (path, "display", None), display=display, names=names, **facts)
    if standing.inactive:
        walk.report("coding-inactive", path, **facts)
    if standing.abstract:
        walk.report("coding-abstract", path, **facts)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


_REPORTS: Final[dict[str, Callable[[Walk, Standing, Json, Path], None]]] = {
    "known": _report_known,
    "absent": _report_absent,
    "absent-in-part": _report_in_part,
    "malformed": _report_malformed,
}
_AT_HAND: Final = frozenset({"known", "absent", "absent-in-part", "malformed"})
_OWN_SYSTEMS: Final = "http://hl7.org/fhir/"
_IDENTIFIER_SYSTEMS: Final = (
    "http://hl7.org/fhir/sid/",
    "http://hl7.org/fhir/us/",
    "http://hl7.org/fhir/uv/",
)
_SYSTEM_FAULTS: Final = {
    "relative": "coding-system-relative",
    "value-set": "coding-system-value-set",
    "supplement": "coding-system-supplement",
}
_KEYS: Final = {
    "required": "binding-required",
    "extensible": "binding-extensible",
    "preferred": "binding-preferred",
}
_DUTIES: Final = {
    "required": ("error", "required", "obligāti vajadzīgs"),
    "extensible": ("warning", "expected if there is a suitable one", "vajadzīgs, ja ir piemērots,"),
}
