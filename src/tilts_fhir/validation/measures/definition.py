"""A Measure in itself: its libraries, the codes by which reports refer to its parts, the names in its criteria.

Source: https://hl7.org/fhir/R4/measure.html.
"""

from collections.abc import Iterator
from typing import Final

from tilts_fhir.issues import quoted
from tilts_fhir.validation.measures.logic import defined_names, split_name
from tilts_fhir.validation.measures.matching import has_code
from tilts_fhir.validation.questionnaires.reading import objects, text
from tilts_fhir.validation.questionnaires.resolving import find_canonical
from tilts_fhir.validation.walk import Json, Path, Walk

_CQL: Final = "text/cql"
_CQL_NAME: Final = "text/cql.identifier"


def check_measure(walk: Walk, measure: Json, path: Path) -> None:
    """Rule for Measure."""
    libraries = list(_libraries(walk, measure, path))
    groups = objects(measure, "group")
    if not groups:
        walk.report("measure-no-groups", (path, "group", None))
    for index, group in groups:
        place: Path = (path, "group", index)
        if len(groups) > 1 and not has_code(group):
            walk.report("measure-no-code", place, part="group")
        if not objects(group, "population"):
            walk.report("measure-no-population", (place, "population", None))
        for name in ("population", "stratifier"):
            _check_parts(walk, group, name, place)
        for criteria, here in _criteria(group, place):
            _check_criteria(walk, criteria, libraries, here)


def _libraries(walk: Walk, measure: Json, path: Path) -> Iterator[tuple[Json, frozenset[str] | None]]:
    """The libraries of a measure that are at hand, with the names they define; the others are reported."""
    stated = measure.get("library")
    for index, canonical in enumerate(stated if isinstance(stated, list) else ()):
        if not isinstance(canonical, str):
            continue
        library = find_canonical(walk, "Library", canonical)
        if library is None:
            walk.report("measure-library-unknown", (path, "library", index), canonical=quoted(canonical))
        else:
            names = defined_names(library)
            walk.count(len(names or ()) + 1, path)
            yield library, names


def _check_parts(walk: Walk, holder: Json, name: str, path: Path) -> None:
    """Parts of which there are several need codes, or a report cannot refer to them."""
    parts = objects(holder, name)
    walk.count(len(parts), path)
    for index, part in parts:
        if len(parts) > 1 and not has_code(part):
            walk.report("measure-no-code", (path, name, index), part=name)
        if name == "stratifier":
            _check_parts(walk, part, "component", (path, name, index))


def _criteria(group: Json, path: Path) -> Iterator[tuple[Json, Path]]:
    parts = [
        (part, (path, name, at)) for name in ("population", "stratifier") for at, part in objects(group, name)
    ]
    for part, place in parts:
        inner = [(each, (place, "component", at)) for at, each in objects(part, "component")]
        for holder, here in ((part, place), *inner):
            criteria = holder.get("criteria")
            if isinstance(criteria, dict):
                yield criteria, (here, "criteria", None)


def _check_criteria(
    walk: Walk, criteria: Json, libraries: list[tuple[Json, frozenset[str] | None]], path: Path
) -> None:
    """A criterion that is only a name must be defined in the library that it names, or in the only one there is."""
    language, expression = text(criteria, "language"), text(criteria, "expression")
    if language not in (_CQL, _CQL_NAME) or expression is None or not libraries:
        return
    named = split_name(expression, is_identifier=language == _CQL_NAME)
    if named is None:
        return
    wanted, name = named
    for library, names in libraries:
        is_meant = library.get("name") == wanted if wanted is not None else len(libraries) == 1
        if is_meant and names is not None and name not in names:
            facts = {"name": quoted(name), "library": quoted(library.get("url") or library.get("name"))}
            walk.report("measure-name-unknown", path, **facts)
