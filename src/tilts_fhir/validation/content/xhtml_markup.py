"""Elements, attributes and addresses that a narrative may have.

Sources: https://hl7.org/fhir/R4/narrative.html#xhtml (chapters 7 to 11 and 15 of HTML 4.0),
https://www.w3.org/TR/html401/index/attributes.html, https://www.w3.org/TR/html401/sgml/dtd.html#block.
"""

import re
from typing import Final

_ELEMENTS: Final = (
    "a abbr acronym address area b bdo big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 h3 h4 "
    "h5 h6 hr i img kbd li map ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul "
    "var"
)
ELEMENTS: Final = frozenset(_ELEMENTS.split())

_ANYWHERE: Final = (
    "abbr accesskey align axis char charoff class colspan dir headers id lang rowspan scope span style tabindex title "
    "valign width"
)
ANYWHERE: Final = frozenset(_ANYWHERE.split())
"""Attributes for which no element is asked: they say nothing but how something looks, or where it belongs in a table."""

_CELL: Final = "bgcolor height nowrap"
ATTRIBUTES: Final[dict[str, frozenset[str]]] = {
    element: frozenset(names.split())
    for element, names in {
        "a": "charset coords href hreflang name rel rev shape target type",
        "area": "alt coords href nohref shape target",
        "blockquote": "cite",
        "br": "clear",
        "dl": "compact",
        "hr": "noshade size",
        "img": "alt border height hspace ismap longdesc name src usemap vspace",
        "li": "type value",
        "map": "name",
        "ol": "compact start type",
        "pre": "space",
        "q": "cite",
        "table": "bgcolor border cellpadding cellspacing cols datapagesize frame rules summary",
        "td": _CELL,
        "th": _CELL,
        "tr": "bgcolor",
        "ul": "compact type",
    }.items()
}
"""By element: the attributes that it alone, or some others too, may have."""

BLOCKS: Final = frozenset({"blockquote", "div", "ol", "p", "table", "ul"})
"""Elements that end a paragraph in HTML: inside one they would be read differently from what the XML says."""

_ADDRESS = re.compile(r"[\w;?:@&=+$.,/%~#\[\]!'()*|-]*")
_TOKEN: Final = r"[A-Za-z0-9!#$&^_.+*-]++"
_DATA = re.compile(
    rf"data:\s*+{_TOKEN}/{_TOKEN}(?:;\s*+[^;,=\s][^;,=]*+=[^;,]*+)*;base64,([A-Za-z0-9+/=\s]++)"
)


def may_have(element: str, attribute: str) -> bool:
    """Whether an element of a narrative may have an attribute; both names without namespace."""
    return attribute in ANYWHERE or attribute in ATTRIBUTES.get(element, ())


def is_address(text: str) -> bool:
    """
    Whether the target of a link or image has the form of one.

    A URL, relative or not, is not empty and has no blank, brace or quotation mark; a `data:` URL has a media type and
    base64. Linear in the length.
    """
    if text.startswith("data:"):
        found = _DATA.fullmatch(text)
        return found is not None and len("".join(found[1].split())) % 4 == 0
    return bool(text) and _ADDRESS.fullmatch(text) is not None
