"""The sandbox's own test certificates: declared in pki.yml, made once, kept in a folder."""

from tilts.lab.pki.keeping import REMADE_BEFORE_END, ClientCredentials, Pki, alone, ensure_pki

__all__ = ["REMADE_BEFORE_END", "ClientCredentials", "Pki", "alone", "ensure_pki"]
