"""May this signer sign for this party: by the party's seal, or as a person registered as entitled."""

import hmac
import unicodedata
from typing import Final

from tilts.onboarding.signing.report import EntitledSigner, Expected, Signer, SigningParty
from tilts.rules import Refusal
from tilts.rules.signing import SGN_NOT_ENTITLED

TRADE_REGISTER: Final = "NTRLV-"  # EN 319 412-1 section 5.1.4; how a bare registration number is read


def party_of(signer: Signer, expected: Expected) -> SigningParty:
    """The party that this signer signs for. Raises SGN-009: nobody else's signature is accepted."""
    for party in expected.parties:
        if is_entitled(signer, party):
            return party
    names = ", ".join(party.name for party in expected.parties) or "-"
    raise Refusal(SGN_NOT_ENTITLED, signer=signer.name or signer.organisation or "?", party=names)


def is_entitled(signer: Signer, party: SigningParty) -> bool:
    if signer.kind == "seal":
        return bool(signer.organisation_identifier) and signer.organisation_identifier == identifier_of(party)
    # An organisation in a person's certificate says where they work, not what they may sign.
    return any(is_same(signer, entitled) for entitled in party.signers)


def identifier_of(party: SigningParty) -> str:
    """With its scheme: two schemes with one number are two identifiers (Security 1.2)."""
    number = party.registration_number
    return number if "-" in number else f"{TRADE_REGISTER}{number}"


def is_same(signer: Signer, entitled: EntitledSigner) -> bool:
    """Name and last digits; where the keyed hash of the whole code is registered, that too."""
    if not signer.code_hint or folded(signer.name) != folded(entitled.name):
        return False
    if entitled.code_hash:
        return hmac.compare_digest(signer.code_hash, entitled.code_hash)
    return signer.code_hint == entitled.code_hint


def folded(name: str) -> str:
    """One form for a name that may be written in capitals or with its parts decomposed (Ē as E and ¯)."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
