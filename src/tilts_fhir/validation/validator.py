"""The whole check of one resource, decoded or as text."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

from tilts_fhir.issues import Issue, issue
from tilts_fhir.json_strict import JsonError, decode_resource
from tilts_fhir.places import locate_json, locate_xml
from tilts_fhir.validation.postponing import postponed_with_news
from tilts_fhir.validation.shapes import shaped
from tilts_fhir.validation.structure import check_structure, root_path
from tilts_fhir.validation.visiting import visit_postponed, visit_resource
from tilts_fhir.validation.walk import Enough, Json, Options, Scene, Walk
from tilts_fhir.xml_reader import read_xml

DEFAULT: Final = Options()


def validate(resource: Json, *, profiles: Sequence[str] = (), options: Options = DEFAULT) -> list[Issue]:
    """
    Everything that is wrong with a resource and all it contains.

    Args:
        resource: Decoded JSON, as `json_strict.decode_resource` or `read_xml` gives it; it is not changed.
        profiles: Canonicals that the resource must meet besides those that it names itself.
        options: The definitions in reach, what may be asked of others, and the bounds.

    Returns:
        The issues, each once; empty if there is nothing to say. Only `error` and `fatal` mean that the resource is wrong.
        At most `options.max_issues` errors and as many others, and one issue more where there were more.

    No resource makes it raise; what `options.resolve` and `options.codes` raise passes through.
    Source: https://hl7.org/fhir/R4/validation.html, ADR 0014, docs/why/validation.md.
    """
    walk = Walk(options, Scene(resource, root_path(resource)), tuple(profiles))
    try:
        check_structure(walk)
        _look_again(walk)
    except Enough:  # what was found so far stands in the walk
        pass
    if walk.left_out:
        walk.issues.append(issue("more-remarks", walk.scene.path[1], count=walk.left_out))
    return walk.issues if len(walk.issues) < 2 else list(dict.fromkeys(walk.issues))


def validate_text(
    raw: bytes,
    form: Literal["json", "xml"],
    *,
    profiles: Sequence[str] = (),
    options: Options = DEFAULT,
) -> list[Issue]:
    """
    Everything that is wrong with a text, in its order, each issue with line and column.

    Args:
        raw: The text as received, UTF-8.
        form: How it is written.
        profiles, options: As for `validate`.

    Returns:
        As `validate`; a text that cannot be read at all is one issue, `json` or `xml-...`, where the reading ended. Lines
        and columns are counted from 1, columns in characters.
    """
    found: list[Issue] = []
    if form == "xml":
        read = read_xml(raw)
        found += read.issues
        resource = read.resource
    else:
        try:
            resource = decode_resource(raw)
        except JsonError as fault:
            return [replace(issue("json", "", fault=fault.text), line=fault.line, column=fault.column)]
    if resource is not None:
        issues = validate(resource, profiles=profiles, options=options)
        expressions = {each.expression for each in issues}
        locate = locate_xml if form == "xml" else locate_json
        places = locate(raw, expressions) if expressions else {}
        for each in issues:
            line, column = places.get(each.expression, (1, 1))
            found.append(replace(each, line=line, column=column))
    return sorted(found, key=lambda each: (each.line or 0, each.column or 0))


def _look_again(walk: Walk) -> None:
    """Rules and invariants, over what has the right shape."""
    scene = walk.scene
    if walk.misshapen:
        right = shaped(scene.resource)
        if right is None:
            return
        walk.scene = Scene(right, scene.path)
        walk.accepted.clear()
        walk.left.clear()
    elif "resourceType" not in scene.resource or scene.path[1] == "Resource":
        return
    else:
        visit_postponed(walk, postponed_with_news(walk))
    visit_resource(walk, walk.scene.resource, walk.scene.path)
