"""The sheet as a PDF/A-2b file: A4, grey only, one QR code for each time that a line may be handed out. Pure."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from io import BytesIO
from typing import Any, Final

from PIL import Image
from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel, QRNumber
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader, simpleSplit
from reportlab.pdfgen.canvas import Canvas

from tilts.clock import RIGA, day_in_riga
from tilts.exchange.sheets.archive import Imprint, archived
from tilts.exchange.sheets.content import Sheet, SheetIssue, SheetLine, amount
from tilts.exchange.sheets.words import word
from tilts.fonts import BOLD, PLAIN, register_fonts
from tilts.rules import Language
from tilts_connector.sheets import digits_of

LEFT: Final = 18 * mm
WIDTH: Final = A4[0] - 2 * LEFT
TOP: Final = A4[1] - 16 * mm
BOTTOM: Final = 30 * mm
CODE: Final = (
    44 * mm
)  # a module of about half a millimetre: read by telephones and by scanners at the counter
CELL: Final = WIDTH / 2
QUIET_ZONE: Final = 4  # modules around a code (ISO/IEC 18004, 9.1)
MOST_MODULES: Final = 117  # version 25
MASK: Final = 3
GREY: Final = 0.38
PALE: Final = 0.75


@dataclass
class Pen:
    """Where on which page is drawn next."""

    canvas: Canvas
    sheet: Sheet
    pages: int
    page: int = 1
    y: float = TOP

    def room(self, height: float) -> None:
        """A new page, when what comes would not fit on this one."""
        if self.y - height < BOTTOM:
            foot(self)
            self.canvas.showPage()
            self.page += 1
            self.y = TOP
            head(self)

    def text(self, x: float, text: str, size: float = 9, font: str = PLAIN, grey: float = 0) -> None:
        self.canvas.setFillGray(grey)
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, self.y, text)

    def paragraph(self, text: str, size: float = 9, *, font: str = PLAIN, grey: float = 0) -> None:
        for row in simpleSplit(text, font, size, WIDTH):
            self.room(size * 1.35)
            self.text(LEFT, row, size, font, grey)
            self.y -= size * 1.35

    def rule(self) -> None:
        self.canvas.setStrokeGray(PALE)
        self.canvas.setLineWidth(0.6)
        self.canvas.line(LEFT, self.y, LEFT + WIDTH, self.y)


def drawn(sheet: Sheet) -> bytes:
    """The file; the same sheet gives the same bytes."""
    register_fonts()
    _, counted = pages_of(sheet, 0)
    pages, _ = pages_of(sheet, counted)
    title = f"{word('title', sheet.language)} {sheet.number}"
    return archived(pages, Imprint(title, sheet.language, sheet.printed_at))


def pages_of(sheet: Sheet, pages: int) -> tuple[bytes, int]:
    """The drawing and how many pages it has; `pages` as far as that is known."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1, initialFontName=PLAIN, pageCompression=1)
    pen = Pen(canvas, sheet, pages)
    head(pen)
    for line in sheet.lines:
        draw_line(pen, line, with_codes=pages > 0)
    foot(pen)
    canvas.showPage()
    canvas.save()
    return out.getvalue(), pen.page


def head(pen: Pen) -> None:
    sheet, language = pen.sheet, pen.sheet.language
    say = partial(word, language=language)
    pen.y -= 6
    pen.text(LEFT, say(sheet.kind), 17, BOLD)
    if sheet.is_test:
        pen.canvas.setFont(BOLD, 8)
        pen.canvas.drawRightString(LEFT + WIDTH, pen.y, say("test"))
    pen.y -= 22
    pen.text(LEFT, say("number"), 8, grey=GREY)
    pen.y -= 15
    pen.text(LEFT, sheet.number, 15, BOLD)
    pen.y -= 16
    if pen.page == 1:
        born = say("born", year=sheet.born) if sheet.born else ""
        told = {
            "patient": ", ".join(part for part in (sheet.initials, born) if part),
            "written": day(day_in_riga(sheet.written_at)),
            "prescriber": sheet.prescriber,
            "workplace": sheet.workplace,
        }
        for name, value in told.items():
            pen.text(LEFT, say(name), 8, grey=GREY)
            for row in simpleSplit(value, PLAIN, 9.5, WIDTH - 30 * mm) or [""]:
                pen.text(LEFT + 30 * mm, row, 9.5)
                pen.y -= 13
    pen.rule()
    pen.y -= 16


