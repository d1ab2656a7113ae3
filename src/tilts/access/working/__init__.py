"""Health professionals at the portal: at which workplace, whether it is open, and the desk behind which they work (ADR 0052)."""

from tilts.access.working.desk import Act, WorkDesk, sealed_by_exchange

__all__ = ["Act", "WorkDesk", "sealed_by_exchange"]
