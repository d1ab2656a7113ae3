"""The words of the desk of oversight for the codes we keep; the source texts are English, locale/lv has the rest."""

from types import MappingProxyType
from typing import Final

from tilts.portal.marked import N_

SCOPES: Final = MappingProxyType(
    {
        "practitioner": N_("Practitioner"),
        "site": N_("Site"),
        "organization": N_("Organisation"),
        "client": N_("Connection"),
    }
)
SEVERITIES: Final = MappingProxyType({"warn": N_("Warning"), "hold": N_("Held"), "anomaly": N_("Unusual")})
SEVERITY_KINDS: Final = MappingProxyType({"warn": "waiting", "hold": "fault", "anomaly": "doing"})
REPAIR_KINDS: Final = MappingProxyType({"ordered": "waiting", "done": "done", "declined": "none"})
HOLD_KINDS: Final = MappingProxyType({"held": "fault", "asked": "waiting", "released": "done"})
COUNTED: Final = MappingProxyType(
    {
        "patients": N_("different patients"),
        "canaries": N_("records that nobody has a reason to open"),
        "misses": N_("searches without a hit"),
        "denied": N_("patients asked for without a relationship"),
        "pages": N_("pages of one search"),
    }
)
FINDINGS: Final = MappingProxyType(
    {"justified": N_("Justified"), "not-justified": N_("Not justified"), "": N_("Reviewed")}
)
FINDING_KINDS: Final = MappingProxyType({"justified": "done", "not-justified": "fault", "": "none"})
CONSENTS: Final = MappingProxyType(
    {
        "ban": N_("Ban"),
        "delegation": N_("May act for the patient"),
        "collection": N_("May collect medicines"),
    }
)
STANDINGS: Final = MappingProxyType(
    {
        "good": N_("Not revoked"),
        "revoked": N_("Revoked"),
        "unknown": N_("Not known"),
        "": N_("Not looked at yet"),
    }
)
KNOWN_FROM: Final = MappingProxyType(
    {"crl": N_("the issuer's list (CRL)"), "ocsp": N_("the issuer's answer (OCSP)")}
)
OVERSIGHT_TABLES: Final = MappingProxyType(
    {
        "hold_scope": SCOPES,
        "severity": SEVERITIES,
        "counted": COUNTED,
        "glass_finding": FINDINGS,
        "consent_kind": CONSENTS,
        "standing": STANDINGS,
        "known_from": KNOWN_FROM,
    }
)
