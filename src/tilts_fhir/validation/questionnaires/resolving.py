"""Finds the questionnaire that a response answers: contained, beside it in the Bundle, or among the definitions."""

import re
from typing import Final

from tilts_fhir import definitions
from tilts_fhir.issues import quoted
from tilts_fhir.validation.questionnaires.reading import objects, text
from tilts_fhir.validation.walk import Json, Path, Walk

KIND: Final = "Questionnaire"
# In the namespace of the specification the url of a resource says its type.
_HL7_CANONICAL: Final = re.compile(r"http://hl7\.org/fhir/(?P<kind>[A-Za-z]+)/[^/]+")


def find_canonical(walk: Walk, kind: str, canonical: str) -> Json | None:
    """
    A definition by canonical, with or without `|version`: contained (`#id`), in the library, in the Bundle around,
    or where references outside are resolved. In the last two, `Questionnaire/1` is found as well.
    """
    if canonical.startswith("#"):
        return _contained(walk.scene.container.resource, kind, canonical[1:])
    found = walk.library.find(kind, canonical) or _in_bundle(walk, kind, canonical)
    if found is None and walk.options.resolve is not None:
        found = walk.options.resolve(canonical)
        return found if found is not None and found.get("resourceType") == kind else None
    return found


def find_questionnaire(walk: Walk, response: Json, path: Path) -> Json | None:
    """The questionnaire of a response; None, and reported unless the response names none, if it is not at hand."""
    canonical = text(response, "questionnaire")
    if canonical is None:
        return None
    found = find_canonical(walk, KIND, canonical)
    if found is not None:
        return found
    place = (path, "questionnaire", None)
    other = wrong_kind(walk, canonical)
    if other is not None:
        walk.report("answer-questionnaire-kind", place, canonical=quoted(canonical), found=other)
    else:
        walk.report("answer-questionnaire-unknown", place, canonical=quoted(canonical))
    return None


def wrong_kind(walk: Walk, canonical: str) -> str | None:
    """The type of the definition with this canonical, if it is known and no Questionnaire; None otherwise."""
    if canonical.startswith("#"):
        inner = objects(walk.scene.container.resource, "contained")
        kinds = [text(each, "resourceType") for _, each in inner if each.get("id") == canonical[1:]]
        return kinds[0] if kinds else None
    known = walk.library.kinds(canonical)
    if known:
        return None if KIND in known else known[0]
    named = _HL7_CANONICAL.fullmatch(canonical)
    return named["kind"] if named and named["kind"] in definitions.resource_types() - {KIND} else None


def _contained(holder: Json, kind: str, name: str) -> Json | None:
    for _, resource in objects(holder, "contained"):
        if resource.get("id") == name and resource.get("resourceType") == kind:
            return resource
    return None


def _in_bundle(walk: Walk, kind: str, canonical: str) -> Json | None:
    around = walk.scene.container.outer
    while around is not None and around.resource.get("resourceType") != "Bundle":
        around = around.outer
    if around is None:
        return None
    key = ("definitions in a Bundle", id(around.resource))
    if key not in walk.memo:
        walk.memo[key] = _index(around.resource)
    found: Json | None = walk.memo[key].get((kind, canonical))
    return found


def _index(bundle: Json) -> dict[tuple[str, str], Json]:
    """The resources of a Bundle by type and canonical, `url|version`, fullUrl, or `Type/id`."""
    index: dict[tuple[str, str], Json] = {}
    for _, entry in objects(bundle, "entry"):
        resource = entry.get("resource")
        if not isinstance(resource, dict):
            continue
        kind = text(resource, "resourceType") or ""
        url, full_url = text(resource, "url"), text(entry, "fullUrl")
        names = [url, full_url, f"{kind}/{resource.get('id')}"]
        names += [f"{url}|{resource['version']}"] if url and text(resource, "version") else []
        for name in filter(None, names):
            index.setdefault((kind, name), resource)
    return index
