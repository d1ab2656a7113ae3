"""The letters of the forms: DejaVu Sans, embedded, so that ā, č, ģ and ž look right on every machine.

Printed text uses the library's own subsets. What people type into a field needs a font with a
fixed alphabet: Windows-1257, in which all Latvian, Lithuanian and Estonian letters have a place.
"""

import struct
import unicodedata
from functools import cache
from io import BytesIO
from typing import Any, Final

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    StreamObject,
)
from reportlab.pdfbase.ttfonts import TTFontFile, TTFontMaker, TTFontParser

from tilts.fonts import BOLD, FILES, FOLDER, PLAIN, register_fonts, width_of

__all__ = ["BOLD", "PLAIN", "register_fonts", "width_of"]

FIELD_FONT: Final = "/TiltsField"
TYPED: Final = "cp1257"
FIRST, LAST = 32, 255
NONSYMBOLIC: Final = 32  # ISO 32000-1 table 123
# How Adobe's glyph list writes the marks of letters; Latvian's cedillas are commas below.
MARKS: Final = {
    "MACRON": "macron", "CARON": "caron", "CEDILLA": "commaaccent", "OGONEK": "ogonek", "ACUTE": "acute",
    "DOT ABOVE": "dotaccent", "DIAERESIS": "dieresis", "TILDE": "tilde", "RING ABOVE": "ring",
}  # fmt: skip


@cache
def _whole(name: str) -> Any:
    return TTFontFile(str(FOLDER / FILES[name]))


def can_print(text: str) -> bool:
    """Has the embedded font a glyph for every character?"""
    known = _whole(PLAIN).charToGlyph
    return all(ord(character) in known or character in "\n\r\t" for character in text)


def can_type(text: str) -> bool:
    """Has the alphabet of the fields a place for every character?"""
    return all(_place(character) is not None for character in text)


def typed(text: str) -> bytes:
    """The text as the fields' font draws it; what has no place becomes a question mark."""
    return text.encode(TYPED, "replace")


def _place(character: str) -> int | None:
    try:
        return character.encode(TYPED)[0]
    except UnicodeEncodeError:
        return None


@cache
def alphabet() -> tuple[tuple[int, str], ...]:
    """(code, character) of Windows-1257; its gaps are filled as in Windows-1252, on which it stands here."""
    found = []
    for code in range(FIRST, LAST + 1):
        character = bytes([code]).decode(TYPED, "ignore") or bytes([code]).decode("cp1252", "ignore")
        if character and not unicodedata.category(character).startswith("C"):
            found.append((code, character))
    return tuple(found)


def add_field_font(writer: PdfWriter) -> IndirectObject:
    """Puts the fields' font into a PDF and gives the reference to it."""
    face = _whole(PLAIN)
    file = StreamObject()
    content = field_font_file()
    file.set_data(content)
    file[NameObject("/Length1")] = NumberObject(len(content))
    descriptor = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/FontDescriptor"),
            NameObject("/FontName"): NameObject("/TILTSF+DejaVuSans"),
            NameObject("/Flags"): NumberObject(NONSYMBOLIC),
            NameObject("/FontBBox"): ArrayObject(NumberObject(int(edge)) for edge in face.bbox),
            NameObject("/ItalicAngle"): NumberObject(0),
            NameObject("/Ascent"): NumberObject(int(face.ascent)),
            NameObject("/Descent"): NumberObject(int(face.descent)),
            NameObject("/CapHeight"): NumberObject(int(face.capHeight)),
            NameObject("/StemV"): NumberObject(int(face.stemV)),
            NameObject("/FontFile2"): writer._add_object(file.flate_encode()),
        }
    )
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/TrueType"),
            NameObject("/BaseFont"): NameObject("/TILTSF+DejaVuSans"),
            NameObject("/FirstChar"): NumberObject(FIRST),
            NameObject("/LastChar"): NumberObject(LAST),
            NameObject("/Widths"): ArrayObject(map(FloatObject, _widths(face))),
            NameObject("/Encoding"): _encoding(),
            NameObject("/FontDescriptor"): writer._add_object(descriptor),
            NameObject("/ToUnicode"): writer._add_object(_unicode_of_codes()),
        }
    )
    return writer._add_object(font)


