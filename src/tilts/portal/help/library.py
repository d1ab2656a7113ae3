"""The project's own documentation, read once at the start and made into pages.

The pages are the Markdown files under docs/ (and the glossary beside them): one source for the
repository and for this portal. HTML inside them is not taken over; links between pages lead to pages.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import escape

from tilts.indexing import fold

COPY, COPIED = "@copy@", "@copied@"  # words of the visitor's language, put in with the page
REPOSITORY: Final = Path(__file__).resolve().parents[4]
BESIDE: Final = {"GLOSSARY.md": "glossary"}  # pages that lie at the top of the repository
COMMENT: Final = re.compile(r"<!--.*?-->\n?", re.DOTALL)
LINE_BREAK: Final = "<br>"
NOT_IN_ANCHORS: Final = re.compile(r"[^\w\- ]")
READER: Final = MarkdownIt("commonmark", {"html": False}).enable("table")


def _fence(tokens: list[Token], place: int, _options: object, env: dict[str, int]) -> str:
    """Lines to copy: the button comes with scripts, the lines are there without."""
    env["fences"] = env.get("fences", 0) + 1
    name = f"lines-{env['fences']}"
    lines = escape(tokens[place].content)
    return (
        f'<div class="snippet" data-copy="{COPY}" data-copied="{COPIED}">'
        f'<pre id="{name}" translate="no"><code>{lines}</code></pre></div>\n'
    )


# A wide table is moved sideways in its own frame, by keyboard too.
READER.add_render_rule("fence", lambda _self, *given: _fence(*given))
READER.add_render_rule(
    "table_open", lambda _self, *_: '<div class="doc-table" role="group" tabindex="0"><table>\n'
)
READER.add_render_rule("table_close", lambda _self, *_: "</table></div>\n")


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """One page: `name` is its address below /help."""

    name: str
    title: str
    first_words: str
    html: str
    headings: tuple[Heading, ...]
    text: str
    folded: str

    @property
    def contents(self) -> tuple[Heading, ...]:
        return tuple(heading for heading in self.headings if heading.level == 2)


PICTURE_TYPES: Final = MappingProxyType({".svg": "image/svg+xml", ".png": "image/png"})


@dataclass(frozen=True, slots=True)
class Library:
    documents: dict[str, Document]
    pictures: dict[str, bytes]


def docs_folder() -> Path:
    """Inside the package where it is installed; beside src/ where it is worked on."""
    packed = Path(str(files("tilts"))) / "docs"
    return packed if packed.is_dir() else REPOSITORY / "docs"


@cache
def library() -> Library:
    sources = dict(sources_in(docs_folder()))
    names = {source: name_of(source) for source in sources}
    documents = {
        names[source]: read(source, path.read_text("utf-8"), names) for source, path in sources.items()
    }
    drawn = (path for path in sorted(docs_folder().rglob("*")) if path.suffix in PICTURE_TYPES)
    pictures = {path.name: path.read_bytes() for path in drawn}
    return Library(documents, pictures)


def sources_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """(path as the repository has it, file): the documents, and the pages beside them."""
    for path in sorted(folder.rglob("*.md")):
        if path.name in BESIDE:
            continue
        yield f"docs/{path.relative_to(folder).as_posix()}", path
    for file in BESIDE:
        for place in (folder, folder.parent):  # packed, and in the repository
            if (place / file).is_file():
                yield file, place / file
                break


def name_of(source: str) -> str:
    """docs/howto/connector.md -> howto/connector; docs/proof/README.md -> proof."""
    plain = BESIDE.get(source) or source.removeprefix("docs/").removesuffix(".md")
    return plain.removesuffix("/README")


def read(source: str, text: str, names: dict[str, str]) -> Document:
    tokens = READER.parse(COMMENT.sub("", text))
    headings = tuple(headings_in(tokens))
    anchors = iter(heading.anchor for heading in headings)
    for token in tokens:
        if token.type == "heading_open":
            token.attrSet("id", next(anchors))
        if token.children:
            rewrite(token.children, source, names)
    body = after_title(tokens)
    words = " ".join(words_in(tokens))
    name = name_of(source)
    title = headings[0].text if headings else name
    first = next((one.content for one in body if one.type == "inline"), "")
    html = READER.renderer.render(body, READER.options, {})
    return Document(name, title, plain_words(first), html, headings, words, fold(words))


def headings_in(tokens: list[Token]) -> Iterator[Heading]:
    """Anchors as the place where the source is read makes them: words in small letters with hyphens."""
    taken: dict[str, int] = {}
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            text = plain_words(tokens[place + 1].content)
            anchor = NOT_IN_ANCHORS.sub("", text.lower()).replace(" ", "-") or "part"
            count = taken.get(anchor, 0)
            taken[anchor] = count + 1
            yield Heading(int(token.tag[1]), f"{anchor}-{count}" if count else anchor, text)


def after_title(tokens: list[Token]) -> list[Token]:
    return tokens[3:] if tokens and tokens[0].tag == "h1" else tokens


def plain_words(inline: str) -> str:
    without_links = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", inline)
    return re.sub(r"[`*]|(?<!\w)_|_(?!\w)", "", without_links).replace("\n", " ").strip()


def words_in(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield plain_words(token.content)
        elif token.type in ("fence", "code_block"):
            yield token.content


def rewrite(children: list[Token], source: str, names: dict[str, str]) -> None:
    """A link to a page of ours becomes its address here; one into the source stays as words."""
    tags: list[str] = []
    for token in children:
        match token.type:
            case "image":
                token.attrSet("src", f"/help/pictures/{posixpath.basename(str(token.attrGet('src')))}")
            case "link_open":
                if address := address_of(str(token.attrGet("href")), source, names):
                    token.attrSet("href", address)
                else:
                    token.tag, token.attrs = "span", {}
                tags.append(token.tag)
            case "link_close":
                token.tag = tags.pop()
            case "text" if LINE_BREAK in token.content:
                token.type, token.content = "html_inline", broken(token.content)


def broken(text: str) -> str:
    """The one mark of HTML that the documents use, for a new line in a cell."""
    return LINE_BREAK.join(str(escape(part)) for part in text.split(LINE_BREAK))


def address_of(written: str, source: str, names: dict[str, str]) -> str:
    """Empty when it leads to something that is not shipped with the portal."""
    parts = urlsplit(written)
    if parts.scheme in ("http", "https", "mailto") or (not parts.path and parts.fragment):
        return written
    target = posixpath.normpath(posixpath.join(posixpath.dirname(source), parts.path))
    name = names.get(target) or names.get(f"{target}/README.md")
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"/help/{name}{fragment}" if name else ""
