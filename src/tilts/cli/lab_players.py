"""Who plays a scenario when `tilts lab run` is asked: a person at the terminal, a command, or the reference system."""

import contextlib
import json
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import IO, Any, Final

from rich.console import Console

from tilts.cli.refusals import NotPossible
from tilts.lab.conformance.driving import Plays
from tilts.lab.conformance.library import scenario
from tilts.lab.conformance.reference_system import play as reference_plays
from tilts.rules import Language

GO_ON: Final = "go on"
GONE_ON: Final = "gone on"


def player_for(
    entry: Mapping[str, Any], command: str | None, reference: bool, language: Language, console: Console
) -> Plays:
    if reference and command:
        raise NotPossible("--play or --reference, not both")
    if reference and "key" not in entry:
        raise NotPossible("the reference system has no keys of this client; say --play COMMAND")
    if reference:
        return lambda scenario_id, facts, go_on: reference_plays(scenario_id, entry, facts, go_on)
    if command:
        words = shlex.split(command)
        return lambda scenario_id, facts, go_on: by_command(words, scenario_id, facts, go_on)
    if not sys.stdin.isatty():
        raise NotPossible("nobody is at this terminal: say --play COMMAND, or --reference")
    return lambda scenario_id, facts, go_on: by_hand(scenario_id, facts, go_on, language, console)


def by_command(
    words: list[str], scenario_id: str, facts: Mapping[str, str], go_on: Callable[[], None]
) -> None:
    """The command gets its facts, and each 'go on' that it prints is answered with 'gone on'.

    Raises OSError when it cannot be started, RuntimeError when it ended badly.
    """
    with subprocess.Popen(
        [*words, scenario_id], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as player:
        assert player.stdin is not None and player.stdout is not None
        told(player.stdin, json.dumps(dict(facts), ensure_ascii=False))
        for line in player.stdout:
            if line.strip() == GO_ON:
                go_on()
                told(player.stdin, GONE_ON)
    if player.returncode:
        raise RuntimeError(f"{words[0]} ended with {player.returncode}")


def told(player: IO[str], line: str) -> None:
    """A player that has ended hears nothing; how it ended is asked afterwards."""
    with contextlib.suppress(BrokenPipeError):
        player.write(f"{line}\n")
        player.flush()


def by_hand(
    scenario_id: str,
    facts: Mapping[str, str],
    go_on: Callable[[], None],
    language: Language,
    console: Console,
) -> None:
    one = scenario(scenario_id)
    assert one is not None, "a run is of scenarios that are there"
    told = one.instructions.filled(facts).told(language)
    console.print(f"\n[bold]{one.id}[/] {one.title.told(language)}")
    console.print(told, markup=False)
    keys = {"lv": "Enter: izdarīts", "en": "Enter: done"}[language]
    if one.later:
        keys += {"lv": ", t: turpināt", "en": ", g: go on"}[language]
    while (pressed := console.input(f"[dim]({keys})[/] ").strip().lower()) != "":
        if one.later and pressed in ("g", "t"):
            go_on()
