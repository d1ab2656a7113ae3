"""How far it is: a bar in a terminal, a line now and then in a log."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

LINE_SECONDS: Final = 15.0


class Watcher(Protocol):
    def say(self, text: str) -> None: ...
    def at(self, done: int) -> None: ...


class Silent:
    """For tests."""

    def say(self, text: str) -> None:
        pass

    def at(self, done: int) -> None:
        pass


class Lines:
    def __init__(self, title: str, total: int) -> None:
        self._title, self._total = title, total
        self._began, self._first, self._told = time.monotonic(), -1, 0.0

    def say(self, text: str) -> None:
        print(f"{self._title}: {text}", flush=True)

    def at(self, done: int) -> None:
        now = time.monotonic()
        if self._first < 0:
            self._began, self._first = now, done
        if now - self._told < LINE_SECONDS and done != self._total:
            return
        self._told = now
        rate = (done - self._first) / max(now - self._began, 0.001)
        self.say(f"{done} of {self._total}, {rate:.0f} a second")


class Bar:
    def __init__(self, title: str, total: int, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task(title, total=total)

    def say(self, text: str) -> None:
        self._progress.console.print(text, highlight=False, markup=False)

    def at(self, done: int) -> None:
        self._progress.update(self._task, completed=done)


@contextmanager
def watching(title: str, total: int) -> Iterator[Watcher]:
    if not sys.stdout.isatty():
        yield Lines(title, total)
        return
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns) as progress:
        yield Bar(title, total, progress)
