"""Reads FHIR XML into the same tree that JSON gives, and says where the markup is wrong.

The standard library's expat reads; the definitions say what each element is. Every DOCTYPE is refused before an
entity can exist, and depth, number of elements and number of issues are bounded while reading. What is well-formed
but wrong (an unknown element, a wrong order, text between elements) becomes an issue with its line and column, and
reading goes on. ADR 0033, https://hl7.org/fhir/R4/xml.html.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from tilts_fhir import places
from tilts_fhir.issues import Issue
from tilts_fhir.xml.faults import Faults
from tilts_fhir.xml.reading import Reader

__all__ = ["MAX_DEPTH", "MAX_ELEMENTS", "MAX_ISSUES", "Places", "XmlResource", "read_xml"]

MAX_DEPTH: Final = 64
MAX_ELEMENTS: Final = 1_000_000
MAX_ISSUES: Final = 100

# XML 1.0 appendix F: how a text in UTF-16 or UTF-32 begins.
_OTHER_MARKS: Final = (b"\xff\xfe", b"\xfe\xff", b"\0", b"<\0")


@dataclass(frozen=True, slots=True)
class Places:
    """Where elements stand in the text that was read."""

    raw: bytes

    def locate(self, expressions: Iterable[str]) -> dict[str, places.Place]:
        """Line and column of elements; see `places.locate_xml`."""
        return places.locate_xml(self.raw, expressions)


@dataclass(frozen=True, slots=True)
class XmlResource:
    """
    What was read.

    Attributes:
        resource: As `json_strict.decode_resource` would give it; None if there is no resource to be had.
        issues: What is wrong with the markup, in the order of the text, with lines and columns. What was wrong
            was left out of `resource`. `fatal` where the reading ended there.
        places: Finds elements in the text.
    """

    resource: dict[str, Any] | None
    issues: list[Issue]
    places: Places


def read_xml(
    raw: bytes,
    *,
    max_depth: int = MAX_DEPTH,
    max_elements: int = MAX_ELEMENTS,
    max_issues: int = MAX_ISSUES,
) -> XmlResource:
    """
    Read one FHIR resource from XML. Raises nothing: what cannot be read is an issue.

    Time and memory are linear in the length of `raw`; the caller bounds that length.

    Args:
        raw: UTF-8, with or without a byte order mark.
        max_depth: Objects and arrays inside one another, counted as in JSON; XHTML may nest as deep again.
        max_elements: Elements and attributes in all.
        max_issues: How many issues are listed; one more then says that there are more.
    """
    text = raw.removeprefix(places.BYTE_ORDER_MARK)
    faults = Faults(max_issues)
    if text.startswith(_OTHER_MARKS):
        faults.stop("xml-encoding", "Resource", 0)
        return XmlResource(None, faults.issues(text), Places(text))
    resource = Reader(text, faults, max_depth, max_elements).run()
    return XmlResource(resource, faults.issues(text), Places(text))
