"""The words that residents read for the codes we keep; the source texts are English, locale/lv has the rest."""

from types import MappingProxyType
from typing import Final

from tilts.portal.marked import N_

# Why the data were open to whoever looked (contract of access/permission): said to the patient.
BASES: Final = MappingProxyType(
    {
        "author": N_("wrote it, or prescribed for you"),
        "self": N_("you, about yourself"),
        "delegate": N_("you named this person"),
        "guardian": N_("acts for you by law"),
        "presented": N_("you showed the prescription there"),
        "collected": N_("whoever may collect for you came for it"),
        "home-doctor": N_("your home doctor's practice"),
        "visit": N_("you were there for treatment"),
        "referral": N_("you were referred there"),
        "requested-result": N_("ordered this examination"),
        "emergency": N_("emergency, with the reason written down"),
        "identified": N_("had your name and code or date of birth"),
        "register": N_("the authority, from a paper of yours"),
        "oversight": N_("oversight by the authority, with the reason written down"),
    }
)
KINDS_OF_DATA: Final = MappingProxyType(
    {
        "MedicationRequest": N_("prescriptions"),
        "MedicationDispense": N_("what was handed out"),
        "Task": N_("state of prescriptions"),
        "Patient": N_("name, code and other details of the person"),
        "Consent": N_("bans and delegations"),
        "AuditEvent": N_("list of accesses"),
        "Provenance": N_("signatures"),
        "Bundle": N_("several documents"),
    }
)
ACTING: Final = MappingProxyType(
    {
        "self": N_("yourself"),
        "guardian": N_("by law, as parent or guardian"),
        "delegate": N_("as the person they named"),
    }
)
GROUPS: Final = MappingProxyType(
    {
        "": N_("All institutions: practices and hospitals"),
        "practice": N_("Practices only"),
        "hospital": N_("Hospitals only"),
    }
)
OVERSEERS: Final = MappingProxyType({"operator": N_("Operator of the exchange")})
# What happened to a prescription (exchange/telling.KINDS), as its patient reads it.
PRESCRIPTION_EVENTS: Final = MappingProxyType(
    {
        "claimed": N_("A pharmacy took it to hand it out"),
        "dispensed": N_("A pharmacy handed out"),
        "amended": N_("A pharmacy corrected what it handed out"),
        "withdrawn": N_("A pharmacy took back what it had handed out"),
        "released": N_("Open to every pharmacy again"),
        "closed": N_("Collected and closed"),
        "closed-short": N_("Closed; the rest is not handed out"),
        "transfer-requested": N_("The pharmacy was asked to let it go"),
        "cancel-pending": N_("The prescriber takes it back"),
        "cancelled": N_("Cancelled by the prescriber"),
        "lease-ended": N_("The pharmacy's time was over: open to every pharmacy again"),
        "expired": N_("Its last day is over"),
        "changed": N_("Something changed"),
        "conflict": N_("A pharmacy handed out by a printed sheet, and it could not be counted"),
    }
)
PRESCRIPTION_KINDS: Final = MappingProxyType({"ordinary": N_("ordinary"), "special": N_("special")})
CANCEL_REASONS: Final = MappingProxyType(
    {
        "wrong-patient": N_("written for the wrong person"),
        "wrong-medicine": N_("the wrong medicine"),
        "therapy-changed": N_("the treatment was changed"),
        "patient-request": N_("at the patient's wish"),
        "other": N_("another reason"),
    }
)
RESIDENT_TABLES: Final = MappingProxyType(
    {
        "basis": BASES,
        "data": KINDS_OF_DATA,
        "acting": ACTING,
        "group": GROUPS,
        "overseer": OVERSEERS,
        "prescription_event": PRESCRIPTION_EVENTS,
        "prescription_kind": PRESCRIPTION_KINDS,
        "cancel_reason": CANCEL_REASONS,
    }
)
