"""What a step does beyond its state table: a text frozen, a signature checked, a certificate registered."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tilts.onboarding.cases import Around, Effect

EFFECTS: Final[Mapping[tuple[str, str], Effect]] = MappingProxyType({})

__all__ = ["EFFECTS", "Around"]
