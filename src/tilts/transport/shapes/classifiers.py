"""Classifiers in FHIR's words: CodeSystem, and the Parameters of $lookup and $validate-code."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from tilts.rules import Language
from tilts.store.terminology.records import ClassifierRecord, VersionRecord
from tilts.terminology.classifiers import ALLOWED, Fault, Found, Question, Verdict
from tilts.terminology.concepts import Concept

EFFECTIVE: Final = "http://hl7.org/fhir/StructureDefinition/resource-effectivePeriod"
ISSUE_TYPES: Final = "http://hl7.org/fhir/tools/CodeSystem/tx-issue-type"
PROPERTIES: Final = "http://hl7.org/fhir/concept-properties"
# What every system may ask of a code; further ones are the classifier's own, as text.
KNOWN: Final = (
    {"code": "inactive", "uri": f"{PROPERTIES}#inactive", "type": "boolean"},
    {"code": "parent", "uri": f"{PROPERTIES}#parent", "type": "code"},
    {"code": "valid-from", "type": "dateTime"},
    {"code": "valid-to", "type": "dateTime"},
    {"code": "replaced-by", "type": "code"},
)
# fault: issue code, tx-issue-type, English, Latvian. The first and third English texts are those of the HL7
# terminology ecosystem, which clients compare.
FAULTS: Final[Mapping[Fault, tuple[str, str, str, str]]] = MappingProxyType(
    {
        "unknown": (
            "code-invalid",
            "invalid-code",
            "Unknown code '{code}' in the CodeSystem '{system}' version '{version}'",
            "Koda '{code}' sistēmas '{system}' versijā '{version}' nav",
        ),
        "outside-fragment": (
            "code-invalid",
            "invalid-code",
            "Unknown Code '{code}' in the CodeSystem '{system}' version '{version}' - note that the code system"
            " is labeled as a fragment, so the code may be valid in some other fragment",
            "Koda '{code}' sistēmas '{system}' versijā '{version}' nav; šeit ir tikai sistēmas daļa, tāpēc kods var būt derīgs",
        ),
        "inactive": (
            "business-rule",
            "code-comment",
            "The concept '{code}' has a status of inactive and its use should be reviewed",
            "Kods '{code}' vairs nav lietojams; pārskatiet tā lietojumu",
        ),
        "not-valid-then": (
            "business-rule",
            "code-rule",
            "The code '{code}' was not valid on {day}{successor}",
            "Kods '{code}' {day} nebija derīgs{successor}",
        ),
        "wrong-display": (
            "invalid",
            "invalid-display",
            "Wrong Display Name '{display}' for {system}#{code}; it is '{right}'",
            "Nosaukums '{display}' kodam {system}#{code} nav pareizs; pareizi: '{right}'",
        ),
    }
)
SUCCESSOR: Final = {"en": "; it was replaced by '{code}'", "lv": "; to aizstāj '{code}'"}


def id_of(version: VersionRecord) -> str:
    return f"{version.name}-{version.version}"


def computer_name(classifier: ClassifierRecord) -> str:
    """As FHIR wants it in programs: `medicine-forms` is MedicineForms (R4, CodeSystem.name, csd-0)."""
    return "".join(part.capitalize() for part in classifier.name.split("-"))


def code_system(
    classifier: ClassifierRecord,
    version: VersionRecord,
    language: Language,
    today: date,
    concepts: Mapping[str, Concept] | None,
) -> dict[str, Any]:
    """Without concepts it says so: `content` is then not-present (FHIR R4 codesystem.html)."""
    shown: dict[str, Any] = {
        "resourceType": "CodeSystem",
        "id": id_of(version),
        "language": language,
        "extension": effective_period(version),
        "url": classifier.url,
        "version": version.version,
        "name": computer_name(classifier),
        "title": classifier.title(language),
        "status": status_of(version, today),
        "experimental": classifier.synthetic,
        "date": version.published_on.isoformat(),
        "publisher": classifier.owner,
        "copyright": f"{classifier.licence}. {classifier.source}",
        "caseSensitive": True,
        "valueSet": classifier.value_set,
        "content": "not-present",
        "count": version.concept_count,
    }
    if not shown["extension"]:
        del shown["extension"]
    if concepts is not None:
        shown["content"] = "fragment" if classifier.fragment else "complete"
        shown["property"] = declared_properties(concepts)
        shown["concept"] = [concept_shown(concept, language) for concept in concepts.values()]
    return shown


def effective_period(version: VersionRecord) -> list[dict[str, Any]]:
    days = {"start": version.valid_from, "end": version.valid_to}
    period = {name: day.isoformat() for name, day in days.items() if day is not None}
    return [{"url": EFFECTIVE, "valuePeriod": period}] if period else []


def status_of(version: VersionRecord, today: date) -> str:
    """Retired after its last day; one that is announced for later is active: it will not change."""
    ended = version.valid_to is not None and version.valid_to < today
    return "retired" if ended else "active"


def declared_properties(concepts: Mapping[str, Concept]) -> list[dict[str, Any]]:
    own = sorted({name for concept in concepts.values() for name in concept.properties})
    return [*KNOWN, *({"code": name, "type": "string"} for name in own)]


def concept_shown(concept: Concept, language: Language) -> dict[str, Any]:
    shown: dict[str, Any] = {"code": concept.code, "display": concept.display(language)}
    if concept.definition:
        shown["definition"] = concept.definition
    designations = [{"language": tongue, "value": name} for tongue, name in names(concept)]
    if len(designations) > 1:
        shown["designation"] = designations
    if properties := properties_of(concept):
        shown["property"] = properties
    return shown


def names(concept: Concept) -> list[tuple[str, str]]:
    return [(tongue, name) for tongue, name in (("lv", concept.lv), ("en", concept.en)) if name]


def properties_of(concept: Concept) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    if concept.inactive:
        told.append({"code": "inactive", "valueBoolean": True})
    if concept.parent:
        told.append({"code": "parent", "valueCode": concept.parent})
    for code, day in (("valid-from", concept.valid_from), ("valid-to", concept.valid_to)):
        if day is not None:
            told.append({"code": code, "valueDateTime": day.isoformat()})
    if concept.replaced_by:
        told.append({"code": "replaced-by", "valueCode": concept.replaced_by})
    return told + [{"code": name, "valueString": value} for name, value in concept.properties.items()]


def looked_up(
    found: Found, concept: Concept, language: Language, only: frozenset[str], day: date
) -> dict[str, Any]:
    """The answer of $lookup; `only` are the properties that were asked for, none asks for all."""
    out: list[dict[str, Any]] = [
        {"name": "name", "valueString": found.classifier.title(language)},
        {"name": "version", "valueString": found.version.version},
        {"name": "display", "valueString": concept.display(language)},
        {"name": "code", "valueCode": concept.code},
        {"name": "system", "valueUri": found.classifier.url},
    ]
    if concept.definition:
        out.append({"name": "definition", "valueString": concept.definition})
    for tongue, name in names(concept):
        parts = [{"name": "language", "valueCode": tongue}, {"name": "value", "valueString": name}]
        out.append({"name": "designation", "part": parts})
    usable = {"code": "valid-on-date", "valueBoolean": concept.is_valid_on(day)}
    for told in [*properties_of(concept), usable]:
        code = told.pop("code")
        if not only or code in only:
            [(kind, value)] = told.items()
            out.append(
                {
                    "name": "property",
                    "part": [{"name": "code", "valueCode": code}, {"name": "value", kind: value}],
                }
            )
    return {"resourceType": "Parameters", "parameter": out}


def validated(found: Found, question: Question, verdict: Verdict) -> dict[str, Any]:
    """The answer of $validate-code: R4's three, and those of later releases that tell why."""
    told = [(fault, fault_text(fault, found, question, verdict.concept)) for fault in verdict.faults]
    out: list[dict[str, Any]] = [{"name": "result", "valueBoolean": verdict.valid}]
    if told:
        out.append({"name": "message", "valueString": "; ".join(text for _, text in told)})
    if verdict.concept is not None:
        out.append({"name": "display", "valueString": verdict.concept.display(question.language)})
    out += [
        {"name": "code", "valueCode": question.code},
        {"name": "system", "valueUri": found.classifier.url},
        {"name": "version", "valueString": found.version.version},
    ]
    if verdict.concept is not None and verdict.concept.inactive:
        out.append({"name": "inactive", "valueBoolean": True})
    if told:
        issues = [issue_of(fault, text) for fault, text in told]
        out.append({"name": "issues", "resource": {"resourceType": "OperationOutcome", "issue": issues}})
    return {"resourceType": "Parameters", "parameter": out}


