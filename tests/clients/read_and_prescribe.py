"""Drives fhirpy through reading and prescribing, and gives the steps with the calls they took."""

import asyncio
import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import aiohttp
import requests
from fhirpy import AsyncFHIRClient, SyncFHIRClient
from fhirpy.base.exceptions import BaseFHIRError, OperationOutcome

from tests.clients.connect import SignsWrites, connect

Step = dict[str, Any]
NO_QUANTITY = {"numberOfRepeatsAllowed": 0}
NOT_THERE = "019a0000-0000-7000-8000-000000000000"


@dataclass
class Log:
    """Looks on, changes nothing: the calls of each step."""

    steps: list[Step] = field(default_factory=list)
    calls: list[Step] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)  # of the last answer

    def watch(self, client: SyncFHIRClient) -> SyncFHIRClient:
        client.requests_config["hooks"] = {"response": self._seen}
        return client

    def _seen(self, response: requests.Response, **_: object) -> None:
        method, url = response.request.method, response.request.url
        self.calls.append({"method": method, "url": url, "status": response.status_code})
        self.headers = dict(response.headers)

    def step(self, said: str, act: Callable[[], str]) -> None:
        self.calls = []
        try:
            shown = act()
        except OperationOutcome as no:
            shown = f"raises OperationOutcome {refusal(no.resource)}"
        except BaseFHIRError as no:
            shown = f"raises {type(no).__name__} {refusal(json.loads(str(no)))}"
        self.steps.append({"said": said, "calls": self.calls, "shown": shown})


def refusal(outcome: dict[str, Any]) -> str:
    details = outcome["issue"][0]["details"]
    return f"{details['coding'][0]['code']}: {details['text']}"


def play(given: dict[str, Any]) -> list[Step]:
    log = Log()
    signer = given["signer"]
    sign = SignsWrites(signer["jwk"], signer["kid"], signer["role"], signer["organization"])
    signing = log.watch(connect(**given["tls"], sign=sign))
    reading(log, signing, given)
    counting(log, signing, given)
    prescribing(log, signing, given)
    refused(log, signing, log.watch(connect(**given["tls"])), given)
    plainly(log, given)
    asyncio.run(asynchronously(log, given))
    return log.steps


def reading(log: Log, client: SyncFHIRClient, given: dict[str, Any]) -> None:
    organization = given["signer"]["organization"]
    system, _, code = given["identifier"].partition("|")

    def by_identity() -> str:
        parameters = [{"name": "system", "valueUri": system}, {"name": "value", "valueString": code}]
        found = client.execute(
            "Patient/by-identity", data={"resourceType": "Parameters", "parameter": parameters}
        )
        return f"Patient: {found['name'][0]['family']}"

    def three_pages() -> str:
        roles = islice(client.resources("PractitionerRole").limit(20), 60)
        return f"{len({role.id for role in roles})} different ones on 3 pages"

    log.step(
        "execute('metadata', method='get')", lambda: client.execute("metadata", method="get").fhirVersion
    )
    log.step("get() an Organization", lambda: client.get("Organization", organization)["resourceType"])
    log.step("get() what is not there", lambda: str(client.get("Patient", NOT_THERE)))
    log.step("search() a Patient by person code", lambda: str(patients(client, given).fetch()))
    log.step("execute('Patient/by-identity'): fhirpy has no POST _search", by_identity)
    log.step("iterate over resources('PractitionerRole').limit(20)", three_pages)


def patients(client: SyncFHIRClient, given: dict[str, Any]) -> Any:
    return client.resources("Patient").search(identifier=given["identifier"])


def counting(log: Log, client: SyncFHIRClient, given: dict[str, Any]) -> None:
    own = client.resources("Organization").search(_id=given["signer"]["organization"])
    log.step("count()", lambda: f"total {own.count()}")
    log.step(
        "search(_summary='count').fetch_raw()",
        lambda: f"total {own.search(_summary='count').fetch_raw().total}",
    )


