"""The words of the path for the codes we keep; the source texts are English, locale/lv has the rest."""

from types import MappingProxyType
from typing import Final

from tilts.portal.marked import N_

FUNCTIONALITIES: Final = MappingProxyType(
    {
        "prescribing": N_("Prescribing"),
        "dispensing": N_("Dispensing"),
        "classifiers": N_("Classifiers"),
        "residents": N_("Residents' portal"),
        "oversight": N_("Oversight"),
    }
)
ENVIRONMENTS: Final = MappingProxyType({"test": N_("Test environment"), "production": N_("Production")})
OWNERS: Final = MappingProxyType(
    {"vendor": N_("developer"), "institution": N_("institution or pharmacy"), "authority": N_("authority")}
)
FINDINGS: Final = MappingProxyType(
    {
        "approved": N_("Approved"),
        "reservation": N_("Approved with a reservation"),
        "rejected": N_("Rejected"),
        "withdrawn": N_("Approval withdrawn"),
        "expired": N_("Reservation not settled in time"),
    }
)
VERDICTS: Final = MappingProxyType(
    {
        "passed": N_("passed"),
        "failed": N_("failed"),
        "open": N_("not played"),
        "inconclusive": N_("not decided"),
    }
)
DOCUMENTS: Final = MappingProxyType(
    {
        "form": N_("Filled form"),
        "agreed": N_("Agreed text"),
        "signed": N_("Signed document"),
        "scans": N_("Scan"),
        "power": N_("Power of attorney"),
        "e-mail": N_("Attachment of a letter"),
        "results": N_("Results of the tests"),
        "certificate": N_("Certificate"),
        "certificate-request": N_("Request for a certificate"),
        "issued": N_("Issued certificate"),
        "evidence": N_("Evidence"),
        "declaration": N_("Declaration"),
        "attachment": N_("Attachment of a letter"),
    }
)
SIGNERS: Final = MappingProxyType(
    {
        "head": N_("head"),
        "board-member": N_("member of the board"),
        "proxy": N_("by power of attorney"),
    }
)
CHANNELS: Final = MappingProxyType(
    {
        "portal": N_("through the portal"),
        "e-mail": N_("by e-mail"),
        "post": N_("by post"),
        "in-person": N_("in person"),
        "exchange": N_("made by the exchange"),
    }
)
DESK_TABLES: Final = MappingProxyType(
    {
        "functionality": FUNCTIONALITIES,
        "environment": ENVIRONMENTS,
        "owner": OWNERS,
        "finding": FINDINGS,
        "verdict": VERDICTS,
        "document": DOCUMENTS,
        "channel": CHANNELS,
        "signer": SIGNERS,
    }
)
