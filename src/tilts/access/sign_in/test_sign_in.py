"""The sandbox's own identity provider: no proof of anything, but every step of a real one.

Codes are good once, for a minute, for the client and address that asked, and for whoever holds the PKCE
verifier. ID tokens are signed. It exists in the sandbox only.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from joserfc.jwk import ECKey

from tilts.access.jose import NotSigned, claims_of, header_of, signed
from tilts.access.sign_in.openid import challenge_of
from tilts.access.tokens.keys import KeyRing
from tilts.ids import unguessable
from tilts.lab.identities import practitioner_subject
from tilts.onboarding.eid_providers import EidService
from tilts_fhir.json_strict import encode

CODE_LIFE: Final = timedelta(seconds=60)
TOKEN_SECONDS: Final = 300
MOST_CODES: Final = 10_000
CHALLENGE_LENGTH: Final = 43  # of a SHA-256 in base64url


@dataclass(frozen=True, slots=True)
class Asked:
    """An authorization request, as it was checked."""

    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    challenge: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who was chosen on the page: becomes the claims of the ID token."""

    subject: str
    name: str
    assurance: str
    person_code: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    asked: Asked
    chosen: Chosen
    made_at: datetime


@dataclass(frozen=True, slots=True)
class KnownClient:
    """The one client of this provider: the portal that it is built into."""

    client_id: str
    secret: str
    keys: KeyRing
    redirect_uri: str


class NotGranted(Exception):
    """The error code of RFC 6749 that the answer carries."""


class TestSignIn:
    """Codes live in memory: the sandbox has one process, and a code lives a minute."""

    __test__ = False

    def __init__(self, issuer: str, client: KnownClient) -> None:
        self.issuer = issuer
        self._client = client
        self._key = ECKey.generate_key("P-256", auto_kid=True)
        self._grants: dict[bytes, Grant] = {}

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_basic"],
            "tilts_test_sign_in": True,
        }

    def keys(self) -> dict[str, Any]:
        return {"keys": [{**self._key.as_dict(private=False), "use": "sig", "alg": "ES256"}]}

    def asked(self, given: dict[str, str]) -> Asked | None:
        """None when it cannot even be told to whom to say no: then nobody is redirected anywhere."""
        if given.get("client_id") != self._client.client_id:
            return None
        if given.get("redirect_uri") != self._client.redirect_uri:
            return None
        complete = (
            given.get("response_type") == "code"
            and "openid" in given.get("scope", "").split()
            and given.get("code_challenge_method") == "S256"
            and len(given.get("code_challenge", "")) == CHALLENGE_LENGTH
        )
        if not complete:
            return None
        return Asked(
            given["client_id"],
            given["redirect_uri"],
            given.get("state", ""),
            given.get("nonce", ""),
            given["code_challenge"],
        )

    def granted(self, asked: Asked, chosen: Chosen, wall: datetime) -> str:
        """The address to which the visitor goes back, with a new code."""
        self._grants = {k: g for k, g in self._grants.items() if wall - g.made_at < CODE_LIFE}
        if len(self._grants) >= MOST_CODES:
            self._grants.clear()
        code = unguessable(24)
        self._grants[hash_of(code)] = Grant(asked, chosen, wall)
        return back_to(asked, code=code)

    def redeemed(self, form: dict[str, str], basic: tuple[str, str] | None, wall: datetime) -> dict[str, Any]:
        """The ID token for a code; raises NotGranted with the error code."""
        self._authenticate(form, basic, wall)
        if form.get("grant_type") != "authorization_code":
            raise NotGranted("unsupported_grant_type")
        grant = self._grants.pop(hash_of(form.get("code", "")), None)  # spent, whatever comes next
        if grant is None or wall - grant.made_at >= CODE_LIFE:
            raise NotGranted("invalid_grant")
        asked = grant.asked
        proven = hmac.compare_digest(asked.challenge, challenge_of(form.get("code_verifier", "")))
        if not proven or form.get("redirect_uri") != asked.redirect_uri:
            raise NotGranted("invalid_grant")
        return {
            "access_token": unguessable(16),  # opens nothing: there is no user info here
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "id_token": self._id_token(asked, grant.chosen, int(wall.timestamp())),
        }

    def _id_token(self, asked: Asked, chosen: Chosen, now: int) -> str:
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": chosen.subject,
            "aud": asked.client_id,
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "nonce": asked.nonce,
            "name": chosen.name,
            "acr": chosen.assurance,
            "auth_time": now,
        }
        if chosen.person_code:
            claims["person_code"] = chosen.person_code
        return self._signed(claims)

    def practitioner_token(
        self, practitioner: str, service: EidService, audience: str, minutes_ago: int, wall: datetime
    ) -> dict[str, Any]:
        """As if that practitioner had signed in to a vendor's system: what `tilts token --eid` asks for."""
        now = int(wall.timestamp())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": practitioner_subject(practitioner),
            "aud": audience,
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "auth_time": now - 60 * minutes_ago,
            "nonce": unguessable(16),
            "acr": service.acr,
            "eid_service": service.provider,
        }
        return {"id_token": self._signed(claims), "expires_in": TOKEN_SECONDS}

    def _signed(self, claims: dict[str, Any]) -> str:
        header = {"alg": "ES256", "typ": "JWT", "kid": str(self._key.kid)}
        return signed(encode(claims), header, self._key.as_dict(private=True))

    def _authenticate(self, form: dict[str, str], basic: tuple[str, str] | None, wall: datetime) -> None:
        client = self._client
        if basic is not None and client.secret:
            expected = f"{client.client_id}:{client.secret}".encode()
            if hmac.compare_digest(":".join(basic).encode(), expected):
                return
        elif not client.secret and self._is_asserted(form.get("client_assertion", ""), wall):
            return
        raise NotGranted("invalid_client")

    def _is_asserted(self, assertion: str, wall: datetime) -> bool:
        try:
            key = self._client.keys.believed(header_of(assertion).get("kid"), wall)
            if key is None:
                return False
            claims = claims_of(assertion, key.public, "ES256")
        except NotSigned:
            return False
        named = claims.get("iss") == claims.get("sub") == self._client.client_id
        ends = claims.get("exp")
        in_time = isinstance(ends, int) and wall.timestamp() < ends
        return named and in_time and claims.get("aud") in (self.issuer, f"{self.issuer}/token")


def back_to(asked: Asked, **answer: str) -> str:
    joint = "&" if urlsplit(asked.redirect_uri).query else "?"
    return f"{asked.redirect_uri}{joint}{urlencode({**answer, 'state': asked.state})}"


def hash_of(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
