"""By which sign-in the sandbox's practitioners are known: as a register would tell it, once somebody tied the two."""

import hashlib
from datetime import datetime

from tilts.lab.people import TEST_SIGN_IN
from tilts.person_code import sign_in_hash
from tilts.store.doors import proofs
from tilts.store.tx import Tx


def practitioner_subject(practitioner: str) -> str:
    """By which the test sign-in knows a practitioner: a subject that is not the id of the register."""
    return hashlib.sha256(b"tilts test practitioner\x00" + practitioner.encode()).hexdigest()[:32]


async def seed_identities(tx: Tx, code_key: bytes, now: datetime) -> None:
    """Everybody in the register of practitioners; run again it changes nothing."""
    known = await proofs.practitioners(tx)
    for one in known:
        hashed = sign_in_hash(TEST_SIGN_IN, practitioner_subject(str(one)), code_key)
        await proofs.save_identity(tx, TEST_SIGN_IN, hashed, one, now)
