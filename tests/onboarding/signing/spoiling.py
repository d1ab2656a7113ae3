"""Makes bad files out of good ones, the way an attacker or a careless program would."""

import io
import zipfile
from collections.abc import Callable

from lxml import etree
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from tests.onboarding.signing.desk import agreement

MIMETYPE = b"application/vnd.etsi.asic-e+zip"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
XADES = "{http://uri.etsi.org/01903/v1.3.2#}"
SIGNATURES = "META-INF/signatures0.xml"


def members(container: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(container)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: dict[str, bytes], *, mimetype: bytes | None = MIMETYPE) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        if mimetype is not None:
            archive.writestr("mimetype", mimetype, zipfile.ZIP_STORED)
        for name, content in files.items():
            if name != "mimetype":
                archive.writestr(name, content)
    return target.getvalue()


def with_member(container: bytes, name: str, content: bytes) -> bytes:
    return zipped({**members(container), name: content})


def with_xml(container: bytes, change: Callable[[etree._Element], None], name: str = SIGNATURES) -> bytes:
    found = members(container)
    root = etree.fromstring(found[name])
    change(root)
    return zipped({**found, name: etree.tostring(root, xml_declaration=True, encoding="UTF-8")})


def with_script() -> bytes:
    writer = PdfWriter(PdfReader(io.BytesIO(agreement())))
    action = DictionaryObject(
        {
            NameObject("/S"): NameObject("/JavaScript"),
            NameObject("/JS"): TextStringObject("app.alert('labrīt');"),
        }
    )
    scripts = ArrayObject([TextStringObject("sveiciens"), writer._add_object(action)])
    tree = DictionaryObject({NameObject("/JavaScript"): DictionaryObject({NameObject("/Names"): scripts})})
    writer.root_object[NameObject("/Names")] = tree
    return written(writer)


def with_attachment() -> bytes:
    writer = PdfWriter(PdfReader(io.BytesIO(agreement())))
    writer.add_attachment("rīks.exe", b"MZ\x90\x00")
    return written(writer)


def with_launch() -> bytes:
    writer = PdfWriter(PdfReader(io.BytesIO(agreement())))
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("cmd.exe")}
    )
    writer.root_object[NameObject("/OpenAction")] = action
    return written(writer)


def encrypted() -> bytes:
    writer = PdfWriter(PdfReader(io.BytesIO(agreement())))
    writer.encrypt("parole")
    return written(writer)


def written(writer: PdfWriter) -> bytes:
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def updated(pdf: bytes, change: Callable[[PdfWriter], None]) -> bytes:
    """An incremental update by a program that knows nothing of signatures."""
    writer = PdfWriter(io.BytesIO(pdf), incremental=True)
    change(writer)
    return written(writer)


def other_page(writer: PdfWriter) -> None:
    writer.pages[0].merge_page(PdfReader(io.BytesIO(agreement("CITS TEKSTS"))).pages[0])


def other_field(writer: PdfWriter) -> None:
    writer.update_page_form_field_values(writer.pages[0], {"nosaukums": "SIA Cits"}, auto_regenerate=False)


def picture_over_page(writer: PdfWriter) -> None:
    """A note with a picture of its own, drawn over the text."""
    note = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/FreeText"),
            NameObject("/Rect"): ArrayObject([NumberObject(side) for side in (0, 0, 600, 800)]),
            NameObject("/Contents"): TextStringObject("CITS TEKSTS"),
            NameObject("/DA"): TextStringObject("/Helv 12 Tf"),
        }
    )
    writer.add_annotation(0, note)
