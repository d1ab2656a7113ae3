"""What stands on the pages of a document: title, fields, clauses, the places of the signatures."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Final

from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Paragraph, Spacer, Table

from tilts.onboarding.contacts import Contacts
from tilts.onboarding.procedures import wording as words
from tilts.onboarding.procedures.kinds import Document, Field, Procedure, Side, Text
from tilts.onboarding.procedures.paper import (
    BESIDE,
    CELL,
    CLAUSE,
    HEAD,
    INK,
    INTRO,
    LABEL,
    LINE,
    NOTE,
    NUMBER,
    OVERLINE,
    QUESTION,
    SECTION,
    SUNK,
    TITLE,
    WIDTH,
    WRITTEN,
    YELLOW,
    YELLOW_EDGE,
)
from tilts.onboarding.procedures.places import CellBox, FieldBox, Writing, cell_text
from tilts.onboarding.procedures.questions import ANSWERS, REASON_TAIL
from tilts.onboarding.procedures.wording import escaped

HALF: Final = WIDTH / 2
BETWEEN: Final = 12.0
BARE: Final = [
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 0),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
]


def document_pages(
    procedure: Procedure, document: Document, writing: Writing, contacts: Contacts
) -> Iterator[Flowable]:
    yield from _opening(procedure, document, writing)
    if document.kind == "cover-letter":
        yield from _letter(procedure, document, writing, contacts)
    yield from _fields(procedure, document, writing)
    yield from _clauses(procedure, document, writing)
    yield from _signatures(procedure, document, writing)


def _opening(procedure: Procedure, document: Document, writing: Writing) -> Iterator[Flowable]:
    title, whole = document.title.of(writing.language), procedure.title.of(writing.language)
    kind = words.KINDS[document.kind].of(writing.language)
    over = kind if title == whole else f"{kind} · {whole}"
    yield Paragraph(escaped(over), OVERLINE)
    yield Paragraph(escaped(title), TITLE)
    if document.intro is not None:
        yield Paragraph(escaped(document.intro.of(writing.language)), INTRO)
    mine = {field.id for field in procedure.fields if field.document == document.id}
    if writing.frozen and document.kind != "cover-letter" and "party_name" not in mine:
        named = ", ".join(filter(None, map(writing.value, ("party_name", "registration_number"))))
        yield Paragraph(f"{words.SIDES['applicant'].of(writing.language)}: {escaped(named) or '–'}", INTRO)
    if not writing.frozen and mine:
        swatch = Table([[""]], [13], [9])
        swatch.setStyle([("BACKGROUND", (0, 0), (0, 0), YELLOW), ("BOX", (0, 0), (0, 0), 0.6, YELLOW_EDGE)])
        legend = Paragraph(words.FILL_YELLOW.of(writing.language), CELL)
        yield _bare([[swatch, legend]], [20, WIDTH - 20])
        yield Spacer(1, 6)


def _letter(
    procedure: Procedure, document: Document, writing: Writing, contacts: Contacts
) -> Iterator[Flowable]:
    language = writing.language
    desk = contacts.contracts
    to = "\n".join(part for part in (desk.authority(language), desk.postal, desk.e_mail) if part)
    sender = writing.value("party_name") or "–"
    if number := writing.value("registration_number"):
        sender = f"{sender}, {number}"
    rows: list[tuple[Text, str]] = [(words.TO, to)]
    if writing.frozen or writing.value("party_name"):
        rows.append((words.FROM, sender))
    enclosed = [d for d in documents_of_set(procedure, writing.values) if d.id != document.id]
    listed = "\n".join(f"– {document.title.of(language)}" for document in enclosed)
    rows += [(words.ABOUT, procedure.title.of(language)), (words.ENCLOSED, listed)]
    made = [[Paragraph(a.of(language), BESIDE), Paragraph(escaped(b), WRITTEN)] for a, b in rows]
    table = _bare(made, [80, WIDTH - 80])
    table.setStyle([("BOTTOMPADDING", (0, 0), (-1, -1), 6)])
    yield table


def documents_of_set(procedure: Procedure, values: dict[str, str]) -> list[Document]:
    """The papers that belong to this application: annexes for what was not chosen are left out."""
    return [
        document
        for document in procedure.documents
        if document.applies_if is None
        or not values.get(document.applies_if.field, "").strip()
        or document.applies_if.holds(values)
    ]


def _fields(procedure: Procedure, document: Document, writing: Writing) -> Iterator[Flowable]:
    mine = [field for field in procedure.fields if field.document == document.id]
    for section in dict.fromkeys(field.section for field in mine):
        heading = Paragraph(escaped(procedure.sections[section].of(writing.language)), SECTION)
        first, *rest = _rows(writing, (field for field in mine if field.section == section))
        for kept in ([heading, *first], *rest):
            yield kept[0] if len(kept) == 1 else KeepTogether(kept)


def _rows(writing: Writing, fields: Iterable[Field]) -> Iterator[list[Flowable]]:
    """What stays together on a page. Narrow fields stand in pairs, others have the whole width."""
    for wide, group in groupby(fields, key=_is_wide):
        some = list(group)
        if wide:
            yield from _wide_rows(writing, some)
            continue
        for left in range(0, len(some), 2):
            pair = [FieldBox(writing, field, _label(writing, field)) for field in some[left : left + 2]]
            column = (WIDTH - BETWEEN) / 2
            yield [_bare([[pair[0], "", pair[1] if pair[1:] else ""]], [column, BETWEEN, column])]


def _wide_rows(writing: Writing, fields: list[Field]) -> Iterator[list[Flowable]]:
    """A question and the line for its reason stay on one page."""
    waiting: list[Flowable] = []
    for field in fields:
        waiting.append(_wide(writing, field))
        if field.choices != ANSWERS:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def _is_wide(field: Field) -> bool:
    return field.wide or field.kind in {"list", "long-text"}


def _wide(writing: Writing, field: Field) -> Flowable:
    if field.kind == "list":
        return _list(writing, field)
    if field.kind == "text" and field.id.endswith(REASON_TAIL):
        label = Paragraph(escaped(field.label.of(writing.language)), BESIDE)
        row = _bare([[label, FieldBox(writing, field, "")]], [WIDTH * 0.26, WIDTH * 0.74])
        row.setStyle([("BOTTOMPADDING", (0, 0), (-1, -1), 3)])
        return row
    if field.choices == ANSWERS:
        asked = Paragraph(escaped(field.label.of(writing.language)), QUESTION)
        return _bare([[asked, "", FieldBox(writing, field, "")]], [WIDTH * 0.68, WIDTH * 0.04, WIDTH * 0.28])
    return FieldBox(writing, field, _label(writing, field))


def _label(writing: Writing, field: Field) -> str:
    label = escaped(field.label.of(writing.language))
    if writing.frozen:
        return label
    if field.who == "authority":
        return f"{label} ({words.BY_AUTHORITY.of(writing.language)})"
    if not field.required and field.needed_if is None and field.section != "letter":
        return f"{label} ({words.OPTIONAL.of(writing.language)})"
    return label


def _list(writing: Writing, field: Field) -> Flowable:
    shares = sum(column.width for column in field.columns)
    number = 20.0
    widths = [number, *((WIDTH - number) * column.width / shares for column in field.columns)]
    head = ["", *(Paragraph(escaped(c.label.of(writing.language)), HEAD) for c in field.columns)]
    rows: list[list[Any]] = [head]
    for row in range(1, field.rows + 1):
        written = any(writing.value(field.cell(row, column)) for column in field.columns)
        if writing.frozen and not written:
            continue
        cells: list[Any] = [
            cell_text(writing, field, row, c) if writing.frozen else CellBox(writing, field, row, c)
            for c in field.columns
        ]
        rows.append([Paragraph(str(row), NUMBER), *cells])
    table = Table(rows, widths, repeatRows=1, spaceAfter=8)
    table.setStyle(
        [
            ("BACKGROUND", (0, 0), (-1, 0), SUNK),
            ("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("LEFTPADDING", (0, 0), (-1, -1), 2.5),
            ("RIGHTPADDING", (0, 0), (-1, -1), 2.5),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ]
    )
    return table


def _clauses(procedure: Procedure, document: Document, writing: Writing) -> Iterator[Flowable]:
    mine = [clause for clause in procedure.clauses if clause.document == document.id]
    for clause in mine:
        number = clause.id.rpartition(".")[2] if clause.id[0].isalpha() else clause.id
        text = Paragraph(escaped(clause.text.of(writing.language)), CLAUSE)
        row = _bare([[Paragraph(f"{number}.", NUMBER), text]], [26, WIDTH - 26])
        row.setStyle([("BOTTOMPADDING", (0, 0), (-1, -1), 3.6)])
        if clause.heading is not None:
            heading = Paragraph(escaped(clause.heading.of(writing.language)), SECTION)
            yield KeepTogether([heading, row])
        else:
            yield row


def _signatures(procedure: Procedure, document: Document, writing: Writing) -> Iterator[Flowable]:
    order = sorted(document.signed_by, key=lambda side: side != procedure.signing.first)
    blocks: list[Any] = [_signer(side, place, len(order), writing) for place, side in enumerate(order)]
    column = (WIDTH - BETWEEN * 2) / 2
    row = [blocks[0], "", blocks[1] if blocks[1:] else ""]
    yield CondPageBreak(130)
    yield KeepTogether(
        [
            Paragraph(words.SIGNATURES.of(writing.language), SECTION),
            _bare([row], [column, BETWEEN * 2, column]),
            Paragraph(words.HOW_TO_SIGN.of(writing.language), NOTE),
        ]
    )


def _signer(side: Side, place: int, of: int, writing: Writing) -> Flowable:
    language = writing.language
    turn = words.SIGNED_ALONE if of == 1 else (words.SIGNED_FIRST, words.SIGNED_NEXT)[place]
    who = f"<b>{words.SIDES[side].of(language)}</b> – {turn.of(language)}"
    named = ""
    if side == "applicant" and writing.frozen:
        named = ", ".join(filter(None, map(writing.value, ("signer_name", "signer_position"))))
    rows = [
        [Paragraph(who.replace("<b>", "<font name='TiltsSans-Bold'>").replace("</b>", "</font>"), CELL)],
        [Paragraph(escaped(named), WRITTEN) if named else Spacer(1, 13)],
        [Paragraph(words.NAME_AND_POSITION.of(language), LABEL)],
        [Spacer(1, 17)],
        [Paragraph(f"{words.SIGNATURE.of(language)} · {words.DAY.of(language)}", LABEL)],
    ]
    table = _bare(rows, [(WIDTH - BETWEEN * 2) / 2])
    table.setStyle(
        [
            ("LINEBELOW", (0, 1), (0, 1), 0.5, INK),
            ("LINEBELOW", (0, 3), (0, 3), 0.5, INK),
            ("TOPPADDING", (0, 1), (0, 4), 2),
        ]
    )
    return table


def _bare(rows: list[list[Any]], widths: list[float]) -> Table:
    table = Table(rows, widths)
    table.setStyle(BARE)
    return table
