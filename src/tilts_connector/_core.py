"""Requests to the exchange and its answers as values: what is asked, what came back, whether to ask again.

    build a Call  ->  (_async sends it)  ->  Answer or Failure  ->  wait_before_next  ->  accepted

Nothing here touches the network or a clock, so each rule is tested with plain values.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeAlias
from urllib.parse import quote, urlencode, urljoin, urlsplit

from tilts_connector.credentials import Patience
from tilts_connector.errors import Attempt, Misused, Refused, Unreachable, reading
from tilts_fhir.json_strict import JsonError, decode, encode

FHIR_JSON = "application/fhir+json"
FORM = "application/x-www-form-urlencoded"
TRY_AGAIN = frozenset({429, 502, 503, 504})
# Neither yes nor no. (So is 500, the exchange's own fault: sending that again at once helps nobody.)
NO_ANSWER = TRY_AGAIN | {408, 425}
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

Resource: TypeAlias = dict[str, Any]
Params: TypeAlias = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Call:
    """One request; every try sends the same bytes with the same key."""

    method: str
    url: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None
    repeatable: bool = True
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes = field(repr=False)

    @property
    def replayed(self) -> bool:
        return self.headers.get("idempotency-replayed", "").lower() == "true"

    @property
    def request_id(self) -> str | None:
        return self.headers.get("x-request-id")

    def json(self) -> Any:
        try:
            return decode(self.body)
        except JsonError as error:
            raise ValueError(f"not JSON: {error.text}") from error

    def resource(self) -> Resource:
        with reading("resource"):
            body = self.json()
            if not isinstance(body, dict) or "resourceType" not in body:
                raise ValueError("no resourceType")
            return body


@dataclass(frozen=True, slots=True)
class Failure:
    """No answer: connection refused or broken, or no byte in time."""

    text: str
    cause: Exception


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a call after all its tries."""

    call: Call
    seen: Answer | Failure
    tries: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a searchset."""

    matches: tuple[Resource, ...]
    included: tuple[Resource, ...]
    warnings: tuple[Resource, ...]  # OperationOutcome entries
    next_url: str | None


@dataclass(frozen=True, slots=True)
class Address:
    """Where the exchange is: the FHIR base and the token endpoint beside it."""

    url: str
    token_url: str
    encrypted: bool

    def call(self, method: str, path: str, body: bytes | None = None, content_type: str = FHIR_JSON) -> Call:
        headers = {"Accept": FHIR_JSON}
        if body is not None:
            headers["Content-Type"] = content_type
        return Call(method, f"{self.url}/{path}", body, headers)

    def read(self, resource_type: str, resource_id: str) -> Call:
        return self.call("GET", f"{quote(resource_type, safe='')}/{quote(resource_id, safe='')}")

    def search(self, resource_type: str, params: Params) -> Call:
        # Always POST: a person code must never stand in an URL, and so in no log on the way.
        form = urlencode(list(_pairs(params))).encode()
        return self.call("POST", f"{quote(resource_type, safe='')}/_search", form, FORM)

    def next_page(self, link: str) -> Call:
        url = urljoin(f"{self.url}/", link)
        # A link to another host would carry the token there.
        if urlsplit(url)[:2] != urlsplit(self.url)[:2]:
            raise Unreachable("The exchange answered with a next link that leads to another host")
        return Call("GET", url, None, {"Accept": FHIR_JSON})

    def create(self, resource: Resource) -> Call:
        resource_type = resource.get("resourceType")
        if not isinstance(resource_type, str):
            raise Misused("a resource to create needs its resourceType")
        key = _own_identifier(resource)
        call = self.call("POST", quote(resource_type, safe=""), encoded(resource))
        return replace(call, key=key, repeatable=key is not None, signed=True)

    def beside(self, path: str, etag: str | None) -> Call:
        """A file at the root of the exchange, beside the FHIR base; `etag` is of the copy that is there."""
        parts = urlsplit(self.url)
        root = f"{parts.scheme}://{parts.netloc}{parts.path.removesuffix('/fhir/r4')}"
        headers = {"If-None-Match": f'"{etag}"'} if etag else {}
        return Call("GET", f"{root}/{quote(path)}", None, headers)

    def operation(self, path: str, parameters: Resource | None, key: str) -> Call:
        if "?" in path or "#" in path:
            raise Misused("an operation takes its values as Parameters, never in the URL")
        return _with_key(self.call("POST", path, encoded(parameters) if parameters else b""), key)

    def transaction(self, bundle: Resource, key: str) -> Call:
        return replace(_with_key(self.call("POST", "", encoded(bundle)), key), signed=True)


def base_of(url: str, token_url: str | None) -> Address:
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.query:
        raise Misused(f"{url}: the base is an https address such as https://localhost:8443/fhir/r4")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise Misused(f"{url}: without TLS only the plain port of a sandbox on this machine may be asked")
    token_url = token_url or f"{parts.scheme}://{parts.netloc}/oauth/token"
    return Address(url.rstrip("/"), token_url, parts.scheme == "https")


def encoded(resource: Resource) -> bytes:
    try:
        return encode(resource)
    except (TypeError, ValueError, RecursionError) as error:
        raise Misused(f"the resource cannot be written as JSON: {error}") from error


def parameters_of(**values: Mapping[str, Any]) -> Resource:
    """Parameters from name={"valueCode": ...}."""
    return {
        "resourceType": "Parameters",
        "parameter": [{"name": name, **value} for name, value in values.items()],
    }


def wait_before_next(
    call: Call, seen: Answer | Failure, tries: int, patience: Patience, chance: float
) -> float | None:
    """Seconds until the next try, or None to leave it at this; `chance` is a random share from 0 to 1."""
    may_pass = isinstance(seen, Failure) or seen.status in TRY_AGAIN
    if not (may_pass and call.repeatable and tries < patience.tries):
        return None
    wait = patience.first_wait_seconds * 2.0 ** (tries - 1)
    # Half by chance: clients that were cut off together do not come back together.
    wait = min(wait, patience.longest_wait_seconds) * (0.5 + chance / 2)
    asked = retry_after_seconds(seen) if isinstance(seen, Answer) else None
    if asked is None:
        return wait
    return max(asked, wait) if asked <= patience.longest_wait_seconds else None


def retry_after_seconds(answer: Answer) -> float | None:
    """RFC 9110, 10.2.3: seconds or a date; the date is counted from the answer's own Date."""
    value = answer.headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value)
    until, now = _http_date(value), _http_date(answer.headers.get("date", ""))
    return max(0.0, (until - now).total_seconds()) if until and now else None


