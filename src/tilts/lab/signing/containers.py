"""Makes signed containers (ASiC-E, `.asice` or `.edoc`) with XAdES signatures, one file for each signature."""

import base64
import io
import mimetypes
import re
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.util import SigningSettings
from signxml.xades.xades import XAdESDataObjectFormat, XAdESSigner

from tilts.lab.signing.credentials import Credentials
from tilts.lab.signing.stamping import token_over

MIMETYPE: Final = "application/vnd.etsi.asic-e+zip"
DS: Final = "http://www.w3.org/2000/09/xmldsig#"
XADES: Final = "http://uri.etsi.org/01903/v1.3.2#"
ASIC: Final = "http://uri.etsi.org/02918/v1.2.1#"
# Inclusive: the library writes no transforms for the parts of the signature itself, and without any it
# means this one (XML Signature 4.4.3.2). Exclusive gave a digest that nobody could verify (Stack 5).
C14N: Final = CanonicalizationMethod.CANONICAL_XML_1_0
SIGNATURES: Final = re.compile(r"META-INF/.*signatures.*\.xml\Z")
MANIFEST: Final = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"


class _DetachedSigner(XAdESSigner):
    """The library signs XML elements; here files of a container are signed as they are."""

    files: Mapping[str, bytes]
    moment: datetime

    def _build_sig(self, sig_root: Any, *given: Any, **named: Any) -> Any:
        info = etree.SubElement(sig_root, f"{{{DS}}}SignedInfo", nsmap=self.namespaces)
        etree.SubElement(info, f"{{{DS}}}CanonicalizationMethod", Algorithm=self.c14n_alg.value)
        etree.SubElement(info, f"{{{DS}}}SignatureMethod", Algorithm=self.sign_alg.value)
        for number, (name, content) in enumerate(self.files.items()):
            reference = etree.SubElement(info, f"{{{DS}}}Reference", Id=f"r-{number}", URI=quote(name))
            etree.SubElement(reference, f"{{{DS}}}DigestMethod", Algorithm=self.digest_alg.value)
            digest = etree.SubElement(reference, f"{{{DS}}}DigestValue")
            digest.text = base64.b64encode(self._get_digest(content, self.digest_alg)).decode()
        return info, etree.SubElement(sig_root, f"{{{DS}}}SignatureValue", Id="value")

    def add_signing_time(self, properties: Any, sig_root: Any, signing_settings: SigningSettings) -> None:
        written = etree.SubElement(properties, f"{{{XADES}}}SigningTime", nsmap=self.namespaces)
        written.text = self.moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def add_data_object_format(
        self, properties: Any, sig_root: Any, signing_settings: SigningSettings
    ) -> None:
        for number, name in enumerate(self.files):
            kind = etree.SubElement(
                properties, f"{{{XADES}}}DataObjectFormat", ObjectReference=f"#r-{number}"
            )
            etree.SubElement(kind, f"{{{XADES}}}MimeType").text = media_type(name)


def sign_container(
    files: dict[str, bytes], credentials: Credentials, tsa: Credentials | None, suffix: str, moment: datetime
) -> bytes:
    """
    A new container with these files and one signature over all of them.

    Args:
        files: Name in the container to content.
        credentials: Of a person or a seal.
        tsa: The time-stamp unit; without one the signature is XAdES-BES.
        suffix: `.asice` or `.edoc`: decides how the signature's file is called.
        moment: What is written as signing time and stamped.
    """
    name = signature_name(suffix, 0)
    return packed(
        {**files, "META-INF/manifest.xml": manifest(files)}, {name: signed(files, credentials, tsa, moment)}
    )


def add_signature(
    container: bytes, credentials: Credentials, tsa: Credentials | None, moment: datetime
) -> bytes:
    """The same container with one more signature over all its documents; what was signed stays as it is."""
    with zipfile.ZipFile(io.BytesIO(container)) as archive:
        members = {name: archive.read(name) for name in archive.namelist() if name != "mimetype"}
    signatures = {name: members.pop(name) for name in list(members) if SIGNATURES.match(name)}
    files = {name: content for name, content in members.items() if not name.startswith("META-INF/")}
    suffix = ".edoc" if any("edoc-" in name for name in signatures) else ".asice"
    name = next(name for number in range(100) if (name := signature_name(suffix, number)) not in signatures)
    return packed(members, {**signatures, name: signed(files, credentials, tsa, moment)})


def signature_name(suffix: str, number: int) -> str:
    kind = "edoc-signatures-S" if suffix == ".edoc" else "signatures"
    return f"META-INF/{kind}{number}.xml"


def signed(
    files: Mapping[str, bytes], credentials: Credentials, tsa: Credentials | None, moment: datetime
) -> bytes:
    signer = _DetachedSigner(
        data_object_format=XAdESDataObjectFormat(),
        method=SignatureConstructionMethod.detached,
        signature_algorithm=SignatureMethod.ECDSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=C14N,
    )
    signer.files, signer.moment = files, moment
    # In scope before and after it is put below the root: inclusive canonical form writes every prefix.
    signer.namespaces.update(asic=ASIC)
    signature = signer.sign(
        etree.Element("placeholder"),
        key=credentials.key,
        cert=[credentials.cert],
        always_add_key_value=False,
    )
    if tsa is not None:
        stamp(signature, tsa, moment)
    root = etree.Element(f"{{{ASIC}}}XAdESSignatures", nsmap={"asic": ASIC})
    root.append(signature)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return written


def stamp(signature: Any, tsa: Credentials, moment: datetime) -> None:
    """XAdES-T: a time stamp over the signature value (EN 319 132-1 section 5.3)."""
    alone = etree.fromstring(etree.tostring(signature))
    value = etree.tostring(alone.find(f"{{{DS}}}SignatureValue"), method="c14n", with_tail=False)
    token = token_over(value, tsa, moment).dump()
    properties = signature.find(f"{{{DS}}}Object/{{{XADES}}}QualifyingProperties")
    unsigned = etree.SubElement(properties, f"{{{XADES}}}UnsignedProperties")
    kept = etree.SubElement(unsigned, f"{{{XADES}}}UnsignedSignatureProperties")
    one = etree.SubElement(kept, f"{{{XADES}}}SignatureTimeStamp", Id="stamp")
    etree.SubElement(one, f"{{{DS}}}CanonicalizationMethod", Algorithm=C14N.value)
    etree.SubElement(one, f"{{{XADES}}}EncapsulatedTimeStamp").text = base64.b64encode(token).decode()


def manifest(files: Mapping[str, bytes]) -> bytes:
    root = etree.Element(f"{{{MANIFEST}}}manifest", nsmap={"manifest": MANIFEST})
    for name, kind in (("/", MIMETYPE), *((name, media_type(name)) for name in files)):
        entry = etree.SubElement(root, f"{{{MANIFEST}}}file-entry")
        entry.set(f"{{{MANIFEST}}}full-path", name)
        entry.set(f"{{{MANIFEST}}}media-type", kind)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return written


def media_type(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def packed(members: Mapping[str, bytes], signatures: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), MIMETYPE, zipfile.ZIP_STORED)  # first and plain
        for name, content in (*members.items(), *signatures.items()):
            archive.writestr(name, content)
    return target.getvalue()
