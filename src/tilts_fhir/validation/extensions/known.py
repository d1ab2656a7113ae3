"""Urls of extensions that may stay unknown."""

import re
from typing import Final

HL7: Final = "http://hl7.org/fhir/"

# Domains that HL7's own examples use for extensions that are nowhere defined; nobody has to know them.
_EXAMPLE: Final = re.compile(r"^https?://([a-z0-9-]+\.)*(example\.org|acme\.com|nema\.org)(/|$)")

# https://hl7.org/fhir/R4/versions.html#extensions: an element of another release, as an extension.
_OTHER_RELEASE: Final = re.compile(r"^http://hl7\.org/fhir/\d\.\d/StructureDefinition/extension-[A-Z]")


def is_example(url: str) -> bool:
    """Whether a url belongs to a domain for examples."""
    return _EXAMPLE.match(url) is not None


def is_of_other_release(url: str) -> bool:
    """Whether a url names an element of another FHIR release."""
    return _OTHER_RELEASE.match(url) is not None


def is_of_hl7(url: str) -> bool:
    """Whether a url is under HL7's root: packs with new extensions have been published there ever since R4."""
    # https://hl7.org/fhir/extensions/
    return url.startswith(HL7)
