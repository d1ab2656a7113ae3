"""Who calls: the system with its certificate and key, and the person at the screen with a purpose."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from tilts_connector.errors import Misused

Purpose: TypeAlias = Literal["TREAT", "PATRQT", "FAMRQT", "HOPERAT", "ETREAT", "BTG"]


@dataclass(frozen=True, slots=True)
class Actor:
    """The person and the purpose of a call; a token is for exactly one of these.

    Without a practitioner it is a basic token: registers and classifiers, nothing of patients.
    """

    practitioner_id: str | None = None
    role_id: str | None = None  # PractitionerRole: the practitioner at this workplace
    purpose: Purpose = "TREAT"
    patient_id: str | None = None  # only for the patient portal
    delegator: str | None = None  # in whose name: a PractitionerRole; for the portal the patient acted for
    subject_token: str | None = field(default=None, repr=False)  # ID token that proves the practitioner
    scope: str | None = None  # None: all that are open

    def __post_init__(self) -> None:
        if (self.practitioner_id is None) != (self.role_id is None):
            raise Misused("practitioner_id and role_id stand together or not at all")


@dataclass(frozen=True, slots=True)
class Credentials:
    """
    What one registered system holds, as files.

    Args:
        client_id: As registered with the exchange.
        organization_id: Logical id of the Organization, without the type.
        certificate: PEM file of the client certificate (with its chain); None only for the plain port.
        private_key: PEM file of the key of that certificate.
        authority: PEM file of who issued the exchange's own certificate; None: those this machine trusts.
        jwk: JSON file with the private JWK that signs assertions and clinical writes.
        practitioner_id: Who acts unless a call says otherwise.
        role_id: The PractitionerRole of that practitioner.
        key_id: `kid` of the JWK if the file has none.
    """

    client_id: str
    organization_id: str
    jwk: Path
    certificate: Path | None = None
    private_key: Path | None = None
    authority: Path | None = None
    practitioner_id: str | None = None
    role_id: str | None = None
    key_id: str | None = None

    @classmethod
    def from_ready_line(cls, client: Mapping[str, Any]) -> "Credentials":
        """One entry of `clients` in the ready line of `tilts sandbox --json`."""
        try:
            return cls(
                client_id=client["client_id"],
                organization_id=client["org"],
                jwk=Path(client["jwk"]),
                certificate=_path(client["cert"]),
                private_key=_path(client["key"]),
                authority=_path(client["ca"]),
                practitioner_id=client["practitioner"] or None,
                role_id=client["role"] or None,
                key_id=client["kid"],
            )
        except (KeyError, TypeError) as error:
            raise Misused(f"this is not an entry of `clients` in a ready line: {error}") from error

    def actor(self, purpose: Purpose = "TREAT") -> Actor:
        """The person who acts when nobody else is named."""
        return Actor(self.practitioner_id, self.role_id, purpose)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, and how often to try again."""

    timeout_seconds: float = 10.0
    tries: int = 3
    first_wait_seconds: float = 0.25  # doubles with each try; half of it is chance
    longest_wait_seconds: float = 10.0  # a longer Retry-After is handed to the caller


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names that differ between the sandbox and production; see docs/reference/wire.md."""

    person_code: str = "urn:oid:2.999.1.3.1.1"
    prescription_number: str = "urn:oid:2.999.1.3.6"


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it went over the wire, for logs and measurements; holds no person code and no query."""

    method: str
    path: str
    status: int | None  # None: no answer
    milliseconds: float
    replayed: bool  # the exchange had done this before and answered as then


@dataclass(frozen=True, slots=True)
class Options:
    """
    Settings that few need to change.

    Args:
        language: Of texts in answers: `lv` or `en`.
        connections: Kept open at most. A mutual TLS handshake costs about eighteen requests, so keep
            one exchange object for the life of the program and do not raise this without need.
        keep_alive_seconds: How long an idle connection stays open.
        proxy: Address of an HTTP proxy. Proxies and .netrc of the environment are not used.
        on_call: Called after each request, tries and token requests included; must not raise.
    """

    language: str = "lv"
    patience: Patience = Patience()
    vocabulary: Vocabulary = Vocabulary()
    token_url: str | None = None  # default: /oauth/token on the host of the base
    connections: int = 16
    keep_alive_seconds: float = 60.0
    proxy: str | None = None
    on_call: Callable[[Seen], None] | None = field(default=None, repr=False)


def _path(value: str | None) -> Path | None:
    return Path(value) if value else None
