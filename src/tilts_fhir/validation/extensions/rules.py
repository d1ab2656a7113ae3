"""The rules for one extension: its url, its definition, its content, its place."""

from typing import Any, Final

from tilts_fhir.issues import quoted
from tilts_fhir.structures import TYPE_ROOT, Structure
from tilts_fhir.validation.extensions.contexts import check_context
from tilts_fhir.validation.extensions.known import is_example, is_of_hl7, is_of_other_release
from tilts_fhir.validation.plans import Slot
from tilts_fhir.validation.profiles.check import check_profile
from tilts_fhir.validation.profiles.ground import named
from tilts_fhir.validation.walk import Path, Walk

EXTENSION: Final = "Extension"
MODIFIER: Final = "modifierExtension"
PART_URL: Final = "Extension.extension.url"
# HL7's own example of this extension (Bundle hla-1) names the part `url` so.
ALSO_PARTS: Final = {TYPE_ROOT + "hla-genotyping-results-glstring": "uri"}


def check_extension(walk: Walk, slot: Slot, value: Any, path: Path) -> None:
    """
    One extension or modifier extension.

    Raises:
        Enough: A bound is reached.
    """
    stated = value.get("url")
    if not isinstance(stated, str) or not stated:
        walk.report("extension-url", path)
        return
    url, bar, _ = stated.partition("|")
    if bar:
        walk.report("extension-version", (path, "url", None), url=quoted(stated))
    if ":" not in url:
        # Inside of another extension it is described there, as a slice.
        if not _is_nested(path):
            walk.report("extension-relative", (path, "url", None), url=quoted(url))
        return
    structure = walk.library.structure(url)
    if structure is None:
        _report_unknown(walk, url, slot, path)
    elif structure.type != EXTENSION:
        walk.report("extension-not-one", path, url=named(url), type=structure.type)
    else:
        _check_known(walk, structure, slot, value, path)


def _is_nested(path: Path) -> bool:
    holder = path[0]
    return holder is not None and holder[1] in ("extension", MODIFIER)


def _report_unknown(walk: Walk, url: str, slot: Slot, path: Path) -> None:
    if is_example(url) or is_of_other_release(url):
        walk.report("extension-unchecked", path, url=named(url))
    else:
        # What changes the meaning of the rest cannot be passed over.
        severity = "warning" if is_of_hl7(url) and slot.name != MODIFIER else "error"
        walk.report("extension-unknown", path, severity=severity, url=named(url))


def _check_known(walk: Walk, structure: Structure, slot: Slot, value: Any, path: Path) -> None:
    url = named(structure.url)
    is_modifier = structure.rows[0].is_modifier
    if is_modifier and slot.name != MODIFIER:
        walk.report("extension-is-modifier", path, source=structure.url, url=url)
    elif not is_modifier and slot.name == MODIFIER:
        walk.report("extension-no-modifier", path, source=structure.url, url=url)
    check_context(walk, structure, path)
    if structure.url != TYPE_ROOT + EXTENSION:
        _check_parts(walk, structure, value, path)
        check_profile(walk, structure, value, path)


def _check_parts(walk: Walk, structure: Structure, value: Any, path: Path) -> None:
    """A part with a plain name means what the definition says of that name: without a word there it means nothing."""
    names = {row.fixed for row in structure.rows if row.path == PART_URL and isinstance(row.fixed, str)}
    names.add(ALSO_PARTS.get(structure.url, ""))
    for index, part in enumerate(value.get("extension", ())):
        name = part.get("url")
        if isinstance(name, str) and ":" not in name and name not in names:
            here = ((path, "extension", index), "url", None)
            walk.report(
                "extension-part-unknown",
                here,
                source=structure.url,
                name=quoted(name),
                url=named(structure.url),
            )
