"""The path from a certificate to an issuer that we trust, by RFC 5280 section 6; no address is asked for anything.

`cryptography` builds the path. Anchors need not sign themselves: they are the issuers of the trust list and our
own CA. What the library leaves out is added: names that an authority may not speak for are compared with the
subject too, because certificates of organisations often have no alternative name (Security 1.6). An authority whose
limit on directory names is critical is refused by the library, whatever the name is: a false "no" that we know of.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

Fault: TypeAlias = Literal[
    "no-path",
    "time",
    "path-length",
    "name-constraints",
    "critical-extension",
    "key",
    "algorithm",
    "authority",
    "usage",
    "purpose",
    "serial",
    "version",
    "extensions",
]
DEEPEST: Final = 4  # authorities between a leaf and its anchor
# What the library says (cryptography 50), the more special first; what is not known here is "no-path".
SAID: Final[tuple[tuple[str, Fault], ...]] = (
    ("path length constraint", "path-length"),
    ("path_length", "path-length"),
    ("max_chain_depth", "path-length"),
    ("name constraint", "name-constraints"),
    ("subtree", "name-constraints"),
    ("critical extensions", "critical-extension"),
    ("prohibited extension", "critical-extension"),
    ("duplicate extension", "extensions"),
    ("not valid at", "time"),
    ("modulus", "key"),
    ("public key algorithm", "key"),
    ("signature algorithm", "algorithm"),
    ("keyUsage", "usage"),
    ("keyCertSign", "usage"),
    ("EKU", "purpose"),
    ("basicConstraints", "authority"),
    ("serial", "serial"),
    ("version", "version"),
    ("X509v3", "version"),
)
LOOSE: Final = (x509.AuthorityKeyIdentifier, x509.SubjectKeyIdentifier, x509.SubjectAlternativeName)


@dataclass(frozen=True, slots=True)
class PathFault:
    """The first thing for which no path holds."""

    kind: Fault
    said: str  # the library's own words


def path_fault(
    leaf: x509.Certificate,
    intermediates: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
    moment: datetime,
) -> PathFault | None:
    """None, when this certificate is a client's, and a path leads from it to one of the anchors at this moment."""
    if not anchors:
        return PathFault("no-path", "no anchor")
    policy = PolicyBuilder().store(Store(list(anchors))).time(moment).max_chain_depth(DEEPEST)
    verifier = policy.extension_policies(ca_policy=_ca(), ee_policy=_ee()).build_client_verifier()
    try:
        chain = verifier.verify(leaf, list(intermediates)).chain
    except VerificationError as fault:
        return PathFault(_kind(str(fault)), str(fault))
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension) as fault:
        return PathFault("extensions", str(fault))
    outside = names_outside(chain)
    return PathFault("name-constraints", outside) if outside else None


def _ee() -> ExtensionPolicy:
    """As on the web, but an alternative name is not asked for: the organisation stands in the subject."""
    return _loosened(ExtensionPolicy.webpki_defaults_ee())


def _ca() -> ExtensionPolicy:
    return _loosened(ExtensionPolicy.webpki_defaults_ca())


def _loosened(policy: ExtensionPolicy) -> ExtensionPolicy:
    for kind in LOOSE:
        policy = policy.may_be_present(kind, Criticality.AGNOSTIC, None)
    return policy


def _kind(said: str) -> Fault:
    folded = said.casefold()
    return next((kind for mark, kind in SAID if mark.casefold() in folded), "no-path")


def names_outside(chain: Sequence[x509.Certificate]) -> str:
    """The first subject that an authority above it may not speak for (RFC 5280 section 4.2.1.10)."""
    for place, authority in enumerate(chain[1:], 1):
        try:
            limits = authority.extensions.get_extension_for_class(x509.NameConstraints).value
        except x509.ExtensionNotFound:
            continue
        for below in chain[:place]:
            if below.subject.rdns and not _within(below.subject, limits):
                return below.subject.rfc4514_string()
    return ""


def _within(name: x509.Name, limits: x509.NameConstraints) -> bool:
    permitted = [one.value for one in limits.permitted_subtrees or () if isinstance(one, x509.DirectoryName)]
    excluded = [one.value for one in limits.excluded_subtrees or () if isinstance(one, x509.DirectoryName)]
    inside = not permitted or _any_above(permitted, name)
    return inside and not _any_above(excluded, name)


def _any_above(trees: Iterable[x509.Name], name: x509.Name) -> bool:
    return any(_folded(name)[: len(tree.rdns)] == _folded(tree) for tree in trees)


def _folded(name: x509.Name) -> list[frozenset[tuple[str, str]]]:
    """RFC 5280 section 7.1: upper and lower case, and doubled spaces, make no other name."""
    return [
        frozenset((one.oid.dotted_string, " ".join(str(one.value).casefold().split())) for one in part)
        for part in name.rdns
    ]
