"""The fixed side of an issue."""

from typing import NamedTuple


class Text(NamedTuple):
    """The fixed side of an issue: FHIR issue-type and the texts with `{facts}`."""

    code: str
    en: str
    lv: str
    severity: str = "error"