def draw_line(pen: Pen, line: SheetLine, *, with_codes: bool) -> None:
    """`with_codes`: false while pages are only counted; a code has its place all the same."""
    coded = [issue for issue in line.issues if issue.token]
    plain = [issue for issue in line.issues if not issue.token]
    pen.room(60 + (CODE if coded else 0))
    pen.paragraph(line.medicine, 12, font=BOLD)
    pen.y -= 2
    if line.dosage.text:
        pen.paragraph(f"{word('use', pen.sheet.language)}: {line.dosage.text}", 9.5)
    if note := line.dosage.note(pen.sheet.language):
        pen.paragraph(note, 7.5, grey=GREY)
    pen.y -= 4
    for at in range(0, len(coded), 2):
        pen.room(CODE + 10)
        for column, issue in enumerate(coded[at : at + 2]):
            draw_issue(pen, issue, LEFT + column * CELL, with_codes=with_codes)
        pen.y -= CODE + 10
    for issue in plain:
        told = ", ".join(value for _, value in facts_of(issue, pen.sheet.language))
        pen.paragraph(f"{told}. {word('no-code', pen.sheet.language, state=issue.state)}", 8.5, grey=GREY)
    pen.y -= 6
    pen.rule()
    pen.y -= 16


def draw_issue(pen: Pen, issue: SheetIssue, x: float, *, with_codes: bool) -> None:
    if with_codes:
        picture = ImageReader(code_picture(issue.token))
        pen.canvas.drawImage(picture, x - 1.6 * mm, pen.y - CODE + 6, CODE, CODE)
    below = pen.y
    pen.y -= 14
    for name, value in facts_of(issue, pen.sheet.language):
        if name:
            pen.text(x + CODE, name, 7.5, grey=GREY)
            pen.y -= 11
        for row in simpleSplit(value, PLAIN, 8.5, CELL - CODE):
            pen.text(x + CODE, row, 8.5, PLAIN if name else BOLD)
            pen.y -= 12
        pen.y -= 3
    pen.y = below


def facts_of(issue: SheetIssue, language: Language) -> list[tuple[str, str]]:
    """(label, what is said) of one time that it may be handed out."""
    line, say = issue.line, partial(word, language=language)
    allowed = amount(line.allowed, line.allowed.value)
    told = [
        (say("valid"), say("from-to", first=day(line.valid_from), last=day(line.valid_to))),
        (
            say("quantity"),
            say("left", left=amount(line.allowed, line.left), allowed=allowed) if line.dispensed else allowed,
        ),
    ]
    if line.issues > 1:
        told.insert(0, ("", say("issue", issue=line.issue, issues=line.issues)))
    return told


def foot(pen: Pen) -> None:
    language = pen.sheet.language
    say = partial(word, language=language)
    at = pen.sheet.printed_at.astimezone(RIGA).strftime("%d.%m.%Y %H:%M")
    told = f"{say('why')} {say('worth')} {say('printed', at=at)}"
    rows = simpleSplit(told, PLAIN, 7.5, WIDTH)
    pen.y = 10 * mm + 10 * (len(rows) + 1)
    pen.rule()
    pen.y -= 10
    for row in rows:
        pen.text(LEFT, row, 7.5, grey=GREY)
        pen.y -= 10
    pen.canvas.drawRightString(LEFT + WIDTH, 8 * mm, say("page", page=pen.page, pages=pen.pages))


def code_picture(token: str) -> Any:
    """The QR code, one point for each module: level M stands a fold through 15 % of it (ISO/IEC 18004)."""
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(QRNumber(digits_of(token)))
    code.version = code.calculate_version()
    # Any mask will do: what is drawn is as good as random. To look for the best of eight takes most of the time.
    code.makeImpl(False, MASK)
    modules = code.getModuleCount()
    assert modules <= MOST_MODULES, f"a code of {modules} modules is too fine for paper"
    side = modules + 2 * QUIET_ZONE
    picture = Image.new("L", (side, side), 255)
    for row, dots in enumerate(code.modules):
        for column, dark in enumerate(dots):
            if dark:
                picture.putpixel((column + QUIET_ZONE, row + QUIET_ZONE), 0)
    return picture


def day(of: date) -> str:
    return of.strftime("%d.%m.%Y")
