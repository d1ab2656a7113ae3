"""A verdict as a value: what was expected, on which call it rests, and why."""

from dataclasses import dataclass

from tilts.lab.conformance.language import Text, Verdict


@dataclass(frozen=True, slots=True)
class StepVerdict:
    step_id: str
    title: Text
    verdict: Verdict
    expected: str
    reason: Text
    observation: int | None = None  # the sequence number of the call it rests on


@dataclass(frozen=True, slots=True)
class ScenarioVerdict:
    """What came out for one scenario; the same scenario, facts and calls always give the same."""

    scenario_id: str
    scenario_version: int
    scenario_sha256: str
    engine: str
    verdict: Verdict
    steps: tuple[StepVerdict, ...]
    kept: tuple[tuple[str, str], ...] = ()  # what was remembered from the calls

    @property
    def reason(self) -> Text:
        """Of the first step that did not pass; empty when all did."""
        for wanted in ("failed", "inconclusive", "open"):
            for step in self.steps:
                if step.verdict == wanted:
                    return step.reason
        return Text("", "")


def overall(verdicts: list[Verdict]) -> Verdict:
    """The worst of them."""
    for worst in ("failed", "inconclusive", "open"):
        if worst in verdicts:
            return worst
    return "passed"
