"""Which profiles a resource must meet: those asked for, those it names itself, those that FHIR ties to a code."""

from collections.abc import Iterator
from typing import Any, Final

from tilts_fhir.issues import quoted
from tilts_fhir.structures import TYPE_ROOT
from tilts_fhir.validation.profiles.check import check_profile
from tilts_fhir.validation.profiles.ground import named
from tilts_fhir.validation.profiles.tree import ANY_RESOURCE
from tilts_fhir.validation.walk import Json, Path, Walk

# https://hl7.org/fhir/extensions/StructureDefinition-structuredefinition-imposeProfile.html
IMPOSED: Final = TYPE_ROOT + "structuredefinition-imposeProfile"
LOINC: Final = "http://loinc.org"
SNOMED_CT: Final = "http://snomed.info/sct"

# https://hl7.org/fhir/R4/observation-vitalsigns.html: "SHALL" follow the profile when these are recorded.
VITAL_SIGNS: Final[dict[tuple[str, str], str]] = {
    (LOINC, "85353-1"): "vitalspanel",
    (LOINC, "9279-1"): "resprate",
    (LOINC, "8867-4"): "heartrate",
    (LOINC, "2708-6"): "oxygensat",
    (LOINC, "59408-5"): "oxygensat",
    (LOINC, "8310-5"): "bodytemp",
    (LOINC, "8302-2"): "bodyheight",
    (LOINC, "9843-4"): "headcircum",
    (LOINC, "29463-7"): "bodyweight",
    (LOINC, "39156-5"): "bmi",
    (LOINC, "85354-9"): "bp",
    # Codes of other names or systems for exactly these measurements: the profile asks for the LOINC code beside them.
    (LOINC, "76534-7"): "bp",
    (SNOMED_CT, "276885007"): "bodytemp",
}


def check_profiles(walk: Walk, resource: Json, path: Path) -> None:
    """
    All profiles that apply to the resource of the walk's scene.

    Raises:
        Enough: A bound is reached.
    """
    asked = walk.profiles if walk.scene.kind == "root" else ()
    if not (
        asked or "meta" in resource or walk.library.has_guides or resource["resourceType"] == "Observation"
    ):
        return
    waiting = [*asked, *_named(resource), *_global(walk, resource), *_implied(walk, resource, path)]
    done: set[str] = set()
    for canonical in waiting:
        if canonical in done:
            continue
        done.add(canonical)
        walk.count(1, path)
        if _check_one(walk, resource, path, canonical):
            waiting.extend(_imposed(walk, canonical))


def _named(resource: Json) -> Iterator[str]:
    named = resource.get("meta", {}).get("profile", ())
    return (each for each in named if isinstance(each, str) and each)


def _global(walk: Walk, resource: Json) -> list[str]:
    """What ImplementationGuides in reach ask of every resource of the type (ImplementationGuide.global)."""
    if "globals" not in walk.memo:
        walk.memo["globals"] = [
            (each["type"], each["profile"])
            for guide in walk.library.given("ImplementationGuide")
            for each in _objects(guide.get("global"))
            if isinstance(each.get("type"), str) and isinstance(each.get("profile"), str)
        ]
    return [profile for type, profile in walk.memo["globals"] if type == resource.get("resourceType")]


def _objects(value: Any) -> list[Json]:
    """The objects of an array; nothing of what is none: guides come from outside."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _check_one(walk: Walk, resource: Json, path: Path, canonical: str) -> bool:
    """Whether the profile is known and meant for this type; if it is, the resource is checked against it."""
    asked = walk.scene.kind == "root" and canonical in walk.profiles
    place: Path = (path, "meta", None) if not asked and "meta" in resource else path
    structure = walk.library.structure(canonical)
    if structure is None:
        severity = "error" if asked else "warning"
        walk.report("profile-unknown", place, severity=severity, canonical=named(canonical))
        return False
    found = str(resource.get("resourceType"))
    if structure.type != found and structure.type not in ANY_RESOURCE:
        walk.report(
            "profile-other-type", place, canonical=named(canonical), expected=structure.type, found=found
        )
        return False
    if structure.url != TYPE_ROOT + structure.type:
        check_profile(walk, structure, resource, path)
    return True


def _imposed(walk: Walk, canonical: str) -> list[str]:
    """The profiles that a profile asks for beside itself."""
    key = ("imposed", canonical)
    if key not in walk.memo:
        definition = walk.library.find("StructureDefinition", canonical) or {}
        found = [each for each in definition.get("extension", ()) if each.get("url") == IMPOSED]
        stated = [each.get("valueCanonical") for each in found]
        walk.memo[key] = list(dict.fromkeys(each for each in stated if isinstance(each, str)))
    imposed: list[str] = walk.memo[key]
    walk.count(len(imposed), walk.scene.path)
    return imposed


def _implied(walk: Walk, resource: Json, path: Path) -> Iterator[str]:
    if resource.get("resourceType") != "Observation":
        return
    for coding in resource.get("code", {}).get("coding", ()):
        name = VITAL_SIGNS.get((coding.get("system", ""), coding.get("code", "")))
        if name is not None:
            walk.report("profile-implied", path, canonical=TYPE_ROOT + name, code=quoted(coding["code"]))
            yield TYPE_ROOT + name
