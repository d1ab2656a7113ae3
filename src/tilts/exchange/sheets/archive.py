"""What makes a PDF an archive copy: PDF/A-2b (ISO 19005-2). Pure; the same pages give the same bytes.

Nothing in it depends on the machine that shows it: fonts are embedded, grey is defined by a profile, and what it is
stands in metadata as well (6.2.2, 6.2.3, 6.6).
"""

import hashlib
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Final
from xml.sax.saxutils import escape

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

PRODUCER: Final = "Tilts"
GAMMA: Final = 2.2
D50: Final = (0.9642, 1.0, 0.8249)  # ICC.1:2001-04, 7.2.16: the white of the connection space
XMP: Final = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/">
   <pdfaid:part>2</pdfaid:part>
   <pdfaid:conformance>B</pdfaid:conformance>
   <dc:format>application/pdf</dc:format>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
   <dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
   <pdf:Producer>{producer}</pdf:Producer>
   <xmp:CreateDate>{moment}</xmp:CreateDate>
   <xmp:ModifyDate>{moment}</xmp:ModifyDate>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


@dataclass(frozen=True, slots=True)
class Imprint:
    """What the file says of itself."""

    title: str
    language: str
    at: datetime


def archived(pages: bytes, imprint: Imprint) -> bytes:
    """The pages, drawn in grey with embedded fonts, as PDF/A-2b."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pages)))
    for page in writer.pages:
        page.pop("/Trans", None)  # how a page would come on in a presentation
    moment = imprint.at.astimezone(UTC)
    written = moment.strftime("D:%Y%m%d%H%M%S+00'00'")
    writer.metadata = {
        "/Title": imprint.title,
        "/Producer": PRODUCER,
        "/CreationDate": written,
        "/ModDate": written,
    }
    root = writer.root_object
    root[NameObject("/Metadata")] = writer._add_object(_metadata(imprint, moment))
    root[NameObject("/OutputIntents")] = ArrayObject([writer._add_object(_output_intent(writer))])
    root[NameObject("/Lang")] = TextStringObject(imprint.language)
    for name in ("/PageMode", "/Outlines"):
        root.pop(name, None)
    digest = ByteStringObject(hashlib.sha256(pages + written.encode()).digest()[:16])
    writer._ID = ArrayObject([digest, digest])
    writer.pdf_header = "%PDF-1.7"
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _metadata(imprint: Imprint, moment: datetime) -> StreamObject:
    said = XMP.format(
        title=escape(imprint.title),
        language=imprint.language,
        producer=PRODUCER,
        moment=moment.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
    )
    made = StreamObject()
    made.set_data(said.encode())
    made[NameObject("/Type")] = NameObject("/Metadata")
    made[NameObject("/Subtype")] = NameObject("/XML")
    return made


def _output_intent(writer: PdfWriter) -> DictionaryObject:
    profile = StreamObject()
    profile.set_data(grey_profile())
    profile[NameObject("/N")] = NumberObject(1)
    return DictionaryObject(
        {
            NameObject("/Type"): NameObject("/OutputIntent"),
            NameObject("/S"): NameObject("/GTS_PDFA1"),
            NameObject("/OutputConditionIdentifier"): TextStringObject("Grey, gamma 2.2"),
            NameObject("/Info"): TextStringObject("Grey, gamma 2.2"),
            NameObject("/DestOutputProfile"): writer._add_object(profile.flate_encode()),
        }
    )


def grey_profile() -> bytes:
    """An ICC profile of a grey display, written here: it is a few numbers, and nobody else's file (ICC.1:2001-04)."""
    white = b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(part * 65536) for part in D50))
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(GAMMA * 256))
    name = b"Grey, gamma 2.2\0"
    named = b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + bytes(4 + 4 + 2 + 1 + 67)
    rights = b"text\0\0\0\0" + b"No rights reserved\0"
    tags = {b"desc": named, b"cprt": rights, b"wtpt": white, b"kTRC": curve}
    table, content = struct.pack(">I", len(tags)), b""
    begin = 128 + 4 + 12 * len(tags)
    for tag, value in tags.items():
        table += tag + struct.pack(">II", begin + len(content), len(value))
        content += value + bytes(-len(value) % 4)
    size = begin + len(content)
    head = struct.pack(">I4sI", size, bytes(4), 0x02200000) + b"mntrGRAYXYZ "
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + white[8:]
    return head.ljust(128, b"\0") + table + content
