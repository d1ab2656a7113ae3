"""Signing in by an identity provider (OpenID Connect): what is asked, and what of the answer is believed.

Authorization code with PKCE (S256), state and nonce; the ID token is verified with a key that the
provider publishes, whatever way it came (OpenID Connect Core 1.0, 3.1.3.7). Nothing here talks to anybody:
`access/sign_in/identity_provider.py` does.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from joserfc import jws
from joserfc.errors import JoseError

from tilts.access.jose import NotSigned, header_of, key_from, strict_bytes
from tilts.ids import unguessable
from tilts.rules import Refusal
from tilts.rules.accounts import USR_IDENTITY_NOT_PROVEN, USR_SIGN_IN_STRANGE
from tilts_fhir.json_strict import JsonError, decode

ALGORITHMS: Final = ("ES256", "ES384", "PS256", "RS256", "RS384")  # never none, never a shared secret
OF_KEY_TYPE: Final = {"EC": ("ES256", "ES384"), "RSA": ("PS256", "RS256", "RS384")}
REGISTRY: Final = jws.JWSRegistry(algorithms=list(ALGORITHMS))
ATTEMPT_SECONDS: Final = 600
SKEW_SECONDS: Final = 60
LONGEST_SUBJECT: Final = 255  # OpenID Connect Core 1.0, section 2
LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Provider:
    """What the discovery document of a provider says, as far as it is used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    for_tests: bool = False  # says of itself that it is a test sign-in


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in that was begun: kept by the visitor's browser, signed by us."""

    state: str
    nonce: str
    verifier: str
    back: str
    began_at: int
    again: bool = False  # somebody signed in has to show once more that it is them


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says it is."""

    issuer: str
    subject: str
    name: str
    assurance: str
    person_code: str
    proven_at: datetime | None = None  # when the provider asked the person, by its `auth_time`


def new_attempt(back: str, wall: datetime, *, again: bool = False) -> Attempt:
    return Attempt(
        state=unguessable(24),
        nonce=unguessable(24),
        verifier=unguessable(48),
        back=own_address(back),
        began_at=int(wall.timestamp()),
        again=again,
    )


def own_address(written: str) -> str:
    """A path of this portal; anything that a browser could take for another site becomes the first own page."""
    parts = urlsplit(written)
    plain = written.isprintable() and "\\" not in written
    if not plain or parts.scheme or parts.netloc or not written.startswith("/") or written.startswith("//"):
        return "/my"
    return written


def challenge_of(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode("ascii", "replace")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def authorization_address(provider: Provider, client_id: str, redirect_uri: str, attempt: Attempt) -> str:
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "scope": "openid profile",
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": challenge_of(attempt.verifier),
        "code_challenge_method": "S256",
    }
    if (
        attempt.again
    ):  # both: what a provider does with one of them alone differs (OpenID Connect Core 1.0, 3.1.2.1)
        asked |= {"prompt": "login", "max_age": "0"}
    joint = "&" if urlsplit(provider.authorization_endpoint).query else "?"
    return f"{provider.authorization_endpoint}{joint}{urlencode(asked)}"


def sealed(attempt: Attempt, secret: bytes) -> str:
    """The attempt for a cookie; the secret never leaves us, so nobody can make one up."""
    fields = [attempt.state, attempt.nonce, attempt.verifier, attempt.back, attempt.began_at, attempt.again]
    content = base64.urlsafe_b64encode(json.dumps(fields).encode()).decode()
    return f"{content}.{_mark(secret, content)}"


def unsealed(cookie: str, secret: bytes, wall: datetime) -> Attempt:
    content, _, mark = cookie.partition(".")
    if not content or not hmac.compare_digest(_mark(secret, content).encode(), mark.encode()):
        raise Refusal(USR_SIGN_IN_STRANGE)
    attempt = Attempt(*json.loads(base64.urlsafe_b64decode(content)))
    if not 0 <= wall.timestamp() - attempt.began_at + 1 <= ATTEMPT_SECONDS:
        raise Refusal(USR_SIGN_IN_STRANGE)
    return attempt


def check_state(attempt: Attempt, state: str) -> None:
    if not hmac.compare_digest(attempt.state.encode(), state.encode()):
        raise Refusal(USR_SIGN_IN_STRANGE)


def key_id_of(token: str) -> str | None:
    try:
        kid = header_of(token).get("kid")
    except NotSigned as fault:
        raise Refusal(USR_IDENTITY_NOT_PROVEN, why=str(fault)) from fault
    return kid if isinstance(kid, str) else None


def verified_claims(token: str, keys: list[dict[str, Any]]) -> dict[str, Any]:
    """The claims, if one of the provider's keys signed them with an algorithm of its kind."""
    kid, algorithm = key_id_of(token), header_of(token).get("alg")
    fitting = [key for key in keys if kid is None or key.get("kid") == kid]
    for key in fitting:
        if (
            algorithm not in OF_KEY_TYPE.get(str(key.get("kty")), ())
            or key.get("alg", algorithm) != algorithm
        ):
            continue
        try:
            strict_bytes(token.split(".")[2])
            content = jws.deserialize_compact(token, key_from(key), registry=REGISTRY).payload
            claims = decode(content)
        except (JoseError, JsonError, NotSigned, ValueError, TypeError) as fault:
            raise Refusal(USR_IDENTITY_NOT_PROVEN, why=type(fault).__name__) from fault
        if isinstance(claims, dict):
            return claims
    raise Refusal(USR_IDENTITY_NOT_PROVEN, why="no key of the provider fits")


def identity_from(
    claims: dict[str, Any], issuer: str, client_id: str, attempt: Attempt, wall: datetime, person_claim: str
) -> Identity:
    """OpenID Connect Core 1.0, 3.1.3.7: from whom, for whom, when, and for this very attempt."""
    now = wall.timestamp()
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    ends, made, subject = moment_in(claims, "exp"), moment_in(claims, "iat"), claims.get("sub")
    proven = moment_in(claims, "auth_time")
    wrong = {
        "iss": claims.get("iss") != issuer,
        "aud": client_id not in audiences,
        "azp": (len(audiences) > 1 or "azp" in claims) and claims.get("azp") != client_id,
        "exp": ends is None or ends + SKEW_SECONDS <= now,
        "iat": made is None or not -SKEW_SECONDS <= now - made <= ATTEMPT_SECONDS,
        "nonce": not hmac.compare_digest(str(claims.get("nonce", "")).encode(), attempt.nonce.encode()),
        "auth_time": attempt.again and (proven is None or proven + SKEW_SECONDS < attempt.began_at),
        "sub": not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT,
    }
    if any(wrong.values()):
        raise Refusal(USR_IDENTITY_NOT_PROVEN, why=[claim for claim, is_wrong in wrong.items() if is_wrong])
    return Identity(
        issuer=issuer,
        subject=str(subject),
        name=str(claims.get("name") or subject)[:LONGEST_NAME],
        assurance=str(claims.get("acr", ""))[:LONGEST_NAME],
        person_code=str(claims.get(person_claim, "")),
        proven_at=None if proven is None else datetime.fromtimestamp(max(0.0, min(proven, now)), UTC),
    )


def moment_in(claims: dict[str, Any], name: str) -> float | None:
    value = claims.get(name)
    return float(value) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else None


def _mark(secret: bytes, content: str) -> str:
    return hmac.new(secret, b"sign-in\x00" + content.encode(), hashlib.sha256).hexdigest()
