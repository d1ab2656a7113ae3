"""Where each item of a response begins and ends, and which answers stand inside: read once, asked often."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from tilts_fhir.validation.questionnaires.reading import objects, text
from tilts_fhir.validation.walk import Json, Path, Walk


@dataclass(frozen=True, slots=True)
class Span:
    """Number of an item in the order of the document, of the last one inside it, and how many answers it holds."""

    first: int
    last: int
    answers: int


@dataclass(slots=True)
class _Answered:
    places: list[int] = field(default_factory=list)
    answers: list[Json] = field(default_factory=list)


class Spans:
    """
    An index of a QuestionnaireResponse.

    Raises:
        Enough: There are more items and answers than may be looked at.
    """

    def __init__(self, walk: Walk, response: Json, path: Path) -> None:
        self._walk = walk
        self._path = path
        self._answered: dict[str, _Answered] = {}
        items, parents = self._number(response)
        last, answers = list(range(len(items))), [0] * len(items)
        for number in range(len(items) - 1, 0, -1):
            answers[number] += len(objects(items[number], "answer"))
            parent = parents[number]
            last[parent] = max(last[parent], last[number])
            answers[parent] += answers[number]
        self._spans = {
            id(item): Span(number, last[number], answers[number]) for number, item in enumerate(items)
        }

    def _number(self, response: Json) -> tuple[list[Json], list[int]]:
        """All items in the order of the document, the response first, and for each the number of its parent."""
        items: list[Json] = []
        parents: list[int] = []
        waiting: list[tuple[Json, int]] = [(response, 0)]
        while waiting:
            item, parent = waiting.pop()
            number = len(items)
            items.append(item)
            parents.append(parent)
            answers = [answer for _, answer in objects(item, "answer")]
            self._walk.count(len(answers) + 1, self._path)
            if answers:
                known = self._answered.setdefault(text(item, "linkId") or "", _Answered())
                known.places.extend([number] * len(answers))
                known.answers.extend(answers)
            inner = [
                *objects(item, "item"),
                *(each for answer in answers for each in objects(answer, "item")),
            ]
            waiting.extend((each, number) for _, each in reversed(inner))
        return items, parents

    def span(self, item: Json) -> Span:
        """Of an item of the response, or of the response itself."""
        return self._spans[id(item)]

    def answers(self, link_id: str, scope: Json) -> Iterator[Json]:
        """
        The answers to a question inside an item (or the whole response), in the order of the document.

        Raises:
            Enough: More values were looked at than may be.
        """
        known = self._answered.get(link_id)
        if known is None:
            return
        span = self.span(scope)
        first, after = bisect_left(known.places, span.first), bisect_right(known.places, span.last)
        for number in range(first, after):
            self._walk.count(1, self._path)
            yield known.answers[number]
