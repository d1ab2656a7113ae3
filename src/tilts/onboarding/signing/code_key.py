"""The installation's secret for hashes of signers' person codes: without it the register of signers names nobody's code."""

from pathlib import Path

from tilts.ids import kept_secret
from tilts.settings import Settings


def code_key(settings: Settings) -> bytes:
    """All environments that share the register of signers share this secret."""
    named = settings.code_key_file
    return kept_secret(settings.keys_folder / "code.key" if named == Path() else named)
