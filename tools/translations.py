"""Renews the portal's catalogues: new texts are added empty, gone ones dropped, nothing else is touched.

.venv/bin/python tools/translations.py          then fill in what it names
"""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

PORTAL = Path(__file__).parents[1] / "src" / "tilts" / "portal"
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
OPTIONS = {"**.html": {"trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true"}}
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
LANGUAGES = ("lv", "en")
HEADER = r"""# The words of the portal. Renewed by tools/translations.py; the translations are written here by hand.
msgid ""
msgstr ""
"Language: {language}\n"
"Plural-Forms: {plural}\n"
"Content-Type: text/plain; charset=utf-8\n"

"""


def texts() -> Catalog:
    """Every text of the portal, as its sources have it now."""
    found = Catalog(charset="utf-8")
    for file, _, message, _, _ in extract_from_dir(
        PORTAL, method_map=METHODS, options_map=OPTIONS, keywords=KEYWORDS
    ):
        found.add(message, locations=[(file, 0)])
    return found


def main() -> None:
    template = texts()
    for language in LANGUAGES:
        place = PORTAL / "locale" / language / "LC_MESSAGES" / "portal.po"
        place.parent.mkdir(parents=True, exist_ok=True)
        kept = read_po(place.open("rb"), locale=language) if place.exists() else Catalog(locale=language)
        renewed = Catalog(locale=language, charset="utf-8", fuzzy=False)
        for message in template:
            if message.id:
                earlier = kept.get(message.id)
                renewed.add(message.id, earlier.string if earlier else None)
        with place.open("wb") as out:
            out.write(HEADER.format(language=language, plural=renewed.plural_forms).encode())
            write_po(out, renewed, no_location=True, sort_output=True, omit_header=True, width=110)
        missing = [message.id for message in renewed if message.id and not message.string]
        print(f"{place.relative_to(PORTAL)}: {len(renewed)} texts, {len(missing)} without words")


if __name__ == "__main__":
    main()
