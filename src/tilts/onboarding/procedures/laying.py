"""Lays the fields that can be filled in onto the printed pages: yellow for the applicant, white for the authority."""

from collections.abc import Mapping
from io import BytesIO
from typing import Final

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from tilts.onboarding.procedures.kinds import Choice
from tilts.onboarding.procedures.lettering import FIELD_FONT, add_field_font, typed, width_of
from tilts.onboarding.procedures.opening import MARK
from tilts.onboarding.procedures.paper import LINE, YELLOW, YELLOW_EDGE
from tilts.onboarding.procedures.places import Place
from tilts.rules import Language

PRINTED: Final = 4  # flag of an annotation: it is printed, too (ISO 32000-1 table 165)
READ_ONLY: Final = 1 << 0
REQUIRED: Final = 1 << 1  # flags of fields, tables 221, 228 and 230
MULTILINE: Final = 1 << 12
COMBO: Final = 1 << 17
LONGEST: Final = 200  # characters in a line of a form
LONGEST_TEXT: Final = 2_000
SMALLEST: Final = 5.5
Numbers = tuple[float, float, float]


def lay_fields(
    pages: bytes, places: list[Place], values: Mapping[str, str], language: Language, mark: str
) -> bytes:
    """The same pages with fields; the same input gives the same bytes."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pages)))
    font = add_field_font(writer)
    fields = ArrayObject([_mark(writer, mark)])
    for place in places:
        page = writer.pages[place.page - 1]
        field = writer._add_object(
            _field(place, values.get(place.name, ""), language, page.indirect_reference)
        )
        shown = place_appearance(writer, place, values.get(place.name, ""), language, font)
        field.get_object()[NameObject("/AP")] = DictionaryObject({NameObject("/N"): shown})  # type: ignore[index]
        fields.append(field)
        if "/Annots" not in page:
            page[NameObject("/Annots")] = ArrayObject()
        page["/Annots"].append(field)  # type: ignore[attr-defined]
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject(
        {
            NameObject("/Fields"): fields,
            NameObject("/DR"): _resources(font),
            NameObject("/DA"): TextStringObject(f"{FIELD_FONT} 9.5 Tf 0 g"),
        }
    )
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _mark(writer: PdfWriter, said: str) -> IndirectObject:
    """A field without a place: some viewers rewrite the document's keywords, none drops a field."""
    made = {
        NameObject("/FT"): NameObject("/Tx"),
        NameObject("/T"): TextStringObject(MARK),
        NameObject("/V"): TextStringObject(said),
        NameObject("/Ff"): NumberObject(READ_ONLY),
    }
    return writer._add_object(DictionaryObject(made))


def _resources(font: IndirectObject) -> DictionaryObject:
    return DictionaryObject({NameObject("/Font"): DictionaryObject({NameObject(FIELD_FONT): font})})


def _field(place: Place, value: str, language: Language, page: IndirectObject | None) -> DictionaryObject:
    flags = REQUIRED if place.required and place.who == "applicant" else 0
    made = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Widget"),
            NameObject("/F"): NumberObject(PRINTED),
            NameObject("/T"): TextStringObject(place.name),
            NameObject("/TU"): TextStringObject(place.tip),
            NameObject("/Rect"): ArrayObject(map(FloatObject, place.box)),
            NameObject("/DA"): TextStringObject(f"{FIELD_FONT} {place.size} Tf 0.086 0.141 0.169 rg"),
            NameObject("/V"): TextStringObject(value),
            NameObject("/MK"): _colours(place),
            NameObject("/BS"): DictionaryObject({NameObject("/W"): NumberObject(1)}),
        }
    )
    if page is not None:
        made[NameObject("/P")] = page
    if place.kind == "choice":
        made[NameObject("/FT")] = NameObject("/Ch")
        made[NameObject("/Opt")] = ArrayObject(_option(choice, language) for choice in place.choices)
        flags |= COMBO
    else:
        made[NameObject("/FT")] = NameObject("/Tx")
        longest = LONGEST_TEXT if place.kind == "long-text" else LONGEST
        made[NameObject("/MaxLen")] = NumberObject(longest)
        flags |= MULTILINE if place.kind == "long-text" else 0
    made[NameObject("/Ff")] = NumberObject(flags)
    return made


def _option(choice: Choice, language: Language) -> ArrayObject:
    return ArrayObject([TextStringObject(choice.id), TextStringObject(choice.label.of(language))])


def colours(place: Place) -> tuple[Numbers | None, Numbers]:
    """(fill, edge): only what the applicant fills in is yellow (Source page C3)."""
    if place.who == "applicant":
        return YELLOW.rgb(), YELLOW_EDGE.rgb()
    return None, LINE.rgb()


def _colours(place: Place) -> DictionaryObject:
    fill, edge = colours(place)
    made = DictionaryObject({NameObject("/BC"): _numbers(edge)})
    if fill is not None:
        made[NameObject("/BG")] = _numbers(fill)
    return made


def _numbers(colour: Numbers) -> ArrayObject:
    return ArrayObject(FloatObject(round(part, 3)) for part in colour)


def place_appearance(
    writer: PdfWriter, place: Place, value: str, language: Language, font: IndirectObject
) -> IndirectObject:
    """How the field looks until a viewer draws it itself."""
    width, height = place.box[2] - place.box[0], place.box[3] - place.box[1]
    fill, edge = colours(place)
    parts = [f"{_rgb(fill)} rg 0 0 {width:.2f} {height:.2f} re f"] if fill else []
    parts.append(f"{_rgb(edge)} RG 1 w 0.5 0.5 {width - 1:.2f} {height - 1:.2f} re S")
    if place.kind == "choice" and not value:  # an arrow, as viewers draw it: there is something to choose
        right, middle = width - 13, height / 2
        top = f"{_rgb(edge)} rg {right:.2f} {middle + 2:.2f} m {right + 7:.2f} {middle + 2:.2f} l"
        parts.append(f"{top} {right + 3.5:.2f} {middle - 2.5:.2f} l f")
    content = "\n".join(parts).encode() + _text(place, _shown(place, value, language), width, height)
    stream = StreamObject()
    stream.set_data(content)
    stream.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): ArrayObject(map(FloatObject, (0, 0, round(width, 2), round(height, 2)))),
            NameObject("/Resources"): _resources(font),
        }
    )
    return writer._add_object(stream)


def _shown(place: Place, value: str, language: Language) -> str:
    return next((choice.label.of(language) for choice in place.choices if choice.id == value), value)


def _text(place: Place, shown: str, width: float, height: float) -> bytes:
    if not shown:
        return b"\n/Tx BMC EMC"
    size = place.size
    lines = shown.splitlines() if place.kind == "long-text" else [shown]
    while size > SMALLEST and max(width_of(line, size) for line in lines) > width - 6:
        size -= 0.25
    top = height - size * 1.2 if place.kind == "long-text" else (height - size * 0.72) / 2
    drawn = b" T* ".join(b"<" + typed(line).hex().encode() + b"> Tj" for line in lines)
    start = f"\n/Tx BMC q 1 1 {width - 2:.2f} {height - 2:.2f} re W n BT {FIELD_FONT} {size:.2f} Tf"
    where = f" 0.086 0.141 0.169 rg {size * 1.2:.2f} TL 3 {top:.2f} Td "
    return (start + where).encode() + drawn + b" ET Q EMC"


def _rgb(colour: Numbers) -> str:
    return " ".join(f"{part:.3f}" for part in colour)
