"""What takes a moment: the gate is asked every few seconds, so a door opens or closes a little after the condition."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from tilts.lab.path.systems import own_certificate, token_refused
from tilts.lab.path.telling import PathWrong
from tilts.lab.path.visitor import No
from tilts.lab.path.walk import Walk

LONGEST_SECONDS: Final = 60  # Design 2: a condition that falls closes everything within a minute
LOOK_SECONDS: Final = 0.5


def until_open(walk: Walk, place: Mapping[str, Any], entry: Mapping[str, Any]) -> float:
    """Asks for a token until one is given; gives the seconds."""
    return waited(lambda: not asked(walk, place, entry).reasons, "a token")


def until_closed(walk: Walk, place: Mapping[str, Any], entry: Mapping[str, Any]) -> float:
    """Asks for a token until it is refused; gives the seconds."""
    return waited(lambda: bool(asked(walk, place, entry).reasons), "that no token is given")


def asked(walk: Walk, place: Mapping[str, Any], entry: Mapping[str, Any]) -> No:
    return token_refused(place, entry, own_certificate(entry), walk.language)


def waited(is_so: Callable[[], bool], what: str) -> float:
    begun = time.monotonic()
    while not is_so():
        if time.monotonic() - begun > LONGEST_SECONDS:
            raise PathWrong(f"expected {what} within {LONGEST_SECONDS} s")
        time.sleep(LOOK_SECONDS)
    return time.monotonic() - begun
