"""Access tokens: made for one client, one person, one purpose, bound to one certificate.

A token is an `at+jwt` (RFC 9068) signed with ES256, lives five minutes at most and carries the
thumbprint of the certificate with which it was asked for (RFC 8705). There is no refresh token.
"""

import json
from collections import OrderedDict
from datetime import datetime
from typing import Any, Final

from tilts.access import jose
from tilts.access.jose import NotSigned
from tilts.access.tokens.keys import ALGORITHM, KeyRing
from tilts.rules import Refusal
from tilts.rules.access import ACC_TOKEN_EXPIRED, ACC_TOKEN_OF_ANOTHER, ACC_TOKEN_WRONG

CACHE_SIZE: Final = 4096
LONGEST: Final = 8_192  # characters; a token of ours has about a thousand


class Tokens:
    """Issues and reads tokens; a token seen before is not verified twice, only its end and its key are."""

    def __init__(self, keys: KeyRing, *, issuer: str) -> None:
        self.keys = keys
        self._issuer = issuer
        self._seen: OrderedDict[str, tuple[str, dict[str, Any]]] = OrderedDict()

    def issue(self, claims: dict[str, Any], now: datetime) -> str:
        key = self.keys.signing(now)
        header = {"typ": "at+jwt", "alg": ALGORITHM, "kid": key.kid}
        payload = json.dumps({"iss": self._issuer, **claims}, separators=(",", ":")).encode()
        return jose.signed(payload, header, key.private)

    def read(self, token: str, *, audience: str, fingerprint: bytes | None, now: datetime) -> dict[str, Any]:
        """The claims, if the token is ours, for this address, alive, and of this certificate.

        `fingerprint` None is the plain port: its tokens are bound to nothing and have an audience
        of their own, so neither kind opens the other port.
        """
        claims = self.live(token, now)
        if claims.get("aud") != audience:
            raise Refusal(ACC_TOKEN_WRONG, jti=claims.get("jti"))
        bound_to = claims.get("cnf", {}).get("x5t#S256")
        if bound_to != (jose.unpadded(fingerprint) if fingerprint else None):
            raise Refusal(ACC_TOKEN_OF_ANOTHER, jti=claims.get("jti"))
        return claims

    def live(self, token: str, now: datetime) -> dict[str, Any]:
        """The claims, if we issued the token by a key that is believed now, and it has not ended."""
        kid, claims = self._seen.get(token) or self._verified(token)
        if claims.get("iss") != self._issuer or self.keys.believed(kid, now) is None:
            raise Refusal(ACC_TOKEN_WRONG, jti=claims.get("jti"))
        if claims["exp"] <= now.timestamp():
            raise Refusal(ACC_TOKEN_EXPIRED, jti=claims.get("jti"))
        return claims

    def client_of(self, token: str) -> str | None:
        """To whom we issued this token, however old it is and whoever shows it; None for what is not ours."""
        try:
            return str(self._verified(token)[1]["client_id"])
        except (Refusal, KeyError):
            return None

    def _verified(self, token: str) -> tuple[str, dict[str, Any]]:
        try:
            if len(token) > LONGEST:
                raise NotSigned("longer than a token of ours can be")
            header = jose.header_of(token)
            key = self.keys.find(header.get("kid"))
            if header.get("typ") != "at+jwt" or key is None:
                raise NotSigned("not an access token of a key of ours")
            claims = jose.claims_of(token, key.public, ALGORITHM)
        except NotSigned as fault:
            raise Refusal(ACC_TOKEN_WRONG, fault=str(fault)) from fault
        self._seen[token] = (key.kid, claims)
        if len(self._seen) > CACHE_SIZE:
            self._seen.popitem(last=False)
        return key.kid, claims
