"""Permission to call: a short-lived token for one person and one purpose, asked for with a signed statement.

assertion (signed, lives 50 s, used once)  ->  token (lives minutes)  ->  kept until 30 s before its end
"""

from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import uuid4

from tilts_connector._core import FORM, Answer, Call
from tilts_connector._signing import Signer
from tilts_connector.credentials import Actor, Credentials
from tilts_connector.errors import Unreachable, reading
from tilts_fhir.json_strict import encode

ASSERTION_SECONDS = 50  # the exchange allows 60; clocks differ
RENEW_BEFORE_END_SECONDS = 30
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"


@dataclass(frozen=True, slots=True)
class Token:
    value: str = field(repr=False)
    ends_at: float  # on the monotonic clock of this machine


@dataclass(slots=True)
class TokenCache:
    """Tokens by actor: practitioner, workplace, purpose, patient, delegator, proof and scope."""

    _tokens: dict[Actor, Token] = field(default_factory=dict)

    def find(self, actor: Actor, now: float) -> Token | None:
        token = self._tokens.get(actor)
        if token is None or now >= token.ends_at - RENEW_BEFORE_END_SECONDS:
            return None
        return token

    def keep(self, actor: Actor, token: Token, now: float) -> None:
        # A hospital has many practitioners: tokens that ended are not carried along for ever.
        self._tokens = {who: kept for who, kept in self._tokens.items() if kept.ends_at > now}
        self._tokens[actor] = token

    def forget(self, actor: Actor, refused: Token) -> None:
        # Another task may have fetched a new one meanwhile: that one stays.
        if self._tokens.get(actor) == refused:
            self._tokens.pop(actor, None)


def assertion_claims(credentials: Credentials, actor: Actor, token_url: str, now: float) -> dict[str, object]:
    issued_at = int(now)
    return {
        "iss": credentials.client_id,
        "sub": credentials.client_id,
        "aud": token_url,
        "iat": issued_at,
        "exp": issued_at + ASSERTION_SECONDS,
        "jti": str(uuid4()),
        "extensions": {"hl7-b2b": _b2b(credentials.organization_id, actor)},
    }


def token_call(token_url: str, signer: Signer, claims: dict[str, object], actor: Actor) -> Call:
    """The request for a token. Build a new one for each try: an assertion is good once.

    With an ID token of the person it is an exchange of that one (RFC 8693).
    """
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": signer.compact(encode(claims), typ="JWT"),
    }
    if actor.subject_token is not None:
        form |= {
            "grant_type": TOKEN_EXCHANGE,
            "subject_token": actor.subject_token,
            "subject_token_type": ID_TOKEN,
        }
    if actor.scope is not None:
        form["scope"] = actor.scope
    headers = {"Content-Type": FORM, "Accept": "application/json"}
    return Call("POST", token_url, urlencode(form).encode(), headers)


def read_token(answer: Answer, now: float) -> Token:
    with reading("token"):
        body = answer.json()
        if str(body["token_type"]).lower() != "bearer":
            raise Unreachable(f"The exchange gave a token of an unknown type: {body['token_type']}")
        return Token(str(body["access_token"]), now + float(body["expires_in"]))


def _b2b(organization_id: str, actor: Actor) -> dict[str, object]:
    statement: dict[str, object] = {
        "version": "1",
        "organization_id": f"urn:uuid:{organization_id}",
        "purpose_of_use": [actor.purpose],
    }
    if actor.practitioner_id is not None:
        statement |= {"subject_id": actor.practitioner_id, "subject_role": actor.role_id}
    if actor.patient_id is not None:
        statement["patient"] = actor.patient_id
    if actor.delegator is not None:
        statement["delegator"] = actor.delegator
    return statement
