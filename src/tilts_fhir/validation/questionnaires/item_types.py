"""What each item type asks for: types of its answer, operators of conditions, extensions that fit.

Sources: https://hl7.org/fhir/R4/valueset-item-type.html, https://hl7.org/fhir/R4/questionnaire-definitions.html.
"""

from types import MappingProxyType
from typing import Final

ROOT: Final = "http://hl7.org/fhir/StructureDefinition/"
SDC: Final = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"

MIN_VALUE: Final = ROOT + "minValue"
MAX_VALUE: Final = ROOT + "maxValue"
MIN_QUANTITY: Final = SDC + "minQuantity"
MAX_QUANTITY: Final = SDC + "maxQuantity"
MIN_LENGTH: Final = ROOT + "minLength"
MAX_DECIMAL_PLACES: Final = ROOT + "maxDecimalPlaces"
MAX_SIZE: Final = ROOT + "maxSize"
MIME_TYPE: Final = ROOT + "mimeType"
REGEX: Final = ROOT + "regex"
MIN_OCCURS: Final = ROOT + "questionnaire-minOccurs"
MAX_OCCURS: Final = ROOT + "questionnaire-maxOccurs"
OPTION_EXCLUSIVE: Final = ROOT + "questionnaire-optionExclusive"
UNIT_OPTION: Final = ROOT + "questionnaire-unitOption"
UNIT_OPEN: Final = SDC + "unitOpen"
UNIT_VALUE_SET: Final = ROOT + "questionnaire-unitValueSet"
REFERENCE_RESOURCE: Final = ROOT + "questionnaire-referenceResource"
REFERENCE_PROFILE: Final = ROOT + "questionnaire-referenceProfile"
ENABLE_WHEN_EXPRESSION: Final = SDC + "enableWhenExpression"
# The same idea from the time before SDC had it: https://simplifier.net/phr/fiphr-ext-questionnaire-enablewhen
OLD_ENABLE_WHEN: Final = "http://phr.kanta.fi/StructureDefinition/fiphr-ext-questionnaire-enablewhen"
# Options that are computed while the form is filled in: what stands in the form does not bound the answer.
COMPUTED_OPTIONS: Final = (SDC + "answerExpression", SDC + "candidateExpression")

CHOICES: Final = ("choice", "open-choice")
WITHOUT_ANSWER: Final = ("group", "display", "question")
TEXTS: Final = ("string", "text", "url", "open-choice")
"""Item types whose answer may be a text with a length."""

OPTION_TYPES: Final = ("Coding", "date", "time", "integer", "string", "Reference")
"""Types of answerOption, and so of the answers to a choice."""

ANSWER_TYPES: Final = MappingProxyType(
    {
        "boolean": ("boolean",),
        "decimal": ("decimal",),
        "integer": ("integer",),
        "date": ("date",),
        "dateTime": ("dateTime",),
        "time": ("time",),
        "string": ("string",),
        "text": ("string",),
        "url": ("uri",),
        "choice": OPTION_TYPES,
        "open-choice": OPTION_TYPES,
        "attachment": ("Attachment",),
        "reference": ("Reference",),
        "quantity": ("Quantity",),
    }
)
"""For each item type that has answers, the types of the answer."""

VALUE_TYPES: Final = frozenset(kind for kinds in ANSWER_TYPES.values() for kind in kinds)
"""Every type that `QuestionnaireResponse.item.answer.value` may have."""

_ORDERED: Final = ("decimal", "integer", "date", "dateTime", "time", "quantity")

FITTING: Final = MappingProxyType(
    {
        MIN_VALUE: _ORDERED,
        MAX_VALUE: _ORDERED,
        MIN_QUANTITY: ("quantity",),
        MAX_QUANTITY: ("quantity",),
        MIN_LENGTH: ("string", "text", "url", "open-choice", "choice"),
        MAX_DECIMAL_PLACES: ("decimal", "quantity"),
        MAX_SIZE: ("attachment",),
        MIME_TYPE: ("attachment",),
        UNIT_OPTION: ("quantity",),
        UNIT_VALUE_SET: ("quantity",),
        REFERENCE_RESOURCE: ("reference", "choice", "open-choice"),
        REFERENCE_PROFILE: ("reference", "choice", "open-choice"),
    }
)
"""For each extension that bounds answers, the item types whose answers it can bound."""

LIMIT_TYPES: Final = MappingProxyType(
    {
        "decimal": ("decimal", "integer"),
        "integer": ("integer",),
        "date": ("date",),
        "dateTime": ("dateTime", "date"),
        "time": ("time",),
        "quantity": ("Quantity",),
    }
)
"""For each ordered item type, the types that minValue and maxValue may have."""

ORDERING: Final = frozenset({">", "<", ">=", "<="})
ORDERED_TYPES: Final = frozenset({"decimal", "integer", "date", "dateTime", "time", "string", "Quantity"})
