"""Renews the portal's catalogues: new texts are added empty, gone ones dropped, nothing else is touched.

.venv/bin/python tools/translations.py [AREA ..]          then fill in what it names

Each area has its own: portal/<area>/ and templates/<area>/ make locale/lv/LC_MESSAGES/<area>.po;
what lies beside those folders is the shell, `portal`. The source texts are the English ones.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

PORTAL = Path(__file__).parents[1] / "src" / "tilts" / "portal"
SHELL = "portal"
NO_AREAS = {"templates", "static", "locale", "__pycache__"}
METHODS = {".py": "python", ".html": "jinja2"}
OPTIONS = {".html": {"trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true"}}
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
HEADER = r"""# The words of the portal. Renewed by tools/translations.py; the translations are written here by hand.
msgid ""
msgstr ""
"Language: lv\n"
"Plural-Forms: {plural}\n"
"Content-Type: text/plain; charset=utf-8\n"

"""


def areas() -> list[str]:
    """The shell, and every folder that has texts to translate."""
    folders = {
        path.name
        for root in (PORTAL, PORTAL / "templates")
        for path in root.iterdir()
        if path.is_dir() and path.name not in NO_AREAS
    }
    return [SHELL, *sorted(area for area in folders if any(True for _ in found_in(area)))]


def files_of(area: str) -> Iterator[Path]:
    roots = (PORTAL, PORTAL / "templates")
    for root in roots:
        if area == SHELL:
            yield from sorted(path for path in root.glob("*.*") if path.suffix in METHODS)
        else:
            yield from sorted(path for path in (root / area).rglob("*.*") if path.suffix in METHODS)


def found_in(area: str) -> Iterator[str | tuple[str, ...]]:
    for file in files_of(area):
        options = OPTIONS.get(file.suffix)
        for _, message, _, _ in extract_from_file(
            METHODS[file.suffix], file, keywords=KEYWORDS, options=options
        ):
            yield message


def texts(area: str = SHELL) -> Catalog:
    """Every text of an area, as its sources have it now."""
    found = Catalog(charset="utf-8")
    for message in found_in(area):
        found.add(message)
    return found


def renew(area: str) -> None:
    place = PORTAL / "locale" / "lv" / "LC_MESSAGES" / f"{area}.po"
    place.parent.mkdir(parents=True, exist_ok=True)
    kept = read_po(place.open("rb"), locale="lv") if place.exists() else Catalog(locale="lv")
    renewed = Catalog(locale="lv", charset="utf-8", fuzzy=False)
    for message in texts(area):
        if message.id:
            earlier = kept.get(message.id)
            renewed.add(message.id, earlier.string if earlier else None)
    with place.open("wb") as out:
        out.write(HEADER.format(plural=renewed.plural_forms).encode())
        write_po(out, renewed, no_location=True, sort_output=True, omit_header=True, width=110)
    missing = [message.id for message in renewed if message.id and not all(strings(message.string))]
    print(f"{place.relative_to(PORTAL)}: {len(renewed)} texts, {len(missing)} without words")
    for text in missing:
        print(f"  {text!r}")


def strings(found: object) -> tuple[object, ...]:
    return tuple(found) if isinstance(found, list | tuple) else (found,)


def main() -> None:
    for area in sys.argv[1:] or areas():
        renew(area)


if __name__ == "__main__":
    main()
