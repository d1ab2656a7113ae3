"""Profiles that only say what systems must do with elements, and profiles that take such obligations over.

Source: https://hl7.org/fhir/extensions/StructureDefinition-inherit-obligations.html,
https://hl7.org/fhir/extensions/StructureDefinition-obligation-profile-flag.html.
"""

from typing import Final

from tilts_fhir.structures import TYPE_ROOT
from tilts_fhir.validation.conformance.citing import cited
from tilts_fhir.validation.walk import Json, Path, Walk

INHERITED: Final = TYPE_ROOT + "inherit-obligations"
MARKS: Final = (TYPE_ROOT + "obligation-profile", TYPE_ROOT + "obligation-profile-flag")


def check_inherited_obligations(walk: Walk, resource: Json, path: Path) -> None:
    """Obligations are taken from profiles that are marked for it, and that rest on the same definition."""
    for index, extension in enumerate(resource.get("extension", [])):
        canonical = extension.get("valueCanonical")
        if extension.get("url") != INHERITED or not isinstance(canonical, str):
            continue
        found = walk.library.find("StructureDefinition", canonical)
        if found is None:
            continue  # said of every canonical
        here = (path, "extension", index)
        base, expected = found.get("baseDefinition"), resource.get("baseDefinition")
        if not any(_is_mark(each) for each in found.get("extension", [])):
            walk.report("sd-obligations-unmarked", here, profile=cited(canonical))
        elif base != expected:
            walk.report(
                "sd-obligations-base",
                here,
                profile=cited(canonical),
                base=cited(base),
                expected=cited(expected),
            )


def _is_mark(extension: object) -> bool:
    return (
        isinstance(extension, dict)
        and extension.get("url") in MARKS
        and extension.get("valueBoolean") is not False
    )
