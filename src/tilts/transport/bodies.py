"""Bodies in and answers out: strict JSON, structure checked, bytes written once."""

from typing import Any
from urllib.parse import parse_qsl

from tilts.access.routes import Incoming, Reply, Route
from tilts.rules import FaultyContent, Refusal
from tilts.rules.wire import WIRE_NOT_JSON, WIRE_STRUCTURE, WIRE_WRONG_TYPE
from tilts.transport.negotiate import FHIR_JSON, check_content_type
from tilts_fhir.json_strict import JsonError, decode, encode
from tilts_fhir.structure import check

MOST_FAULTS = 100


class FhirShapes:
    """What the roof lends to the pipeline (access/pipeline.py, Shapes)."""

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
        return read_resource(incoming.body, expected), []

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


def read_resource(body: bytes, expected: str) -> dict[str, Any]:
    """A resource of the expected type with the right structure, or every fault that was found."""
    try:
        resource = decode(body)
    except JsonError as fault:
        raise Refusal(
            WIRE_NOT_JSON, fault=fault.text, line=fault.line or "?", column=fault.column or "?"
        ) from fault
    if not isinstance(resource, dict) or resource.get("resourceType") != expected:
        raise Refusal(WIRE_WRONG_TYPE, expected=expected)
    faults = [issue for issue in check(resource) if issue.severity == "error"]
    if faults:
        raise FaultyContent(WIRE_STRUCTURE, tuple(faults[:MOST_FAULTS]))
    return resource


def read_form(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=100)
    except (UnicodeDecodeError, ValueError) as fault:
        raise Refusal(WIRE_NOT_JSON, fault="the form is not readable", line="?", column="?") from fault
