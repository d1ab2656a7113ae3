"""`[type]/$validate`: everything that is wrong with a resource, and whether it meets a profile.

POST [base]/[type]/$validate[?profile=...], JSON or XML; in the sandbox open to everybody, and definitions that were PUT
before (StructureDefinition, ValueSet, ...) are in reach (Design 4). https://hl7.org/fhir/R4/resource-operation-validate.html
"""

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Literal, TypeAlias

from tilts.access.routes import Call, Reply, Route
from tilts.rules import Refusal
from tilts.rules.profiles import library
from tilts.rules.wire import WIRE_NOT_JSON, WIRE_WRONG_TYPE
from tilts.transport.given_definitions import KINDS, GivenDefinitions
from tilts.transport.negotiate import RELEASES, check_content_type, release_in
from tilts_fhir.issues import Issue, issue, quoted
from tilts_fhir.json_strict import JsonError, decode
from tilts_fhir.outcomes import outcome
from tilts_fhir.validation import Options, validate_text
from tilts_fhir.validation import validate as validate_resource
from tilts_fhir.xml_reader import read_xml

Form: TypeAlias = Literal["json", "xml"]

XML_TYPES: Final = frozenset({"application/fhir+xml", "application/xml", "text/xml"})
SCOPE: Final = "system/CodeSystem.r"  # what every party may have: no patient is behind it
KEYS: Final = "CodeSystem/structure-fault"


@dataclass(frozen=True, slots=True)
class ValidationParts:
    """
    What the routes of the validation are made of: one for all listeners of a process.

    Attributes:
        given: What callers put beside; its bottom is the release with our own profiles.
        takes_definitions: Whether definitions may be put: in the sandbox only.
    """

    given: GivenDefinitions = field(default_factory=lambda: GivenDefinitions(library()))
    takes_definitions: bool = False


async def validate(parts: ValidationParts, call: Call) -> Reply:
    """An OperationOutcome with every issue; that there are errors is the answer, not a refusal."""
    form = _form_of(call.incoming.headers)
    library = parts.given.library(call.incoming.peer)
    named = tuple(value for name, value in call.incoming.query if name == "profile")
    # In a thread: a large Bundle must not hold up the others.
    found = await asyncio.to_thread(_found, call, form, named, Options(library=library))
    key_system = f"{call.canonical_base}/{KEYS}"
    return Reply(resource=outcome(found, language=call.incoming.language, key_system=key_system))


def _found(call: Call, form: Form, profiles: tuple[str, ...], options: Options) -> list[Issue]:
    raw, kind = call.incoming.body, call.ids["type"]
    inner = _wrapped(raw, kind) if form == "json" else None
    if inner is not None:
        resource, more = inner
        return [*_of_type(kind, resource), *validate_resource(resource, profiles=more, options=options)]
    issues = validate_text(raw, form, profiles=profiles, options=options)
    root = next((each.expression.partition(".")[0] for each in issues if each.expression), kind)
    return [*_of_type(kind, {"resourceType": root}), *issues]


def _of_type(kind: str, resource: dict[str, Any]) -> list[Issue]:
    """Whether the resource is what the address says."""
    name = str(resource.get("resourceType", ""))
    return [] if name in (kind, "Resource") else [issue("other-type", name, name=quoted(name), expected=kind)]


def _wrapped(raw: bytes, kind: str) -> tuple[dict[str, Any], tuple[str, ...]] | None:
    """Resource and profiles of a Parameters body (`resource`, `profile`); None if the body is the resource."""
    if kind == "Parameters" or b'"Parameters"' not in raw:
        return None
    try:
        body = decode(raw)
    except JsonError:
        return None
    if not isinstance(body, dict) or body.get("resourceType") != "Parameters":
        return None
    given = [each for each in body.get("parameter") or () if isinstance(each, dict)]
    resources = [each["resource"] for each in given if isinstance(each.get("resource"), dict)]
    texts = [
        value
        for each in given
        if each.get("name") == "profile"
        for key, value in each.items()
        if key.startswith("value") and isinstance(value, str)
    ]
    return (resources[0], tuple(texts)) if resources else None


async def keep(parts: ValidationParts, kind: str, call: Call) -> Reply:
    """PUT of a definition: seen by validations that the same address asks for, and by nobody else."""
    read = _form_of(call.incoming.headers)
    resource = _definition(call.incoming.body, read, kind)
    new = parts.given.put(call.incoming.peer, call.ids["id"], resource, len(call.incoming.body))
    return Reply(resource=resource, status=201 if new else 200)


async def forget(parts: ValidationParts, kind: str, call: Call) -> Reply:
    """DELETE of a definition that was put; of one that is not there too."""
    parts.given.remove(call.incoming.peer, kind, call.ids["id"])
    return Reply(status=204)


def _definition(raw: bytes, form: Form, kind: str) -> dict[str, Any]:
    """The definition as decoded; its own faults are no reason to refuse it: `$validate` tells them."""
    if form == "xml":
        resource = read_xml(raw).resource
    else:
        try:
            resource = decode(raw)
        except JsonError as fault:
            raise Refusal(
                WIRE_NOT_JSON, fault=fault.text, line=fault.line or "?", column=fault.column or "?"
            ) from fault
    if not isinstance(resource, dict) or resource.get("resourceType") != kind:
        raise Refusal(WIRE_WRONG_TYPE, expected=kind)
    return resource


def _form_of(headers: dict[str, str]) -> Form:
    written, packed = headers.get("content-type", ""), headers.get("content-encoding", "")
    kind, *parameters = (piece.strip().lower() for piece in written.split(";"))
    is_plain = packed.strip().lower() in ("", "identity")
    if kind in XML_TYPES and is_plain and release_in(parameters) in RELEASES:
        return "xml"
    check_content_type(written, form=False, packed=packed)
    return "json"


def declare(parts: ValidationParts) -> list[Route]:
    """`$validate` of every type; in the sandbox also the definitions to validate with."""
    made = [
        Route(
            "POST",
            "/{type}/$validate",
            SCOPE,
            "content.validated",
            partial(validate, parts),
            interaction="validate",
            open_in_sandbox=True,
        )
    ]
    if not parts.takes_definitions:
        return made
    for kind in KINDS:
        for method, work, status in (("PUT", keep, 201), ("DELETE", forget, 204)):
            made.append(
                Route(
                    method,
                    f"/{kind}/{{id}}",
                    SCOPE,
                    "definition.given",
                    partial(work, parts, kind),
                    success_status=status,
                    resource_type=kind,
                    interaction="update" if method == "PUT" else "delete",
                    open_in_sandbox=True,
                )
            )
    return made
