"""What a CodeSystem must be: content, count, supplements, properties, designations, and its own value set.

Source: https://hl7.org/fhir/R4/codesystem.html.
"""

from typing import Final

from tilts_fhir.codes import codes_of
from tilts_fhir.codes.code_systems import PROPERTIES, objects_in
from tilts_fhir.issues import quoted
from tilts_fhir.validation.conformance.concepts import check_concepts, standing_concepts
from tilts_fhir.validation.conformance.standard_properties import STANDARD_TYPES
from tilts_fhir.validation.walk import Json, Path, Walk


def check_code_system(walk: Walk, resource: Json, path: Path) -> None:
    """All of a CodeSystem beyond its structure and its invariants."""
    concepts = list(standing_concepts(resource, path))
    _check_content(walk, resource, path, len(concepts))
    _check_count(walk, resource, path, len(concepts))
    _check_properties(walk, resource, path)
    if "caseSensitive" not in resource and resource.get("content") != "supplement":
        walk.report("code-system-case", path)
    if "hierarchyMeaning" not in resource and any("concept" in entry for entry, _ in concepts):
        walk.report("code-system-hierarchy", path)
    check_concepts(walk, resource, concepts)
    _check_supplement(walk, resource, concepts)
    _check_value_set(walk, resource, path)


def _check_content(walk: Walk, resource: Json, path: Path, concepts: int) -> None:
    content, supplements = resource.get("content"), resource.get("supplements")
    if supplements is not None and content not in ("supplement", None):
        walk.report("code-system-supplement-content", (path, "content", None), content=content)
    elif content == "supplement" and supplements is None and "_supplements" not in resource:
        walk.report("code-system-supplements-nothing", (path, "content", None))
    if content == "not-present" and concepts:
        walk.report("code-system-not-present", (path, "concept", 0))
    elif content == "complete" and not concepts:
        walk.report("code-system-no-concepts", path)


def _check_count(walk: Walk, resource: Json, path: Path, concepts: int) -> None:
    count, content = resource.get("count"), resource.get("content")
    if not isinstance(count, int):
        return
    wrong = concepts != count if content == "complete" and concepts else concepts > count
    if wrong and content in ("complete", "fragment", "example"):
        facts = {"content": content, "concepts": concepts, "count": count}
        walk.report("code-system-count", (path, "count", None), **facts)


def _check_properties(walk: Walk, resource: Json, path: Path) -> None:
    codes: set[str] = set()
    uris: set[str] = set()
    for index, each in enumerate(resource.get("property") or ()):
        here = (path, "property", index)
        code, uri = each.get("code"), each.get("uri")
        if code in codes:
            walk.report(
                "code-system-property-twice", here, what_en="code", what_lv="kodu", value=quoted(code)
            )
        if uri is not None and uri in uris:
            facts = {"what_en": "URI", "what_lv": "URI", "value": quoted(uri)}
            walk.report("code-system-property-twice", here, severity="warning", **facts)
        codes.add(code)
        uris.add(uri)
        _check_standard(walk, each, here)


def _check_standard(walk: Walk, declared: Json, path: Path) -> None:
    """A property that has the URI or the code of a standard one."""
    code, uri, kind = (str(declared.get(key) or "") for key in ("code", "uri", "type"))
    name = uri.removeprefix(PROPERTIES) if uri.startswith(PROPERTIES) else ""
    if name in STANDARD_TYPES:
        if code != name:
            severity = "error" if code in STANDARD_TYPES else "warning"
            facts = {"uri": uri, "expected": name, "name": quoted(code)}
            walk.report("code-system-property-code", path, severity=severity, **facts)
        if kind != STANDARD_TYPES[name]:
            facts = {"name": uri, "expected": STANDARD_TYPES[name], "type": quoted(kind)}
            walk.report("code-system-property-type", path, **facts)
    elif code in STANDARD_TYPES and not uri:
        walk.report("code-system-property-uri", path, name=code, uri=PROPERTIES + code)
        if kind != STANDARD_TYPES[code]:
            facts = {"name": code, "expected": STANDARD_TYPES[code], "type": quoted(kind)}
            walk.report("code-system-property-type", path, severity="warning", **facts)


def _check_supplement(walk: Walk, resource: Json, concepts: list[tuple[Json, Path]]) -> None:
    supplements = resource.get("supplements")
    base = codes_of(walk.library).system(supplements) if isinstance(supplements, str) else None
    if base is None or not base.complete:
        return
    for entry, path in concepts:
        code = entry.get("code")
        if isinstance(code, str) and not base.has(code):
            walk.report("code-system-supplement-code", path, code=quoted(code), system=supplements)


def _check_value_set(walk: Walk, resource: Json, path: Path) -> None:
    """`valueSet` names the value set of all codes of the system."""
    canonical = resource.get("valueSet")
    if not isinstance(canonical, str):
        return
    here = (path, "valueSet", None)
    found = walk.library.find("ValueSet", canonical)
    if found is None:
        kinds = walk.library.kinds(canonical)
        if kinds and "ValueSet" not in kinds:
            facts = {"canonical": quoted(canonical), "type": ", ".join(kinds)}
            walk.report("code-system-value-set-type", here, **facts)
    elif not is_of_all_codes(found, resource.get("url")):
        walk.report("code-system-value-set", here, canonical=canonical)


def is_of_all_codes(value_set: Json, system: object) -> bool:
    """Whether a value set has all codes of a code system and nothing else, as far as its composition says."""
    compose = value_set.get("compose")
    if not isinstance(compose, dict):
        return True
    includes = objects_in(compose.get("include"))
    if len(includes) != 1 or "exclude" in compose:
        return False
    return includes[0].get("system") == system and _PARTS.isdisjoint(includes[0])


_PARTS: Final = frozenset({"concept", "filter", "valueSet"})
