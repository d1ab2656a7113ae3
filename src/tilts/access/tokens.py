"""Access tokens: made for one client, one person, one purpose, bound to one certificate.

A token is an `at+jwt` (RFC 9068) signed with ES256, lives five minutes at most and carries the
thumbprint of the certificate with which it was asked for (RFC 8705). There is no refresh token.
"""

import json
import os
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from joserfc.jwk import ECKey

from tilts.access import jose
from tilts.access.jose import NotSigned
from tilts.rules import Refusal
from tilts.rules.access import ACC_TOKEN_EXPIRED, ACC_TOKEN_OF_ANOTHER, ACC_TOKEN_WRONG

ALGORITHM: Final = "ES256"
CACHE_SIZE: Final = 4096


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The exchange's own key pair for tokens."""

    private: dict[str, Any]
    public: dict[str, Any]

    @property
    def kid(self) -> str:
        return str(self.public["kid"])


def ensure_key(folder: Path) -> SigningKey:
    """The key of this installation; made once, readable by the owner alone."""
    file = folder / "token.jwk"
    if not file.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = ECKey.generate_key("P-256", auto_kid=True)
        half = folder / f"token.jwk.{os.getpid()}"
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump(key.as_dict(private=True), out)
        os.replace(half, file)
    if file.stat().st_mode & 0o077:
        raise SystemExit(f"{file} can be read by others: chmod 600 {file}")
    private = json.loads(file.read_text())
    return SigningKey(private, {name: value for name, value in private.items() if name != "d"})


class Tokens:
    """Issues and reads tokens; a token seen before is not verified twice, only its end is."""

    def __init__(self, key: SigningKey, *, issuer: str) -> None:
        self._key = key
        self._issuer = issuer
        self._seen: OrderedDict[str, dict[str, Any]] = OrderedDict()

    @property
    def public_keys(self) -> dict[str, Any]:
        return {"keys": [{**self._key.public, "use": "sig", "alg": ALGORITHM}]}

    def issue(self, claims: dict[str, Any]) -> str:
        header = {"typ": "at+jwt", "alg": ALGORITHM, "kid": self._key.kid}
        payload = json.dumps({"iss": self._issuer, **claims}, separators=(",", ":")).encode()
        return jose.signed(payload, header, self._key.private)

    def read(self, token: str, *, audience: str, fingerprint: bytes | None, now: datetime) -> dict[str, Any]:
        """The claims, if the token is ours, for this address, alive, and of this certificate.

        `fingerprint` None is the plain port: its tokens are bound to nothing and have an audience
        of their own, so neither kind opens the other port.
        """
        claims = self._seen.get(token) or self._verified(token)
        if claims.get("iss") != self._issuer or claims.get("aud") != audience:
            raise Refusal(ACC_TOKEN_WRONG, jti=claims.get("jti"))
        if claims["exp"] <= now.timestamp():
            raise Refusal(ACC_TOKEN_EXPIRED, jti=claims.get("jti"))
        bound_to = claims.get("cnf", {}).get("x5t#S256")
        if bound_to != (jose.unpadded(fingerprint) if fingerprint else None):
            raise Refusal(ACC_TOKEN_OF_ANOTHER, jti=claims.get("jti"))
        return claims

    def client_of(self, token: str) -> str | None:
        """To whom we issued this token, however old it is and whoever shows it; None for what is not ours."""
        try:
            return str(self._verified(token)["client_id"])
        except (Refusal, KeyError):
            return None

    def _verified(self, token: str) -> dict[str, Any]:
        try:
            header = jose.header_of(token)
            if header.get("typ") != "at+jwt" or header.get("kid") != self._key.kid:
                raise NotSigned("not an access token of this key")
            claims = jose.claims_of(token, self._key.public, ALGORITHM)
        except NotSigned as fault:
            raise Refusal(ACC_TOKEN_WRONG, fault=str(fault)) from fault
        self._seen[token] = claims
        if len(self._seen) > CACHE_SIZE:
            self._seen.popitem(last=False)
        return claims
