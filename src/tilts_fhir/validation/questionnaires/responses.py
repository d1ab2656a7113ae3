"""A QuestionnaireResponse against its Questionnaire: which items stand where, and which are missing.

Source: https://hl7.org/fhir/R4/questionnaireresponse.html#notes. What an answer may be is looked at in `answers`.
"""

from tilts_fhir.issues import quoted
from tilts_fhir.validation.questionnaires.answers import check_answers
from tilts_fhir.validation.questionnaires.enabling import Enabling
from tilts_fhir.validation.questionnaires.forms import Question, read_form
from tilts_fhir.validation.questionnaires.item_types import MAX_OCCURS, MIN_OCCURS, WITHOUT_ANSWER
from tilts_fhir.validation.questionnaires.reading import objects, text, whole_number
from tilts_fhir.validation.questionnaires.resolving import find_questionnaire
from tilts_fhir.validation.questionnaires.sitting import Place, Sitting
from tilts_fhir.validation.questionnaires.spans import Spans
from tilts_fhir.validation.questionnaires.validity import check_questionnaire_in_use
from tilts_fhir.validation.walk import Json, Path, Walk

FINISHED = ("completed", "amended")


def check_response(walk: Walk, response: Json, path: Path) -> None:
    """Rule for QuestionnaireResponse; a questionnaire that is not at hand is a warning, and all there is."""
    questionnaire = find_questionnaire(walk, response, path)
    if questionnaire is None:
        return
    check_questionnaire_in_use(walk, response, questionnaire, path)
    form = read_form(walk, questionnaire, (None, "Questionnaire", None))
    finished = text(response, "status") in FINISHED
    sitting = Sitting(walk, form, response, Spans(walk, response, path), finished)
    _Items(sitting).inside(form.root, response, path, None)


class _Items:
    """The walk through the items of one response."""

    def __init__(self, sitting: Sitting) -> None:
        self._sitting = sitting
        self._walk = sitting.walk
        self._enabling = Enabling(sitting)

    def inside(self, question: Question, holder: Json, path: Path, place: Place | None) -> None:
        """
        The items directly inside a response, an item or an answer, and those that should be there.

        Args:
            question: What the form says of the holder.
            place: The holder's item and those around it; None for the response itself.
        """
        if "item" not in holder and not question.required_inner:
            return
        present: dict[str, list[tuple[Json, Path]]] = {}
        latest = 0
        for index, item in objects(holder, "item"):
            link_id, here = text(item, "linkId"), (path, "item", index)
            if link_id is None:
                continue
            at = question.order.get(link_id)
            if at is None:
                self._stray(link_id, item, here)
                continue
            if at < latest:
                self._walk.report("answer-order", here, link_id=quoted(link_id))
            latest = at
            present.setdefault(link_id, []).append((item, here))
        is_on = place is None or not _is_off(self._enabling, place)
        for link_id, entries in present.items():
            self._question(question.inner[question.order[link_id]], entries, place, may_lack=not is_on)
        if is_on:
            self._missing(question, present, path, place)

    def _stray(self, link_id: str, item: Json, path: Path) -> None:
        known = self._sitting.form.by_link_id.get(link_id)
        if known is None:
            self._walk.report("answer-link-id", path, link_id=quoted(link_id))
            return
        inside = known.parent.link_id if known.parent is not None else ""
        key = "answer-place" if inside else "answer-place-top"
        self._walk.report(key, path, link_id=quoted(link_id), inside=quoted(inside))
        check_answers(self._sitting, known, [(item, path)])

    def _missing(
        self, question: Question, present: dict[str, list[tuple[Json, Path]]], path: Path, place: Place | None
    ) -> None:
        self._walk.count(len(question.required_inner), path)
        for inner in question.required_inner:
            if inner.link_id not in present and self._enabling.holds(inner, place):
                self._walk.report(
                    "answer-required", path, severity=self._sitting.lack, link_id=quoted(inner.link_id)
                )

    def _question(
        self, question: Question, entries: list[tuple[Json, Path]], place: Place | None, *, may_lack: bool
    ) -> None:
        """All entries of one question in one place; `may_lack` where nothing can be asked for."""
        enabled = self._enabling.holds(question, place)
        if enabled is False:
            for item, path in entries:
                if self._sitting.spans.span(item).answers:
                    self._walk.report("answer-disabled", path, link_id=quoted(question.link_id))
        if len(entries) > 1 and not question.repeats:
            self._walk.report("answer-item-twice", entries[1][1], link_id=quoted(question.link_id))
        number = _occurrences(question, entries)
        if enabled and question.required and not number and not may_lack:
            self._walk.report(
                "answer-group-empty" if question.kind == "group" else "answer-required",
                entries[0][1],
                severity=self._sitting.lack,
                link_id=quoted(question.link_id),
            )
        self._number(question, number, entries[0][1])
        check_answers(self._sitting, question, entries)
        for item, path in entries:
            self._wording(question, item, path)
            self._within(question, item, path, Place(question, item, place))

    def _number(self, question: Question, number: int, path: Path) -> None:
        least, most = whole_number(question.item, MIN_OCCURS), whole_number(question.item, MAX_OCCURS)
        if least is not None and 0 < number < least:
            self._walk.report("answer-too-few", path, severity=self._sitting.lack, min=least, count=number)
        if most is not None and number > most:
            self._walk.report("answer-too-many", path, max=most, count=number)

    def _wording(self, question: Question, item: Json, path: Path) -> None:
        said, asked = text(item, "text"), text(question.item, "text")
        if said is not None and asked is not None and said.split() != asked.split():
            severity = "warning" if self._may_be_translated(question) else None
            self._walk.report(
                "answer-text",
                (path, "text", None),
                severity=severity,
                link_id=quoted(question.link_id),
                asked=quoted(asked),
            )
        given, defined = text(item, "definition"), text(question.item, "definition")
        if given is not None and defined is not None and given != defined:
            self._walk.report("answer-definition", (path, "definition", None), defined=quoted(defined))

    def _may_be_translated(self, question: Question) -> bool:
        spoken, written = (
            text(self._sitting.response, "language"),
            text(self._sitting.form.questionnaire, "language"),
        )
        return "_text" in question.item or (spoken is not None and spoken != written)

    def _within(self, question: Question, item: Json, path: Path, place: Place) -> None:
        """The items inside: of a group directly, of a question inside its answers."""
        if question.kind in ("group", ""):
            self.inside(question, item, path, place)
            return
        inner = objects(item, "item")
        if inner:
            key = "answer-display-items" if question.kind == "display" else "answer-items-beside"
            self._walk.report(key, (path, "item", None), link_id=quoted(question.link_id))
        if question.kind in WITHOUT_ANSWER:
            return
        for index, answer in objects(item, "answer"):
            self.inside(question, answer, (path, "answer", index), place)


def _occurrences(question: Question, entries: list[tuple[Json, Path]]) -> int:
    """How often a group is there with items in it, or how many answers a question has."""
    if question.kind == "group":
        return sum(1 for item, _ in entries if objects(item, "item"))
    return sum(len(objects(item, "answer")) for item, _ in entries)


def _is_off(enabling: Enabling, place: Place) -> bool:
    """Whether one of the items around is disabled or may be, so that nothing inside can be asked for."""
    around: Place | None = place
    while around is not None:
        if not enabling.holds(around.question, around.outer):
            return True
        around = around.outer
    return False
