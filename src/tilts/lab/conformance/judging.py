"""The judge: a scenario, the facts of this run and what was seen on the wire in, a verdict out.

Pure: no clock, no database, no chance. The same input gives the same verdict on any machine, so that a
vendor's verdict in CI and the authority's at its desk are one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from tilts.lab.conformance import reasons
from tilts.lab.conformance.evidence import Observation
from tilts.lab.conformance.language import ENGINE_VERSION, Pattern, Scenario, Step, Text, Verdict
from tilts.lab.conformance.lookups import holds, values_at
from tilts.lab.conformance.verdicts import ScenarioVerdict, StepVerdict, overall

MOST_TRIED: Final = 20_000  # combinations of calls; beyond that the judge says so instead of working on


@dataclass(frozen=True, slots=True)
class SituationFacts:
    """One scenario in one run: its facts, and how far it is."""

    facts: Mapping[str, str]
    closed: bool  # nothing more will come
    complete: bool = True  # every call of the client was written down


@dataclass(frozen=True, slots=True)
class Seen:
    """How far the calls fit the steps: the place of the call of each step, and what was remembered."""

    places: Mapping[str, int] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)


class TooMany(Exception):
    """More combinations than the judge tries."""


def judge(
    scenario: Scenario, situation: SituationFacts, observations: Sequence[Observation]
) -> ScenarioVerdict:
    """The verdict on one situation; `observations` are its calls in the order in which they were seen."""
    calls = sorted((one for one in observations if not one.plain), key=lambda one: one.number)
    try:
        seen = Search(scenario, situation, calls).best()
    except TooMany:
        steps = [_said(step, "inconclusive", reasons.TOO_MANY) for step in scenario.steps]
        return _verdict(scenario, steps, {})
    bench = Bench(scenario, situation, calls, seen)
    return _verdict(scenario, [bench.step(step) for step in scenario.steps], seen.kept)


def _verdict(scenario: Scenario, steps: list[StepVerdict], kept: Mapping[str, str]) -> ScenarioVerdict:
    return ScenarioVerdict(
        scenario_id=scenario.id,
        scenario_version=scenario.version,
        scenario_sha256=scenario.sha256,
        engine=ENGINE_VERSION,
        verdict=overall([step.verdict for step in steps]),
        steps=tuple(steps),
        kept=tuple(sorted(kept.items())),
    )


class Search:
    """The calls that fit the steps that must be seen: all of them if that can be, else as far as it goes.

    The first call that fits one step may be the wrong one for the next (another prescription), so
    combinations are tried, earliest calls first.
    """

    def __init__(self, scenario: Scenario, situation: SituationFacts, calls: Sequence[Observation]) -> None:
        self._steps = [step for step in scenario.steps if step.kind == "see"]
        self._facts = dict(situation.facts)
        self._calls = calls
        self._tried = 0
        self._best = Seen()

    def best(self) -> Seen:
        self._further(0, Seen())
        return self._best

    def _further(self, number: int, seen: Seen) -> bool:
        if len(seen.places) > len(self._best.places):
            self._best = seen
        if number == len(self._steps):
            return True
        step = self._steps[number]
        assert step.pattern is not None, "what must be seen has a pattern"
        first = seen.places[step.after] + 1 if step.after else 0
        for place in range(first, len(self._calls)):
            self._tried += 1
            if self._tried > MOST_TRIED:
                raise TooMany
            call = self._calls[place]
            words = {**self._facts, **seen.kept}
            if place in seen.places.values() or unmet(step.pattern, call, words):
                continue
            kept = {name: str(found[0]) for name, at in step.keep if (found := values_at(call.document, at))}
            if self._further(number + 1, Seen({**seen.places, step.id: place}, {**seen.kept, **kept})):
                return True
        return False


@dataclass(frozen=True, slots=True)
class Bench:
    """Says of each step what came of it."""

    scenario: Scenario
    situation: SituationFacts
    calls: Sequence[Observation]
    seen: Seen

    @property
    def words(self) -> dict[str, str]:
        return {**self.situation.facts, **self.seen.kept}

    def step(self, step: Step) -> StepVerdict:
        match step.kind:
            case "see":
                return self._must_be_seen(step)
            case "told":
                return self._was_told(step)
        return self._must_not_be_seen(step)

    def _must_be_seen(self, step: Step) -> StepVerdict:
        if step.id in self.seen.places:
            call = self.calls[self.seen.places[step.id]]
            return _said(step, "passed", reasons.seen(call), call)
        if not self.situation.closed:
            return _said(step, "open", reasons.NOT_YET)
        nearest = self._nearest(step)
        if not self.situation.complete or (nearest is not None and not nearest.whole):
            return _said(step, "inconclusive", reasons.INCOMPLETE, nearest)
        if nearest is None:
            return _said(step, "failed", reasons.NEVER_SEEN)
        assert step.pattern is not None
        return _said(
            step, "failed", reasons.differs(nearest, unmet(step.pattern, nearest, self.words)), nearest
        )

    def _nearest(self, step: Step) -> Observation | None:
        """The call that comes closest: the right address, and the fewest things that are not as they should be."""
        pattern = step.pattern
        assert pattern is not None
        taken = set(self.seen.places.values())
        after = self.seen.places.get(step.after, -1)
        candidates = [
            call
            for place, call in enumerate(self.calls)
            if place > after and place not in taken and (call.method, call.route) in pattern.calls
        ]
        return min(
            candidates, key=lambda call: (len(unmet(pattern, call, self.words)), -call.number), default=None
        )

    def _must_not_be_seen(self, step: Step) -> StepVerdict:
        pattern = step.pattern
        assert pattern is not None
        if step.after and step.after not in self.seen.places:
            return _said(step, "open", reasons.NOT_REACHED)
        first = self.seen.places[step.after] + 1 if step.after else 0
        end = self.seen.places.get(step.until, len(self.calls)) if step.until else len(self.calls)
        wrong = [
            call for call in self.calls[first:end] if call.proven and not unmet(pattern, call, self.words)
        ]
        if len(wrong) > step.times:
            return _said(step, "failed", reasons.too_often(wrong[step.times], step.times), wrong[step.times])
        over = self.situation.closed or step.until in self.seen.places
        if not over:
            return _said(step, "open", reasons.KEPT_SO_FAR)
        if not self.situation.complete:
            return _said(step, "inconclusive", reasons.INCOMPLETE)
        return _said(step, "passed", reasons.KEPT)

    def _was_told(self, step: Step) -> StepVerdict:
        condition = step.fact
        assert condition is not None
        expected = reasons.wanted_fact(step, self.words)
        told = self.situation.facts.get(condition.subject)
        if told is None:
            over = self.situation.closed
            said = _said(step, "failed" if over else "open", reasons.NOT_DONE if over else reasons.NOT_YET)
        elif holds(condition, [told] if told else [], self.words):
            said = _said(step, "passed", reasons.told(told))
        else:
            said = _said(step, "failed", reasons.told_otherwise(told))
        return replace(said, expected=expected)


@dataclass(frozen=True, slots=True)
class Unmet:
    """One thing of a pattern that a call does not have."""

    subject: str
    expected: str
    found: str


def unmet(pattern: Pattern, call: Observation, words: Mapping[str, str]) -> list[Unmet]:
    """What is not as the pattern wants it; nothing when the call fits."""
    if (call.method, call.route) not in pattern.calls:
        return [Unmet("call", pattern.told(), call.told)]
    found = []
    if pattern.statuses and call.status not in pattern.statuses:
        found.append(Unmet("status", " | ".join(map(str, pattern.statuses)), str(call.status)))
    if pattern.rule and call.rule != pattern.rule:
        found.append(Unmet("rule", pattern.rule, call.rule or "-"))
    for condition in pattern.where:
        values = values_at(call.document, condition.subject)
        if not holds(condition, values, words):
            shown = ", ".join(shortened(value) for value in values[:3]) or "-"
            found.append(Unmet(condition.subject, reasons.wanted(condition, words), shown))
    return found


def shortened(value: object) -> str:
    text = str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _said(step: Step, verdict: Verdict, reason: Text, call: Observation | None = None) -> StepVerdict:
    expected = step.pattern.told() if step.pattern else ""
    return StepVerdict(step.id, step.title, verdict, expected, reason, call.number if call else None)
