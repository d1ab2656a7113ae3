"""What a resource is found by: the values of the search parameters of FHIR R4, ready for an index.

    extract(patient, "birthdate")  ->  [DateValue(low, high)]

Values carry their precision as ranges, so that a store compares without knowing FHIR: a date known to the month is the
whole month, `5.40` is [5.395, 5.405). https://hl7.org/fhir/R4/search.html, ADR 0032.
"""

from tilts_fhir.search.extraction import extract, extract_all
from tilts_fhir.search.parameters import Parameter, UnknownParameter, parameter, parameters
from tilts_fhir.search.values import (
    CompositeValue,
    DateValue,
    IndexValue,
    NumberValue,
    QuantityValue,
    ReferenceValue,
    StringValue,
    TokenValue,
    UriValue,
)

__all__ = [
    "CompositeValue",
    "DateValue",
    "IndexValue",
    "NumberValue",
    "Parameter",
    "QuantityValue",
    "ReferenceValue",
    "StringValue",
    "TokenValue",
    "UnknownParameter",
    "UriValue",
    "extract",
    "extract_all",
    "parameter",
    "parameters",
]
