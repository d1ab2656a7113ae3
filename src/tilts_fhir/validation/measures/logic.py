"""What a Library defines: the names in its compiled logic (ELM), as far as it carries any.

Source: https://cql.hl7.org/elm.html; the attachment of a Library: https://hl7.org/fhir/R4/library-definitions.html.
"""

import json
import re
from base64 import b64decode
from typing import Any, Final
from xml.etree import ElementTree

from tilts_fhir.validation.questionnaires.reading import objects, text
from tilts_fhir.validation.walk import Json

MAX_ELM_BYTES: Final = 4_194_304
_ELM_XML: Final = "application/elm+xml"
_ELM_JSON: Final = "application/elm+json"
_NAME: Final = re.compile(r'(?:(?P<library>"[^"]+"|[A-Za-z_]\w*)\.)?(?P<name>"[^"]+"|[A-Za-z_]\w*)')


def split_name(expression: str, *, is_identifier: bool) -> tuple[str | None, str] | None:
    """
    The library and the name of a definition that an expression refers to; None if it does more than that.

    Args:
        is_identifier: The text is a name as it is, and may have blanks.
    """
    found = _NAME.fullmatch(expression.strip())
    if found is None:
        return (None, expression.strip()) if is_identifier else None
    library = found["library"]
    return (library.strip('"') if library else None), found["name"].strip('"')


def defined_names(library: Json) -> frozenset[str] | None:
    """The names of all definitions of a Library; None if it carries no compiled logic that could be read."""
    for _, content in objects(library, "content"):
        kind, packed = text(content, "contentType"), text(content, "data")
        if kind not in (_ELM_XML, _ELM_JSON) or packed is None or len(packed) > MAX_ELM_BYTES:
            continue
        names = _names_in_xml(packed) if kind == _ELM_XML else _names_in_json(packed)
        if names is not None:
            return names
    return None


def _names_in_xml(packed: str) -> frozenset[str] | None:
    try:
        # As a text, so that no declaration of another encoding can hide a DOCTYPE with entities.
        written = b64decode(packed).decode("utf-8-sig")
        root = ElementTree.fromstring(written) if "<!" not in written.replace("<!--", "") else None
    except (ElementTree.ParseError, ValueError):
        return None
    if root is None:
        return None
    statements = [each for each in root if isinstance(each.tag, str) and each.tag.endswith("statements")]
    return frozenset(name for each in statements for part in each if (name := part.get("name")) is not None)


def _names_in_json(packed: str) -> frozenset[str] | None:
    try:
        root: Any = json.loads(b64decode(packed))
    except (ValueError, RecursionError):
        return None
    library = root.get("library") if isinstance(root, dict) else None
    statements = library.get("statements") if isinstance(library, dict) else None
    if not isinstance(statements, dict):
        return None
    return frozenset(
        name for _, part in objects(statements, "def") if (name := text(part, "name")) is not None
    )
