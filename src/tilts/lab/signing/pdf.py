"""Signs a PDF as PAdES: baseline B, or T with a time stamp; a further signature is appended to the first."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto import cms
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tilts.lab.signing.credentials import Credentials, in_asn1, key_in_asn1
from tilts.lab.signing.stamping import LocalStamper, names_certificate


class _SignerAt(PdfSigner):
    """The library takes the machine's time; a story of the sandbox may be of another day."""

    moment: datetime

    def init_signing_session(self, *given: Any, **named: Any) -> PdfSigningSession:
        session = super().init_signing_session(*given, **named)
        session.system_time = self.moment
        return session


class _Signer(SimpleSigner):
    async def signed_attrs(self, *given: Any, **named: Any) -> cms.CMSAttributes:
        made = await super().signed_attrs(*given, **named)
        for attribute in made:
            if attribute["type"].native == "signing_certificate_v2":
                attribute["values"] = [names_certificate(self.signing_cert)]
        return made


def sign_pdf(pdf: bytes, credentials: Credentials, tsa: Credentials | None, moment: datetime) -> bytes:
    """
    The PDF with one more signature.

    Args:
        pdf: Signed or not; its bytes stay as they are, the signature is appended.
        credentials: Of a person or a seal.
        tsa: The time-stamp unit; without one the signature is PAdES-B-B.
        moment: What is written as signing time and stamped.
    """
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    taken = {name for name, _, _ in enumerate_sig_fields(writer.prev)}
    name = next(name for number in range(1, len(taken) + 2) if (name := f"Signature{number}") not in taken)
    known = SimpleCertificateStore()
    known.register_multiple([in_asn1(one) for one in credentials.chain])
    signer = _SignerAt(
        PdfSignatureMetadata(field_name=name, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES),
        signer=_Signer(in_asn1(credentials.cert), key_in_asn1(credentials.key), known),
        timestamper=None if tsa is None else LocalStamper(tsa, moment),
    )
    signer.moment = moment
    written: BytesIO = _finished(signer.async_sign_pdf(writer))
    return written.getvalue()


def _finished(work: Coroutine[Any, Any, Any]) -> Any:
    """The library signs within an event loop; in a thread of its own it gets one wherever we are called."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
