"""The paper of our forms: A4, margins, the mark that it is a sample, both desks at the foot of each page."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from tilts.onboarding.contacts import Contact, Contacts
from tilts.onboarding.procedures.kinds import Text
from tilts.onboarding.procedures.lettering import BOLD, PLAIN, register_fonts, width_of
from tilts.rules import Language

INK: Final = HexColor("#16242b")
QUIET: Final = HexColor("#52626a")
BRAND: Final = HexColor("#0d4653")
LINE: Final = HexColor("#c9ccc6")
SUNK: Final = HexColor("#f1f3f0")
YELLOW: Final = HexColor("#fff3a8")
YELLOW_EDGE: Final = HexColor("#b8920a")
WHITE: Final = Color(1, 1, 1)

LEFT: Final = 22 * mm
RIGHT: Final = 18 * mm
TOP: Final = 27 * mm
BOTTOM: Final = 26 * mm
WIDTH: Final = A4[0] - LEFT - RIGHT

SAMPLE: Final = Text("PARAUGS", "SAMPLE")
SAMPLE_NOTE: Final = Text("pašu sastādīts teksts, nav oficiāls", "our own wording, not official")


def style(name: str, size: float, leading: float, **more: Any) -> ParagraphStyle:
    given: dict[str, Any] = {"fontName": PLAIN, "textColor": INK, "alignment": TA_LEFT, **more}
    return ParagraphStyle(name, fontSize=size, leading=leading, **given)


OVERLINE: Final = style("overline", 7.5, 10, textColor=QUIET, spaceAfter=2)
TITLE: Final = style("title", 16, 20.5, fontName=BOLD, textColor=BRAND, spaceAfter=5)
INTRO: Final = style("intro", 9.2, 13.6, spaceAfter=7)
SECTION: Final = style("section", 10.2, 14, fontName=BOLD, textColor=BRAND, spaceBefore=9, spaceAfter=4)
CLAUSE: Final = style("clause", 8.9, 13, spaceAfter=3.6)
NUMBER: Final = style("number", 8.9, 13, textColor=QUIET)
LABEL: Final = style("label", 7.2, 9.2, textColor=QUIET)
BESIDE: Final = style("beside", 7.2, 12.6, textColor=QUIET)
QUESTION: Final = style("question", 8.6, 12)
WRITTEN: Final = style("written", 9.4, 12.6)
NOTE: Final = style("note", 7.2, 9.8, textColor=QUIET, spaceBefore=3)
CELL: Final = style("cell", 8, 10.5)
HEAD: Final = style("head", 7, 9, fontName=BOLD, textColor=BRAND)


@dataclass(frozen=True, slots=True)
class Imprint:
    """What stands on every page beside the text."""

    title: str
    reference: str  # operator-agreement/1
    language: Language
    contacts: Contacts
    frozen: bool

    @property
    def keywords(self) -> str:
        """What a program finds in the file: the procedure, its version, the language, filled or open."""
        state = "agreed" if self.frozen else "form"
        return f"tilts-procedure={self.reference}; language={self.language}; state={state}"


def print_pages(imprint: Imprint, story: Any) -> bytes:
    """The pages as bytes; the same story gives the same bytes. `story()` makes fresh contents."""
    register_fonts()
    counted = _build(imprint, story(), 0)[1]
    return _build(imprint, story(), counted)[0]


def _build(imprint: Imprint, story: list[Flowable], pages: int) -> tuple[bytes, int]:
    out = BytesIO()
    paper = BaseDocTemplate(
        out,
        pagesize=A4,
        invariant=1,
        title=imprint.title,
        author=imprint.contacts.contracts.authority(imprint.language),
        subject=SAMPLE.of(imprint.language),
        creator="Tilts",
        producer="Tilts",
        keywords=imprint.keywords,
        lang=imprint.language,
        displayDocTitle=True,
    )
    frame = Frame(LEFT, BOTTOM, WIDTH, A4[1] - TOP - BOTTOM, 0, 0, 0, 0)
    paper.addPageTemplates(
        PageTemplate("page", [frame], onPage=lambda canvas, made: _imprint(canvas, made.page, pages, imprint))
    )
    paper.build(story)
    return out.getvalue(), int(paper.page)


def _imprint(canvas: Canvas, page: int, pages: int, imprint: Imprint) -> None:
    canvas.saveState()
    _head(canvas, imprint)
    _foot(canvas, page, pages, imprint)
    canvas.restoreState()


def _head(canvas: Canvas, imprint: Imprint) -> None:
    top = A4[1] - 15 * mm
    canvas.setFillColor(BRAND)
    canvas.rect(LEFT, top - 1, 9, 9, stroke=0, fill=1)
    canvas.setFont(BOLD, 8.2)
    canvas.drawString(LEFT + 14, top, imprint.contacts.contracts.authority(imprint.language))
    mark, note = SAMPLE.of(imprint.language), SAMPLE_NOTE.of(imprint.language)
    box = width_of(mark, 7.4, BOLD) + 10
    canvas.setStrokeColor(BRAND)
    canvas.setLineWidth(0.8)
    canvas.roundRect(A4[0] - RIGHT - box, top - 4, box, 13, 2, stroke=1, fill=0)
    canvas.setFont(BOLD, 7.4)
    canvas.drawString(A4[0] - RIGHT - box + 5, top - 0.2, mark)
    canvas.setFillColor(QUIET)
    canvas.setFont(PLAIN, 6.6)
    canvas.drawRightString(A4[0] - RIGHT - box - 6, top, note)
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.6)
    canvas.line(LEFT, top - 9, A4[0] - RIGHT, top - 9)


def _foot(canvas: Canvas, page: int, pages: int, imprint: Imprint) -> None:
    base = 17 * mm
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.6)
    canvas.line(LEFT, base + 8, A4[0] - RIGHT, base + 8)
    for place, contact in zip((0, WIDTH * 0.42), imprint.contacts, strict=True):
        _desk(canvas, LEFT + place, base, contact, imprint.language)
    canvas.setFillColor(QUIET)
    canvas.setFont(PLAIN, 6.8)
    canvas.drawRightString(A4[0] - RIGHT, base - 1, f"{page} ({pages})")
    canvas.drawRightString(A4[0] - RIGHT, base - 10.5, imprint.reference)


def _desk(canvas: Canvas, left: float, base: float, contact: Contact, language: Language) -> None:
    canvas.setFillColor(INK)
    canvas.setFont(BOLD, 6.8)
    canvas.drawString(left, base - 1, contact.name(language))
    canvas.setFillColor(QUIET)
    canvas.setFont(PLAIN, 6.8)
    reached = " · ".join(part for part in (contact.e_mail, contact.phone) if part)
    canvas.drawString(left, base - 10.5, reached)
    if contact.postal:
        canvas.drawString(left, base - 20, contact.postal)
