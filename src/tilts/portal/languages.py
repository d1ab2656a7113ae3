"""Latvian first, English too: which one a visitor reads, and the catalogues with the words.

    ?lang=en  ->  cookie  ->  Accept-Language  ->  lv

The source texts are English; locale/lv/LC_MESSAGES/<area>.po is read at the start as it is.
"""

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from starlette.requests import Request

from tilts.portal.visits import visit_of
from tilts.rules import Language

COOKIE: Final = "tilts_lang"
LANGUAGES: Final[tuple[Language, ...]] = ("lv", "en")
SHELL: Final = "portal"
LOCALE: Final = Path(__file__).with_name("locale")


def language_for(request: Request) -> Language:
    return (
        known(request.query_params.get("lang", ""))
        or known(visit_of(request).cookies.read(request, COOKIE))
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


def areas() -> list[str]:
    """Those that have words: one catalogue for each area of the portal; `portal` is the shell."""
    return sorted(file.stem for file in (LOCALE / "lv" / "LC_MESSAGES").glob("*.po"))


def po_file(area: str) -> Path:
    return LOCALE / "lv" / "LC_MESSAGES" / f"{area}.po"


@cache
def translations(language: Language) -> Translations:
    """All areas' words in one; the English ones are the source texts themselves."""
    if language == "en":
        return Translations()
    found = compiled(SHELL)  # the first one brings the rule of counting: 21 is one in Latvian
    for area in areas():
        found.merge(compiled(area))
    return found


def compiled(area: str) -> Translations:
    with po_file(area).open("rb") as file:
        catalogue = read_po(file, locale="lv")
    binary = BytesIO()
    write_mo(binary, catalogue)
    binary.seek(0)
    return Translations(binary)
