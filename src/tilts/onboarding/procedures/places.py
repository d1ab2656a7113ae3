"""Where something is to be written: boxes on the page that remember themselves, so that fields can be laid there."""

from dataclasses import dataclass
from typing import Any, Final

from reportlab.platypus import Flowable, Paragraph

from tilts.onboarding.procedures.kinds import Choice, Column, Field, FieldKind, Side
from tilts.onboarding.procedures.paper import CELL, LABEL, LINE, WRITTEN
from tilts.onboarding.procedures.wording import escaped, shown_value
from tilts.rules import Language

BOX: Final = 19.0
LONG_BOX: Final = 58.0
CELL_BOX: Final = 17.5
GAP: Final = 2.5


@dataclass(frozen=True, slots=True)
class Place:
    """One field to lay on a page: its name, where, and what may be written there."""

    name: str
    page: int
    box: tuple[float, float, float, float]
    who: Side
    kind: FieldKind
    choices: tuple[Choice, ...]
    tip: str
    required: bool
    size: float


@dataclass(frozen=True, slots=True)
class Writing:
    """How this copy is made: language, values, open or agreed; and the places found on the way."""

    language: Language
    values: dict[str, str]
    frozen: bool
    places: list[Place]

    def value(self, name: str) -> str:
        return self.values.get(name, "").strip()


class _Box(Flowable):  # type: ignore[misc]
    """A box that registers its place when it is drawn."""

    def __init__(self, writing: Writing, name: str, field: Field | Column, who: Side, tip: str) -> None:
        super().__init__()
        self._writing = writing
        self._name = name
        self._field = field
        self._who = who
        self._tip = tip

    def _register(self, left: float, bottom: float, width: float, height: float, size: float) -> None:
        x, y = self.canv.absolutePosition(left, bottom)
        box = (round(x, 2), round(y, 2), round(x + width, 2), round(y + height, 2))
        field = self._field
        self._writing.places.append(
            Place(
                self._name, self.canv.getPageNumber(), box, self._who, field.kind,
                field.choices, self._tip, field.required, size,
            )
        )  # fmt: skip


class FieldBox(_Box):
    """A label with its box below; in an agreed text the value stands on a line."""

    def __init__(self, writing: Writing, field: Field, label: str) -> None:
        tip = field.label.of(writing.language)
        if field.help is not None:
            tip = f"{tip}. {field.help.of(writing.language)}"
        super().__init__(writing, field.id, field, field.who, tip)
        self._label = Paragraph(label, LABEL) if label else None
        said = shown_value(field, writing.value(field.id), writing.language)
        self._said = Paragraph(escaped(said) or "–", WRITTEN) if writing.frozen else None

    def wrap(self, available: float, height: float) -> tuple[float, float]:
        self.width = available
        self._label_height = self._label.wrap(available, height)[1] + GAP if self._label else 0
        if self._said is not None:
            self._inner = max(self._said.wrap(available - 4, height)[1] + 5, BOX - 3)
        else:
            self._inner = LONG_BOX if self._field.kind == "long-text" else BOX
        self.height = self._label_height + self._inner + 5
        return self.width, self.height

    def draw(self) -> None:
        if self._label:
            self._label.drawOn(self.canv, 0, self.height - self._label_height + GAP)
        if self._said is None:
            self._register(0, 5, self.width, self._inner, 9.5)
            return
        self._said.drawOn(self.canv, 0, self.height - self._label_height - self._said.height)
        self.canv.setStrokeColor(LINE)
        self.canv.setLineWidth(0.5)
        self.canv.line(0, 5, self.width, 5)


class CellBox(_Box):
    """One cell of a list."""

    def __init__(self, writing: Writing, field: Field, row: int, column: Column) -> None:
        label = column.label.of(writing.language)
        super().__init__(writing, field.cell(row, column), column, field.who, f"{label}, {row}")

    def wrap(self, available: float, height: float) -> tuple[float, float]:
        self.width, self.height = available, CELL_BOX
        return self.width, self.height

    def draw(self) -> None:
        self._register(0, 0, self.width, self.height, 8.2)


def cell_text(writing: Writing, field: Field, row: int, column: Column) -> Any:
    said = shown_value(column, writing.value(field.cell(row, column)), writing.language)
    return Paragraph(escaped(said) or "–", CELL)
