"""docs/reference/copying.md: how many patients are too many, and which patterns are told."""

from tilts.access.breadth.limits import Limit, limits_from
from tools.pages.blocks import table


def made_for_copying() -> dict[str, str]:
    found = limits_from()
    counted = [
        (
            f"`{one.id}`",
            one.title.en,
            ", ".join(one.kinds),
            bound(one, "warn"),
            bound(one, "hold"),
            one.source,
        )
        for one in found.limits
    ]
    told = [
        (f"`{one.id}`", one.title.en, f"{one.at_least} in {one.window_minutes} minutes", ", ".join(one.kinds))
        for one in found.anomalies
    ]
    return {
        "limits": table(
            ("limit", "what is counted", "of whom", "warned above", "held above", "source"), counted
        ),
        "anomalies": table(("pattern", "what it is", "told from", "of whom"), told),
    }


def bound(limit: Limit, name: str) -> str:
    """The floor, and the share of what is usual that may be more."""
    number = getattr(limit, name)
    if number is None:
        return "never"
    if limit.measure is None:
        return str(number)
    share = getattr(limit.measure, name)
    usual = {
        "registered-list": f"{share:.0%} of its registered patients",
        "own-median": f"{share:g} x its usual hour",
    }
    return f"{number}, or {usual[limit.measure.of]} if that is more"
