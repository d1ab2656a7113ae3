"""The two desks as letters know them: the contacts that hold at a moment (source page B6, C5)."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from tilts.clock import day_in_riga
from tilts.onboarding.contacts import Contact, contacts_at
from tilts.onboarding.mail.addressing import Desk, DeskCode
from tilts.onboarding.mail.room import DesksAt

OF_TESTING: Final = frozenset({"test-plan", "testing"})


def desk_for(kind: str, facts: Mapping[str, Any]) -> DeskCode:
    """Whose a case is: the desk that was written to, else the one whose subject it is (source page B6)."""
    written = facts.get("desk")
    if written in ("contract", "test"):
        return "test" if written == "test" else "contract"
    return "test" if kind in OF_TESTING else "contract"


def desks_from(contacts_file: Path) -> DesksAt:
    """`Path()` means the sandbox's invented ones, which reach nobody."""
    return partial(_desks, contacts_file)


def _desks(contacts_file: Path, moment: datetime) -> Mapping[DeskCode, Desk]:
    contacts = contacts_at(day_in_riga(moment), contacts_file)
    return {"contract": _desk("contract", contacts.contracts), "test": _desk("test", contacts.testing)}


def _desk(code: DeskCode, contact: Contact) -> Desk:
    return Desk(
        code=code,
        address=contact.e_mail.strip().lower(),
        phone=contact.phone,
        name_lv=f"{contact.authority_lv}, {contact.name_lv}",
        name_en=f"{contact.authority_en}, {contact.name_en}",
    )
