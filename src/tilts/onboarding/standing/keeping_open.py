"""The authority lets a certificate go on for some days though its state is not known: an act that is written down.

What is revoked stays closed, and so does what an issuer issued whose status was withdrawn. The next look, half a
minute later, reckons with it.
"""

from datetime import datetime, timedelta
from typing import Final

from tilts.account import Account
from tilts.rules import Refusal
from tilts.rules.certificates import CERT_NOT_LIVE
from tilts.rules.trust.standing import CERT_ONLY_AUTHORITY, CERT_OVERRIDE_WRONG
from tilts.store.onboarding import standing as store
from tilts.store.tx import Tx

LONGEST: Final = timedelta(days=7)
REASON_CHARACTERS: Final = 20


async def keep_open(
    tx: Tx, account: Account, fingerprint: bytes, until: datetime, why: str, wall: datetime
) -> None:
    """Raises Refusal: CERT-008 not in use, CERT-012 not the authority, CERT-013 too long, or no reason."""
    check_wish(account, until, why.strip(), wall)
    if not await store.keep_open(tx, fingerprint, until, why.strip(), str(account.account_id)):
        raise Refusal(CERT_NOT_LIVE)


def check_wish(account: Account, until: datetime, why: str, wall: datetime) -> None:
    """Pure."""
    if account.role != "authority":
        raise Refusal(CERT_ONLY_AUTHORITY)
    if not wall < until <= wall + LONGEST or len(why) < REASON_CHARACTERS:
        raise Refusal(CERT_OVERRIDE_WRONG, days=LONGEST.days, characters=REASON_CHARACTERS)
