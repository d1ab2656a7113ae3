"""How the entries of a Bundle are named, and what a request says about its resource.

Source: https://hl7.org/fhir/R4/bundle.html#bundle-unique, https://hl7.org/fhir/R4/http.html#transaction.
"""

import re
from typing import Any, Final

from tilts_fhir import definitions
from tilts_fhir.issues import quoted
from tilts_fhir.validation.references.forms import is_absolute, restful
from tilts_fhir.validation.walk import Json, Path, Walk

# "fullUrl might be missing or not unique" only there: the server gives or takes the names.
UNNAMED: Final = frozenset({"transaction", "transaction-response", "batch", "batch-response"})

_TARGET = re.compile(r"/?([A-Za-z]+)(?:/([A-Za-z0-9.-]{1,64}))?(\?.*)?")


def check_entries(walk: Walk, bundle: Json, path: Path) -> None:
    """The fullUrl of every entry, and its request."""
    kind = bundle.get("type")
    for index, entry in enumerate(bundle.get("entry", ())):
        here: Path = (path, "entry", index)
        full_url, resource = entry.get("fullUrl"), entry.get("resource")
        if full_url is not None:
            _check_full_url(walk, entry, full_url, resource, here)
        elif kind not in UNNAMED and resource is not None:
            # What a server says about a search is no resource that anybody could fetch.
            severity = "warning" if entry.get("search", {}).get("mode") == "outcome" else None
            walk.report("bundle-no-full-url", here, severity=severity)
        if kind in ("transaction", "batch") and isinstance(resource, dict):
            _check_request(walk, entry.get("request", {}), resource, here)


def _check_full_url(walk: Walk, entry: Json, full_url: str, resource: Any, path: Path) -> None:
    if not is_absolute(full_url):
        walk.report("bundle-full-url-relative", (path, "fullUrl", None), url=quoted(full_url))
        return
    named = restful(full_url)
    if named is None or not isinstance(resource, dict):
        return
    kind, own = resource.get("resourceType"), resource.get("id")
    if own is None:
        # What is yet to be created has no id.
        if entry.get("request", {}).get("method") != "POST":
            walk.report("bundle-full-url-no-id", (path, "fullUrl", None), url=quoted(full_url))
    elif named != (kind, own):
        expected = quoted(f"{kind}/{own}")
        walk.report("bundle-full-url-differs", (path, "fullUrl", None), url=quoted(full_url), name=expected)


def _check_request(walk: Walk, request: Json, resource: Json, path: Path) -> None:
    """PUT and POST say again, in their url, the type of the resource they carry, and PUT its id."""
    method, url = request.get("method"), request.get("url")
    here: Path = ((path, "request", None), "url", None)
    found = _TARGET.fullmatch(url) if isinstance(url, str) else None
    kind = resource.get("resourceType")
    if found is None or method not in ("POST", "PUT") or found[1] not in definitions.resource_types():
        return
    if found[1] != kind:
        walk.report("bundle-request-type", here, type=found[1], name=quoted(kind))
    elif method == "PUT" and found[2] and found[2] != resource.get("id"):
        walk.report("bundle-request-id", here, id=found[2])
    elif method == "POST" and found[2]:
        walk.report("bundle-request-post", here, url=quoted(url))
