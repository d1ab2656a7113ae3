"""Who reads what first: the shelves of the help portal. A page that is on none of them is still listed below."""

from dataclasses import dataclass
from typing import Final

from tilts.portal.words import N_


@dataclass(frozen=True, slots=True)
class Shelf:
    """`places`: pages of the portal beside the documents (address, label)."""

    name: str
    title: str
    documents: tuple[str, ...]
    places: tuple[tuple[str, str], ...] = ()


SHELVES: Final = (
    Shelf(
        "developer",
        N_("For developers"),
        (
            "howto/walk-the-path",
            "howto/run-the-sandbox",
            "howto/run-the-scenarios",
            "howto/first-prescription",
            "howto/connector",
            "howto/sign-a-document",
            "howto/validate",
            "howto/trust-the-ca",
            "reference/api",
            "reference/wire",
            "reference/profiles",
            "reference/mapping-eu",
            "reference/states",
            "reference/verbs",
            "reference/routes",
            "reference/scopes",
            "reference/status-codes",
            "reference/stock-clients",
            "reference/requirements",
            "why/refusals",
            "why/validation",
        ),
        (
            ("/guide", N_("FHIR profiles")),
            ("/law", N_("The law of prescriptions")),
            ("/rules", N_("All refusals, with what to do")),
            ("/procedures", N_("Procedures")),
        ),
    ),
    Shelf(
        "institution",
        N_("For institutions, pharmacies and their IT people"),
        (
            "howto/own-certificate",
            "howto/trust-the-ca",
            "reference/certificates",
            "reference/states",
            "glossary",
        ),
        (
            ("/procedures", N_("Procedures")),
            ("/trust", N_("Certificates and trust")),
            ("/law", N_("The law of prescriptions")),
            ("/systems", N_("Approved systems")),
        ),
    ),
    Shelf(
        "authority",
        N_("For the authority and the operator"),
        (
            "howto/front",
            "howto/sign-in",
            "reference/settings",
            "reference/cli",
            "reference/sources",
            "reference/requirements",
            "source-page",
            "divergences",
            "proof",
            "bench",
        ),
        (("/law", N_("The law of prescriptions")), ("/architecture", N_("Architecture"))),
    ),
)
GROUPS: Final = (
    ("howto", N_("How to")),
    ("reference", N_("Reference")),
    ("rules", N_("Refusals, explained")),
    ("why", N_("Why it is so")),
    ("adr", N_("Decisions")),
    ("", N_("More")),
)
