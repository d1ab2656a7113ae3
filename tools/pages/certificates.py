"""docs/reference/certificates.md: every check of a certificate, from the table that the exchange itself reads."""

from tilts.onboarding.certificates import Check, check_table
from tools.pages.blocks import table


def points_of(check: Check) -> str:
    mark = "" if check_table().points_verified else " (unverified)"
    return ", ".join(check.points) + mark


def made_for_certificates() -> dict[str, str]:
    rows = [
        [
            check.id,
            f"{check.title.en}<br>*{check.title.lv}*",
            ", ".join(check.applies_to),
            points_of(check),
            f"{check.fix.en}<br>*{check.fix.lv}*",
            f"{check.source}; since {check.valid_from}",
        ]
        for check in check_table().checks
    ]
    parameters = [
        [check.id, name, str(value) if not isinstance(value, list) else ", ".join(map(str, value))]
        for check in check_table().checks
        for name, value in check.parameters.items()
    ]
    head = ["id", "check", "of", "point of annex 2", "what to do", "source"]
    return {
        "checks": table(head, rows),
        "parameters": table(["check", "parameter", "value"], parameters),
    }
