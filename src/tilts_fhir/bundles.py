"""Builds and reads Bundles: result pages of a search, and the entries of a transaction.

Source: https://hl7.org/fhir/R4/bundle.html, https://hl7.org/fhir/R4/http.html#transaction.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

Json: TypeAlias = dict[str, Any]

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})


class BundleError(Exception):
    """
    A Bundle that is not what the interaction needs.

    Attributes:
        expression: Simple FHIRPath to the place, `Bundle.entry[2].request.url`.
        text: English, without values of the Bundle.
    """

    def __init__(self, expression: str, text: str) -> None:
        super().__init__(f"{expression}: {text}")
        self.expression = expression
        self.text = text


@dataclass(frozen=True, slots=True)
class SearchEntry:
    """One line of a search result; `full_url` is absolute."""

    full_url: str
    resource: Json
    mode: Literal["match", "include", "outcome"] = "match"


@dataclass(frozen=True, slots=True)
class RequestEntry:
    """
    One entry of a transaction or batch, as received.

    Attributes:
        index: Its place in the Bundle, from 0.
        method: One of `METHODS`.
        url: As in the Bundle, relative to the base (`MedicationRequest`, `Task/17`).
        full_url: What other entries call it (often `urn:uuid:...`); None if it has no name.
        resource: The body; None for reads and deletes.
        if_match, if_none_match, if_none_exist, if_modified_since: The conditions, as in the headers.
    """

    index: int
    method: str
    url: str
    full_url: str | None
    resource: Json | None
    if_match: str | None = None
    if_none_match: str | None = None
    if_none_exist: str | None = None
    if_modified_since: str | None = None


def searchset(entries: Iterable[SearchEntry], total: int | None, links: Mapping[str, str]) -> Json:
    """
    A Bundle of type searchset.

    Args:
        entries: In the order in which the client sees them.
        total: Number of matches over all pages; None if it was not counted.
        links: URL by relation: `self`, and `next` if there is another page.
    """
    bundle: Json = {"resourceType": "Bundle", "type": "searchset"}
    if total is not None:
        bundle["total"] = total
    if links:
        bundle["link"] = [{"relation": relation, "url": url} for relation, url in links.items()]
    listed = [
        {"fullUrl": each.full_url, "resource": each.resource, "search": {"mode": each.mode}}
        for each in entries
    ]
    # FHIR JSON has no empty arrays.
    if listed:
        bundle["entry"] = listed
    return bundle


def response_bundle(kind: Literal["transaction-response", "batch-response"], entries: list[Json]) -> Json:
    """The answer to a transaction or batch; `entries` in the order of the request."""
    bundle: Json = {"resourceType": "Bundle", "type": kind}
    return {**bundle, "entry": entries} if entries else bundle


def request_entries(bundle: Json) -> list[RequestEntry]:
    """
    The entries of a transaction or batch Bundle, in their order.

    Raises:
        BundleError: Not a transaction or batch; an entry without request, method or url; two entries with
            the same fullUrl.
    """
    if bundle.get("resourceType") != "Bundle" or bundle.get("type") not in ("transaction", "batch"):
        raise BundleError("Bundle.type", "A Bundle of type transaction or batch is expected here.")
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        raise BundleError("Bundle.entry", "The entries are an array.")
    read = [_request_entry(index, entry) for index, entry in enumerate(entries)]
    seen: set[str] = set()
    for entry in read:
        if entry.full_url in seen:
            raise BundleError(f"Bundle.entry[{entry.index}].fullUrl", "Two entries have the same fullUrl.")
        if entry.full_url is not None:
            seen.add(entry.full_url)
    return read


def _request_entry(index: int, entry: object) -> RequestEntry:
    here = f"Bundle.entry[{index}]"
    if not isinstance(entry, dict) or not isinstance(entry.get("request"), dict):
        raise BundleError(f"{here}.request", "The entry needs a request.")
    request: Json = entry["request"]
    method, url, resource = request.get("method"), request.get("url"), entry.get("resource")
    if method not in METHODS:
        raise BundleError(f"{here}.request.method", "The request needs a method of HTTP.")
    if not isinstance(url, str) or not url:
        raise BundleError(f"{here}.request.url", "The request needs a url.")
    if resource is not None and not isinstance(resource, dict):
        raise BundleError(f"{here}.resource", "The resource is an object.")
    return RequestEntry(
        index=index,
        method=method,
        url=url,
        full_url=_text(entry, "fullUrl", here),
        resource=resource,
        if_match=_text(request, "ifMatch", f"{here}.request"),
        if_none_match=_text(request, "ifNoneMatch", f"{here}.request"),
        if_none_exist=_text(request, "ifNoneExist", f"{here}.request"),
        if_modified_since=_text(request, "ifModifiedSince", f"{here}.request"),
    )


def _text(holder: Json, key: str, here: str) -> str | None:
    value = holder.get(key)
    if value is None or isinstance(value, str):
        return value
    raise BundleError(f"{here}.{key}", "The value is a text.")
