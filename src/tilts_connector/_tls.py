"""The secured line to the exchange: which certificate is shown, and what a failed handshake means."""

import ssl
from collections.abc import Iterator

import httpx

from tilts_connector.credentials import Credentials
from tilts_connector.errors import Misused


def tls_context(credentials: Credentials) -> ssl.SSLContext:
    """
    Both sides show a certificate.

    Reading three files is cheap, the handshake is not (about 3 ms of the server's CPU, eighteen requests'
    worth), so one context and one pool serve an exchange object for its whole life.
    """
    if credentials.certificate is None or credentials.private_key is None:
        raise Misused("an https base needs certificate and private_key in the credentials")
    try:
        context = ssl.create_default_context(cafile=credentials.authority)
        context.load_cert_chain(credentials.certificate, credentials.private_key)
    except OSError as error:  # ssl.SSLError is one
        raise Misused(f"certificate, private_key or authority cannot be used: {error}") from error
    return context


def certificate_fault(error: BaseException) -> str | None:
    """Why no repetition will help, if certificates are the reason; None for a broken line."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the exchange's certificate was not accepted ({cause.verify_message}): check `authority`"
        if isinstance(cause, ssl.SSLError) and "ALERT" in (cause.reason or ""):
            return (
                f"the exchange broke off the handshake ({cause.reason}): check `certificate`; "
                "check its issuer and its dates"
            )
    return None


def broken_line(error: Exception) -> str:
    """What to say of a line that broke. Few servers send the alert that says why before they hang up."""
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
        return f"{type(error).__name__}; if it is so at every call, check `certificate`"
    return type(error).__name__


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
