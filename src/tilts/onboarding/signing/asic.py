"""A signed container (ASiC-E, Latvian .edoc): every document in it is covered by every signature."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from tilts.onboarding.signing.opening.containers import META, data_files, shown, unpacked
from tilts.onboarding.signing.opening.office_content import check_files
from tilts.onboarding.signing.report import Limits, Trust
from tilts.onboarding.signing.signatures import Held
from tilts.onboarding.signing.xades import held_of
from tilts.onboarding.signing.xml_signatures import is_signature_file, signatures_in
from tilts.rules import Refusal
from tilts.rules.signing import SGN_BOMB, SGN_FORM, SGN_UNSAFE_NAME, SGN_UNSIGNED

MANIFESTS: Final = (f"{META}manifest.xml", f"{META}container.xml")  # unsigned lists of names: not read
CADES: Final = (".p7s", ".p7m", ".tst")


def opened(content: bytes, limits: Limits) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Data files and signature files. Raises SGN-003 and SGN-019 to SGN-024, SGN-028."""
    members = unpacked(content, limits)
    files = data_files(members)
    signatures: dict[str, bytes] = {}
    for name, inner in members.items():
        if is_signature_file(name):
            signatures[name] = inner
        elif name.startswith(META) and name not in MANIFESTS:
            check_meta(name)
    if not files:
        raise Refusal(SGN_UNSAFE_NAME, what="no document in the container")
    check_files(files, limits)
    return files, signatures


def check_meta(name: str) -> None:
    """What else lies beside the signatures is signed by nobody: not accepted."""
    if name.endswith(CADES) or "ASiC" in name:
        raise Refusal(SGN_FORM, form=f"{shown(name)} (CAdES)")
    raise Refusal(SGN_UNSAFE_NAME, what=shown(name))


def held_in(
    files: Mapping[str, bytes],
    signatures: Mapping[str, bytes],
    trust: Trust,
    moment: datetime,
    limits: Limits,
) -> tuple[Held, ...]:
    """Every signature of the container."""
    found = [one for name, content in signatures.items() for one in signatures_in(name, content, files)]
    if not found:
        raise Refusal(SGN_UNSIGNED)
    if len(found) > limits.signatures:
        raise Refusal(SGN_BOMB, what=f"{len(found)} > {limits.signatures} signatures")
    return tuple(held_of(one, files, trust, moment) for one in found)
