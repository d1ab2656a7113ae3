"""Long work shows what it does: a moving line in a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Callable
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)


class Steps:
    """Steps that come one after another, each shown with the time it took."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._live = sys.stderr.isatty() and not quiet
        self._console = Console(stderr=True, highlight=False)
        self._progress = Progress(
            SpinnerColumn(finished_text="[green]✓"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            disable=not self._live,
        )
        self._began = time.monotonic()
        self._doing: str | None = None

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._finish()
        self._progress.stop()

    def __call__(self, step: str) -> None:
        """The next step begins; the one before is done."""
        if self._quiet:
            return
        self._finish()
        self._doing = step
        self._began = time.monotonic()
        if not self._live:
            self._console.print(f"  {step} ..", markup=False)

    def bar(self, what: str, total: int) -> Callable[[int], None]:
        """A bar for counted work; gives the function to call with how many are done."""
        task = self._progress.add_task(what, total=total)
        shown = [0]

        def move(done: int) -> None:
            self._progress.update(task, completed=done)
            if not self._live and not self._quiet and done * 10 // total > shown[0]:
                shown[0] = done * 10 // total
                self._console.print(f"  {what}: {done} of {total}")

        return move

    def _finish(self) -> None:
        if self._doing is not None and self._live:
            seconds = time.monotonic() - self._began
            self._progress.console.print(f"[green]✓[/] {self._doing} [dim]{seconds:.1f} s[/]")
        self._doing = None
