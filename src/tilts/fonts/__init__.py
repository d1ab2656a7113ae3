"""The letters of what is printed: DejaVu Sans, embedded, so that ā, č, ģ and ž look right on every machine."""

from pathlib import Path
from threading import Lock
from typing import Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FOLDER: Final = Path(__file__).parent
PLAIN: Final = "TiltsSans"
BOLD: Final = "TiltsSans-Bold"
FILES: Final = {PLAIN: "DejaVuSans.ttf", BOLD: "DejaVuSans-Bold.ttf"}
REGISTERING: Final = Lock()


def register_fonts() -> None:
    """Makes the two fonts known to the library, once in a process."""
    with REGISTERING:
        for name, file in FILES.items():
            if name not in pdfmetrics.getRegisteredFontNames():
                pdfmetrics.registerFont(TTFont(name, FOLDER / file))


def width_of(text: str, size: float, font: str = PLAIN) -> float:
    register_fonts()
    return float(pdfmetrics.stringWidth(text, font, size))