def accepted(sent: Sent, request_id: str) -> Answer:
    """The answer if it is "yes"; everything else is raised."""
    call, seen = sent.call, sent.seen
    if isinstance(seen, Failure):
        attempt = Attempt(request_id, call.key, sent.tries, repeatable=call.repeatable)
        raise Unreachable(_no_answer(seen.text, sent), attempt) from seen.cause
    still_good = seen.status == 304 and "If-None-Match" in call.headers
    if still_good or 200 <= seen.status < 300:
        return seen
    request_id = seen.request_id or request_id
    if seen.status < 500 and seen.status not in NO_ANSWER:
        raise Refused(seen.status, _outcome(seen), request_id)
    wait = retry_after_seconds(seen)
    attempt = Attempt(request_id, call.key, sent.tries, seen.status, wait, call.repeatable)
    raise Unreachable(_no_answer(f"status {seen.status}", sent), attempt)


def page_of(searchset: Resource) -> Page:
    with reading("searchset"):
        found: dict[str, list[Resource]] = {"match": [], "include": [], "outcome": []}
        for entry in searchset.get("entry", []):
            found[entry.get("search", {}).get("mode", "match")].append(entry["resource"])
        links = {link["relation"]: link["url"] for link in searchset.get("link", [])}
        return Page(
            matches=tuple(found["match"]),
            included=tuple(found["include"]),
            warnings=tuple(found["outcome"]),
            next_url=links.get("next"),
        )


def _no_answer(why: str, sent: Sent) -> str:
    repeat = "it may be repeated with the same key" if sent.call.key else "it may be repeated"
    if not sent.call.repeatable:
        repeat = "it may have been done: search before you repeat"
    return f"No usable answer in {sent.tries} tries ({why}); {repeat}"


def _with_key(call: Call, key: str) -> Call:
    if not (1 <= len(key) <= 64 and all("!" <= symbol <= "~" for symbol in key)):
        raise Misused("a key is 1 to 64 visible ASCII characters")
    return replace(call, key=key, headers={**call.headers, "Idempotency-Key": key})


def _own_identifier(resource: Resource) -> str | None:
    identifiers = resource.get("identifier")
    with_value = identifiers if isinstance(identifiers, list) else [identifiers]
    values = [one["value"] for one in with_value if isinstance(one, dict) and one.get("value")]
    return str(values[0]) if values else None


def _pairs(params: Params) -> Iterable[tuple[str, str]]:
    for name, value in params.items():
        for one in [value] if isinstance(value, str) else value:
            yield name, one


def _http_date(value: str) -> datetime | None:
    try:
        return parsedate_to_datetime(value)
    except ValueError:
        return None


def _outcome(answer: Answer) -> Resource:
    """The OperationOutcome of a "no"; the token endpoint puts it inside an RFC 6749 body."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    if not isinstance(body, dict):
        return {}
    if body.get("resourceType") == "OperationOutcome":
        return body
    outcome = body.get("outcome")
    if isinstance(outcome, dict):
        return outcome
    text = body.get("error_description") or body.get("error")
    return {"issue": [{"severity": "error", "details": {"text": str(text)}}]} if text else {}
