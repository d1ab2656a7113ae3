"""Lines for a shell with which an IT person makes a key, asks for a certificate, installs and changes it.

They are made for one connection: its organisation, its number, the address it calls. The private key is made on the
machine that uses it and is named in no step that sends something.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from tilts.store.onboarding.connections import ClientRecord
from tilts.store.onboarding.parties import PartyRecord

NAME_CHARACTERS: Final = 64  # of O and CN: RFC 5280 appendix A.1
UNKNOWN_BASE: Final = "https://EXCHANGE:8443/fhir/r4"
SPECIAL: Final = '\\"$#;'  # mean something in a configuration file of OpenSSL


@dataclass(frozen=True, slots=True)
class Guide:
    """Every snippet of the page."""

    base: str  # FHIR base of the environment; UNKNOWN_BASE where this portal does not know it
    key: str
    request: str
    look: str
    check: str
    curl: str
    connector: str
    haproxy: str
    nginx: str

    @property
    def known(self) -> bool:
        return self.base != UNKNOWN_BASE


def guide_for(party: PartyRecord, client: ClientRecord, base: str, organization_id: str = "") -> Guide:
    """`organization_id` as the environment knows it; empty where this portal serves another one."""
    base = base or UNKNOWN_BASE
    host = urlsplit(base).netloc
    call = f"curl -sS --cacert exchange-ca.pem \\\n  --cert client.pem --key client.key \\\n  {base}"
    return Guide(
        base=base,
        key="umask 077\nopenssl ecparam -name prime256v1 -genkey -noout -out client.key",
        request=request_lines(party, client),
        look="openssl x509 -in client.pem -noout -subject -issuer -dates -fingerprint -sha256",
        check=(
            "openssl x509 -in client.pem -noout -pubkey > of-certificate.pub\n"
            "openssl pkey -in client.key -pubout > of-key.pub\n"
            "cmp of-certificate.pub of-key.pub && echo same key"
        ),
        curl=f"{call}/Task",
        connector=connector_lines(client, organization_id),
        haproxy=haproxy_lines(host),
        nginx=(
            "location /fhir/r4/ {\n"
            f"    proxy_pass https://{host};\n"
            f"    proxy_set_header Host {host};\n"
            "    proxy_ssl_certificate /etc/nginx/client.pem;\n"
            "    proxy_ssl_certificate_key /etc/nginx/client.key;\n"
            "    proxy_ssl_trusted_certificate /etc/nginx/exchange-ca.pem;\n"
            "    proxy_ssl_verify on;\n"
            "    proxy_ssl_server_name on;\n"
            f"    proxy_ssl_name {host.partition(':')[0]};\n"
            "}"
        ),
    )


def haproxy_lines(host: str) -> str:
    """A whole way through for a program on the same machine; a `server` stands on one line."""
    name = host.partition(":")[0]
    return (
        "# client-with-key.pem: client.pem, then client.key, in one file that only HAProxy reads\n"
        "frontend program\n"
        "    mode http\n"
        "    bind 127.0.0.1:8080\n"
        "    default_backend exchange\n"
        "\n"
        "backend exchange\n"
        "    mode http\n"
        f"    http-request set-header Host {host}\n"
        f"    server exchange {host} ssl verify required ca-file /etc/haproxy/exchange-ca.pem"
        f" crt /etc/haproxy/client-with-key.pem sni str({name}) verifyhost {name}"
    )


def request_lines(party: PartyRecord, client: ClientRecord) -> str:
    """A file says the subject: names have quotation marks and letters that a command line would change."""
    return (
        "cat > request.cnf <<'END'\n"
        "[req]\n"
        "prompt = no\n"
        "utf8 = yes\n"
        "string_mask = utf8only\n"
        "distinguished_name = subject\n"
        "[subject]\n"
        "C = LV\n"
        f"O = {as_written(party.name)}\n"
        f"organizationIdentifier = NTRLV-{party.registration_number}\n"
        f"CN = {as_written(client.site)}\n"
        "END\n"
        "openssl req -new -sha256 -config request.cnf -key client.key -out client.csr\n"
        "openssl req -in client.csr -noout -verify -subject -nameopt utf8"
    )


def as_written(text: str) -> str:
    one_line = " ".join(text.split())[:NAME_CHARACTERS]
    return "".join(f"\\{letter}" if letter in SPECIAL else letter for letter in one_line)


def connector_lines(client: ClientRecord, organization_id: str) -> str:
    return (
        "from pathlib import Path\n"
        "\n"
        "from tilts_connector import Credentials\n"
        "\n"
        "credentials = Credentials(\n"
        f'    client_id="{client.client_id}",\n'
        f'    organization_id="{organization_id or "…"}",  # id of the organisation in the register\n'
        '    jwk=Path("jwk.json"),  # the private part of the signing key\n'
        '    certificate=Path("client.pem"),\n'
        '    private_key=Path("client.key"),\n'
        '    authority=Path("exchange-ca.pem"),\n'
        ")"
    )
