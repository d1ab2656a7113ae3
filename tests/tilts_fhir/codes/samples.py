"""Small definitions that the tests of codes share."""

from typing import Any

from tilts_fhir.codes import Codes
from tilts_fhir.library import RELEASE, Library

Json = dict[str, Any]

COLOURS = "http://example.org/colours"
LIGHT = "http://example.org/ValueSet/light"


def a_code_system(**facts: Any) -> Json:
    """Colours: red over pink and rose, blue; pink is no longer in use, red only groups."""
    system: Json = {
        "resourceType": "CodeSystem",
        "url": COLOURS,
        "version": "2.0",
        "status": "active",
        "content": "complete",
        "caseSensitive": True,
        "hierarchyMeaning": "is-a",
        "property": [
            {"code": "warm", "type": "boolean"},
            {"code": "inactive", "uri": "http://hl7.org/fhir/concept-properties#inactive", "type": "boolean"},
            {
                "code": "notSelectable",
                "uri": "http://hl7.org/fhir/concept-properties#notSelectable",
                "type": "boolean",
            },
        ],
        "concept": [
            {
                "code": "red",
                "display": "Red",
                "designation": [{"language": "lv", "value": "Sarkans"}],
                "property": [
                    {"code": "warm", "valueBoolean": True},
                    {"code": "notSelectable", "valueBoolean": True},
                ],
                "concept": [
                    {
                        "code": "pink",
                        "display": "Pink",
                        "property": [{"code": "inactive", "valueBoolean": True}],
                    },
                    {"code": "rose", "display": "Rose"},
                ],
            },
            {"code": "blue", "display": "Blue"},
        ],
    }
    return {key: value for key, value in {**system, **facts}.items() if value is not None}


def a_value_set(*include: Json, **facts: Any) -> Json:
    compose: Json = {"include": list(include)}
    if "exclude" in facts:
        compose["exclude"] = facts.pop("exclude")
    return {"resourceType": "ValueSet", "url": LIGHT, "status": "active", "compose": compose, **facts}


def a_filter(name: str, operator: str, value: str, **facts: Any) -> Json:
    """An include of the colours by one filter."""
    return {"system": COLOURS, "filter": [{"property": name, "op": operator, "value": value}], **facts}


def codes_with(*resources: Json) -> Codes:
    return Codes(Library(resources, beneath=RELEASE))
