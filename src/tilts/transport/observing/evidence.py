"""What is kept of a request and of an answer as evidence, and what is cut out because it opens doors."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from urllib.parse import parse_qsl

from tilts.access import jose
from tilts.access.jose import NotSigned
from tilts.access.routes import Incoming
from tilts_fhir.json_strict import JsonError, decode, encode

REQUEST_HEADERS: Final = (
    "accept",
    "accept-language",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-exist",
    "prefer",
    "user-agent",
    "x-provenance",
    "x-request-id",
)
ANSWER_HEADERS: Final = (
    "content-type",
    "etag",
    "idempotency-replayed",
    "location",
    "retry-after",
    "warning",
)
SECRETS: Final = ("client_assertion", "access_token", "refresh_token", "client_secret", "password", "token")
CUT: Final = "***"
FORM: Final = "application/x-www-form-urlencoded"
LONGEST_HEADER: Final = 4_096
LONGEST_BODY: Final = 262_144
RULES: Final = "/CodeSystem/rule"


def request_facts(incoming: Incoming, bearer: str, wall: datetime) -> dict[str, Any]:
    """Headers that may be told, what token and assertion said (never themselves), names of parameters."""
    facts: dict[str, Any] = {
        "headers": chosen(incoming.headers, REQUEST_HEADERS),
        "plain": incoming.plain,
        "parameters": sorted({text_of(name)[:64] for name, _ in incoming.query}),
    }
    if bearer:
        facts["token"] = claims_in(bearer, wall)
    if assertion := incoming.form_value("client_assertion"):
        facts["assertion"] = claims_in(assertion, wall)
    return facts


def answer_facts(headers: dict[str, str]) -> dict[str, Any]:
    return {"headers": chosen({name.lower(): value for name, value in headers.items()}, ANSWER_HEADERS)}


def chosen(headers: dict[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: text_of(headers[name])[:LONGEST_HEADER] for name in names if name in headers}


def claims_in(compact: str, wall: datetime) -> dict[str, Any]:
    """What a signed text says, without its signature: nobody can use it again."""
    try:
        claims = kept(jose.unverified_claims(compact))
    except NotSigned:
        return {"readable": False}
    ends = claims.get("exp")
    return {
        "readable": True,
        "claims": claims,
        "expired": isinstance(ends, int) and ends <= wall.timestamp(),
    }


def without_secrets(body: bytes, content_type: str) -> tuple[bytes, bool]:
    """The body as JSON where it can be, its secrets cut; False when it was too long to be kept whole."""
    if content_type.partition(";")[0].strip().lower() == FORM:
        return form_as_json(body), True
    if len(body) > LONGEST_BODY:
        return b"", False
    if not body or b'_token"' not in body:
        return body, True
    try:
        value = decode(body)
    except JsonError:
        return b"", True
    return (encode(cut(value)) if isinstance(value, dict) else body), True


def form_as_json(body: bytes) -> bytes:
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=100)
    except ValueError:  # UnicodeDecodeError is one
        return b""
    return encode(cut({text_of(name): text_of(value)[:LONGEST_HEADER] for name, value in pairs}))


def cut(members: dict[str, Any]) -> dict[str, Any]:
    return {name: CUT if name.lower() in SECRETS else value for name, value in members.items()}


def rule_in(body: bytes) -> str | None:
    """The id of the rule that the answer names, as the caller reads it."""
    if RULES.encode() not in body:
        return None
    try:
        answer = decode(body)
        outcome = answer.get("outcome", answer)
        codings = [coding for issue in outcome["issue"] for coding in issue["details"]["coding"]]
        return next((str(one["code"]) for one in codings if str(one["system"]).endswith(RULES)), None)
    except (JsonError, LookupError, TypeError, AttributeError):
        return None


def kept(value: Any) -> Any:
    """As it can be stored: JSON of PostgreSQL takes neither NUL nor half a character."""
    match value:
        case dict():
            return {text_of(str(name)): kept(member) for name, member in value.items()}
        case list():
            return [kept(member) for member in value]
        case str():
            return text_of(value)[:LONGEST_HEADER]
        case Decimal():
            return int(value) if value == value.to_integral_value() and abs(value) < 2**53 else str(value)
    return value


def text_of(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
