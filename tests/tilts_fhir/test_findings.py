"""Findings that no other test meets: for each what is wrong, where it is told, and a twin that is right."""

from typing import Any

import pytest

from tilts_fhir.library import RELEASE, Library
from tilts_fhir.validation import Options, validate

Json = dict[str, Any]

ROOT = "http://hl7.org/fhir/StructureDefinition/"
DIV = '<div xmlns="http://www.w3.org/1999/xhtml">A</div>'
TEXT: Json = {"status": "generated", "div": DIV}
FORM: Json = {
    "resourceType": "Questionnaire",
    "url": "urn:x:form",
    "status": "active",
    "item": [
        {
            "linkId": "1",
            "type": "choice",
            "definition": "http://hl7.org/fhir/StructureDefinition/Patient#Patient.gender",
            "answerValueSet": "http://hl7.org/fhir/ValueSet/administrative-gender",
        }
    ],
}
SUPPLEMENT: Json = {
    "resourceType": "CodeSystem",
    "url": "urn:x:more",
    "status": "active",
    "content": "supplement",
    "supplements": "http://hl7.org/fhir/administrative-gender",
}
OPTIONS = Options(library=Library([FORM, SUPPLEMENT], beneath=RELEASE))


def a_patient(**facts: Any) -> Json:
    return {"resourceType": "Patient", "text": TEXT, **facts}


def holding(**facts: Any) -> Json:
    contained = {"resourceType": "Organization", "id": "a", "name": "A", **facts}
    return a_patient(contained=[contained], managingOrganization={"reference": "#a"})


def an_observation(code: str) -> Json:
    coding = {"system": "http://loinc.org", "code": code}
    return {"resourceType": "Observation", "status": "final", "code": {"coding": [coding]}}


def a_value_set(system: str) -> Json:
    compose = {"include": [{"system": system}]}
    return {"resourceType": "ValueSet", "url": "urn:x:set", "status": "draft", "compose": compose}


def answering(**facts: Any) -> Json:
    item = {"linkId": "1", **facts}
    return {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": "urn:x:form",
        "status": "completed",
        "item": [item],
    }


def asking(**facts: Any) -> Json:
    item = {"linkId": "1", "text": "A", "type": "string", **facts}
    return {"resourceType": "Questionnaire", "status": "active", "item": [item]}


def occurring(least: int, most: int) -> Json:
    bounds = [("questionnaire-minOccurs", least), ("questionnaire-maxOccurs", most)]
    extensions = [{"url": ROOT + name, "valueInteger": number} for name, number in bounds]
    return asking(repeats=True, required=True, extension=extensions)


def noted(text: str) -> Json:
    observation = {**an_observation("15074-8"), "note": [{"text": text}]}
    return observation


def a_gender(**coding: Any) -> Json:
    return answering(
        answer=[{"valueCoding": {"system": "http://hl7.org/fhir/administrative-gender", **coding}}]
    )


FINDINGS = [
    ("no-narrative", "Patient", {"resourceType": "Patient", "active": True}, a_patient()),
    ("contained-contains", "Patient.contained[0]", holding(contained=[{"resourceType": "Basic"}]), holding()),
    ("contained-version", "Patient.contained[0]", holding(meta={"versionId": "1"}), holding()),
    (
        "contained-security",
        "Patient.contained[0]",
        holding(meta={"security": [{"code": "R"}]}),
        holding(meta={"tag": [{"code": "R"}]}),
    ),
    ("markdown-tags", "Observation.note[0].text", noted("a <script>b</script>"), noted("a < b")),
    ("profile-implied", "Observation", an_observation("8867-4"), an_observation("15074-8")),
    (
        "value-set-system-supplement",
        "ValueSet.compose.include[0].system",
        a_value_set("urn:x:more"),
        a_value_set("http://hl7.org/fhir/administrative-gender"),
    ),
    (
        "form-initial-twice",
        "Questionnaire.item[0].initial[1].value",
        asking(repeats=True, initial=[{"valueString": "a"}, {"valueString": "a"}]),
        asking(repeats=True, initial=[{"valueString": "a"}, {"valueString": "b"}]),
    ),
    ("form-occurs-crossed", "Questionnaire.item[0]", occurring(3, 2), occurring(2, 3)),
    (
        "answer-definition",
        "QuestionnaireResponse.item[0].definition",
        answering(definition=ROOT + "Patient#Patient.active"),
        answering(definition=ROOT + "Patient#Patient.gender"),
    ),
    (
        "answer-no-code",
        "QuestionnaireResponse.item[0].answer[0].value",
        a_gender(display="male"),
        a_gender(code="male"),
    ),
    (
        "extension-unchecked",
        "Patient.extension[0]",
        a_patient(extension=[{"url": "http://example.org/x", "valueCode": "a"}]),
        a_patient(extension=[{"url": ROOT + "patient-birthPlace", "valueAddress": {"city": "Rīga"}}]),
    ),
]


def places_of(key: str, resource: Json, options: Options = OPTIONS) -> list[str]:
    return [issue.expression for issue in validate(resource, options=options) if issue.key == key]


@pytest.mark.parametrize(("key", "place", "wrong", "right"), FINDINGS, ids=[each[0] for each in FINDINGS])
def test_it_is_told_where_it_stands_and_nowhere_else(key: str, place: str, wrong: Json, right: Json) -> None:
    assert places_of(key, wrong) == [place]
    assert places_of(key, right) == []


def test_warnings_beyond_the_bound_are_counted() -> None:
    extensions = [{"url": f"http://example.org/{number}", "valueCode": "a"} for number in range(5)]

    issues = validate(a_patient(extension=extensions), options=Options(max_issues=3))

    assert [issue.key for issue in issues] == ["extension-unchecked"] * 3 + ["more-remarks"]
    assert dict(issues[-1].facts) == {"count": 2}
