"""A MeasureReport against its Measure: its groups, populations and stratifiers are those of the measure.

Source: https://hl7.org/fhir/R4/measurereport.html.
"""

from dataclasses import dataclass
from typing import Final

from tilts_fhir.issues import quoted
from tilts_fhir.validation.measures.matching import code_text, has_code, has_coding, same_code
from tilts_fhir.validation.measures.scores import check_score, scoring_of
from tilts_fhir.validation.questionnaires.reading import objects, text
from tilts_fhir.validation.questionnaires.resolving import find_canonical
from tilts_fhir.validation.walk import Json, Path, Walk

OBSERVATION: Final = "measure-observation"


@dataclass(frozen=True, slots=True)
class Report:
    """A report beside its measure; `finished` if it says that it is complete."""

    walk: Walk
    kind: str | None
    scoring: str | None
    finished: bool

    @property
    def lack(self) -> str:
        """How grave it is that a part is missing."""
        return "error" if self.finished else "warning"


@dataclass(frozen=True, slots=True)
class Level:
    """A list of parts with codes: the name of the element, and the parts of measure and report."""

    name: str
    defined: list[Json]
    given: list[Json]
    path: Path


def check_measure_report(walk: Walk, report: Json, path: Path) -> None:
    """Rule for MeasureReport; a measure that is not at hand is a warning, and all there is."""
    canonical = text(report, "measure")
    if canonical is None:
        return
    place = (path, "measure", None)
    measure = find_canonical(walk, "Measure", canonical)
    if measure is None:
        walk.report("measure-unknown", place, canonical=quoted(canonical))
        return
    kind, scoring = text(report, "type"), scoring_of(measure)
    if scoring is None:
        walk.report("measure-scoring-unknown", place)
    defined = _parts(measure, "group")
    if not defined or kind == "data-collection":  # which has no groups at all: mrp-1
        return
    here = Report(walk, kind, scoring, text(report, "status") == "complete")
    for meant, given, group_path in _matched(here, Level("group", defined, _parts(report, "group"), path)):
        _check_group(here, meant, given, group_path)


def _check_group(report: Report, meant: Json, given: Json, path: Path) -> None:
    if report.scoring is not None:
        needed = report.finished and report.kind == "summary"
        check_score(report.walk, given, report.scoring, path, needed=needed)
    populations = Level("population", _parts(meant, "population"), _parts(given, "population"), path)
    for _, population, place in _matched(report, populations):
        if report.kind == "subject-list" and "subjectResults" not in population:
            report.walk.report("measure-no-subjects", (place, "subjectResults", None), severity=report.lack)
    _matched(report, Level("stratifier", _parts(meant, "stratifier"), _parts(given, "stratifier"), path))


def _matched(report: Report, level: Level) -> list[tuple[Json, Json, Path]]:
    """Each given part with the one it means in the measure; what has no counterpart is reported."""
    walk, found = report.walk, []
    walk.count(len(level.defined) + len(level.given), level.path)
    places: list[Path] = [(level.path, level.name, index) for index in range(len(level.given))]
    if _is_plain(level):
        return [(level.defined[0], level.given[0], places[0])]
    meant: set[int] = set()
    for part, place in zip(level.given, places, strict=True):
        at = _index(report, level, part)
        if not has_code(part):
            walk.report("measure-part-no-code", place, part=level.name)
        elif at is None:
            walk.report("measure-part-unknown", place, part=level.name, code=quoted(code_text(part)))
        elif at in meant:
            walk.report("measure-part-twice", place, part=level.name, code=quoted(code_text(part)))
        else:
            meant.add(at)
            found.append((level.defined[at], part, place))
    for index, defined in enumerate(level.defined):
        if index not in meant and not has_coding(defined, OBSERVATION):
            facts = {"part": level.name, "code": quoted(code_text(defined) or defined.get("id", ""))}
            walk.report("measure-part-missing", level.path, severity=report.lack, **facts)
    return found


def _is_plain(level: Level) -> bool:
    """One part in the measure and one in the report need no codes to belong together."""
    if len(level.defined) != 1 or len(level.given) != 1:
        return False
    return not (has_code(level.defined[0]) and has_code(level.given[0]))


def _index(report: Report, level: Level, part: Json) -> int | None:
    report.walk.count(len(level.defined), level.path)
    return next((index for index, each in enumerate(level.defined) if same_code(part, each)), None)


def _parts(holder: Json, name: str) -> list[Json]:
    return [part for _, part in objects(holder, name)]
