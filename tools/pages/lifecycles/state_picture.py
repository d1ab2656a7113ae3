"""docs/pictures/states.svg: the life of a line. What leads where comes from its table; here is only where it is drawn."""

from html import escape

from tilts.exchange.lifecycle import PRESCRIPTION, LineState

WIDTH, HEIGHT, BOX_W, BOX_H = 1510, 600, 150, 46
PLACES: dict[LineState, tuple[int, int]] = {
    "future": (20, 40),
    "ready": (380, 40),
    "expired": (740, 40),
    "cancelled": (20, 290),
    "cancel-pending": (380, 290),
    "claimed": (740, 230),
    "dispensed": (1130, 230),
    "partly-dispensed": (740, 460),
    "completed": (1130, 460),
}
# From, to: the road, and the middle of its words.
ROADS: dict[tuple[str, str], tuple[str, int, int]] = {
    ("future", "ready"): ("M170 63 H380", 275, 55),
    ("future", "cancelled"): ("M80 86 V290", 80, 190),
    ("ready", "cancelled"): ("M410 86 L165 290", 285, 190),
    ("ready", "expired"): ("M530 55 H740", 635, 47),
    ("ready", "claimed"): ("M530 78 L780 230", 668, 142),
    ("claimed", "ready"): ("M740 242 L465 86", 545, 190),
    ("claimed", "cancel-pending"): ("M740 265 L530 305", 645, 312),
    ("claimed", "cancelled"): ("M740 272 C600 226 340 226 170 296", 470, 244),
    ("claimed", "expired"): ("M830 230 V86", 830, 158),
    ("claimed", "claimed"): ("M855 230 C855 180 930 180 885 231", 990, 206),
    ("claimed", "dispensed"): ("M890 246 H1130", 1010, 240),
    ("dispensed", "claimed"): ("M1130 264 H890", 1010, 281),
    ("claimed", "partly-dispensed"): ("M765 276 V460", 765, 396),
    ("partly-dispensed", "claimed"): ("M845 460 V276", 845, 325),
    ("claimed", "completed"): ("M875 276 L1135 460", 945, 417),
    ("completed", "claimed"): ("M1180 460 L890 274", 1124, 372),
    ("partly-dispensed", "partly-dispensed"): ("M780 506 C760 552 850 552 830 506", 805, 560),
    ("partly-dispensed", "completed"): ("M890 488 H1130", 1010, 522),
    ("dispensed", "completed"): ("M1230 276 V460", 1328, 380),
    ("dispensed", "expired"): ("M1170 230 L890 75", 1082, 150),
    ("completed", "expired"): ("M1280 475 C1640 400 1560 50 890 52", 1462, 226),
    ("cancel-pending", "cancelled"): ("M380 313 H170", 275, 347),
    ("cancel-pending", "cancel-pending"): ("M430 336 C410 382 500 382 480 336", 455, 390),
    ("completed", "completed"): ("M1180 506 C1160 552 1250 552 1230 506", 1205, 560),
}
STYLE = """
  text { font: 14px system-ui, sans-serif; fill: #1f2a33 }
  .state { fill: #f3f8fb; stroke: #1d5b79; stroke-width: 1.5 }
  .end { fill: #f4f1ea; stroke: #7a6a4f; stroke-width: 1.5 }
  .name { font-weight: 600; text-anchor: middle }
  .road { fill: none; stroke: #1d5b79; stroke-width: 1.6; marker-end: url(#tip) }
  .clock { stroke: #8a8f94; stroke-dasharray: 5 4 }
  .word { font-size: 12.5px; text-anchor: middle; paint-order: stroke; stroke: #fff; stroke-width: 4px }
"""


def picture() -> str:
    pairs = dict.fromkeys((state, step.to) for step in PRESCRIPTION.steps for state in step.of)
    if set(pairs) != set(ROADS):
        raise ValueError(f"the picture has other roads than the table: {set(pairs) ^ set(ROADS)}")
    parts = [_road(pair) for pair in pairs]
    parts += [_words(pair) for pair in pairs]
    parts += [_box(state) for state in PLACES]
    parts.append(f'<text x="20" y="{HEIGHT - 18}">whole line: somebody acts; broken line: the clock</text>')
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        ' aria-label="States of a prescription line">'
    )
    tip = (
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8"'
        ' orient="auto-start-reverse"><path d="M0 0 10 5 0 10z" fill="#1d5b79"/></marker></defs>'
    )
    ground = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    return "\n".join([head, f"<style>{STYLE}</style>", tip, ground, *parts, "</svg>"]) + "\n"


def _actions(pair: tuple[str, str]) -> list[str]:
    start, end = pair
    steps = [step for step in PRESCRIPTION.steps if start in step.of and step.to == end]
    return list(dict.fromkeys("time" if step.by == "clock" else step.action for step in steps))


def _road(pair: tuple[str, str]) -> str:
    kind = "road clock" if _actions(pair) == ["time"] else "road"
    return f'<path class="{kind}" d="{ROADS[pair][0]}"/>'


def _words(pair: tuple[str, str]) -> str:
    """Two to a line, the lowest line where the words stand."""
    actions, (_, x, y) = _actions(pair), ROADS[pair]
    lines = [" / ".join(actions[place : place + 2]) for place in range(0, len(actions), 2)]
    return "".join(
        f'<text class="word" x="{x}" y="{y - 16 * (len(lines) - 1 - number)}">{escape(line)}</text>'
        for number, line in enumerate(lines)
    )


def _box(state: LineState) -> str:
    x, y = PLACES[state]
    over = not any(step.by not in ("clock", "dispenser") and state in step.of for step in PRESCRIPTION.steps)
    return (
        f'<rect class="{"end" if over else "state"}" x="{x}" y="{y}" width="{BOX_W}" height="{BOX_H}" rx="8"/>'
        f'<text class="name" x="{x + BOX_W / 2:.0f}" y="{y + BOX_H / 2 + 5:.0f}">{escape(state)}</text>'
    )
