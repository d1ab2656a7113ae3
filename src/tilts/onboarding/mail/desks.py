"""The two desks and how they are reached, at a moment; real addresses are settings, these are the sandbox's."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from tilts.onboarding.mail.addressing import Desk, DeskCode

SANDBOX_DESKS: Final[Mapping[DeskCode, Desk]] = MappingProxyType(
    {
        "contract": Desk(
            "contract", "ligumi@tilts.example", "+371 0000 0001", "Līgumu kontaktpunkts", "Contract desk"
        ),
        "test": Desk(
            "test",
            "testi@tilts.example",
            "+371 0000 0002",
            "Testēšanas palīdzības dienests",
            "Test help desk",
        ),
    }
)


def sandbox_desks(moment: datetime) -> Mapping[DeskCode, Desk]:
    return SANDBOX_DESKS