def issue_of(fault: Fault, text: str) -> dict[str, Any]:
    code, kind, _, _ = FAULTS[fault]
    severity = "warning" if fault in ALLOWED else "error"
    return {
        "severity": severity,
        "code": code,
        "details": {"coding": [{"system": ISSUE_TYPES, "code": kind}], "text": text},
    }


def fault_text(fault: Fault, found: Found, question: Question, concept: Concept | None) -> str:
    successor = ""
    if concept is not None and concept.replaced_by:
        successor = SUCCESSOR[question.language].format(code=concept.replaced_by)
    return FAULTS[fault][3 if question.language == "lv" else 2].format(
        code=question.code[:64],
        system=found.classifier.url,
        version=found.version.version,
        day=question.day.isoformat(),
        display=question.display[:200],
        right=concept.display(question.language) if concept else "",
        successor=successor,
    )


def of_another_system(system: str, found: Found, question: Question) -> dict[str, Any]:
    """A code of a system that is not the one of the value set."""
    url = found.classifier.value_set
    texts = {
        "en": f"The provided code '{system[:200]}#{question.code[:64]}' was not found in the value set '{url}'",
        "lv": f"Koda '{system[:200]}#{question.code[:64]}' vērtību kopā '{url}' nav",
    }
    text = texts[question.language]
    issue = {
        "severity": "error",
        "code": "code-invalid",
        "details": {"coding": [{"system": ISSUE_TYPES, "code": "not-in-vs"}], "text": text},
    }
    out: list[dict[str, Any]] = [
        {"name": "result", "valueBoolean": False},
        {"name": "message", "valueString": text},
        {"name": "code", "valueCode": question.code},
        {"name": "issues", "resource": {"resourceType": "OperationOutcome", "issue": [issue]}},
    ]
    return {"resourceType": "Parameters", "parameter": out}
