"""Reads the XML attributes of one element: `value` of a primitive, `id`, `url` of an Extension."""

from typing import Final

from tilts_fhir.issues import quoted
from tilts_fhir.xml.faults import Faults
from tilts_fhir.xml.frames import Frame
from tilts_fhir.xml.shapes import Slot
from tilts_fhir.xml.values import FORMS, READERS

# Where a schema can be found is no part of the resource, and many tools write it.
_IGNORED: Final = frozenset(
    {
        "http://www.w3.org/2001/XMLSchema-instance schemaLocation",
        "http://www.w3.org/2001/XMLSchema-instance noNamespaceSchemaLocation",
    }
)


def read_attributes(frame: Frame, attributes: dict[str, str], faults: Faults) -> None:
    """Put the attributes of an element into its frame; what is wrong goes to the faults."""
    shape, slot = frame.shape, frame.slot
    for name, text in attributes.items():
        if name == "value" and frame.is_primitive and slot is not None:
            _read_value(frame, slot, text, faults)
        elif shape is not None and name in shape.attributes:
            if text:
                frame.holder[name] = text
            else:
                faults.add("xml-empty-attribute", frame.expression(name), frame.offset, name=name)
        elif " ".join(name.split(" ")[:2]) not in _IGNORED:
            kind = slot.type if slot is not None else (shape.type if shape is not None else "Resource")
            local = name.split(" ")[1] if " " in name else name
            faults.add("xml-attribute", frame.expression(), frame.offset, name=quoted(local), type=kind)


def _read_value(frame: Frame, slot: Slot, text: str, faults: Faults) -> None:
    if not text:
        frame.is_told = True
        faults.add("xml-empty-attribute", frame.expression(), frame.offset, name="value")
        return
    reader = READERS.get(slot.kind)
    if reader is None:
        frame.value = text
        return
    frame.value = reader(text)
    if frame.value is None:
        frame.is_told = True
        form_en, form_lv = FORMS[slot.kind]
        facts = {"value": quoted(text), "type": slot.type, "form_en": form_en, "form_lv": form_lv}
        faults.add("xml-value", frame.expression(), frame.offset, **facts)
