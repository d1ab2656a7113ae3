"""Signs documents for the sandbox's signing page, with test certificates: PDF (PAdES) and containers (ASiC-E).

The signatures are as real as any, only the trust service provider is invented. Whoever signs second calls
the same functions with what the first has signed: `sign_pdf` appends, `add_signature` adds a file.
"""

from tilts.lab.signing.containers import add_signature, sign_container
from tilts.lab.signing.credentials import Credentials, stamp_unit
from tilts.lab.signing.pdf import sign_pdf

__all__ = ["Credentials", "add_signature", "sign_container", "sign_pdf", "stamp_unit"]
