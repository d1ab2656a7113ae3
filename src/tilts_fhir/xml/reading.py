"""The reading of one XML text: expat calls, element by element, and the tree grows."""

from typing import Any, Final
from xml.parsers import expat

from tilts_fhir import definitions
from tilts_fhir.issues import quoted
from tilts_fhir.xml import hints
from tilts_fhir.xml.attributes import read_attributes
from tilts_fhir.xml.faults import Faults, Stop
from tilts_fhir.xml.frames import Frame
from tilts_fhir.xml.narrative import Narrative
from tilts_fhir.xml.shapes import FHIR, Slot, shape

_BLANKS: Final = " \t\r\n"
_ENCODINGS: Final = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


class Reader:
    """The handlers that expat calls; `_top` is the innermost open element."""

    def __init__(self, raw: bytes, faults: Faults, max_depth: int, max_elements: int) -> None:
        self.faults = faults
        self._raw = raw
        self._max_depth = max_depth
        self._max_elements = max_elements
        self._elements = 0
        self._top: Frame | None = None
        self._root: Frame | None = None
        self._narrative: Narrative | None = None
        self._skipped = 0
        self._declared: list[str] = []
        parser = expat.ParserCreate("utf-8", " ")
        parser.namespace_prefixes = True
        parser.buffer_text = True
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartNamespaceDeclHandler = self._namespace
        parser.EndNamespaceDeclHandler = self._end_namespace
        parser.ProcessingInstructionHandler = self._instruction
        self._parser = parser
        self._handle_fhir()

    def run(self) -> dict[str, Any] | None:
        """The resource; None if there is none to be had, and then the faults say why."""
        try:
            self._parser.Parse(self._raw, True)
        except Stop:
            return None
        except expat.ExpatError as error:
            message = expat.ErrorString(error.code)
            self.faults.malformed(self._raw, message, self._here(), self._parser.ErrorByteIndex)
            return None
        finally:
            self._release()
        return self._root.holder if self._root is not None else None

    def _handle_fhir(self) -> None:
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def _release(self) -> None:
        """Take the handlers back: reader and parser hold each other, and would wait for the garbage collector."""
        self._parser.StartElementHandler = None
        self._parser.EndElementHandler = None
        self._parser.CharacterDataHandler = None
        self._parser.XmlDeclHandler = None
        self._parser.StartDoctypeDeclHandler = None
        self._parser.StartNamespaceDeclHandler = None
        self._parser.EndNamespaceDeclHandler = None
        self._parser.ProcessingInstructionHandler = None

    def _here(self) -> str:
        return self._top.expression() if self._top is not None else "Resource"

    # What stands around the elements.

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            raise self.faults.stop("xml-encoding", "Resource", 0)

    def _doctype(self, *_: object) -> None:
        raise self.faults.stop("xml-doctype", "Resource", self._parser.CurrentByteIndex)

    def _instruction(self, target: str, content: str) -> None:
        if self._narrative is None and not self._skipped:
            offset = self._parser.CurrentByteIndex
            self.faults.add("xml-instruction", self._here(), offset, name=quoted(target))

    def _namespace(self, prefix: str | None, uri: str | None) -> None:
        # Comes before the element that declares it.
        self._declared.append(prefix or "")

    def _end_namespace(self, prefix: str | None) -> None:
        if self._narrative is not None:
            self._narrative.leaves(prefix or "")

    # Elements of FHIR.

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count(attributes)
        top = self._top
        if top is None:
            self._start_root(name, attributes)
        elif top.shape is None:
            self._start_resource(top, name, attributes)
        else:
            slot = top.shape.by_qualified_name.get(name)
            if slot is None:
                slot = hints.slot_of_prefixed(top.shape, name)
            if slot is None:
                self._start_unknown(top, name)
            else:
                self._start_known(top, slot, name, attributes)
        if self._declared:
            self._declared.clear()

    def _start_known(self, top: Frame, slot: Slot, name: str, attributes: dict[str, str]) -> None:
        offset = self._parser.CurrentByteIndex
        if top.last is not None and slot.order < top.last.order:
            expression = top.expression(slot.name)
            self.faults.add("xml-order", expression, offset, name=slot.key, after=top.last.key)
        else:
            top.last = slot
        if slot.kind == "xhtml":
            self._start_narrative(top, slot, name, attributes)
            return
        if slot.kind == "object":
            frame = Frame(top, slot, shape(slot.type), offset)
            frame.place_object(top, slot)
        elif slot.kind == "resource":
            frame = Frame(top, slot, None, offset)
            frame.is_extra = not slot.many and slot.key in top.holder
        else:
            frame = Frame(top, slot, shape("Element"), offset)
            frame.is_primitive = True
            frame.is_extra = not slot.many and (slot.key in top.holder or "_" + slot.key in top.holder)
        self._open(frame, attributes)
        if frame.is_extra:
            self.faults.add("xml-repeated", frame.expression(), offset, name=slot.key)

    def _open(self, frame: Frame, attributes: dict[str, str]) -> None:
        if frame.depth > self._max_depth and not frame.is_primitive:
            raise self.faults.stop("xml-depth", frame.expression(), frame.offset, max=self._max_depth)
        self._top = frame
        if attributes:
            read_attributes(frame, attributes, self.faults)

    def _start_root(self, name: str, attributes: dict[str, str]) -> None:
        namespace, local = hints.split(name)
        offset = self._parser.CurrentByteIndex
        if namespace != FHIR:
            facts = {"name": quoted(local), "namespace": quoted(namespace)}
            raise self.faults.stop("xml-root", "Resource", offset, **facts)
        if local not in definitions.resource_types():
            hint = hints.nearest(local, definitions.resource_types())
            raise self.faults.stop("resource-type", "Resource", offset, name=quoted(local), **hint)
        frame = Frame(None, None, shape(local), offset)
        frame.holder["resourceType"] = local
        self._root = frame
        self._open(frame, attributes)

    def _start_resource(self, top: Frame, name: str, attributes: dict[str, str]) -> None:
        """The resource within `contained`, `resource` and the like."""
        namespace, local = hints.split(name)
        offset = self._parser.CurrentByteIndex
        assert top.slot is not None and top.parent is not None
        if top.holder:
            self.faults.add("xml-second-resource", top.expression(), offset, name=top.slot.key)
            self._skip()
        elif namespace != FHIR or local not in definitions.resource_types():
            self._report_type(top, local, offset)
            top.is_told = True
            self._skip()
        else:
            frame = Frame(top, None, shape(local), offset)
            frame.name = ""
            frame.depth = top.depth
            frame.holder = top.holder
            frame.holder["resourceType"] = local
            if not top.is_extra:
                top.place_object(top.parent, top.slot)
            self._open(frame, attributes)

    def _report_type(self, top: Frame, local: str, offset: int) -> None:
        if not self.faults.is_full:
            hint = hints.nearest(local, definitions.resource_types())
            self.faults.add("resource-type", top.expression(), offset, name=quoted(local), **hint)

    def _start_unknown(self, top: Frame, name: str) -> None:
        assert top.shape is not None
        if not self.faults.is_full:
            kind = top.slot.type if top.slot is not None else top.shape.type
            key, facts = hints.unknown(top.shape, kind, name)
            expression = top.expression(*hints.step(top.shape, name))
            self.faults.add(key, expression, self._parser.CurrentByteIndex, **facts)
        top.is_told = top.is_told or top.is_primitive
        self._skip()

    def _end(self, name: str) -> None:
        frame = self._top
        assert frame is not None
        self._top = frame.parent
        slot, parent = frame.slot, frame.parent
        if slot is None or parent is None:
            return
        if frame.is_primitive:
            if frame.value is None and not frame.holder:
                if not frame.is_told:
                    self.faults.add("xml-empty-element", frame.expression(), frame.offset, name=slot.key)
            elif not frame.is_extra:
                frame.place_primitive(parent, slot)
        elif frame.shape is None and not frame.holder and not frame.is_told:
            self.faults.add("xml-no-resource", frame.expression(), frame.offset, name=slot.key)

    def _text(self, text: str) -> None:
        top = self._top
        if top is None or top.is_told or not (found := text.strip(_BLANKS)):
            return
        self.faults.add("xml-text", top.expression(), self._parser.CurrentByteIndex, value=quoted(found))
        top.is_told = True

    def _count(self, attributes: dict[str, str]) -> None:
        self._elements += 1 + len(attributes)
        if self._elements > self._max_elements:
            offset = self._parser.CurrentByteIndex
            raise self.faults.stop("xml-too-many-elements", self._here(), offset, max=self._max_elements)

    # Elements that are not looked into: those that are unknown.

    def _skip(self) -> None:
        self._skipped = 1
        self._parser.StartElementHandler = self._start_skipped
        self._parser.EndElementHandler = self._end_skipped
        self._parser.CharacterDataHandler = None

    def _start_skipped(self, name: str, attributes: dict[str, str]) -> None:
        self._count(attributes)
        self._skipped += 1

    def _end_skipped(self, name: str) -> None:
        self._skipped -= 1
        if not self._skipped:
            self._declared.clear()
            self._handle_fhir()

    # XHTML, which is kept as it is.

    def _start_narrative(self, top: Frame, slot: Slot, name: str, attributes: dict[str, str]) -> None:
        self._narrative = Narrative(self._parser.CurrentByteIndex)
        self._use(self._narrative, name, attributes)
        self._parser.StartElementHandler = self._start_xhtml
        self._parser.EndElementHandler = self._end_xhtml
        self._parser.CharacterDataHandler = None
        if slot.key in top.holder:
            self.faults.add("xml-repeated", top.expression(slot.name), self._narrative.start, name=slot.key)

    def _start_xhtml(self, name: str, attributes: dict[str, str]) -> None:
        self._count(attributes)
        assert self._narrative is not None
        self._narrative.depth += 1
        if self._narrative.depth > self._max_depth:
            offset = self._parser.CurrentByteIndex
            raise self.faults.stop("xml-depth", f"{self._here()}.div", offset, max=self._max_depth)
        self._use(self._narrative, name, attributes)

    def _use(self, narrative: Narrative, name: str, attributes: dict[str, str]) -> None:
        if self._declared:
            narrative.declares(self._declared)
            self._declared.clear()
        narrative.uses(name)
        for attribute in attributes:
            if " " in attribute:
                narrative.uses(attribute)

    def _end_xhtml(self, name: str) -> None:
        narrative = self._narrative
        assert narrative is not None and self._top is not None
        narrative.depth -= 1
        if not narrative.depth:
            self._top.holder.setdefault("div", narrative.text(self._raw, self._parser.CurrentByteIndex))
            self._narrative = None
            self._handle_fhir()
