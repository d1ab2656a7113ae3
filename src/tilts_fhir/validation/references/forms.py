"""Reads the text of a reference: which of the forms that FHIR allows it has, and what it names.

Source: https://hl7.org/fhir/R4/references.html#literal, https://hl7.org/fhir/R4/http.html#transaction (conditional).
"""

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from tilts_fhir import definitions

Kind: TypeAlias = Literal["fragment", "relative", "absolute", "urn", "conditional", "malformed"]

MAX_URL_CHARACTERS: Final = 4_096

_ID: Final = r"[A-Za-z0-9.-]{1,64}"
_LITERAL = re.compile(rf"(?P<base>.*/)?(?P<type>[A-Za-z]+)/(?P<id>{_ID})(?:/_history/(?P<version>{_ID}))?")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_BLANK = re.compile(r"\s")
_CONDITIONAL = re.compile(r"[A-Za-z]+\?\S+")


@dataclass(frozen=True, slots=True)
class Form:
    """
    What a reference says.

    Attributes:
        kind: `fragment` (`#x`), `relative` (`Patient/1`), `absolute` (a URL), `urn` (uuid or oid), `conditional`
            (`Patient?identifier=1`) or `malformed`.
        url: As given, without version.
        type: The resource type it names; None if it names none. For `relative` it may be one that FHIR has not.
        id: The id it names, for a fragment the one after `#`; None if it names none.
        version: The one after `/_history/`; None if it names none.
    """

    kind: Kind
    url: str
    type: str | None = None
    id: str | None = None
    version: str | None = None


def read_reference(text: str) -> Form:
    """The form of the text of a `Reference.reference`; never an error."""
    if text.startswith("#"):
        return Form("fragment", text, id=text[1:])
    if not text or _BLANK.search(text):
        return Form("malformed", text)
    if text.startswith("urn:"):
        url, _, version = text.partition("/_history/")
        return Form("urn", url, version=version or None)
    found = _LITERAL.fullmatch(text)
    if is_absolute(text):
        return _absolute(text, found)
    if found is not None and not found["base"]:
        url = text.partition("/_history/")[0]
        return Form("relative", url, found["type"], found["id"], found["version"])
    return Form("conditional" if _CONDITIONAL.fullmatch(text) else "malformed", text)


def _absolute(text: str, found: re.Match[str] | None) -> Form:
    if found is None or found["type"] not in definitions.resource_types():
        return Form("absolute", text)
    url = text.partition("/_history/")[0]
    return Form("absolute", url, found["type"], found["id"], found["version"])


def is_absolute(text: str) -> bool:
    """Whether the text begins with a scheme: `https:`, `urn:`."""
    return _SCHEME.match(text) is not None


def restful(url: str) -> tuple[str, str] | None:
    """Type and id if the URL looks like one of a resource on a FHIR server (`https://a.example/fhir/Patient/1`)."""
    if not url.startswith(("http://", "https://")):
        return None
    form = read_reference(url)
    return None if form.type is None or form.id is None or form.version else (form.type, form.id)


def target_url(form: Form, full_url: str | None) -> str | None:
    """
    The fullUrl that the target has in the same Bundle; None if that cannot be said.

    A relative reference is completed from the fullUrl of the entry that holds it: from the base of a RESTful URL; from
    `urn:uuid:` by the id alone. Source: https://hl7.org/fhir/R4/bundle.html#references.
    """
    if form.kind in ("absolute", "urn"):
        return form.url
    if form.kind != "relative" or full_url is None:
        return None
    if full_url.startswith("urn:"):
        return f"{full_url.rpartition(':')[0]}:{form.id}"
    # A longer one names nothing that could be fetched, and would be copied for each reference.
    if len(full_url) > MAX_URL_CHARACTERS:
        return None
    base = full_url.split("/")[:-2]
    return "/".join([*base, form.url])
