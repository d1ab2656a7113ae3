"""What a call did, in words that a patient reads; the code beside it never changes."""

from types import MappingProxyType
from typing import Final

from tilts.rules import Language

# event: (Latvian, English)
EVENTS: Final = MappingProxyType(
    {
        "address.unknown": ("Vēršas pie adreses, kuras nav", "Asks for an address that does not exist"),
        "audit.searched": ("Skata piekļuves ierakstus", "Looks at the list of accesses"),
        "classifier.asked": ("Pārbauda klasifikatora kodu", "Asks about a code of a classifier"),
        "classifier.downloaded": ("Lejupielādē klasifikatoru", "Downloads a classifier"),
        "classifier.listed": ("Skata klasifikatoru sarakstu", "Looks at the list of classifiers"),
        "classifier.read": ("Lasa klasifikatoru", "Reads a classifier"),
        "classifier.searched": ("Meklē klasifikatoru", "Looks for a classifier"),
        "dispense.read": ("Lasa par izsniegto", "Reads what was handed out"),
        "dispense.recorded": ("Izsniedz zāles", "Hands out medicine"),
        "dispense.searched": ("Meklē izsniegto", "Looks for what was handed out"),
        "organization.read": ("Lasa iestādes ierakstu reģistrā", "Reads an organisation in the register"),
        "organization.searched": ("Meklē iestādi reģistrā", "Looks for an organisation in the register"),
        "patient.read": ("Lasa pacienta pamatdatus", "Reads the patient's details"),
        "patient.searched": ("Meklē pacientu", "Looks for the patient"),
        "practitioner.read": (
            "Lasa ārstniecības personas ierakstu reģistrā",
            "Reads a practitioner in the register",
        ),
        "practitioner.searched": (
            "Meklē ārstniecības personu reģistrā",
            "Looks for a practitioner in the register",
        ),
        "practitioner-role.read": ("Lasa darbavietas ierakstu reģistrā", "Reads a workplace in the register"),
        "practitioner-role.searched": ("Meklē darbavietu reģistrā", "Looks for a workplace in the register"),
        "prescription.cancelled": ("Anulē recepti", "Cancels a prescription"),
        "prescription.claimed": ("Piesaka recepti izsniegšanai", "Takes a prescription to hand it out"),
        "prescription.found": ("Meklē recepti pēc numura", "Looks for a prescription by its number"),
        "prescription.prescribed": ("Izraksta recepti", "Writes a prescription"),
        "prescription.read": ("Lasa recepti", "Reads a prescription"),
        "prescription.released": ("Atbrīvo recepti", "Gives a prescription back"),
        "prescription.searched": ("Meklē receptes", "Looks for prescriptions"),
        "signature.read": ("Lasa parakstu", "Reads a signature"),
        "signature.searched": ("Meklē parakstus", "Looks for signatures"),
        "task.read": ("Lasa receptes stāvokli", "Reads the state of a prescription"),
        "task.searched": ("Meklē recepšu stāvokli", "Looks for the state of prescriptions"),
        "token.issued": ("Lūdz talonu", "Asks for a token"),
    }
)


REPEATED: Final = (" (atkārtots izsaukums: agrākā atbilde)", " (repeated call: the earlier answer again)")


def event_text(event: str, language: Language, *, repeated: bool = False) -> str:
    """The words of an audit event; one that has none yet is shown as its code."""
    place = 0 if language == "lv" else 1
    text = EVENTS.get(event, (event, event))[place]
    return text + REPEATED[place] if repeated else text
