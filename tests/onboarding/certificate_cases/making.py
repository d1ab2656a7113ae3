"""Makes the certificates of the cases: keys once, certificates by certomancer, what certomancer would not write by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import yaml
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.onboarding.certificate_cases.altering import (
    ALTERATIONS,
    after_signing,
    another_identifier,
    signed_anew,
)
from tilts.onboarding.revocation import RevocationList, Unusable, read_list
from tilts.onboarding.trust_list import TrustList, TrustService

HERE: Final = Path(__file__).parent
NOW: Final = datetime.now(UTC).replace(microsecond=0)
NUMBER: Final = "99990000011"
CRL: Final = "http://crl.example.lv/{}.crl"
Case = Mapping[str, Any]
USUAL: Final[dict[str, Any]] = {
    "basic_constraints": False,
    "key_usage": ["digital_signature"],
    "extended_key_usage": ["client_auth"],
    "crl": True,
}


def read_cases(name: str) -> list[Case]:
    found: list[Case] = yaml.safe_load((HERE / f"{name}.yml").read_text("utf-8"))
    return found


def day(after: int) -> str:
    return (NOW + timedelta(days=after)).isoformat()


@dataclass
class World:
    """All authorities, all leaves; a certificate is made when it is asked for."""

    folder: Path
    keys: dict[str, ec.EllipticCurvePrivateKey] = field(default_factory=dict)

    @cached_property
    def authorities(self) -> dict[str, Case]:
        found: dict[str, Case] = yaml.safe_load((HERE / "pki.yml").read_text("utf-8"))
        return found

    @cached_property
    def leaves(self) -> dict[str, Case]:
        return {case["case"]: case for case in read_cases("leaves")}

    @cached_property
    def architecture(self) -> Any:
        entities = {
            label: {"organization-name": "Izdevēji", "common-name": label} for label in self.authorities
        }
        certs: dict[str, Any] = {label: self.authority_spec(label) for label in self.authorities}
        for place, case in enumerate(self.leaves.values()):
            entities[f"leaf-{place}"] = leaf_entity(case)
            certs[case["case"]] = self.leaf_spec(case, f"leaf-{place}")
        for label in [*self.authorities, "leaf"]:
            self.key(label)
        plan = {
            "keysets": {"cases": {"keys": {label: {"path": f"{label}.key"} for label in self.keys}}},
            "pki-architectures": {
                "cases": {"keyset": "cases", "entities": entities, "certs": certs},
            },
        }
        declared = CertomancerConfig(plan, key_search_dir=str(self.folder), lazy_load_keys=True)
        return declared.get_pki_arch(ArchLabel("cases"))

    def key(self, label: str) -> ec.EllipticCurvePrivateKey:
        if label not in self.keys:
            self.keys[label] = made = ec.generate_private_key(ec.SECP256R1())
            pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            (self.folder / f"{label}.key").write_bytes(pem)
        return self.keys[label]

    def authority_spec(self, label: str) -> dict[str, Any]:
        case = self.authorities[label]
        extensions = {
            "basic_constraints": True,
            "key_usage": ["key_cert_sign", "crl_sign"],
            **case.get("set", {}),
        }
        begins, ends = case.get("valid", (-400, 1500))
        return {
            "subject": case.get("subject", label),
            "subject-key": label,
            "issuer": case["issuer"],
            "issuer-cert": case["issuer"],
            "validity": {"valid-from": day(begins), "valid-to": day(ends)},
            "serial": 1000 + [*self.authorities].index(label),
            "extensions": [extension(name, value, case) for name, value in extensions.items()],
        }

    def leaf_spec(self, case: Case, entity: str) -> dict[str, Any]:
        issuer = case.get("issuer", "issuing")
        itself = issuer == "leaf-itself"
        begins, ends = case.get("valid", (-1, 365))
        wanted = {**USUAL, **case.get("set", {})}
        left_out = case.get("without", [])
        return {
            "subject": entity,
            "subject-key": "leaf",
            "issuer": entity if itself else issuer,
            "issuer-cert": case["case"] if itself else issuer,
            "authority-key": "leaf" if itself else case.get("signer", issuer),
            "digest-algo": case.get("digest", "sha256"),
            "validity": {"valid-from": day(begins), "valid-to": day(ends)},
            "serial": 5000 + [*self.leaves].index(case["case"]),
            "extensions": [
                extension(name, value, {"issuer": issuer})
                for name, value in wanted.items()
                if name not in left_out
            ],
        }

    def authority(self, label: str) -> x509.Certificate:
        return x509.load_der_x509_certificate(self.architecture.get_cert(CertLabel(label)).dump())

    def leaf_der(self, name: str) -> bytes:
        case = self.leaves[name]
        der: bytes = self.architecture.get_cert(CertLabel(name)).dump()
        issuer = case.get("issuer", "issuing")
        signer = self.key("leaf" if issuer == "leaf-itself" else case.get("signer", issuer))
        for second in case.get("identifiers", [])[1:]:
            der = signed_anew(der, signer, another_identifier(second))
        if "key_identifier" in case.get("without", []):
            der = signed_anew(der, signer, ALTERATIONS["no-key-identifiers"])
        how = case.get("alter")
        if how is None:
            return der
        if how in ALTERATIONS:
            return signed_anew(der, signer, ALTERATIONS[how])
        return after_signing(
            how, der, self.architecture.get_cert(CertLabel("good by our own authority")).dump()
        )

    def submitted(self, name: str) -> bytes:
        """As it is uploaded: DER, or PEM with its chain."""
        der = self.leaf_der(name)
        chain = self.leaves[name].get("chain", [])
        if not chain:
            return der
        leaf = x509.load_der_x509_certificate(der)
        return b"".join(one.public_bytes(Encoding.PEM) for one in (leaf, *map(self.authority, chain)))

    @cached_property
    def trust_list(self) -> TrustList:
        services = [
            TrustService(
                "Izdevēji",
                label,
                "connection",
                self.authority(label).public_bytes(Encoding.DER),
                "withdrawn" if case.get("withdrawn") else "granted",
                NOW - timedelta(days=90),
                None,
            )
            for label, case in self.authorities.items()
            if case.get("anchor") or case.get("withdrawn")
        ]
        issued, ends = NOW - timedelta(days=10), NOW + timedelta(days=100)
        return TrustList(tuple(services), 1, issued, ends, "Pārzinis", "CN=signer")

    @cached_property
    def lists(self) -> tuple[RevocationList, ...]:
        """A good list, with nobody on it, of each authority whose lists count."""
        found = []
        for label, case in self.authorities.items():
            if {"anchor", "withdrawn", "own"} & set(case):
                try:
                    found.append(read_list(self.empty_list(label), self.authority(label), label))
                except Unusable:
                    continue
        return tuple(found)

    def empty_list(self, label: str) -> bytes:
        made = x509.CertificateRevocationListBuilder(
            self.authority(label).subject, NOW - timedelta(days=1), NOW + timedelta(days=7)
        )
        return made.sign(self.key(label), hashes.SHA256()).public_bytes(Encoding.DER)


def leaf_entity(case: Case) -> dict[str, Any]:
    named = {"organization-name": case.get("organization", "Parauga prakse"), "common-name": "sistēma"}
    identifiers = case.get("identifiers", [f"NTRLV-{NUMBER}"])
    return named | ({"organization-identifier": identifiers[0]} if identifiers else {})


def extension(name: str, value: Any, case: Case) -> dict[str, Any]:
    """From the short form of the tables to certomancer's."""
    match name:
        case "basic_constraints":
            depth = case.get("path")
            content = {"ca": value} | ({"path_len_constraint": depth} if value and depth is not None else {})
            return {"id": name, "critical": True, "value": content}
        case "key_usage":
            return {"id": name, "critical": True, "smart-value": {"schema": "key-usage", "params": value}}
        case "extended_key_usage":
            return {"id": name, "value": value}
    made, critical = in_der(name, value, case)
    return {
        "id": made.oid.dotted_string,
        "critical": critical,
        "smart-value": {"schema": "der-bytes", "params": made.public_bytes().hex()},
    }


def in_der(name: str, value: Any, case: Case) -> tuple[x509.ExtensionType, bool]:
    match name:
        case "crl":
            place = x509.UniformResourceIdentifier(CRL.format(case["issuer"]))
            return x509.CRLDistributionPoints([x509.DistributionPoint([place], None, None, None)]), False
        case "alternative":
            return x509.SubjectAlternativeName(general_names(value)), False
        case "names":
            permitted, excluded = value.get("permitted"), value.get("excluded")
            return (
                x509.NameConstraints(
                    general_names(permitted) if permitted else None,
                    general_names(excluded) if excluded else None,
                ),
                value.get("critical", True),
            )
        case "policy_constraints":
            return x509.PolicyConstraints(0, None), True
        case "unknown":
            oid = x509.ObjectIdentifier("2.999.1.77")
            return x509.UnrecognizedExtension(oid, b"\x05\x00"), value == "critical"
    raise ValueError(name)


def general_names(value: Mapping[str, str]) -> Sequence[x509.GeneralName]:
    if "dns" in value:
        return [x509.DNSName(value["dns"])]
    return [x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, value["O"])]))]
