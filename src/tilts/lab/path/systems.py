"""The systems of the path's new parties: each makes its own keys, and asks the exchange for tokens as itself."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID
from joserfc.jwk import ECKey

from tilts.lab.conformance.reference.client import ReferenceClient, Shown
from tilts.lab.path.cast import Organisation
from tilts.lab.path.visitor import No
from tilts.lab.story import MEDICINE
from tilts.lab.walker import Upload
from tilts.rules import Language
from tilts_connector import (
    Actor,
    Credentials,
    Exchange,
    Options,
    Patience,
    Pharmacy,
    Practice,
    PrescriptionOrder,
    packs,
)

JWK_TYPE: Final = "application/jwk+json"
PEM_TYPE: Final = "application/x-pem-file"


def new_keys(folder: Path, name: str) -> dict[str, Any]:
    """A signing key and a key for the connection; only the public part of the first is given away."""
    own = folder / name
    own.mkdir(mode=0o700, parents=True)
    signing = ECKey.generate_key("P-256")
    kid = signing.thumbprint()
    (own / "jwk.json").write_text(json.dumps({**signing.as_dict(private=True), "kid": kid}))
    connection = ec.generate_private_key(ec.SECP256R1())
    (own / "key.pem").write_bytes(connection.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return {
        "jwk": str(own / "jwk.json"),
        "kid": kid,
        "key": str(own / "key.pem"),
        "cert": str(own / "cert.pem"),
        "public": json.dumps({**signing.as_dict(private=False), "kid": kid}),
        "practitioner": None,
        "role": None,
    }


def public_key(entry: Mapping[str, Any]) -> Upload:
    return Upload("key.jwk", str(entry["public"]).encode(), JWK_TYPE)


def private_key(entry: Mapping[str, Any]) -> Upload:
    return Upload("key.jwk", Path(entry["jwk"]).read_bytes(), JWK_TYPE)


def token_refused(place: Mapping[str, Any], entry: Mapping[str, Any], shown: Shown, language: Language) -> No:
    """What the token endpoint answers this client; the empty one when it gives a token after all."""
    client = ReferenceClient(entry, place["fhir"], place["token"])
    answer = client.ask_token(assertion_of(client), shown, language)
    if answer.is_success:
        return No((), ())
    told = answer.json()
    if conditions := told.get("conditions"):
        reasons = [f"{told['error']}: {one['text']}" for one in conditions]
        return No(tuple(reasons), tuple(str(one["rule"]) for one in conditions))
    issue = told["outcome"]["issue"][0]
    return No((f"{told['error']}: {issue['details']['text']}",), (issue["details"]["coding"][0]["code"],))


def private_part(entry: Mapping[str, Any]) -> Upload:
    return Upload("client.pem", Path(entry["key"]).read_bytes(), PEM_TYPE)


def certificate_shown(entry: Mapping[str, Any], certificate: bytes) -> None:
    """From now on the system shows this certificate."""
    Path(entry["cert"]).write_bytes(certificate)


def assertion_of(client: ReferenceClient) -> str:
    """A developer's own system treats nobody: it says so (access/scopes.py)."""
    if client.entry["kind"] != "vendor":
        return client.assertion(named=client.entry["practitioner"] is not None)
    b2b = {
        "version": "1",
        "organization_id": f"urn:uuid:{client.entry['org']}",
        "purpose_of_use": ["HOPERAT"],
    }
    return client.assertion(named=False, extensions={"hl7-b2b": b2b})


def own_certificate(entry: Mapping[str, Any]) -> Shown:
    return str(entry["cert"]), str(entry["key"])


def connect(place: Mapping[str, Any], entry: Mapping[str, Any], language: str) -> Exchange:
    """The system's own line to an environment; the caller closes it."""
    options = Options(language=language, patience=Patience(timeout_seconds=20, tries=1))
    return Exchange(place["fhir"], Credentials.from_ready_line(entry), options=options)


def request_for(entry: Mapping[str, Any], party: Organisation) -> Upload:
    """A request for a certificate, signed by the key of the connection."""
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "LV"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, party.name),
            x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, f"NTRLV-{party.registration_number}"),
            x509.NameAttribute(NameOID.COMMON_NAME, str(entry["client_id"])),
        ]
    )
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key_of(entry), SHA256())
    return Upload("client.csr", request.public_bytes(Encoding.PEM), PEM_TYPE)


def key_of(entry: Mapping[str, Any]) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(Path(entry["key"]).read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey), "made so above"
    return key


def who_works_there(place: Mapping[str, Any], entry: dict[str, Any], language: str) -> str:
    """The first practitioner of the system's organisation, as the register over the wire says; gives the name."""
    with connect(place, entry, language) as exchange:
        nobody = exchange.acting_as(Actor(purpose="TREAT"))
        role = nobody.matches("PractitionerRole", {"organization": f"Organization/{entry['org']}"})[0]
        practitioner = nobody.read("Practitioner", role["practitioner"]["reference"].rpartition("/")[2])
    entry |= {"practitioner": practitioner["id"], "role": role["id"]}
    name = practitioner["name"][0]
    return " ".join([*name["given"], name["family"]])


def prescribed(line: Exchange, person: Mapping[str, Any]) -> str:
    """One line for this person; gives the number to say at the counter."""
    practice = Practice(line)
    patient = practice.find_patient(person["code"])
    order = PrescriptionOrder(MEDICINE, packs(1), "1 tablete 3 reizes dienā")
    return practice.prescribe(patient.id, order).number


def dispensed(line: Exchange, number: str, person: Mapping[str, Any]) -> None:
    pharmacy = Pharmacy(line)
    found = pharmacy.find(number, person["family"], " ".join(person["given"]))[0]
    pharmacy.dispense(pharmacy.claim(found.task_id), 1)


def looked_up(line: Exchange) -> None:
    """A call that needs an open connection and changes nothing."""
    line.read("Organization", line.credentials.organization_id)