def _widths(face: Any) -> list[float]:
    known = dict(alphabet())
    return [
        round(float(face.charWidths.get(ord(known[code]), 0)), 1) if code in known else 0
        for code in range(FIRST, LAST + 1)
    ]


def _encoding() -> DictionaryObject:
    """Windows-1252, and where Windows-1257 differs the name of the letter."""
    differences = ArrayObject()
    for code, character in alphabet():
        if bytes([code]).decode("cp1252", "ignore") != character:
            differences += [NumberObject(code), NameObject(f"/{glyph_name(character)}")]
    return DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Encoding"),
            NameObject("/BaseEncoding"): NameObject("/WinAnsiEncoding"),
            NameObject("/Differences"): differences,
        }
    )


def _unicode_of_codes() -> StreamObject:
    """From codes back to characters: viewers need it to draw what is being typed (measured: pdfium)."""
    pairs = [f"<{code:02x}> <{ord(character):04x}>" for code, character in alphabet()]
    blocks = [pairs[at : at + 100] for at in range(0, len(pairs), 100)]  # at most 100 in a block
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <00> <ff> endcodespacerange",
        *(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks),
        "endcmap CMapName currentdict /CMap defineresource pop end end",
    ]
    made = StreamObject()
    made.set_data("\n".join(lines).encode())
    return made


def glyph_name(character: str) -> str:
    """`gcommaaccent` for ģ, as Adobe's glyph list has it; `uni2019` for what is no marked letter."""
    words = unicodedata.name(character).split(" WITH ")
    kind = words[0].removeprefix("LATIN ").split(" LETTER ")
    if len(words) == 2 and len(kind) == 2 and len(kind[1]) == 1 and words[1] in MARKS:
        letter = kind[1].lower() if kind[0] == "SMALL" else kind[1]
        return letter + MARKS[words[1]]
    return f"uni{ord(character):04X}"


@cache
def field_font_file() -> bytes:
    """DejaVu Sans cut down to the alphabet of the fields, with a table that finds glyphs by Unicode.

    reportlab's subset finds them by number only, which a viewer that draws what is being typed
    does not understand; so its table `cmap` is replaced.
    """
    codes = sorted({ord(character) for _, character in alphabet()})
    cut = _whole(PLAIN).makeSubset(codes)
    tables = TTFontParser(BytesIO(cut))
    glyphs = struct.unpack(f">{len(codes)}H", tables.get_table("cmap")[22 : 22 + 2 * len(codes)])
    made = TTFontMaker()
    for tag in tables.table:
        made.add(tag, tables.get_table(tag))
    made.tables["cmap"] = _unicode_table(list(zip(codes, glyphs, strict=True)))
    return bytes(made.makeStream())


def _unicode_table(pairs: list[tuple[int, int]]) -> bytes:
    """A `cmap` of format 4 for platform 3, encoding 1, one segment for each character (OpenType 1.9)."""
    segments = [*pairs, (0xFFFF, 0)]
    count = len(segments)
    power = 1 << (count.bit_length() - 1)
    ends = [code for code, _ in segments]
    deltas = [(glyph - code) & 0xFFFF for code, glyph in pairs] + [1]
    body = [count * 2, power * 2, power.bit_length() - 1, (count - power) * 2]
    words = [*body, *ends, 0, *ends, *deltas, *([0] * count)]
    length = 6 + 2 * len(words)
    return struct.pack(f">{6 + 3 + len(words)}H", 0, 1, 3, 1, 0, 12, 4, length, 0, *words)
