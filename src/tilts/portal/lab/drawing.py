"""The ring of a run: how many scenarios passed, failed, or are still to be played."""

from dataclasses import dataclass

from tilts.lab.conformance.language import Verdict
from tilts.lab.conformance.runs import JudgedRun


@dataclass(frozen=True, slots=True)
class Arc:
    """A part of a circle whose whole length is 100."""

    verdict: Verdict
    length: float
    offset: float  # stroke-dashoffset: the circle begins at the top


def ring_of(judged: JudgedRun) -> list[Arc]:
    total = len(judged.played) or 1
    arcs: list[Arc] = []
    begins = 0.0
    for verdict in ("passed", "failed", "inconclusive", "open"):
        length = round(100 * judged.count(verdict) / total, 3)
        if length:
            arcs.append(Arc(verdict, length, round(25 - begins, 3)))
        begins += length
    return arcs
