"""docs/pictures/states.svg: the life of a line. What leads where comes from its table; here is only where it is drawn."""

from html import escape

from tilts.exchange.lifecycle import PRESCRIPTION, LineState

WIDTH, HEIGHT, BOX_W, BOX_H = 1180, 530, 150, 46
PLACES: dict[LineState, tuple[int, int]] = {
    "future": (20, 40),
    "ready": (300, 40),
    "expired": (600, 40),
    "cancelled": (20, 270),
    "cancel-pending": (300, 270),
    "claimed": (600, 220),
    "dispensed": (960, 220),
    "partly-dispensed": (600, 430),
    "completed": (960, 430),
}
# From, to: the road, and the middle of its words.
ROADS: dict[tuple[str, str], tuple[str, int, int]] = {
    ("future", "ready"): ("M170 63 H300", 235, 55),
    ("future", "cancelled"): ("M80 86 V270", 80, 180),
    ("ready", "cancelled"): ("M325 86 L165 270", 248, 180),
    ("ready", "expired"): ("M450 55 H600", 525, 47),
    ("ready", "claimed"): ("M450 78 L640 220", 560, 150),
    ("claimed", "ready"): ("M600 232 L385 86", 450, 182),
    ("claimed", "cancel-pending"): ("M600 255 L450 285", 520, 290),
    ("claimed", "cancelled"): ("M600 262 C480 232 300 232 170 276", 470, 246),
    ("claimed", "expired"): ("M690 220 V86", 690, 125),
    ("claimed", "claimed"): ("M715 220 C715 172 785 172 750 222", 855, 202),
    ("claimed", "dispensed"): ("M750 236 H960", 855, 230),
    ("dispensed", "claimed"): ("M960 254 H750", 855, 271),
    ("claimed", "partly-dispensed"): ("M630 266 V430", 630, 345),
    ("partly-dispensed", "claimed"): ("M705 430 V266", 705, 312),
    ("claimed", "completed"): ("M735 266 L965 430", 815, 385),
    ("completed", "claimed"): ("M1010 430 L750 264", 935, 350),
    ("partly-dispensed", "partly-dispensed"): ("M640 476 C620 520 710 520 690 476", 665, 525),
    ("partly-dispensed", "completed"): ("M750 458 H960", 855, 476),
    ("dispensed", "completed"): ("M1060 266 V430", 1060, 350),
    ("dispensed", "expired"): ("M1000 220 L750 75", 935, 145),
    ("completed", "expired"): ("M1110 445 C1200 330 1180 50 750 52", 1105, 130),
    ("cancel-pending", "cancelled"): ("M300 293 H170", 235, 311),
    ("cancel-pending", "cancel-pending"): ("M350 316 C330 362 420 362 400 316", 375, 366),
    ("completed", "completed"): ("M1010 476 C990 522 1080 522 1060 476", 1035, 526),
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
