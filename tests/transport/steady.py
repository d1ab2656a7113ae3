"""Answers as text that is the same at every run, whatever the ids and the hour."""

import json
import re
from decimal import Decimal
from typing import Any

CHANGING = [  # in this order: what, and by which word it is replaced
    (re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "id"),
    (re.compile(r"(?<![0-9A-Z-])[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){2}(?![0-9A-Z-])"), "number"),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)"), "instant"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d\+0[23]:00"), "minute"),
    (re.compile(r"(?<=localhost:)\d+"), "port"),
    (re.compile(r"\b\d{200,}\b"), "code of the sheet"),
    (re.compile(r"\bK-\d{6,}\b"), "conflict"),
]


def number(value: Any) -> int | float:
    """Exact decimals as the numbers that they are in JSON."""
    assert isinstance(value, Decimal)
    return int(value) if value == value.to_integral_value() else float(value)


def steady(value: Any) -> str:
    """The same text for the same answer, whatever the ids and the hour: each id has its own name."""
    text = json.dumps(value, ensure_ascii=False, indent=1, default=number)
    seen: dict[str, str] = {}
    for pattern, word in CHANGING:
        if word == "id":
            text = pattern.sub(lambda found: seen.setdefault(found[0], f"<id {len(seen) + 1}>"), text)
        else:
            text = pattern.sub(f"<{word}>", text)
    return re.sub(r"(?<![\w-])\d{4}-\d\d-\d\d(?![\w-])", "<day>", text) + "\n"
