"""Makes the lists and answers of revoking.yml: right ones, but for what the case names."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from asn1crypto import algos, keys
from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from certomancer.registry import CertLabel, EntityLabel
from certomancer.registry.svc_config.ocsp import OCSPInterface
from certomancer.services import CRLBuilder, SimpleOCSPResponder
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.onboarding.certificate_cases.making import CRL, NOW, Case, World
from tilts.lab.pki_trust.certificates import key_usage

UNKNOWN: Final = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.999.1.78"), b"\x05\x00")
SAID: Final = {"good": "GOOD", "revoked": "REVOKED", "unknown": "UNKNOWN"}
ECDSA_SHA256: Final = algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"})
DELEGATE: Final = 777_777
PURPOSES: Final = {"ocsp": ExtendedKeyUsageOID.OCSP_SIGNING, "client_auth": ExtendedKeyUsageOID.CLIENT_AUTH}


def good_leaf(world: World) -> x509.Certificate:
    return x509.load_der_x509_certificate(world.leaf_der("good"))


def at(hours: float | None) -> datetime | None:
    return None if hours is None else NOW + timedelta(hours=hours)


def list_of(world: World, case: Case) -> bytes:
    wanted: Mapping[str, Any] = case["list"]
    how = wanted.get("alter")
    if how == "garbage":
        return b"\x30\x03abc"
    der = by_certomancer(world, wanted) if wanted.get("maker") else by_cryptography(world, wanted)
    match how:
        case "signature":
            return der[:-3] + bytes([der[-3] ^ 0xFF]) + der[-2:]
        case "cut":
            return der[:-20]
        case "no-next" | "sha1":
            return list_signed_anew(der, world.key("issuing"), how)
    return der


def by_cryptography(world: World, wanted: Mapping[str, Any]) -> bytes:
    label = wanted.get("authority", "issuing")
    this, ends = at(wanted.get("this", -24)), at(wanted.get("next", 48))
    assert this is not None and ends is not None
    this = min(this, ends - timedelta(hours=1))
    made = x509.CertificateRevocationListBuilder(world.authority(label).subject, this, ends)
    made = made.add_extension(x509.CRLNumber(7), critical=False)
    for serial in wanted.get("serials", []):
        made = made.add_revoked_certificate(x509.RevokedCertificateBuilder(serial, this).build())
    if wanted.get("revoked"):
        entry = x509.RevokedCertificateBuilder(good_leaf(world).serial_number, this)
        if "reason" in wanted:
            entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags[wanted["reason"]]), critical=False)
        made = made.add_revoked_certificate(entry.build())
    if "entry" in wanted:
        stranger = x509.CertificateIssuer([x509.DirectoryName(world.authority("wide").subject)])
        added: x509.ExtensionType = stranger if wanted["entry"] == "issuer" else UNKNOWN
        entry = x509.RevokedCertificateBuilder(3, this).add_extension(added, critical=True)
        made = made.add_revoked_certificate(entry.build())
    if "unknown" in wanted:
        made = made.add_extension(UNKNOWN, critical=wanted["unknown"] == "critical")
    if wanted.get("delta"):
        made = made.add_extension(x509.DeltaCRLIndicator(6), critical=True)
    if "point" in wanted:
        made = made.add_extension(point(world, wanted["point"]), critical=True)
    signer = world.key(wanted.get("signer", label))
    return made.sign(signer, hashes.SHA256()).public_bytes(Encoding.DER)


def point(world: World, wanted: Mapping[str, Any]) -> x509.IssuingDistributionPoint:
    place = wanted.get("place")
    reasons = frozenset({x509.ReasonFlags.key_compromise}) if wanted.get("reasons") else None
    relative = x509.RelativeDistinguishedName([*world.authority("wide").subject][:1])
    return x509.IssuingDistributionPoint(
        full_name=[x509.UniformResourceIdentifier(CRL.format(place))] if place else None,
        relative_name=relative if wanted.get("relative") else None,
        only_contains_user_certs=bool(wanted.get("user")),
        only_contains_ca_certs=bool(wanted.get("ca")),
        only_some_reasons=reasons,
        indirect_crl=bool(wanted.get("indirect")),
        only_contains_attribute_certs=bool(wanted.get("attribute")),
    )


def by_certomancer(world: World, wanted: Mapping[str, Any]) -> bytes:
    issuer = asn1_x509.Certificate.load(world.authority("issuing").public_bytes(Encoding.DER))
    builder = CRLBuilder(issuer.subject, private_key(world), ECDSA_SHA256, issuer.key_identifier_value)
    serial = good_leaf(world).serial_number
    revoked = (
        [builder.format_revoked_cert(serial, None, NOW - timedelta(days=1))] if wanted.get("revoked") else []
    )
    made = builder.build_crl(7, NOW - timedelta(days=1), NOW + timedelta(days=2), revoked)
    return bytes(made.dump())


def list_signed_anew(der: bytes, key: ec.EllipticCurvePrivateKey, how: str) -> bytes:
    found = asn1_crl.CertificateList.load(der)
    tbs = found["tbs_cert_list"]
    weak = how == "sha1"
    if weak:
        tbs["signature"] = {"algorithm": "sha1_ecdsa"}
        found["signature_algorithm"] = {"algorithm": "sha1_ecdsa"}
    else:
        tbs["next_update"] = None
    content = tbs.dump(force=True)
    found["tbs_cert_list"] = asn1_crl.TbsCertList.load(content)
    found["signature"] = key.sign(content, ec.ECDSA(hashes.SHA1() if weak else hashes.SHA256()))
    return bytes(found.dump(force=True))


def answer_of(world: World, case: Case) -> bytes:
    wanted: Mapping[str, Any] = case["answer"]
    match wanted.get("alter"):
        case "garbage":
            return b"\x30\x03abc"
        case "large":
            return b"\x30" * 70_000
        case "cut":
            return signed_answer(world, wanted)[:-20]
        case "signature":
            der = signed_answer(world, wanted)
            return der[:-3] + bytes([der[-3] ^ 0xFF]) + der[-2:]
    if "refused" in wanted:
        status = ocsp.OCSPResponseStatus[wanted["refused"].upper()]
        return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)
    return answer_by_certomancer(world) if wanted.get("maker") else signed_answer(world, wanted)


def signed_answer(world: World, wanted: Mapping[str, Any]) -> bytes:
    leaf, issuer = asked_about(world, wanted.get("about"))
    said = ocsp.OCSPCertStatus[SAID[wanted.get("said", "good")]]
    revoked = said is ocsp.OCSPCertStatus.REVOKED
    this = at(wanted.get("this", -1))
    assert this is not None
    builder = ocsp.OCSPResponseBuilder().add_response(
        leaf,
        issuer,
        hashes.SHA256() if wanted.get("naming") == "sha256" else hashes.SHA1(),
        said,
        this,
        at(wanted.get("next", 24)),
        NOW - timedelta(days=1) if revoked else None,
        None,
    )
    label = wanted.get("signer", "issuing")
    key = world.key(label)
    signer = leaf if label == "leaf" else world.authority(label)
    if "delegate" in wanted:
        key, signer = world.key("delegate"), delegate(world, wanted["delegate"])
    sent = [] if label == "issuing" and "delegate" not in wanted else [signer]
    if not wanted.get("delegate", {}).get("absent"):
        builder = builder.certificates(sent) if sent else builder
    named = ocsp.OCSPResponderEncoding.HASH if wanted.get("by") == "key" else ocsp.OCSPResponderEncoding.NAME
    builder = builder.responder_id(named, signer)
    if wanted.get("unknown"):
        builder = builder.add_extension(UNKNOWN, critical=True)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def asked_about(world: World, about: str | None) -> tuple[x509.Certificate, x509.Certificate]:
    match about:
        case "another":
            return x509.load_der_x509_certificate(world.leaf_der("ends in a week")), world.authority(
                "issuing"
            )
        case "other-issuer":
            return good_leaf(world), world.authority("wide")
        case "other-key":
            return good_leaf(world), world.authority("twin")
    return good_leaf(world), world.authority("issuing")


def delegate(world: World, wanted: Mapping[str, Any]) -> x509.Certificate:
    issuer = wanted.get("issuer", "issuing")
    begins, ends = wanted.get("valid", (-1, 30))
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "atbildētājs")]))
        .issuer_name(world.authority(issuer).subject)
        .public_key(world.key("delegate").public_key())
        .serial_number(DELEGATE)
        .not_valid_before(NOW + timedelta(days=begins))
        .not_valid_after(NOW + timedelta(days=ends))
    )
    purpose = wanted.get("purpose", "ocsp")
    if purpose is not None:
        made = made.add_extension(x509.ExtendedKeyUsage([PURPOSES[purpose]]), critical=False)
    if "usage" in wanted:
        made = made.add_extension(key_usage(wanted["usage"]), critical=True)
    if wanted.get("unknown"):
        made = made.add_extension(UNKNOWN, critical=True)
    return made.sign(world.key(issuer), hashes.SHA256())


def answer_by_certomancer(world: World) -> bytes:
    """Its responder asks its own declaration for the state of the certificate."""
    leaf, issuer = asked_about(world, None)
    request = ocsp.OCSPRequestBuilder().add_certificate(leaf, issuer, hashes.SHA1()).build()
    architecture = world.architecture
    responder = SimpleOCSPResponder(
        architecture.get_cert(CertLabel("issuing")),
        private_key(world),
        ECDSA_SHA256,
        NOW - timedelta(hours=1),
        OCSPInterface(EntityLabel("issuing"), architecture, CertLabel("issuing")),
        validity=timedelta(days=1),
    )
    asked = asn1_ocsp.OCSPRequest.load(request.public_bytes(Encoding.DER))
    return bytes(responder.build_ocsp_response(asked).dump())


def private_key(world: World) -> keys.PrivateKeyInfo:
    plain = world.key("issuing").private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return keys.PrivateKeyInfo.load(plain)
