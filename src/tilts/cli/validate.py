"""`tilts validate`: what is wrong with FHIR files, with line and column, on all cores."""

import json
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import Parameter
from rich.console import Console
from rich.markup import escape

from tilts.cli.places import AsJson, terminal_language
from tilts.cli.progress import Steps
from tilts.cli.refusals import NotPossible
from tilts.rules.profiles import library
from tilts_fhir.issues import Issue
from tilts_fhir.json_strict import JsonError, decode
from tilts_fhir.library import Library
from tilts_fhir.validation import Options, validate_text
from tilts_fhir.xml_reader import read_xml

SUFFIXES: Final = {".json": "json", ".xml": "xml"}
COLOURS: Final = {"fatal": "bold red", "error": "red", "warning": "yellow", "information": "cyan"}
WRONG: Final = frozenset({"fatal", "error"})
FEW: Final = 8  # files that are checked without starting other processes


@dataclass(frozen=True, slots=True)
class Checked:
    """A file and what is to be said about it."""

    file: str
    issues: tuple[Issue, ...]

    @property
    def is_wrong(self) -> bool:
        return any(each.severity in WRONG for each in self.issues)


def validate(
    *files: Annotated[Path, Parameter(help="Files (.json, .xml) or folders of them.")],
    profile: Annotated[
        list[str] | None, Parameter(help="Canonical that each must meet; may be repeated.")
    ] = None,
    definitions: Annotated[
        list[Path] | None,
        Parameter(help="File or folder with profiles, value sets, ... to validate with; may be repeated."),
    ] = None,
    errors_only: Annotated[bool, Parameter(negative="", help="Leave out warnings and information.")] = False,
    as_json: AsJson = False,
) -> int:
    """Check FHIR R4 files: structure, values, codes, references, invariants, extensions, profiles.

    Needs no sandbox and no network. The profiles of Tilts are in reach without naming them.

    Exit status: 0 nothing is wrong, 1 some file is wrong or cannot be read, 2 wrong usage.
    """
    found = list(_files(files))
    if not found:
        raise NotPossible("no .json or .xml file to check: name files or folders")
    wanted = _Wanted(tuple(profile or ()), tuple(str(each) for each in definitions or ()))
    checked: list[Checked] = []
    with Steps(quiet=as_json or len(found) <= FEW) as steps:
        advance = steps.bar("files", len(found))
        for one in _checked(found, wanted):
            checked.append(one)
            advance(len(checked))
    shown = [_only_errors(each) for each in checked] if errors_only else checked
    if as_json:
        for each in shown:
            print(json.dumps(_row(each), ensure_ascii=False))
    else:
        _tell(shown)
    return 1 if any(each.is_wrong for each in checked) else 0


@dataclass(frozen=True, slots=True)
class _Wanted:
    profiles: tuple[str, ...]
    definitions: tuple[str, ...]


def _files(given: Iterable[Path]) -> Iterator[Path]:
    for each in given:
        if each.is_dir():
            yield from (
                path for path in sorted(each.rglob("*")) if path.suffix in SUFFIXES and path.is_file()
            )
        elif each.suffix not in SUFFIXES:
            raise NotPossible(f"{each}: only .json and .xml are read")
        elif not each.is_file():
            raise NotPossible(f"{each} is not there")
        else:
            yield each


def _checked(files: list[Path], wanted: _Wanted) -> Iterator[Checked]:
    """In the order of the files; few of them here, many by all cores."""
    options = _options(wanted)  # says here already that a definition cannot be read
    if len(files) <= FEW:
        yield from (_check(each, wanted, options) for each in files)
        return
    with ProcessPoolExecutor(os.cpu_count(), initializer=_begin, initargs=(wanted,)) as pool:
        yield from pool.map(_check_there, files, chunksize=8)


# Of a process of the pool: set once when it begins.
_there: list[tuple[_Wanted, Options]] = []


def _begin(wanted: _Wanted) -> None:
    _there[:] = [(wanted, _options(wanted))]


def _check_there(file: Path) -> Checked:
    wanted, options = _there[0]
    return _check(file, wanted, options)


def _check(file: Path, wanted: _Wanted, options: Options) -> Checked:
    form = "xml" if file.suffix == ".xml" else "json"
    return Checked(
        str(file),
        tuple(validate_text(file.read_bytes(), form, profiles=wanted.profiles, options=options)),
    )


def _options(wanted: _Wanted) -> Options:
    given = [_definition(path) for each in wanted.definitions for path in _files([Path(each)])]
    return Options(library=Library(given, beneath=library()) if given else library())


def _definition(file: Path) -> dict[str, Any]:
    raw = file.read_bytes()
    try:
        resource = read_xml(raw).resource if file.suffix == ".xml" else decode(raw)
    except JsonError as fault:
        raise NotPossible(f"{file}: {fault}") from fault
    if not isinstance(resource, dict):
        raise NotPossible(f"{file}: not a FHIR resource")
    return resource


def _only_errors(checked: Checked) -> Checked:
    return Checked(checked.file, tuple(each for each in checked.issues if each.severity in WRONG))


def _row(checked: Checked) -> dict[str, object]:
    language = terminal_language()
    return {
        "file": checked.file,
        "valid": not checked.is_wrong,
        "issues": [
            {
                "severity": each.severity,
                "code": each.code,
                "key": each.key,
                "expression": each.expression,
                "line": each.line,
                "column": each.column,
                "text": each.text_lv if language == "lv" else each.text_en,
                "source": each.source,
            }
            for each in checked.issues
        ],
    }


def _tell(checked: list[Checked]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    language = terminal_language()
    for each in checked:
        if not each.issues:
            continue
        console.print(f"[bold]{escape(each.file)}[/bold]")
        for found in each.issues:
            text = found.text_lv if language == "lv" else found.text_en
            colour = COLOURS.get(found.severity, "white")
            place = f"{found.line or 1}:{found.column or 1}"
            console.print(
                f"  {place:>8}  [{colour}]{found.severity}[/{colour}]  [bold]{escape(found.expression)}[/bold]  "
                f"{escape(text)}  [dim]{found.key}[/dim]"
            )
    wrong = sum(each.is_wrong for each in checked)
    counts = [
        sum(found.severity in names for each in checked for found in each.issues)
        for names in (WRONG, {"warning"})
    ]
    colour = "red" if wrong else "green"
    console.print(
        f"[{colour}]{len(checked)} files, {wrong} wrong[/{colour}]: {counts[0]} errors, {counts[1]} warnings"
    )
