"""What the registers say of a party and its sites: facts that the check of a form is given, never asks for."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One site of one party, as the institutions' or pharmacies' register has it (Latvia 3.3)."""

    registration_number: str
    kind: str  # practice, hospital, pharmacy, vendor
    site: str  # institution code or licence number; empty for a party without sites
    name: str
    active: bool = True  # activity not ended, licence not revoked
    suspended_from: date | None = None
    suspended_until: date | None = None  # the first day on which it works again

    def works_on(self, day: date) -> bool:
        if not self.active:
            return False
        begun = self.suspended_from is not None and self.suspended_from <= day
        over = self.suspended_until is not None and self.suspended_until <= day
        return not begun or over
