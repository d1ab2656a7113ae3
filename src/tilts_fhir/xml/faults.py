"""What the XML reader has found wrong, kept with byte offsets until the end gives them lines and columns."""

from dataclasses import replace
from typing import Final
from xml.parsers.expat import errors

from tilts_fhir.issues import Issue, issue
from tilts_fhir.places import lines_and_columns

_REASONS: Final = {
    errors.XML_ERROR_NO_ELEMENTS: ("there is no element", "nav neviena elementa"),
    errors.XML_ERROR_INVALID_TOKEN: (
        "a character or a sign stands where it may not",
        "rakstzīme vai simbols ir nepareizā vietā",
    ),
    errors.XML_ERROR_UNCLOSED_TOKEN: ("a tag is not closed", "tags nav aizvērts"),
    errors.XML_ERROR_TAG_MISMATCH: (
        "an end tag does not match its start tag",
        "beigu tags neatbilst sākuma tagam",
    ),
    errors.XML_ERROR_DUPLICATE_ATTRIBUTE: (
        "an attribute stands twice in one tag",
        "atribūts tagā norādīts divreiz",
    ),
    errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT: (
        "something follows the outermost element",
        "aiz ārējā elementa vēl kaut kas seko",
    ),
    errors.XML_ERROR_UNDEFINED_ENTITY: (
        "an entity is not one of the five of XML; write the character itself",
        "entītija nav viena no piecām XML entītijām; jāraksta pati rakstzīme",
    ),
    errors.XML_ERROR_UNBOUND_PREFIX: (
        "a prefix has no namespace",
        "prefiksam nav norādīta nosaukumvieta",
    ),
    errors.XML_ERROR_MISPLACED_XML_PI: (
        "the XML declaration is not at the beginning",
        "XML deklarācija nav pašā sākumā",
    ),
}
_NO_REASON: Final = ("it does not follow the grammar of XML", "tas neatbilst XML gramatikai")


class Stop(Exception):
    """Nothing more can be read; the faults say why."""


class Faults:
    """Issues in the order of the text; beyond `most` only one more that says so."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: list[tuple[Issue, int]] = []

    @property
    def is_full(self) -> bool:
        """Whether what is found from now on is not listed; then nothing need be made ready to be said."""
        return len(self._found) > self._most

    def add(self, key: str, expression: str, offset: int, **facts: object) -> None:
        """Note a fault at a byte offset of the text."""
        if len(self._found) < self._most:
            self._found.append((issue(key, expression, severity=None, source=None, **facts), offset))
        elif len(self._found) == self._most:
            self._found.append((issue("xml-more-issues", expression, max=self._most), offset))

    def stop(self, key: str, expression: str, offset: int, **facts: object) -> Stop:
        """Note the fault that ends the reading, and give what is to be raised."""
        found = issue(key, expression, severity="fatal", source=None, **facts)
        self._found.append((found, offset))
        return Stop()

    def malformed(self, raw: bytes, message: str, expression: str, offset: int) -> None:
        """Note that the text is not XML; `message` is expat's word for it."""
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError as error:
            self.stop("xml-encoding", expression, error.start)
            return
        reason_en, reason_lv = _REASONS.get(message, _NO_REASON)
        self.stop("xml-malformed", expression, offset, reason_en=reason_en, reason_lv=reason_lv)

    def issues(self, raw: bytes) -> list[Issue]:
        """All faults with their lines and columns."""
        places = lines_and_columns(raw, (offset for _, offset in self._found))
        return [
            replace(found, line=places[offset][0], column=places[offset][1]) for found, offset in self._found
        ]
