"""The exchange's signature over a receipt: a detached JWS by its receipt key, which the JWK Set publishes.

Any JOSE library verifies it (docs/howto/verify-a-receipt.md). The key is none that tokens are signed with: what it
signs opens no door here, and the header says what it is.
"""

from datetime import datetime
from typing import Final

from tilts.access import jose
from tilts.access.tokens.keys import ALGORITHM, KeyRing

TYPE: Final = "receipt+jws"


def sealed(keys: KeyRing, content: bytes, now: datetime) -> str:
    key = keys.signing(now)
    whole = jose.signed(content, {"typ": TYPE, "alg": ALGORITHM, "kid": key.kid}, key.private)
    protected, _, signature = whole.split(".")
    return f"{protected}..{signature}"
