"""Latvian first, English too: which one a visitor reads, and the catalogues with the words.

    ?lang=en  ->  cookie  ->  Accept-Language  ->  lv

The source texts are English; locale/<language>/LC_MESSAGES/portal.po is read at the start as it is.
"""

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from starlette.requests import Request

from tilts.rules import Language

COOKIE: Final = "tilts_lang"
LANGUAGES: Final[tuple[Language, ...]] = ("lv", "en")
LOCALE: Final = Path(__file__).with_name("locale")


def language_for(request: Request) -> Language:
    return (
        known(request.query_params.get("lang", ""))
        or known(request.cookies.get(COOKIE, ""))
        or preferred(request.headers.get("accept-language", ""))
    )


def known(written: str) -> Language | None:
    return next((language for language in LANGUAGES if language == written), None)


def preferred(accept_language: str) -> Language:
    """lv unless English is preferred (RFC 9110 section 12.5.4)."""
    best: tuple[float, Language] = (0.0, "lv")
    for part in accept_language.split(","):
        tag, _, weight = part.strip().partition(";q=")
        language = known(tag.strip().lower().partition("-")[0])
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            quality = 0.0
        if language and quality > best[0]:
            best = (quality, language)
    return best[1]


def po_file(language: Language) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "portal.po"


@cache
def translations(language: Language) -> Translations:
    with po_file(language).open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)
