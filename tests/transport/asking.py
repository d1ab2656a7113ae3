"""`$validate` asked over the wire, and what is read in its answer."""

from typing import Any
from uuid import uuid4

import httpx

from tests.transport.wire import FHIR_JSON
from tilts_fhir.json_strict import encode
from tilts_fhir.outcomes import COLUMN, LINE
from tilts_fhir.xml_writer import write_xml

FHIR_XML = "application/fhir+xml"
EXAMPLE = "https://example.org/fhir"


def asked(client: httpx.Client, body: Any, kind: str = "Patient", **how: Any) -> list[dict[str, Any]]:
    """The issues of an answer that is no refusal."""
    answer = sent(client, body, kind, **how)
    assert answer.status_code == 200, answer.text
    issues: list[dict[str, Any]] = answer.json()["issue"]
    return issues


def sent(
    client: httpx.Client,
    body: Any,
    kind: str = "Patient",
    *,
    form: str = FHIR_JSON,
    language: str = "en",
    **query: Any,
) -> httpx.Response:
    content = body if isinstance(body, bytes) else encode(body) if form == FHIR_JSON else write_xml(body)
    headers = {"Content-Type": form, "Accept-Language": language}
    address = f"{str(client.base_url).rstrip('/')}/{kind}/$validate"
    return client.post(address, content=content, headers=headers, params=query)


def key_of(issue: dict[str, Any]) -> str:
    key: str = issue["details"]["coding"][0]["code"]
    return key


def errors(issues: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in issues if each["severity"] in ("error", "fatal")]


def place(issue: dict[str, Any]) -> tuple[int, int]:
    found = {each["url"]: each["valueInteger"] for each in issue["extension"]}
    return found[LINE], found[COLUMN]


def definition(value: str, **more: Any) -> dict[str, Any]:
    """A profile of Patient that allows one birth date only."""
    element = {"id": "Patient.birthDate", "path": "Patient.birthDate", "min": 1, "fixedDate": value}
    return {
        "resourceType": "StructureDefinition",
        "url": f"{EXAMPLE}/StructureDefinition/{uuid4()}",
        "name": "Born",
        "status": "active",
        "fhirVersion": "4.0.1",
        "kind": "resource",
        "abstract": False,
        "type": "Patient",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
        "derivation": "constraint",
        "differential": {"element": [element]},
        **more,
    }


def put(client: httpx.Client, resource: dict[str, Any], resource_id: str) -> httpx.Response:
    address = f"{str(client.base_url).rstrip('/')}/{resource['resourceType']}/{resource_id}"
    return client.put(address, content=encode(resource), headers={"Content-Type": FHIR_JSON})
