"""What the pages say in Latvian for the words that the chapters use; a walk in Latvian finds its way by these."""

from types import MappingProxyType
from typing import Final

LATVIAN: Final = MappingProxyType({})
