"""The picture of a run: one bar of processor time for each call and each way to answer it, as plain SVG."""

from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

WIDTH: Final = 760
LEFT: Final = 220
RIGHT: Final = 90
BAR: Final = 18
GAP: Final = 5
GROUP: Final = 16
TOP: Final = 64
LEGEND: Final = {"server": "server", "postgres": "PostgreSQL", "bare": "bare handler"}
STYLE: Final = """
  text { font: 13px system-ui, sans-serif; fill: #1f2933 } .title { font-weight: 600; font-size: 15px }
  .call { font-weight: 600 } .way { fill: #52606d } .server { fill: #1d6fb8 } .postgres { fill: #7a5ea8 }
  .bare { fill: #9aa5b1 } .back { fill: #ffffff }
  @media (prefers-color-scheme: dark) {
    text { fill: #e4e7eb } .way { fill: #9aa5b1 } .back { fill: #14191f } .server { fill: #4c9fe0 }
    .postgres { fill: #a78bd6 } .bare { fill: #7b8794 }
  }
"""


@dataclass(frozen=True, slots=True)
class Bar:
    call: str  # empty: the same as above
    way: str
    parts: list[tuple[str, float]]  # colour and milliseconds

    @property
    def whole(self) -> float:
        return sum(value for _, value in self.parts)


def picture(bars: list[Bar]) -> str:
    longest = max((bar.whole for bar in bars), default=1.0) or 1.0
    scale = (WIDTH - LEFT - RIGHT) / longest
    drawn, y = [], TOP
    for bar in bars:
        y += GROUP if bar.call and y > TOP else 0
        drawn += bar_at(bar, y, scale)
        y += BAR + GAP
    title = "Processor time of one call, milliseconds"
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 10}" role="img" aria-label="{title}">',
        f"<style>{STYLE}</style>",
        f'<rect class="back" width="{WIDTH}" height="{y + 10}"/>',
        f'<text class="title" x="16" y="26">{title}</text>',
        *legend(),
    ]
    return "\n".join([*head, *drawn, "</svg>", ""])


def legend() -> list[str]:
    drawn, x = [], 16
    for colour, words in LEGEND.items():
        drawn.append(f'<rect class="{colour}" x="{x}" y="38" width="12" height="12" rx="2"/>')
        drawn.append(f'<text x="{x + 18}" y="48">{words}</text>')
        x += 40 + 8 * len(words)
    return drawn


def bar_at(bar: Bar, y: int, scale: float) -> list[str]:
    base = y + BAR - 5
    drawn = [f'<text class="call" x="16" y="{base}">{escape(bar.call)}</text>'] if bar.call else []
    drawn.append(f'<text class="way" x="{LEFT - 8}" y="{base}" text-anchor="end">{escape(bar.way)}</text>')
    x = float(LEFT)
    for colour, value in bar.parts:
        width = max(value * scale, 1.0)
        drawn.append(f'<rect class="{colour}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BAR}"/>')
        x += width
    drawn.append(f'<text x="{x + 6:.1f}" y="{base}">{bar.whole:.2f}</text>')
    return drawn
