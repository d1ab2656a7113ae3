"""`tilts path`: the whole path of the source page, from the first agreement to real data, walked in the terminal."""

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.console import Console, Group
from rich.padding import Padding
from rich.rule import Rule as Line
from rich.text import Text

from tilts.cli.places import AsJson, DataDir, chosen, running_facts, terminal_language
from tilts.cli.progress import Steps
from tilts.cli.refusals import NotPossible
from tilts.lab.environment import Environment, Options
from tilts.lab.form_filling import NotOnThePage
from tilts.lab.path import CHAPTERS, AlreadyWalked, Chapter, Event, PathWrong, walk_path
from tilts.lab.server import ServerFailed
from tilts.lab.state import read_state
from tilts.rules import Language
from tilts.store.embedded import ClusterError
from tilts_connector import TiltsError

SIGNS = {"refused": ("✗", "yellow"), "done": ("✓", "green"), "shown": ("·", "cyan")}


def path(
    *,
    data_dir: DataDir = None,
    language: Annotated[
        Language | None, Parameter(help="lv or en; default: the terminal's language.")
    ] = None,
    chapter: Annotated[
        int, Parameter(help=f"Walk up to this chapter, 1 to {len(CHAPTERS)}; each builds on those before.")
    ] = len(CHAPTERS),
    as_json: AsJson = False,
) -> int:
    """Walk the whole path: a new developer, practice and pharmacy, from the first agreement to real data.

    It needs a sandbox on which nobody has walked. Where none runs it starts one of its own on a temporary folder and
    removes it at the end; with --data-dir it walks on the running sandbox of that folder.

    Exit status: 0 walked as it should be, 1 it went wrong, or the sandbox was walked on before.
    """
    if not 1 <= chapter <= len(CHAPTERS):
        raise NotPossible(f"there are chapters 1 to {len(CHAPTERS)}")
    with sandbox_facts(data_dir, quiet=as_json) as facts:
        if facts["production"] is None:
            raise NotPossible(
                "this sandbox runs without the rehearsal of production; start it with: tilts sandbox"
            )
        return walked(facts, language or terminal_language(), chapter, as_json=as_json)


@contextmanager
def sandbox_facts(data_dir: Path | None, *, quiet: bool) -> Iterator[dict[str, Any]]:
    """Of the sandbox that runs; else of one that lives as long as the walk."""
    if data_dir is not None or read_state(chosen(None)) is not None:
        yield running_facts(data_dir)
        return
    with tempfile.TemporaryDirectory(prefix="tilts-path-") as folder:
        options = Options(data_dir=Path(folder) / "sandbox", port=0, production=True)
        with Steps(quiet=quiet) as steps:
            try:
                environment = Environment(options, steps)
            except (ClusterError, ServerFailed, OSError) as fault:
                raise NotPossible(str(fault)) from fault
        try:
            yield environment.facts
        finally:
            environment.stop()


def walked(facts: dict[str, Any], language: Language, last: int, *, as_json: bool) -> int:
    console, begun = Console(highlight=False, quiet=as_json), time.monotonic()
    refused = steps = 0
    try:
        for chapter, event in walk_path(facts, language, last):
            if as_json:
                print(json.dumps(row_of(chapter, event, language), ensure_ascii=False), flush=True)
            else:
                console.print(heading(chapter, language) if event is None else told(event))
            refused += event is not None and event.kind == "refused"
            steps += event is not None and event.kind == "done"
    except AlreadyWalked as no:
        raise NotPossible(f"{no}: a path is walked once. Start afresh with: tilts sandbox --fresh") from no
    except (PathWrong, NotOnThePage, TiltsError) as fault:
        raise NotPossible(f"the path went wrong after {steps} steps: {fault}") from fault
    seconds = time.monotonic() - begun
    console.print(summary(language, last, steps, refused, seconds))
    if as_json:
        print(json.dumps({"walked": last, "steps": steps, "refused": refused, "seconds": round(seconds, 1)}))
    return 0


def row_of(chapter: Chapter, event: Event | None, language: Language) -> dict[str, Any]:
    row: dict[str, Any] = {"chapter": chapter.number}
    if event is None:
        return {**row, "title": chapter.title(language), "facts": chapter.facts}
    told_of = {"kind": event.kind, "who": event.who, "text": event.text}
    return {**row, **told_of, "conditions": event.conditions, "rules": event.rules}


def heading(chapter: Chapter, language: Language) -> Group:
    facts = " ".join(chapter.facts)
    title = Text.assemble((f"{chapter.number}. {chapter.title(language)}", "bold"), (f"  {facts}", "dim"))
    return Group(Text(), Line(title, align="left", style="dim"))


def told(event: Event) -> Padding:
    sign, color = SIGNS[event.kind]
    text = Text.assemble((f"{sign} ", color), (event.who, "bold"), f"  {event.text}")
    for place, condition in enumerate(event.conditions):
        rule = event.rules[place] if len(event.rules) == len(event.conditions) else ""
        text.append(f"\n    {rule + '  ' if rule else ''}{condition}", style="yellow")
    if event.rules and len(event.rules) != len(event.conditions):
        text.append(f"\n    {' '.join(event.rules)}", style="yellow")
    return Padding(text, (0, 0, 0, 2))


def summary(language: Language, last: int, steps: int, refused: int, seconds: float) -> Text:
    minutes = f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
    if language == "lv":
        said = f"Ceļš noiets: {last} nodaļas, {steps} soļi, {refused} atteikumi pirms tiem; {minutes}."
    else:
        said = (
            f"The path is walked: {last} chapters, {steps} steps, {refused} refusals before them; {minutes}."
        )
    return Text.assemble("\n", ("✓ ", "green"), said, "\n")
