"""Bodies in and answers out: strict JSON, structure checked, bytes written once."""

from typing import Any
from urllib.parse import parse_qsl

from tilts.access.routes import Incoming, Reply, Route
from tilts.rules import FaultyContent, Refusal
from tilts.rules.profiles import ARC, CANONICAL, canonical, library
from tilts.rules.wire import WIRE_NOT_JSON, WIRE_PROFILE, WIRE_STRUCTURE, WIRE_WRONG_TYPE
from tilts.transport.negotiate import FHIR_JSON, check_content_type
from tilts_fhir.issues import Issue
from tilts_fhir.json_strict import JsonError, decode, encode
from tilts_fhir.validation import Options, validate

MOST_FAULTS = 100


class FhirShapes:
    """
    What the roof lends to the pipeline (access/pipeline.py, Shapes).

    Args:
        base, arc: Canonical base and arc of the identifier systems of this installation: its profiles have them.
    """

    def __init__(self, base: str = CANONICAL, arc: str = ARC) -> None:
        self._base = base
        self._options = Options(library=library(base, arc))

    def read_body(self, route: Route, incoming: Incoming) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        if route.body == "none":
            return {}, incoming.query
        content_type = incoming.headers.get("content-type", "")
        packed = incoming.headers.get("content-encoding", "")
        if route.body == "form":
            if incoming.body:
                check_content_type(content_type, form=True, packed=packed)
            return {}, [*incoming.query, *read_form(incoming.body)]
        if route.body == "parameters" and not incoming.body:
            return {"resourceType": "Parameters"}, []
        check_content_type(content_type, form=False, packed=packed)
        expected = "Parameters" if route.body == "parameters" else route.resource_type
        return read_resource(incoming.body, expected, self._options), []

    def check_profile(self, route: Route, resource: dict[str, Any]) -> None:
        if route.profile:
            wanted = canonical(route.profile, self._base)
            if faults := _errors(validate(resource, profiles=[wanted], options=self._options)):
                raise FaultyContent(WIRE_PROFILE, faults)

    def written(self, route: Route, reply: Reply) -> tuple[int, dict[str, str], bytes]:
        status = reply.status or (200 if reply.existing else route.success_status)
        body = reply.raw if reply.raw is not None else encode(reply.resource) if reply.resource else b""
        headers = dict(reply.headers)
        if reply.replayed:
            headers["Idempotency-Replayed"] = "true"
        if body:
            headers.setdefault("content-type", reply.content_type or f"{FHIR_JSON}; charset=utf-8")
        if reply.version is not None:
            headers["ETag"] = f'W/"{reply.version}"'
        if reply.last_modified is not None:
            headers["Last-Modified"] = reply.last_modified.strftime("%a, %d %b %Y %H:%M:%S GMT")
        if reply.location is not None:
            headers["Location"] = reply.location
        return status, headers, body


def read_resource(body: bytes, expected: str, options: Options) -> dict[str, Any]:
    """A resource of the expected type with the right structure, or every fault that was found."""
    try:
        resource = decode(body)
    except JsonError as fault:
        raise Refusal(
            WIRE_NOT_JSON, fault=fault.text, line=fault.line or "?", column=fault.column or "?"
        ) from fault
    if not isinstance(resource, dict) or resource.get("resourceType") != expected:
        raise Refusal(WIRE_WRONG_TYPE, expected=expected)
    if faults := _errors(validate(resource, options=options)):
        raise FaultyContent(WIRE_STRUCTURE, faults)
    return resource


def _errors(issues: list[Issue]) -> tuple[Issue, ...]:
    return tuple(each for each in issues if each.severity in ("error", "fatal"))[:MOST_FAULTS]


def read_form(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=100)
    except (UnicodeDecodeError, ValueError) as fault:
        raise Refusal(WIRE_NOT_JSON, fault="the form is not readable", line="?", column="?") from fault
