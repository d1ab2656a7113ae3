"""docs/pictures/states.svg: the states of a line, drawn from the table of steps."""

from html import escape

from tilts.exchange.lines import State
from tools.pages.states import STEPS

WIDTH, HEIGHT, BOX_W, BOX_H = 1000, 450, 150, 46
PLACES: dict[State, tuple[int, int]] = {
    "future": (20, 80),
    "ready": (250, 80),
    "claimed": (530, 200),
    "partly-dispensed": (250, 330),
    "dispensed": (820, 80),
    "completed": (820, 330),
    "cancelled": (20, 210),
    "expired": (530, 20),
}
END: frozenset[State] = frozenset({"completed", "cancelled", "expired"})
# Where an arrow leaves and arrives (points relative to the box: 0..1), and where its words stand.
ROADS: dict[tuple[State, State], tuple[tuple[float, float], tuple[float, float], tuple[int, int]]] = {
    ("future", "ready"): ((1, 0.5), (0, 0.5), (210, 95)),
    ("future", "cancelled"): ((0.5, 1), (0.5, 0), (95, 172)),
    ("ready", "claimed"): ((1, 0.7), (0.3, 0), (496, 152)),
    ("ready", "cancelled"): ((0.2, 1), (1, 0.2), (222, 176)),
    ("ready", "expired"): ((1, 0.2), (0, 0.5), (462, 62)),
    ("claimed", "ready"): ((0, 0.2), (0.8, 1), (440, 180)),
    ("claimed", "partly-dispensed"): ((0, 0.8), (0.7, 0), (426, 288)),
    ("claimed", "dispensed"): ((0.9, 0), (0, 0.6), (752, 150)),
    ("claimed", "expired"): ((0.6, 0), (0.6, 1), (622, 122)),
    ("claimed", "completed"): ((0.9, 1), (0, 0.3), (768, 292)),
    ("partly-dispensed", "claimed"): ((1, 0.3), (0.4, 1), (500, 322)),
    ("partly-dispensed", "completed"): ((1, 0.75), (0, 0.75), (610, 368)),
    ("dispensed", "completed"): ((0.5, 1), (0.5, 0), (895, 232)),
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
    roads = dict.fromkeys((step.start, step.end) for step in STEPS if step.start != step.end)
    parts = [_road(start, end) for start, end in roads]
    parts += [_box(state) for state in PLACES]
    parts.append(_own_loop())
    parts.append('<text x="20" y="432">whole line: somebody acts; broken line: the clock</text>')
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


def _road(start: State, end: State) -> str:
    out, into, (word_x, word_y) = ROADS[(start, end)]
    steps = [step for step in STEPS if (step.start, step.end) == (start, end)]
    acting = [step.by for step in steps if step.by != "clock"]
    kind = "road" if acting else "road clock"
    words = " / ".join([*dict.fromkeys(acting), *(["time"] if len(acting) < len(steps) else [])])
    (x1, y1), (x2, y2) = _point(start, out), _point(end, into)
    return (
        f'<path class="{kind}" d="M{x1:.0f} {y1:.0f} L{x2:.0f} {y2:.0f}"/>'
        f'<text class="word" x="{word_x}" y="{word_y}">{escape(words)}</text>'
    )


def _own_loop() -> str:
    """The one state that is left towards itself: a part is handed out."""
    x, y = PLACES["claimed"][0] + BOX_W, PLACES["claimed"][1]
    return (
        f'<path class="road" d="M{x} {y + 10} C{x + 60} {y - 8} {x + 60} {y + 54} {x} {y + 36}"/>'
        f'<text class="word" x="{x + 92}" y="{y + 18}">dispense</text>'
        f'<text class="word" x="{x + 92}" y="{y + 34}">a part</text>'
    )


def _point(state: State, at: tuple[float, float]) -> tuple[float, float]:
    x, y = PLACES[state]
    return x + BOX_W * at[0], y + BOX_H * at[1]


def _box(state: State) -> str:
    x, y = PLACES[state]
    kind = "end" if state in END else "state"
    return (
        f'<rect class="{kind}" x="{x}" y="{y}" width="{BOX_W}" height="{BOX_H}" rx="8"/>'
        f'<text class="name" x="{x + BOX_W / 2:.0f}" y="{y + BOX_H / 2 + 5:.0f}">{escape(state)}</text>'
    )
