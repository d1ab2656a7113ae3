"""Draws a table of states as a picture: a column of states, the present one marked, arrows where it may lead.

Steps to the next state go straight down, steps that pass over states go round on the right, steps
back on the left: it stays readable on a phone and needs no engine for graphs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

BOX_WIDTH: Final = 300
BOX_HEIGHT: Final = 40
STEP: Final = 68
LANE: Final = 18
TIP: Final = 6


@dataclass(frozen=True, slots=True)
class Box:
    label: str
    x: int
    y: int
    kind: str  # now, next or other
    width: int = BOX_WIDTH
    height: int = BOX_HEIGHT


@dataclass(frozen=True, slots=True)
class Line:
    path: str
    tip: str
    open: bool  # leads away from the present state


@dataclass(frozen=True, slots=True)
class StatePicture:
    name: str
    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    in_words: str


def draw(
    name: str, labels: Sequence[tuple[str, str]], steps: Sequence[tuple[str, str]], now: str, words: str
) -> StatePicture:
    """`labels`: (state, shown words) from first to last; `steps`: (from, to); `words`: read instead of seen."""
    places = {state: number for number, (state, _) in enumerate(labels)}
    known = sorted({(places[a], places[b]) for a, b in steps if a in places and b in places and a != b})
    left = lanes([(a, b) for a, b in known if b < a])
    right = lanes([(a, b) for a, b in known if b > a + 1])
    start = 8 + LANE * (max(left.values(), default=0))
    following = {b for a, b in steps if a == now}
    boxes = tuple(
        Box(label, start, 8 + STEP * number, kind_of(state, now, following))
        for number, (state, label) in enumerate(labels)
    )
    present = places.get(now, -1)
    lines = tuple(
        line_between(boxes, (a, b), left.get((a, b), 0) or right.get((a, b), 0), a == present)
        for a, b in known
    )
    width = start + BOX_WIDTH + 8 + LANE * max(right.values(), default=0)
    return StatePicture(name, width, 16 + STEP * len(labels) - (STEP - BOX_HEIGHT), boxes, lines, words)


def kind_of(state: str, now: str, following: set[str]) -> str:
    if state == now:
        return "now"
    return "next" if state in following else "other"


def lanes(edges: list[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """A lane for each edge, the short ones inside; two that overlap get different lanes."""
    found: dict[tuple[int, int], int] = {}
    for edge in sorted(edges, key=lambda pair: (abs(pair[0] - pair[1]), pair)):
        taken = {lane for other, lane in found.items() if overlap(edge, other)}
        found[edge] = next(lane for lane in range(1, len(edges) + 2) if lane not in taken)
    return found


def overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return max(min(one), min(other)) <= min(max(one), max(other))


def line_between(boxes: tuple[Box, ...], edge: tuple[int, int], lane: int, leads: bool) -> Line:
    first, last = boxes[edge[0]], boxes[edge[1]]
    if lane == 0:
        x, top, end = first.x + BOX_WIDTH // 2, first.y + BOX_HEIGHT, last.y
        tip = f"M{x - TIP} {end - TIP * 2}L{x} {end}L{x + TIP} {end - TIP * 2}"
        return Line(f"M{x} {top}V{end}", tip, leads)
    forward = edge[1] > edge[0]
    side = first.x + BOX_WIDTH if forward else first.x
    away = 1 if forward else -1
    lane_x = side + away * LANE * lane
    y1, y2 = first.y + BOX_HEIGHT // 2 + 6, last.y + BOX_HEIGHT // 2 - 6
    tip = f"M{side + away * TIP * 2} {y2 - TIP}L{side} {y2}L{side + away * TIP * 2} {y2 + TIP}"
    return Line(f"M{side} {y1}H{lane_x}V{y2}H{side}", tip, leads)
