"""No mass copying: how many different people a practitioner, a site, an organisation opens, and what follows (ADR 0042)."""

from tilts.access.breadth.counting import count
from tilts.access.breadth.held import check_holds
from tilts.access.breadth.holding import after_refusal
from tilts.access.breadth.limits import Limits, limits_from

__all__ = ["Limits", "after_refusal", "check_holds", "count", "limits_from"]
