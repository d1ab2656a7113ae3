"""The words of a message: decoded, without markup, without person codes, and not longer than a person reads."""

import codecs
import html
import re
from email.message import EmailMessage
from typing import Final

from tilts import person_code

TEXT_CHARACTERS: Final = 50_000
HTML_CHARACTERS: Final = 500_000
CUT: Final = "\n[…]"
CHARSETS: Final = re.compile(
    r"utf-?(?:8|16(?:le|be)?|7)|us-ascii|ascii|iso-?8859-\d{1,2}|windows-?125[0-8]|cp125[0-8]|koi8-[ru]"
)
TAG: Final = re.compile(r"<[^<>]*>")
BREAKS: Final = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6])\b[^<>]*>", re.IGNORECASE)
UNSEEN: Final = ("script", "style", "head", "title")
NEITHER_TAB_NOR_LINE: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
CODE: Final = re.compile(r"(?<![\w-])(\d{6}-?\d{5})(?![\w-])", re.ASCII)
CODE_PUT_OUT: Final = "[personas kods / person code]"


def body_of(leaves: list[EmailMessage]) -> str:
    """The plain parts together; the HTML part only when there is no plain one."""
    plain = [decoded(leaf) for leaf in leaves if leaf.get_content_type() == "text/plain"]
    if not any(text.strip() for text in plain):
        marked = [decoded(leaf) for leaf in leaves if leaf.get_content_type() == "text/html"]
        plain = [words_of(text[:HTML_CHARACTERS]) for text in marked]
    text = tidy("\n\n".join(text for text in plain if text.strip()))
    return text if len(text) <= TEXT_CHARACTERS else text[: TEXT_CHARACTERS - len(CUT)] + CUT


def payload_of(leaf: EmailMessage) -> bytes:
    """The decoded bytes; a message inside the message has none of its own."""
    content = leaf.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def decoded(leaf: EmailMessage) -> str:
    """In the charset that is named, if it is one of letters; what cannot be read is marked as such."""
    content = payload_of(leaf)
    named = str(leaf.get_content_charset("utf-8")).lower()
    charset = named if CHARSETS.fullmatch(named) else "utf-8"
    try:
        return codecs.decode(content, charset, "replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")


def tidy(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return NEITHER_TAB_NOR_LINE.sub("", "\n".join(line.rstrip() for line in lines)).strip()


def words_of(markup: str) -> str:
    """What a reader would see of it, roughly; the markup itself is never kept or shown."""
    for name in UNSEEN:
        markup = _without(markup, name)
    return re.sub(r"\n{3,}", "\n\n", html.unescape(TAG.sub("", BREAKS.sub("\n", markup))))


def _without(markup: str, name: str) -> str:
    """Cut out by looking for one end after the other: a pattern would look again from each beginning."""
    folded, kept, place = markup.lower(), [], 0
    if len(folded) != len(markup):  # a letter that grows when folded; then places do not agree
        markup = folded
    while (begins := folded.find(f"<{name}", place)) >= 0:
        kept.append(markup[place:begins])
        ends = folded.find(f"</{name}", begins)
        place = len(markup) if ends < 0 else ends
    return "".join([*kept, markup[place:]])


def without_person_codes(text: str) -> str:
    """Nothing personal is kept with the path (Design 6): codes that can be real ones are put out."""
    return CODE.sub(lambda found: CODE_PUT_OUT if names_person(found[1]) else found[0], text)


def names_person(written: str) -> bool:
    """With the hyphen it is meant as one, right or mistyped; without, a number of that form may be anything."""
    return "-" in written or person_code.is_acceptable(written)


def has_person_code(text: str) -> bool:
    return any(names_person(found) for found in CODE.findall(text))
