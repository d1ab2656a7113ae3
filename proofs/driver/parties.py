"""A practice or a pharmacy at work: its certificate, its token, its signature, and the verbs of the wire.

Bodies are written once, so that a call can be sent again with exactly the same bytes.
"""

import asyncio
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import urlsplit

import msgspec

from proofs.driver.http import Answer, Line
from tilts_connector import Credentials
from tilts_connector._core import Answer as ConnectorAnswer
from tilts_connector._signing import Signer, load_signer, provenance_header
from tilts_connector._tls import tls_context
from tilts_connector._tokens import Token, assertion_claims, read_token, token_call

FHIR = {"Accept": "application/fhir+json", "Accept-Language": "en"}
JSON = FHIR | {"Content-Type": "application/fhir+json"}
FORM = FHIR | {"Content-Type": "application/x-www-form-urlencoded"}
RENEW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Patient:
    patient_id: str
    family: str
    given: str


@dataclass(frozen=True, slots=True)
class Request:
    """One call; sent again it has the same bytes and the same key."""

    method: str
    path: str  # below the FHIR base
    headers: dict[str, str] = field(default_factory=lambda: dict(FHIR))
    body: bytes = b""


@dataclass(slots=True)
class Party:
    """One registered client of the sandbox with the person who acts for it."""

    name: str  # of the organisation
    credentials: Credentials
    line: Line
    base: str  # path of the FHIR base
    token_url: str
    _signer: Signer
    _token: Token | None = None
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    def of(cls, facts: dict[str, Any], client: str) -> Self:
        chosen = facts["clients"][client]
        credentials = Credentials.from_ready_line(chosen)
        address = urlsplit(facts["fhir"])
        line = Line(address.hostname or "", address.port or 443, tls_context(credentials))
        return cls(chosen["name"], credentials, line, address.path, facts["token"], load_signer(credentials))

    async def send(self, request: Request) -> Answer:
        """One try; raises NoAnswer when there is none."""
        headers = request.headers | {"Authorization": f"Bearer {await self.token()}"}
        answer = await self.line.send(request.method, self.base + request.path, headers, request.body)
        if answer.status == 401:
            self._token = None
        return answer

    async def token(self, *, fresh: bool = False) -> str:
        async with self._one_at_a_time:
            if fresh or self._token is None or time.monotonic() > self._token.ends_at - RENEW_SECONDS:
                claims = assertion_claims(
                    self.credentials, self.credentials.actor(), self.token_url, time.time()
                )
                call = token_call(self.token_url, self._signer, claims, self.credentials.actor())
                path = urlsplit(call.url).path
                answer = await self.line.send("POST", path, call.headers, call.body or b"")
                if answer.status != 200:
                    raise TokenRefused(answer.status, answer.body.decode())
                told = ConnectorAnswer(answer.status, answer.headers, answer.body)
                self._token = read_token(told, time.monotonic())
            return self._token.value

    def signed(self, request: Request) -> Request:
        header = provenance_header(
            self._signer,
            request.body,
            self.credentials.actor(),
            self.credentials.organization_id,
            datetime.now(UTC),
        )
        return replace(request, headers={**request.headers, "X-Provenance": header})

    def prescribe(self, patient: Patient, identifier: str, packs: int = 1, repeats: int = 0) -> Request:
        document = {
            "resourceType": "MedicationRequest",
            "identifier": [self._own(identifier)],
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": {"text": "Amoxicillinum 500 mg tabulettae N16"},
            "subject": {"reference": f"Patient/{patient.patient_id}"},
            "requester": {"reference": f"PractitionerRole/{self.credentials.role_id}"},
            "dosageInstruction": [{"text": "1 tablete 3 reizes dienā, 5 dienas"}],
            "dispenseRequest": {"quantity": quantity(packs), "numberOfRepeatsAllowed": repeats},
        }
        return self.signed(Request("POST", "/MedicationRequest", JSON, msgspec.json.encode(document)))

    def find(self, number: str, patient: Patient) -> Request:
        given = {"number": number, "family": patient.family, "given": patient.given}
        return operation("/Task/$find", valueString=given)

    def claim(self, task_id: str, key: str | None = None) -> Request:
        return keyed(Request("POST", f"/Task/{task_id}/$claim", JSON), key)

    def release(self, task_id: str, key: str | None = None) -> Request:
        return keyed(operation(f"/Task/{task_id}/$release", valueCode={"reason": "patient-left"}), key)

    def cancel(self, task_id: str, key: str | None = None) -> Request:
        return keyed(operation(f"/Task/{task_id}/$cancel", valueCode={"reason": "therapy-changed"}), key)

    def step(self, task_id: str, verb: str, key: str | None = None) -> Request:
        """$close, $close-remaining, $transfer-request: a verb that asks for nothing more."""
        return keyed(Request("POST", f"/Task/{task_id}/${verb}", JSON), key)

    def cancel_by_identifier(self, identifier: str, key: str | None = None) -> Request:
        named, why = {"identifier": self._own(identifier)}, {"reason": "wrong-patient"}
        return keyed(self.signed(operation("/Task/$cancel", valueIdentifier=named, valueCode=why)), key)

    def withdraw(self, dispense_id: str, key: str | None = None) -> Request:
        path = f"/MedicationDispense/{dispense_id}/$withdraw"
        return keyed(operation(path, valueCode={"reason": "recorded-in-error"}), key)

    def amend(self, dispense_id: str, first: Request, packs: int, key: str | None = None) -> Request:
        """The same dispense as in that call, with another quantity."""
        document = {**msgspec.json.decode(first.body), "quantity": quantity(packs)}
        path = f"/MedicationDispense/{dispense_id}/$amend"
        given = operation(path, valueCode={"reason": "wrong-quantity"}, resource={"dispense": document})
        return keyed(self.signed(given), key)

    def dispense(
        self, patient: Patient, line_id: str, identifier: str, packs: int = 1, task_id: str | None = None
    ) -> Request:
        """`task_id`: which issue of several."""
        document = {
            "resourceType": "MedicationDispense",
            "identifier": [self._own(identifier)],
            "status": "completed",
            "medicationCodeableConcept": {"text": "Amoxicillinum 500 mg tabulettae N16"},
            "subject": {"reference": f"Patient/{patient.patient_id}"},
            "performer": [{"actor": {"reference": f"PractitionerRole/{self.credentials.role_id}"}}],
            "authorizingPrescription": [{"reference": f"MedicationRequest/{line_id}"}],
            "quantity": quantity(packs),
        }
        if task_id is not None:
            document["supportingInformation"] = [{"reference": f"Task/{task_id}"}]
        return self.signed(Request("POST", "/MedicationDispense", JSON, msgspec.json.encode(document)))

    def _own(self, value: str) -> dict[str, str]:
        return {"system": f"urn:uuid:{self.credentials.organization_id}", "value": value}


class TokenRefused(Exception):
    """The token endpoint said no; status and body."""


def quantity(packs: int) -> dict[str, Any]:
    return {"value": packs, "unit": "iepakojums", "system": "http://unitsofmeasure.org", "code": "{package}"}


def operation(path: str, **values: dict[str, Any]) -> Request:
    parameter = [
        {"name": name, kind: value} for kind, given in values.items() for name, value in given.items()
    ]
    body = msgspec.json.encode({"resourceType": "Parameters", "parameter": parameter})
    return Request("POST", path, JSON, body)


def keyed(request: Request, key: str | None) -> Request:
    return replace(request, headers={**request.headers, "Idempotency-Key": key}) if key else request


def patients_of(resources: list[dict[str, Any]]) -> list[Patient]:
    """Everybody who can be prescribed for: with a family and a given name."""
    found = []
    for resource in resources:
        name = resource.get("name", [{}])[0]
        if resource["resourceType"] == "Patient" and name.get("family") and name.get("given"):
            found.append(Patient(resource["id"], name["family"], " ".join(name["given"])))
    return found
