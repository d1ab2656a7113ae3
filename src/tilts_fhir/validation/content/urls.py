"""URLs, canonicals and urns: absolute where they must be, and well-formed where they claim to be one.

Source: https://hl7.org/fhir/R4/datatypes.html#uri, https://hl7.org/fhir/R4/references.html#canonical.
"""

import re
from typing import Any

from tilts_fhir.issues import quoted
from tilts_fhir.validation.plans import Slot
from tilts_fhir.validation.references.forms import is_absolute
from tilts_fhir.validation.walk import Path, Walk

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ON_A_SERVER = re.compile(r"[A-Z][A-Za-z]+/")
_OID = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]*))+")


def check_canonical(walk: Walk, slot: Slot, value: Any, path: Path) -> None:
    """A canonical is absolute, or names a contained resource (`#x`)."""
    if not isinstance(value, str) or value.startswith("#"):
        return
    if not is_absolute(value):
        # HL7's own examples say Type/id, as on one server; and what is only cited may be named in any way.
        is_known_habit = _ON_A_SERVER.match(value) or slot.part == "RelatedArtifact"
        severity = "warning" if is_known_habit else "error"
        walk.report("canonical-relative", path, severity=severity, value=quoted(value))
    elif value.startswith("urn:"):
        check_urn(walk, value.partition("|")[0].partition("#")[0], path)


def check_url(walk: Walk, slot: Slot, value: Any, path: Path) -> None:
    """A uri or url that claims to be a UUID or an OID is one."""
    if isinstance(value, str) and value.startswith(("urn:", "oid:", "uuid:")):
        check_urn(walk, value.partition("|")[0], path)


def check_own_url(walk: Walk, slot: Slot, value: str, path: Path) -> None:
    """The url by which others name a definition: absolute, or they could not."""
    if is_absolute(value):
        check_url(walk, slot, value, path)
    else:
        walk.report("url-relative", path, type=slot.part, value=quoted(value))


def check_urn(walk: Walk, value: str, path: Path) -> None:
    """The name after `urn:uuid:` and `urn:oid:`."""
    scheme, _, name = value.removeprefix("urn:").partition(":")
    if scheme == "uuid":
        if not value.startswith("urn:") or not _UUID.fullmatch(name):
            walk.report("uuid-form", path, value=quoted(value))
    elif scheme == "oid" and (not value.startswith("urn:") or not _OID.fullmatch(name)):
        walk.report("oid-form", path, value=quoted(value))
