"""The properties of concepts that have a meaning of their own, with their types.

Source: https://hl7.org/fhir/R4/codesystem-concept-properties.html and its later versions, to whose URIs code
systems of R4 refer already.
"""

from typing import Final

STANDARD_TYPES: Final = {
    "status": "code",
    "inactive": "boolean",
    "effectiveDate": "dateTime",
    "deprecated": "dateTime",
    "deprecationDate": "dateTime",
    "retirementDate": "dateTime",
    "notSelectable": "boolean",
    "parent": "code",
    "child": "code",
    "partOf": "code",
    "synonym": "code",
    "comment": "string",
    "itemWeight": "decimal",
}

# Those whose value is a concept of the same code system.
CONCEPT_PROPERTIES: Final = frozenset({"parent", "child", "partOf", "synonym"})
