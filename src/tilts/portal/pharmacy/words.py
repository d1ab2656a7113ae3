"""What the pharmacist's pages call reasons, buyers and documents; the codes are those of the wire."""

from decimal import Decimal
from types import MappingProxyType
from typing import Final

from tilts.exchange.medicines.dosage_words import UNITS, Noun, noun_for
from tilts.portal.marked import N_
from tilts.rules import Language
from tilts.store.records import Quantity

RELEASE: Final = MappingProxyType(
    {
        "patient-left": N_("The patient left"),
        "not-in-stock": N_("Not in stock"),
        "claimed-in-error": N_("Claimed in error"),
        "other": N_("Another reason"),
    }
)
WITHDRAW: Final = MappingProxyType(
    {
        "not-collected": N_("It was not collected"),
        "wrong-patient": N_("Another patient"),
        "wrong-medicine": N_("Another medicine"),
        "recorded-in-error": N_("Recorded in error"),
        "other": N_("Another reason"),
    }
)
AMEND: Final = MappingProxyType(
    {
        "wrong-quantity": N_("Wrong amount"),
        "wrong-batch": N_("Wrong batch"),
        "other": N_("Another reason"),
    }
)
MANNERS: Final = MappingProxyType(
    {
        "self": N_("The patient"),
        "number-and-name": N_("Somebody with the number and the name"),
        "delegate": N_("A person whom the patient named"),
        "parent": N_("A parent"),
    }
)
DOCUMENTS: Final = MappingProxyType(
    {
        "identity-card": N_("Identity card"),
        "passport": N_("Passport"),
        "residence-permit": N_("Residence permit"),
        "driving-licence": N_("Driving licence"),
        "other": N_("Another document"),
    }
)
PACK: Final = Noun("iepakojums", "iepakojumi", "iepakojuma", "pack", "packs")
PHARMACY_TABLES: Final = MappingProxyType(
    {
        "release": RELEASE,
        "withdraw": WITHDRAW,
        "amend": AMEND,
        "manner": MANNERS,
        "document": DOCUMENTS,
    }
)


def unit_words(quantity: Quantity, number: Decimal, language: Language) -> str:
    """The unit of a line beside a number; one that has no words here is shown as it came."""
    noun = PACK if quantity.code == "{pack}" else UNITS.get(quantity.code)
    return noun_for(noun, number, language) if noun else quantity.unit or quantity.code
