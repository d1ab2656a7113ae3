"""Writes the sandbox's own addresses into its server certificate: they hold the port, and that is known at the start only.

HL7 UDAP Security: what a server states of itself is signed by a certificate that names its base address.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from tilts.lab.pki.keeping import alone


def name_server(folder: Path, addresses: Sequence[str]) -> None:
    """The same key under a new certificate, if the one that is there names other addresses."""
    file = folder / "server.pem"
    with alone(folder):
        leaf, *rest = x509.load_pem_x509_certificates(file.read_bytes())
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        if sorted(names.get_values_for_type(x509.UniformResourceIdentifier)) == sorted(addresses):
            return
        kept = [name for name in names if not isinstance(name, x509.UniformResourceIdentifier)]
        wanted = x509.SubjectAlternativeName([*kept, *map(x509.UniformResourceIdentifier, addresses)])
        made = renewed(leaf, wanted, (folder / "authority" / "issuing.key").read_bytes())
        half = file.with_name(f".{file.name}.{os.getpid()}")
        half.write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in (made, *rest)))
        os.replace(half, file)


def renewed(
    leaf: x509.Certificate, names: x509.SubjectAlternativeName, issuing_key: bytes
) -> x509.Certificate:
    signer = load_pem_private_key(issuing_key, None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey), "the sandbox's own CA (lab/pki/issuing.py)"
    builder = (
        x509.CertificateBuilder()
        .subject_name(leaf.subject)
        .issuer_name(leaf.issuer)
        .public_key(leaf.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(leaf.not_valid_before_utc)
        .not_valid_after(leaf.not_valid_after_utc)
    )
    for extension in leaf.extensions:
        is_name = isinstance(extension.value, x509.SubjectAlternativeName)
        builder = builder.add_extension(names if is_name else extension.value, extension.critical)
    return builder.sign(signer, hashes.SHA256())
