"""`[type]/$validate`: everything that is wrong with a resource, and whether it meets a profile.

POST [base]/[type]/$validate[?profile=...], JSON or XML; in the sandbox open to everybody, and definitions that were PUT
before (StructureDefinition, ValueSet, ...) are in reach (Design 4). https://hl7.org/fhir/R4/resource-operation-validate.html
"""

import re
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final, Literal, TypeAlias

from tilts.access.routes import Call, Reply, Route
from tilts.rules import FaultyContent, Refusal
from tilts.rules.profiles import library
from tilts.rules.wire import WIRE_NO_SUCH_ADDRESS, WIRE_NOT_JSON, WIRE_STRUCTURE, WIRE_WRONG_TYPE
from tilts.transport.negotiate import RELEASES, check_content_type, release_in
from tilts.transport.validation.given_definitions import KINDS, GivenDefinitions
from tilts.transport.validation.turns import Turns
from tilts_fhir.definitions import resource_types
from tilts_fhir.issues import Issue, issue, quoted
from tilts_fhir.json_strict import JsonError, decode_resource
from tilts_fhir.outcomes import outcome
from tilts_fhir.places import locate_json, locate_xml
from tilts_fhir.validation import Options, validate_text
from tilts_fhir.validation import validate as validate_resource
from tilts_fhir.xml_reader import read_xml

Form: TypeAlias = Literal["json", "xml"]
Json: TypeAlias = dict[str, Any]

XML_TYPES: Final = frozenset({"application/fhir+xml", "application/xml", "text/xml"})
SCOPE: Final = "system/CodeSystem.r"  # what every party may have: no patient is behind it
KEYS: Final = "CodeSystem/structure-fault"
ANY: Final = "Resource"  # [base]/Resource/$validate takes every type
# The first start tag, behind declarations, comments and processing instructions.
_ROOT: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s++|<\?(?:[^?]|\?(?!>))*+\?>|<!--(?:[^-]|-(?!->))*+-->)*+<(?:[\w.-]+:)?([A-Za-z]+)"
)


@dataclass(frozen=True, slots=True)
class ValidationParts:
    """
    What the routes of the validation are made of: one for all listeners of a process.

    Attributes:
        given: What callers put beside; its bottom is the release with our own profiles.
        takes_definitions: Whether definitions may be put: in the sandbox only.
        turns: When and where the work is done.
    """

    given: GivenDefinitions = field(default_factory=lambda: GivenDefinitions(library()))
    takes_definitions: bool = False
    turns: Turns = field(default_factory=Turns)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be checked: `kind` is the type that the address names."""

    raw: bytes
    form: Form
    kind: str
    profiles: tuple[str, ...]
    options: Options


async def validate(parts: ValidationParts, call: Call) -> Reply:
    """An OperationOutcome with every issue; that there are errors is the answer, not a refusal."""
    incoming, kind = call.incoming, call.ids["type"]
    if kind != ANY and kind not in resource_types():
        raise Refusal(WIRE_NO_SUCH_ADDRESS)
    named = tuple(value for name, value in incoming.query if name == "profile")
    options = Options(library=parts.given.library(incoming.peer), now=call.now)
    asked = Asked(incoming.body, _form_of(incoming.headers), kind, named, options)
    key_system = f"{call.canonical_base}/{KEYS}"

    async def answer() -> Reply:
        # In threads, and few at a time: large Bundles must not hold up the others.
        found = await parts.turns.run(len(asked.raw), partial(issues_of, asked))
        return Reply(resource=outcome(found, language=incoming.language, key_system=key_system))

    return Reply(later=answer)


def issues_of(asked: Asked) -> list[Issue]:
    """Everything that is wrong with the resource, which stands alone or in a Parameters, with line and column."""
    name, body = _looked_into(asked.raw, asked.form)
    inner = _wrapped(body) if body is not None and asked.kind != "Parameters" else None
    if inner is None:
        issues = validate_text(asked.raw, asked.form, profiles=asked.profiles, options=asked.options)
        return [*_of_type(asked.kind, name), *issues]
    profiles = (*asked.profiles, *inner.profiles)
    issues = validate_resource(inner.resource, profiles=profiles, options=asked.options)
    return [*_of_type(asked.kind, inner.resource.get("resourceType")), *_placed(asked, inner, issues)]


def _of_type(kind: str, name: object) -> list[Issue]:
    """Whether the resource is what the address says. A warning: what is wrong is the address, not the resource."""
    if kind == ANY or name == kind or not isinstance(name, str):
        return []
    return [issue("other-type", name, severity="warning", name=quoted(name), expected=kind)]


def _looked_into(raw: bytes, form: Form) -> tuple[object, Json | None]:
    """Type of the resource if it can be told, and the whole body if it may be a Parameters."""
    if form == "xml":
        first = _ROOT.match(raw)
        name = first[1].decode("ascii") if first else None
        return name, read_xml(raw).resource if name == "Parameters" else None
    try:
        body = decode_resource(raw)
    except JsonError:
        return None, None
    name = body.get("resourceType")
    return name, body if name == "Parameters" else None


@dataclass(frozen=True, slots=True)
class _Inner:
    """A resource in a Parameters: parameters `resource` and `profile` of the operation."""

    resource: Json
    profiles: tuple[str, ...]
    path: str


def _wrapped(body: Json) -> _Inner | None:
    """None if there is no resource within: then the body itself is meant."""
    listed = body.get("parameter")
    given = [
        (at, each)
        for at, each in enumerate(listed if isinstance(listed, list) else ())
        if isinstance(each, dict)
    ]
    profiles = tuple(
        value
        for _, each in given
        if each.get("name") == "profile"
        for key, value in each.items()
        if key.startswith("value") and isinstance(value, str)
    )
    for at, each in given:
        resource = each.get("resource")
        if each.get("name") == "resource" and isinstance(resource, dict):
            return _Inner(resource, profiles, f"Parameters.parameter[{at}].resource")
    return None


def _placed(asked: Asked, inner: _Inner, issues: list[Issue]) -> list[Issue]:
    """The issues of the inner resource with the places that they have in the whole text."""
    paths = [inner.path + "".join(each.expression.partition(".")[1:]) for each in issues]
    locate = locate_xml if asked.form == "xml" else locate_json
    places = locate(asked.raw, set(paths)) if paths else {}
    placed = [
        replace(each, line=places[path][0], column=places[path][1])
        for each, path in zip(issues, paths, strict=True)
    ]
    return sorted(placed, key=lambda each: (each.line or 0, each.column or 0))


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
        read = read_xml(raw)
        resource = read.resource
        if resource is None:
            raise FaultyContent(WIRE_STRUCTURE, tuple(read.issues))
    else:
        try:
            resource = decode_resource(raw)
        except JsonError as fault:
            raise Refusal(
                WIRE_NOT_JSON, fault=fault.text, line=fault.line or "?", column=fault.column or "?"
            ) from fault
    if resource.get("resourceType") != kind:
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
            resource_type=ANY,
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
