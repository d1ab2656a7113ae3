"""The sandbox's time-stamp authority (RFC 3161), within the same process: no network, any moment.

The library's own test stamper signs by RSA only; the sandbox's keys are on an elliptic curve.
"""

import hashlib
import secrets
from datetime import datetime

from asn1crypto import algos, cms, tsp, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.sign.general import as_signing_certificate_v2, simple_cms_attribute
from pyhanko.sign.timestamps import TimeStamper

from tilts.lab.signing.credentials import Credentials, in_asn1

POLICY = "2.999.1.4"  # under the example arc: nobody's policy
SERIAL_BITS = 64


class LocalStamper(TimeStamper):
    """Stamps every request with one moment."""

    def __init__(self, unit: Credentials, moment: datetime) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._unit = unit
        self._moment = moment

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return tsp.TimeStampResp(
            {"status": {"status": "granted"}, "time_stamp_token": token_for(req, self._unit, self._moment)}
        )


def token_over(content: bytes, unit: Credentials, moment: datetime) -> cms.ContentInfo:
    """A time stamp over these bytes."""
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": hashlib.sha256(content).digest()}
    return token_for(tsp.TimeStampReq({"version": 1, "message_imprint": imprint}), unit, moment)


def token_for(request: tsp.TimeStampReq, unit: Credentials, moment: datetime) -> cms.ContentInfo:
    facts = {
        "version": "v1",
        "policy": POLICY,
        "message_imprint": request["message_imprint"],
        "serial_number": secrets.randbits(SERIAL_BITS),
        "gen_time": moment.replace(microsecond=0),
    }
    if request["nonce"].native is not None:
        facts["nonce"] = request["nonce"]
    content = tsp.TSTInfo(facts).dump()
    attributes = signed_attributes(content, unit)
    signature = unit.key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256()))
    return cms.ContentInfo(
        {"content_type": "signed_data", "content": signed_data(content, attributes, signature, unit)}
    )


def names_certificate(certificate: x509.Certificate) -> tsp.SigningCertificateV2:
    """RFC 5035, by another hash than its default.

    A default that is left out asn1crypto fills in when it reads, takes for a change, and encodes all that is around
    it anew, twice at each level: three million times for one signature in four, eight seconds instead of a blink.
    """
    return as_signing_certificate_v2(certificate, "sha512")


def signed_attributes(content: bytes, unit: Credentials) -> cms.CMSAttributes:
    return cms.CMSAttributes(
        [
            simple_cms_attribute("content_type", "tst_info"),
            simple_cms_attribute("message_digest", hashlib.sha256(content).digest()),
            simple_cms_attribute("signing_certificate_v2", names_certificate(in_asn1(unit.cert))),
        ]
    )


def signed_data(
    content: bytes, attributes: cms.CMSAttributes, signature: bytes, unit: Credentials
) -> cms.SignedData:
    own = in_asn1(unit.cert)
    sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {"issuer_and_serial_number": {"issuer": own.issuer, "serial_number": own.serial_number}}
            ),
            "digest_algorithm": sha256,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
            "signed_attrs": attributes,
            "signature": signature,
        }
    )
    return cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [sha256],
            "encap_content_info": {"content_type": "tst_info", "content": cms.ParsableOctetString(content)},
            "certificates": [own, *(in_asn1(one) for one in unit.chain)],
            "signer_infos": [signer],
        }
    )
