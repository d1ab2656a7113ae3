"""`tilts validate`: what is wrong with FHIR files, with line and column, on all cores."""

import os
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias

from cyclopts import Parameter
from rich.console import Console

from tilts.cli.findings import WRONG, Checked, Totals, lines, row, show
from tilts.cli.places import AsJson, terminal_language
from tilts.cli.progress import Steps
from tilts.clock import WallClock
from tilts.rules.profiles import library
from tilts_fhir.json_strict import JsonError, decode_resource
from tilts_fhir.library import Library
from tilts_fhir.validation import Options, validate_text
from tilts_fhir.xml_reader import read_xml

Form: TypeAlias = Literal["json", "xml"]

FORMS: Final[dict[str, Form]] = {".json": "json", ".xml": "xml"}
FEW: Final = 8  # files that are checked without starting other processes
WRONG_USAGE: Final = 2


class _Unusable(Exception):
    """What was named cannot be used; ends with exit status 2."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    profiles: tuple[str, ...]
    definitions: tuple[Path, ...]
    errors_only: bool
    now: datetime


def validate(
    *files: Annotated[Path, Parameter(help="Files (.json, .xml) or folders of them.")],
    profile: Annotated[
        list[str] | None,
        Parameter(help="Canonical of a profile that each must meet; may be repeated.", negative=""),
    ] = None,
    definitions: Annotated[
        list[Path] | None,
        Parameter(
            help="File or folder with profiles, value sets, ... to validate with; may be repeated.",
            negative="",
        ),
    ] = None,
    errors_only: Annotated[bool, Parameter(negative="", help="Leave out warnings and information.")] = False,
    as_json: AsJson = False,
) -> int:
    """Check FHIR R4 files: structure, values, codes, references, invariants, extensions, profiles.

    Needs no sandbox and no network. The profiles of Tilts are in reach without naming them. In a terminal what is found
    stands in blocks; elsewhere each finding is one line, file:line:column: severity: element: text [key].

    Exit status: 0 nothing is wrong, 1 some file is wrong or cannot be read, 2 wrong usage.
    """
    wanted = _Wanted(tuple(profile or ()), tuple(definitions or ()), errors_only, WallClock().now())
    try:
        found = list(_files(files))
        if not found:
            raise _Unusable("no .json or .xml file to check: name files or folders")
        options = _options(wanted)
    except _Unusable as no:
        Console(stderr=True).print(f"tilts: {no}", markup=False, highlight=False, soft_wrap=True)
        return WRONG_USAGE
    try:
        return _told(_checked(found, wanted, options), len(found), as_json=as_json)
    except BrokenPipeError:  # `| head`: whoever read has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _told(checked: Iterator[Checked], count: int, *, as_json: bool) -> int:
    language, totals = terminal_language(), Totals()
    console = Console(highlight=False)
    in_blocks = console.is_terminal and not as_json
    kept: list[Checked] = []  # a terminal shows the progress first, on the same screen
    with Steps(quiet=as_json or count <= FEW) as steps:
        advance = steps.bar("files", count)
        for one in checked:
            totals.add(one)
            if in_blocks:
                kept.append(one)
            else:
                print(row(one, language) + "\n" if as_json else lines(one, language), end="")
            advance(totals.files)
    for one in kept:
        show(console, one, language)
    if not as_json:
        console.print(totals.told(language), style="red" if totals.wrong else "green", markup=False)
    return 1 if totals.wrong else 0


def _files(given: Iterable[Path]) -> Iterator[Path]:
    for each in given:
        if each.is_dir():
            inside = (path for path in sorted(each.rglob("*")) if path.suffix.lower() in FORMS)
            yield from (path for path in inside if path.is_file())
        elif not each.exists():
            raise _Unusable(f"{each} is not there")
        elif each.suffix.lower() not in FORMS:
            raise _Unusable(f"{each}: only .json and .xml are read")
        else:
            yield each


def _checked(files: list[Path], wanted: _Wanted, options: Options) -> Iterator[Checked]:
    """In the order of the files; few of them here, many by all cores."""
    if len(files) <= FEW:
        yield from (_check(each, wanted, options) for each in files)
        return
    cores = os.cpu_count() or 1
    share = max(1, min(16, len(files) // (4 * cores)))
    with ProcessPoolExecutor(cores, initializer=_begin, initargs=(wanted,)) as pool:
        yield from pool.map(_check_there, files, chunksize=share)


# Of a process of the pool: set once when it begins.
_there: list[tuple[_Wanted, Options]] = []


def _begin(wanted: _Wanted) -> None:
    _there[:] = [(wanted, _options(wanted))]


def _check_there(file: Path) -> Checked:
    return _check(file, *_there[0])


def _check(file: Path, wanted: _Wanted, options: Options) -> Checked:
    try:
        raw = file.read_bytes()
    except OSError as fault:
        return Checked(str(file), fault=f"cannot be read: {fault.strerror}")
    issues = validate_text(raw, FORMS[file.suffix.lower()], profiles=wanted.profiles, options=options)
    return Checked(
        str(file), tuple(each for each in issues if not wanted.errors_only or each.severity in WRONG)
    )


def _options(wanted: _Wanted) -> Options:
    given = [_definition(path) for path in _files(wanted.definitions)]
    return Options(library=Library(given, beneath=library()) if given else library(), now=wanted.now)


def _definition(file: Path) -> dict[str, Any]:
    try:
        raw = file.read_bytes()
        resource = read_xml(raw).resource if FORMS[file.suffix.lower()] == "xml" else decode_resource(raw)
    except OSError as fault:
        raise _Unusable(f"{file} cannot be read: {fault.strerror}") from fault
    except JsonError as fault:
        raise _Unusable(f"{file}: {fault}") from fault
    if resource is None:
        raise _Unusable(f"{file}: not a FHIR resource")
    return resource