def prescribing(log: Log, client: SyncFHIRClient, given: dict[str, Any]) -> None:
    made: list[Any] = []

    def create() -> str:
        made.append(client.resource(**order(given, "signed")).create())
        return numbered(made[0], given)

    def again() -> str:
        repeated = client.resource(**order(given, "signed")).create()
        same = "the same resource" if repeated.id == made[0].id else "ANOTHER RESOURCE"
        return f"{same}, Idempotency-Replayed: {log.headers.get('idempotency-replayed')}"

    def search() -> str:
        identifier = order(given, "signed")["identifier"][0]["value"]
        patient = given["order"]["subject"]["reference"]
        found = client.resources("MedicationRequest").search(patient=patient, identifier=identifier)
        return f"{len(found.fetch_all())} found"

    def cancel() -> str:
        (task,) = client.resources("Task").search(focus=f"MedicationRequest/{made[0].id}").fetch()
        reason = {"resourceType": "Parameters", "parameter": [{"name": "reason", "valueCode": "other"}]}
        return f"Task {task.execute('$cancel', data=reason).status}"

    log.step("resource('MedicationRequest', ..).create(), signed by the hook", create)
    log.step("create() the same again", again)
    log.step("search() MedicationRequest by patient and identifier", search)
    log.step("execute('$cancel') on its Task", cancel)


def refused(log: Log, signing: SyncFHIRClient, unsigned: SyncFHIRClient, given: dict[str, Any]) -> None:
    log.step("create() without the hook", lambda: created(unsigned, given, "unsigned"))
    log.step(
        "create() without a quantity, signed",
        lambda: created(signing, given, "none", dispenseRequest=NO_QUANTITY),
    )


def plainly(log: Log, given: dict[str, Any]) -> None:
    base, token = given["plain"]["base"], given["plain"]["token"]
    english = {"Accept-Language": "en"}
    client = log.watch(SyncFHIRClient(base, authorization=f"Bearer {token}", extra_headers=english))

    def create() -> str:
        return f"{created(client, given, 'plain')}, Warning: {log.headers.get('warning')}"

    def search() -> str:
        return f"Patient: {patients(client, given).first().name[0].family}, Warning: {log.headers.get('warning')}"

    log.step("plain port: search() a Patient by person code", search)
    log.step("plain port: create() without a signature", create)
    nobody = {"display": "nobody"}
    log.step("plain port: create() for nobody", lambda: created(client, given, "nobody", subject=nobody))


async def asynchronously(log: Log, given: dict[str, Any]) -> None:
    """The asynchronous twin: certificate and CA come in an SSL context, by `aiohttp_config`."""
    tls = given["tls"]
    context = ssl.create_default_context(cafile=tls["ca"])
    context.load_cert_chain(tls["cert"], tls["key"])
    calls: list[Step] = []

    async def look(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        response = await send(request)
        calls.append({"method": request.method, "url": str(request.url), "status": response.status})
        return response

    config = {"ssl": context, "middlewares": [look]}
    client = AsyncFHIRClient(tls["base"], authorization=f"Bearer {tls['token']}", aiohttp_config=config)
    found = await client.get("Organization", given["signer"]["organization"])
    shown = found["resourceType"]
    log.steps.append({"said": "AsyncFHIRClient: get() an Organization", "calls": calls, "shown": shown})


def created(client: SyncFHIRClient, given: dict[str, Any], name: str, **changes: Any) -> str:
    return numbered(client.resource(**{**order(given, name), **changes}).create(), given)


def order(given: dict[str, Any], name: str) -> dict[str, Any]:
    identifier = {"system": f"urn:uuid:{given['signer']['organization']}", "value": f"{given['run']}-{name}"}
    return {**given["order"], "resource_type": "MedicationRequest", "identifier": [identifier]}


def numbered(request: Any, given: dict[str, Any]) -> str:
    number = any(one["system"] == given["numberSystem"] for one in request["identifier"])
    with_number = "with a" if number else "with NO"
    return f"{request['resourceType']} {request['status']}, {with_number} prescription number"
