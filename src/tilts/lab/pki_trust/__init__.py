"""The sandbox's invented trust service providers: their list, their certificates, their revocations.

    <pki>/trust/list.xml            the list of providers, signed (ETSI TS 119 612)
    <pki>/trust/list-signer.pem     who signs the list: what a reader pins
    <pki>/trust/<authority>.pem     issuing CAs: see AUTHORITIES; <authority>.crl.pem what they revoked
    <pki>/trust/tsa.pem             the time-stamp authority
    <pki>/trust/keys/               all their keys: this is a test PKI
    <pki>/accepted.pem              whose clients the TLS port listens to: our own CA, and listed issuers
    <pki>/accepted-roots.pem        the roots above those, for HAProxy

Made beside lab/pki/keeping.py's own folder and by its manners: whole or not at all, reused by a second start.
"""

from tilts.lab.pki_trust.connections import ConnectionSubject, issue_connection_certificate
from tilts.lab.pki_trust.folder import ensure_trust, renew_trust, revoke
from tilts.lab.pki_trust.layout import AUTHORITIES, Authority, TrustFolder
from tilts.lab.pki_trust.signers import SignerCredentials, issue_signer

__all__ = [
    "AUTHORITIES",
    "Authority",
    "ConnectionSubject",
    "SignerCredentials",
    "TrustFolder",
    "ensure_trust",
    "issue_connection_certificate",
    "issue_signer",
    "renew_trust",
    "revoke",
]
