"""What can be set, each with a unit in its name; every setting works when absent.

Read from the environment as TILTS_<NAME>; docs/reference/settings.md lists them and a test of the
house holds that list against this class.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

CHOICES: Final = {"person_proof": ("", "writes", "all")}  # misspelt it would ask nobody: so nothing starts


@dataclass(frozen=True, slots=True)
class Settings:
    environment: str = "test"  # schema and marking of the environment: test or production
    database_url: str = ""  # libpq words or URL; several hosts allowed
    canonical_base: str = "https://tilts.example/fhir"  # of code systems, extensions and definitions of ours
    identifier_arc: str = "urn:oid:2.999.1.3"  # of the systems of identifiers; default: the example arc
    public_base: str = "https://localhost:8443"  # how clients reach us: audience of tokens, links
    plain_base: str = ""  # sandbox only: http://127.0.0.1:M; empty means no plain port
    portal_base: str = ""  # where the portal answers; told in the ready line
    tls_port: int = 8443  # mutual TLS: FHIR and tokens
    sandbox: bool = False  # what only a test environment may do
    rehearsal: bool = False  # the sandbox's production: generated persons only, marked so everywhere
    gate_refresh_seconds: int = 20  # how often what the gate says of each client is asked again
    pki_folder: Path = Path("pki")  # trust store, server certificate, certificate revocation list
    trust_list: Path = (
        Path()
    )  # list of trust service providers (ETSI TS 119 612); empty: trust/list.xml in the PKI folder
    trust_signers: Path = (
        Path()
    )  # PEM: who may sign that list; empty: trust/list-signer.pem in the PKI folder
    trust_list_url: str = ""  # https: where that list is published; then the file is not looked at
    trust_list_minutes: int = 60  # how often it is fetched
    egress_hosts: str = ""  # hosts from which something is fetched, comma between; host:port
    egress_networks: str = ""  # networks inside that may be asked all the same, comma between: 10.1.0.0/16
    egress_ca_file: Path = Path()  # who may vouch for those hosts; empty: the machine's own list
    revocation_lists: Path = Path()  # folder of *.crl.pem of listed issuers; empty: trust in the PKI folder
    revocation_refresh_seconds: int = 30  # how often lists and answers are read: by then it closes
    revocation_look_seconds: int = 20  # how often issuers are asked; with the line above within 60 s
    revocation_grace_hours: int = 24  # how long a certificate goes on without news of its revocation
    trust_list_grace_hours: int = 72  # how long listed issuers are trusted after the list's NextUpdate
    eid_register: Path = (
        Path()
    )  # JSON: register of electronic identification services; empty: the invented one
    certificate_checks: Path = Path()  # JSON: what is asked of certificates; empty: the table that is shipped
    keys_folder: Path = Path("keys")  # keys of the exchange itself; 0700
    issuing_key: str = ""  # of our own CA: a 0600 file, or pkcs11:...; empty: issuing.key of the keys folder
    issued_days: int = 397  # how long a certificate of the exchange's own CA holds
    issuing_crl_url: str = ""  # where its revocation list is published; empty: at the portal
    issuing_ca_url: str = ""  # where its own certificate is published; empty: at the portal
    code_key_file: Path = (
        Path()
    )  # 0600: secret for hashes of signers' person codes; empty: in the keys folder
    audit_seal_ms: int = 250  # how often new rows of the audit trail are sealed; 0: not by this process
    timestamp_url: str = ""  # RFC 3161 authority that stamps the newest seal; empty: none
    timestamp_ca_file: Path = Path()  # PEM: whose stamps are believed; empty: they are kept unverified
    timestamp_minutes: int = 60  # how often the newest seal is stamped
    database_connections: int = 16  # of one server process, at most
    body_limit_bytes: int = 1_048_576  # of a request
    bundle_limit_bytes: int = 10_485_760  # of a transaction Bundle, and of what is sent to $validate
    header_limit_bytes: int = 16_384  # of all headers of a request
    head_seconds: int = 10  # for the headers of a request, from the first byte
    body_seconds: int = 30  # for a body, beside the time that its size allows
    body_bytes_per_second: int = 32_768  # how slowly a longer body may come
    connections_per_client: int = 64  # at once, by certificate; 0 switches the limit off
    front_folder: Path = Path("/etc/tilts/front")  # of HAProxy's files; HOST.pem: certificate, chain, key
    front_sockets: str = ""  # of `tilts serve --unix-socket`; empty: /run/tilts/ENVIRONMENT.sock
    front_portal: str = ""  # where HAProxy finds the portal: 127.0.0.1:8081; empty: it is not behind it
    front_handshakes_per_second: int = 60  # of one address; 0 switches the limit off
    claim_lease_minutes: int = (
        0  # test only: how long a claim holds; 0: as the law of the day says (exchange/law)
    )
    handover_period_hours: int = 0  # test only: how long a hold lasts from its first dispense; 0: the law
    settling_seconds: int = 15  # how often the clock's doings are written down and told of; 0: not here
    transfer_minutes: int = 0  # test only: how long a holder keeps a line wanted elsewhere; 0: the law
    presentation_hours: int = (
        0  # test only: how long a shown prescription stays open to a pharmacy; 0: the law
    )
    ordinary_validity_months: int = 0  # test only: of an ordinary prescription without an end; 0: the law
    longest_validity_days: int = 0  # test only: of one for repeated use, at most; 0: the law
    amendment_hours: int = 0  # test only: how long a dispense may be amended or withdrawn; 0: the law
    token_seconds: int = 300  # life of an access token
    assertion_seconds: int = 60  # how far ahead a client assertion may end
    clock_skew_seconds: int = 10  # how much a client's clock may differ
    sheet_keys_days: int = 7  # how long a pharmacy may believe the keys of printed prescriptions unseen
    key_announce_hours: int = 24  # how long before its first use a new token key is published
    person_proof: str = ""  # who must show an ID token: empty nobody, writes who signs, all everybody
    person_proof_audiences: str = ""  # for whom the ID tokens that are exchanged are made; comma between
    person_proof_minutes: int = 600  # how long ago the person may have signed in at the provider
    page_link_minutes: int = 10  # life of a `next` link
    search_pages: int = 20  # of one search that is neither a register nor the own worklist
    copying_limits: Path = Path()  # JSON: how many patients are too many; empty: the table that is shipped
    delegate_misses: int = 5  # wrong codes or names when a resident names somebody, in 24 hours
    find_misses: int = 50  # wrong number or name per client in ten minutes, then 429
    requests_per_second: int = 50  # per client; 0 switches the limit off
    upload_limit_bytes: int = 12_582_912  # of a form of the portal, with all its files
    session_idle_minutes: int = 30  # of the portal: unused this long, a session ends
    session_hours: int = 10  # of the portal: a session ends at the latest
    session_proof_minutes: int = 15  # of the portal: how fresh the proof of who takes a weighty step must be
    hsts_seconds: int = 31_536_000  # browsers ask by https only, at names below too; 0: not said
    oidc_issuer: str = ""  # OpenID provider that signs people in; sandbox: empty is the built-in one
    oidc_client_id: str = "tilts-portal"  # how that provider knows this portal
    oidc_client_secret: str = ""  # empty: private_key_jwt with the exchange's own key
    oidc_person_claim: str = "person_code"  # claim of the ID token with a resident's person code
    oidc_service_claim: str = "eid_service"  # claim of the ID token with the service, as the register has it
    oidc_authority_subjects: str = ""  # who acts for the authority at once; comma between
    mail_smtp_url: str = ""  # smtp://host, smtp+starttls://user@host or smtps://user@host; empty: no server
    mail_smtp_password_file: Path = Path()  # 0600; the password for the user in that URL
    mail_smtp_ca_file: Path = Path()  # who may vouch for the mail server; empty: the machine's own list
    mail_smtp_timeout_seconds: int = 30  # for handing one letter over
    mail_sent_folder: Path = Path()  # a Maildir for letters when there is no mail server: the sandbox
    mail_folder: Path = Path()  # the Maildir into which a mail server delivers; empty: nothing is received
    mail_message_limit_bytes: int = 26_214_400  # of a message that comes, as it comes
    mail_attachment_limit_bytes: int = 10_485_760  # of one document in it
    mail_attachments: int = 20  # of one message, at most
    mail_messages_per_hour: int = 60  # from one address or in one case; more are set aside
    mail_automatic_letters_per_hour: int = 6  # to one address; after that acknowledgements stay away
    mail_attempts: int = 16  # to send a letter; then it is given up and somebody has to look
    mail_first_pause_seconds: int = 60  # before the second attempt; doubles, up to six hours
    mail_round_seconds: int = 2  # how often outbox and folder are looked at
    mail_subjects_file: Path = Path()  # subject lines that open an application; empty: the list that we ship
    log_level: str = "info"  # debug, info, warning or error
    inherited_sockets: str = ""  # from the sandbox: tls=5,plain=6,portal=7 (file descriptors)
    contacts_file: Path = Path()  # TOML with both desks and their days; empty: invented desks
    sandbox_facts: Path = Path()  # what the portal's first page tells: the sandbox's state file

    @property
    def mark(self) -> str:
        """What stands on every answer and log line: test, production, or rehearsal (never both)."""
        return "rehearsal" if self.rehearsal else self.environment

    @property
    def knows_test_persons(self) -> bool:
        """Whether codes of the block for test persons (person_code.py) belong to anybody here."""
        return self.environment != "production" or self.rehearsal


def from_environment(environ: Mapping[str, str] | None = None) -> Settings:
    source = os.environ if environ is None else environ
    found: dict[str, object] = {}
    for field in fields(Settings):
        written = source.get(f"TILTS_{field.name.upper()}")
        if written is not None:
            found[field.name] = _read(field.name, written, getattr(Settings(), field.name))
    return Settings(**found)  # type: ignore[arg-type]


def to_environment(settings: Settings) -> dict[str, str]:
    """The same settings as environment variables, for the server process."""
    return {f"TILTS_{field.name.upper()}": str(getattr(settings, field.name)) for field in fields(Settings)}


def _read(name: str, written: str, default: object) -> object:
    if isinstance(default, bool):
        return written.lower() in {"1", "true", "yes"}
    if isinstance(default, int):
        try:
            return int(written)
        except ValueError:
            raise SystemExit(f"TILTS_{name.upper()}={written!r} is not a whole number") from None
    if name in CHOICES and written not in CHOICES[name]:
        raise SystemExit(f"TILTS_{name.upper()}={written!r} is none of {', '.join(map(repr, CHOICES[name]))}")
    return Path(written) if isinstance(default, Path) else written
