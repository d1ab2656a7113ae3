"""`tilts story`: the clinical story, told in the terminal as a person would want to read it."""

from typing import Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.text import Text

from tilts.cli.places import DataDir, running_facts, terminal_language
from tilts.lab.story import Scene, StoryWrong, play
from tilts.rules import Language
from tilts_connector import Seen, TiltsError


def story(
    *,
    data_dir: DataDir = None,
    language: Annotated[
        Language | None, Parameter(help="lv or en; default: the terminal's language.")
    ] = None,
) -> int:
    """Play the clinical story on the running sandbox: doctor, two pharmacies, patient.

    Exit status: 0 it went as it should, 1 it did not.
    """
    return tell(running_facts(data_dir), language=language)


def tell(facts: dict[str, Any], *, language: Language | None = None, quiet: bool = False) -> int:
    console = Console(quiet=quiet, highlight=False)
    console.print()
    number = 0
    try:
        for number, scene in enumerate(play(facts, language or terminal_language()), start=1):
            console.print(told(number, scene))
            console.print()
    except (StoryWrong, TiltsError) as fault:
        Console(stderr=True, highlight=False).print(
            f"[red]The story went wrong after scene {number}:[/] {fault}"
        )
        return 1
    console.print(f"[green]✓[/] The story is done: {number} scenes, each as it should be.")
    console.print()
    return 0


def told(number: int, scene: Scene) -> Text:
    text = Text()
    text.append(f"{number:>2}  ", style="dim")
    text.append(scene.who, style="bold")
    text.append("\n    ")
    text.append(scene.text.replace("\n", "\n    "), style="yellow" if scene.refused else "")
    for call in scene.calls:
        text.append(f"\n      {called(call)}", style="dim")
    return text


def called(call: Seen) -> str:
    status = call.status if call.status is not None else "no answer"
    return f"{call.method:<4} {shortened(call.path)}  {status}  {call.milliseconds:.0f} ms"


def shortened(path: str) -> str:
    """Ids are long and say nothing to a reader: their last four characters do."""
    parts = path.removeprefix("/fhir/r4").split("/")
    return "/".join(f"…{part[-4:]}" if len(part) == 36 and part.count("-") == 4 else part for part in parts)
