"""The words people read for the codes we keep; the source texts are English, locale/ has the rest."""

from types import MappingProxyType
from typing import Final

from tilts.portal.desk.words import DESK_TABLES
from tilts.portal.marked import N_ as N_
from tilts.portal.oversight.words import OVERSIGHT_TABLES
from tilts.portal.pharmacy.words import PHARMACY_TABLES
from tilts.portal.resident.words import RESIDENT_TABLES

OUTCOMES: Final = MappingProxyType(
    {"success": N_("Done"), "refused": N_("Refused"), "fault": N_("Fault of the exchange")}
)
PURPOSES: Final = MappingProxyType(
    {
        "TREAT": N_("Treatment"),
        "PATRQT": N_("The patient's own request"),
        "FAMRQT": N_("On behalf of the patient"),
        "HOPERAT": N_("Administration"),
        "ETREAT": N_("Emergency treatment"),
        "BTG": N_("Emergency access"),
    }
)
ROLES: Final = MappingProxyType(
    {
        "doctor": N_("doctor"),
        "nurse": N_("nurse"),
        "physician-assistant": N_("physician's assistant"),
        "pharmacist": N_("pharmacist"),
        "pharmacist-assistant": N_("pharmacist's assistant"),
        "administrator": N_("administrator"),
        "authority": N_("officer of the authority"),
    }
)
ACCOUNT_ROLES: Final = MappingProxyType(
    {
        "vendor": N_("developer"),
        "institution": N_("institution or pharmacy"),
        "it": N_("IT person of the institution"),
        "authority": N_("officer of the authority"),
        "resident": N_("resident"),
        "prescriber": N_("at a practice or hospital"),
        "pharmacist": N_("at a pharmacy"),
    }
)
REQUESTS: Final = MappingProxyType({"asked": N_("waits to be confirmed"), "held": N_("confirmed")})
KINDS: Final = MappingProxyType(
    {
        "practice": N_("practice"),
        "pharmacy": N_("pharmacy"),
        "hospital": N_("hospital"),
        "authority": N_("authority"),
        "vendor": N_("vendor"),
        "portal": N_("residents' portal"),
    }
)
STATES: Final = MappingProxyType(
    {
        "future": N_("Not valid yet"),
        "ready": N_("Ready to be fetched in any pharmacy"),
        "claimed": N_("A pharmacy is preparing it"),
        "partly-dispensed": N_("Part was handed out, the rest can be fetched"),
        "dispensed": N_("Everything was handed out"),
        "completed": N_("Closed"),
        "cancelled": N_("Cancelled"),
        "expired": N_("Expired"),
    }
)
RULE_GROUPS: Final = MappingProxyType(
    {
        "ACC": N_("Access"),
        "TOK": N_("Tokens"),
        "MAY": N_("Permission"),
        "CNS": N_("Bans and delegations"),
        "RES": N_("Residents' pages"),
        "CPY": N_("Mass copying"),
        "AUD": N_("Audit trail"),
        "OVS": N_("Oversight by the authority"),
        "WIRE": N_("Form of messages"),
        "IDM": N_("Repeats"),
        "SIG": N_("Signatures"),
        "PRE": N_("Prescriptions"),
        "DSP": N_("Dispensing"),
        "CLS": N_("Classifiers"),
        "MED": N_("Medicines"),
        "USR": N_("Forms and accounts"),
        "CASE": N_("Cases and their steps"),
        "GATE": N_("The gate"),
        "PRC": N_("Agreements and applications"),
        "SGN": N_("Signed documents"),
        "CERT": N_("Certificates of connections"),
        "TRL": N_("Trust list"),
        "ISS": N_("Certificates of the exchange"),
        "EGR": N_("Fetching from outside"),
        "EID": N_("Register of identity providers"),
        "CON": N_("Connections"),
        "ENV": N_("Environments"),
        "LAB": N_("Lab"),
        "TST": N_("Testing"),
        "MAIL": N_("Mail"),
    }
)
# Where a rule's own text makes no sense without the facts of the case, which no list keeps.
RULES_IN_SHORT: Final = MappingProxyType(
    {
        "DSP-001": N_("Another pharmacy has taken it for now."),
        "ACC-009": N_("The token does not cover this call."),
        "TOK-005": N_("The purpose is missing or not allowed."),
    }
)
TABLES: Final = MappingProxyType(
    {
        "outcome": OUTCOMES,
        "purpose": PURPOSES,
        "role": ROLES,
        "account_role": ACCOUNT_ROLES,
        "request": REQUESTS,
        "kind": KINDS,
        "state": STATES,
        "rule_group": RULE_GROUPS,
        **DESK_TABLES,
        **RESIDENT_TABLES,
        **OVERSIGHT_TABLES,
        **PHARMACY_TABLES,
    }
)


def source_text(table: str, code: str | None) -> str | None:
    """The English words of a code; a code without words is shown as it is."""
    if code is None:
        return None
    return TABLES[table].get(code, code)
