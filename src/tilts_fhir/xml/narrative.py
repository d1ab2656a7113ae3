"""Cuts the XHTML of a narrative out of the text as it stands, and makes it readable by itself.

JSON holds the `div` as text. Nothing in it is changed, so that both forms carry the same narrative byte for byte;
only namespace prefixes that were declared further out are declared on the `div` again.
"""

import re
from xml.parsers import expat

from tilts_fhir.xml.shapes import XHTML

_TAG = re.compile(rb"""<(?:[^>"']|"[^"]*"|'[^']*')*+>""")


class Narrative:
    """One `div` that is being read: where it starts, and the prefixes it takes from outside."""

    __slots__ = ("_declared", "_inherited", "_seen", "depth", "start")

    def __init__(self, start: int) -> None:
        self.start = start
        self.depth = 1
        self._declared: dict[str, int] = {}
        self._inherited: dict[str, str] = {}
        self._seen: set[str] = set()

    def declares(self, prefixes: list[str]) -> None:
        """Note prefixes (the default is empty) that an element inside declares."""
        for prefix in prefixes:
            self._seen.clear()
            self._declared[prefix] = self._declared.get(prefix, 0) + 1

    def leaves(self, prefix: str) -> None:
        """Note that the element that declared a prefix has ended."""
        if prefix in self._declared:
            self._seen.clear()
            self._declared[prefix] -= 1

    def uses(self, name: str) -> None:
        """Note the prefix of an element or attribute, named by expat as `namespace name [prefix]`."""
        if name in self._seen:
            return
        self._seen.add(name)
        namespace, _, rest = name.partition(" ")
        prefix = rest.partition(" ")[2]
        if rest and not self._declared.get(prefix):
            self._inherited.setdefault(prefix, namespace)

    def text(self, raw: bytes, end: int) -> str:
        """The `div` as text; `end` is where expat saw it end: before its end tag, or behind an empty element."""
        tag = _TAG.match(raw, self.start)
        if tag is not None and not tag[0].endswith(b"/>"):
            end = raw.index(b">", end) + 1
        source = raw[self.start : end].decode("utf-8")
        declarations = "".join(
            f' xmlns{":" if prefix else ""}{prefix}="{_escaped(namespace)}"'
            for prefix, namespace in self._inherited.items()
            if prefix != "xml"
        )
        return _inserted(source, declarations)


def standing_alone(div: str) -> str | None:
    """
    The `div` of a narrative, ready to stand in XML: well-formed by itself, in the namespace of XHTML.

    Returns:
        The text as it is, with the namespace put in where it is missing; None if it is not one well-formed `div`.
    """
    root: list[str] = []
    parser = expat.ParserCreate("utf-8", " ")

    def start(name: str, _: object) -> None:
        if not root:
            root.append(name)

    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse
    parser.XmlDeclHandler = _refuse
    try:
        parser.Parse(div.encode("utf-8"), True)
    except (expat.ExpatError, UnicodeEncodeError, _Refused):
        return None
    if root[0] == "div":
        return _inserted(div, f' xmlns="{XHTML}"', div.index("<div"))
    return div if root[0] == f"{XHTML} div" else None


class _Refused(Exception):
    pass


def _refuse(*_: object) -> None:
    raise _Refused


def _inserted(div: str, declarations: str, start: int = 0) -> str:
    if not declarations:
        return div
    end = start + 1
    while div[end] not in " \t\r\n/>":
        end += 1
    return div[:end] + declarations + div[end:]


def _escaped(namespace: str) -> str:
    return namespace.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
