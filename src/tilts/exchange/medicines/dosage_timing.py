"""When a dose is taken, in words: how often, on which days, at which times and events, and for how long.

FHIR R4 Timing. What cannot be said is left and named; see dosage_text.py.
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from tilts.exchange.medicines.dosage_amounts import QUANTITY, Speaker, codings_of
from tilts.exchange.medicines.dosage_words import (
    ABBREVIATION_SYSTEM,
    ABBREVIATIONS,
    DAYS,
    EVENTS,
    HAVE_OFFSET,
    SHORT_SPANS,
    SPANS,
    decimal_of,
    ends_in_one,
    span_for,
)

WHERE: Final = "Dosage.timing.repeat"
OFTEN: Final = ("frequency", "frequencyMax", "period", "periodMax", "periodUnit")
BOUNDS: Final = ("boundsDuration", "boundsPeriod")
REPEAT: Final = frozenset({*OFTEN, *BOUNDS, "count", "dayOfWeek", "timeOfDay", "when", "offset"})
TIME: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d):00(?:\.0+)?\Z", re.ASCII)
WHOLE_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
HOUR_MINUTES: Final = 60


def timing_words(timing: Any, speaker: Speaker) -> list[str]:
    """Phrases in the order of the sentence; none without a timing."""
    if timing is None:
        return []
    if not isinstance(timing, dict):
        return [speaker.leave("Dosage.timing")]
    speaker.knows(timing, "Dosage.timing", {"repeat", "code"})
    repeat = timing.get("repeat", {})
    if not isinstance(repeat, dict):
        return [speaker.leave(WHERE)]
    repeat = _with_code(repeat, timing.get("code"), speaker)
    speaker.knows(repeat, WHERE, REPEAT)
    if "when" in repeat and "timeOfDay" in repeat:  # FHIR R4 tim-10
        speaker.leave(f"{WHERE}.when")
    return [
        _how_often(repeat, speaker),
        _days(repeat, speaker),
        _events(repeat, speaker),
        _times(repeat, speaker),
        *_bounds(repeat, speaker),
    ]


def _with_code(repeat: dict[str, Any], code: Any, speaker: Speaker) -> dict[str, Any]:
    """A code is the whole statement but for its bounds (FHIR R4 Timing.code): said by its structure, or unsaid."""
    if code is None:
        return repeat
    known = [str(one.get("code")) for one in codings_of(code, ABBREVIATION_SYSTEM)]
    if len(known) != 1 or known[0] not in ABBREVIATIONS:
        speaker.leave("Dosage.timing.code")
        return repeat
    meant = ABBREVIATIONS[known[0]]
    told = {name: value for name, value in repeat.items() if name not in (*BOUNDS, "id")}
    if told and told != meant:
        speaker.leave("Dosage.timing.code")
        return repeat
    return {**repeat, **meant}


def _how_often(repeat: Mapping[str, Any], speaker: Speaker) -> str:
    if not any(name in repeat for name in OFTEN):
        return ""
    times = _positive(repeat, "frequency", speaker)
    most = _positive(repeat, "frequencyMax", speaker) if "frequencyMax" in repeat else None
    period = _positive(repeat, "period", speaker)
    longest = _positive(repeat, "periodMax", speaker) if "periodMax" in repeat else None
    unit = str(repeat.get("periodUnit"))
    if unit not in SPANS:
        return speaker.leave(f"{WHERE}.periodUnit")
    if times is None or period is None:
        return ""
    if (most is not None and most <= times) or (longest is not None and longest <= period):
        return speaker.leave(f"{WHERE}.frequencyMax" if most is not None else f"{WHERE}.periodMax")
    if times == 1 and most is None and (period != 1 or longest is not None):
        return _every(period, longest, unit, speaker)
    if longest is not None or period != period.to_integral_value():
        return speaker.leave(f"{WHERE}.period")
    return f"{_so_often(times, most, speaker)} {_in_each(period, unit, speaker)}"


def _positive(repeat: Mapping[str, Any], name: str, speaker: Speaker) -> Decimal | None:
    found = decimal_of(repeat.get(name))
    if found is None or found <= 0 or ("frequency" in name and found != found.to_integral_value()):
        speaker.leave(f"{WHERE}.{name}")
        return None
    return found


def _so_often(times: Decimal, most: Decimal | None, speaker: Speaker) -> str:
    numbers = (
        speaker.number(times)
        if most is None
        else speaker.between(speaker.number(times), speaker.number(most))
    )
    if speaker.language == "lv":
        return f"{numbers} {'reizi' if ends_in_one(most or times) else 'reizes'}"
    named = {"1": "once", "2": "twice"} if most is None else {}
    return named.get(numbers, f"{numbers} times")


def _in_each(period: Decimal, unit: str, speaker: Speaker) -> str:
    """dienā, 2 dienās; a day, every 2 days."""
    span = SPANS[unit]
    if speaker.language == "lv":
        cases = span_for(span.lv_in, span, period)
        return cases if period == 1 else f"{speaker.number(period)} {cases}"
    if period == 1:
        return f"{'an' if unit == 'h' else 'a'} {span.en[0]}"
    return f"in {speaker.number(period)} {span.en[1]}"


def _every(period: Decimal, longest: Decimal | None, unit: str, speaker: Speaker) -> str:
    """Once in a period: "ik pēc 8 stundām", but "1 reizi 2 dienās", which nobody reads as every third day."""
    span, last = SPANS[unit], longest or period
    numbers = speaker.number(period)
    if longest is not None:
        numbers = speaker.between(numbers, speaker.number(longest))
    whole = last == last.to_integral_value() and period == period.to_integral_value()
    if not whole and unit not in SHORT_SPANS:
        return speaker.leave(f"{WHERE}.period")
    if speaker.language == "en":
        return f"every {numbers} {span.en[0] if last == 1 else span.en[1]}"
    if unit in SHORT_SPANS:
        return f"ik pēc {numbers} {span_for(span.lv_after, span, last)}"
    return f"1 reizi {numbers} {span_for(span.lv_in, span, last)}"


def _listed(repeat: Mapping[str, Any], name: str, speaker: Speaker) -> list[str]:
    found = repeat.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        speaker.leave(f"{WHERE}.{name}")
        return []
    return found


def _days(repeat: Mapping[str, Any], speaker: Speaker) -> str:
    days = _listed(repeat, "dayOfWeek", speaker)
    if not days:
        return ""
    if not DAYS.keys() >= set(days):
        return speaker.leave(f"{WHERE}.dayOfWeek")
    words = [speaker.choose(*DAYS[day]) for day in DAYS if day in days]
    return f"{speaker.choose('', 'on ')}{speaker.joined(words)}"


def _events(repeat: Mapping[str, Any], speaker: Speaker) -> str:
    events = _listed(repeat, "when", speaker)
    offset = repeat.get("offset")
    if not EVENTS.keys() >= set(events):
        return speaker.leave(f"{WHERE}.when")
    words = [speaker.choose(*EVENTS[event]) for event in events]
    if offset is None:
        return speaker.joined(words)
    minutes = decimal_of(offset)
    if minutes is None or minutes <= 0 or len(events) != 1 or events[0] not in HAVE_OFFSET:
        return speaker.leave(f"{WHERE}.offset")
    whole_hours = minutes % HOUR_MINUTES == 0
    number = minutes / HOUR_MINUTES if whole_hours else minutes
    return f"{speaker.long(number, SPANS['h' if whole_hours else 'min'])} {words[0]}"


def _times(repeat: Mapping[str, Any], speaker: Speaker) -> str:
    found = [TIME.match(time) for time in _listed(repeat, "timeOfDay", speaker)]
    if not all(found):
        return speaker.leave(f"{WHERE}.timeOfDay")
    hours = sorted((one[1], one[2]) for one in found if one is not None)
    if not hours:
        return ""
    sign = speaker.choose(".", ":")
    return f"{speaker.choose('plkst.', 'at')} {speaker.joined([sign.join(one) for one in hours])}"


def _bounds(repeat: Mapping[str, Any], speaker: Speaker) -> list[str]:
    """Each after a comma: how many times in all, how long, from which day to which."""
    found = []
    if "count" in repeat:
        count = decimal_of(repeat["count"])
        if count is None or count <= 0 or count != count.to_integral_value():
            speaker.leave(f"{WHERE}.count")
        else:
            times = speaker.choose(
                "reizi" if ends_in_one(count) else "reizes", "time" if count == 1 else "times"
            )
            words = f"{speaker.number(count)} {times}"
            found.append(speaker.choose(f", kopā {words}", f", {words} in all"))
    if "boundsDuration" in repeat:
        found.append(_how_long(repeat["boundsDuration"], speaker))
    if "boundsPeriod" in repeat:
        found.append(_from_to(repeat["boundsPeriod"], speaker))
    return found


def _how_long(duration: Any, speaker: Speaker) -> str:
    where = f"{WHERE}.boundsDuration"
    if not isinstance(duration, dict):
        return speaker.leave(where)
    speaker.knows(duration, where, QUANTITY)
    found = speaker.span(duration.get("value"), duration.get("code") or duration.get("unit"), where)
    return f", {speaker.choose('', 'for ')}{speaker.long(*found)}" if found else ""


def _from_to(period: Any, speaker: Speaker) -> str:
    where = f"{WHERE}.boundsPeriod"
    if not isinstance(period, dict) or not period:
        return speaker.leave(where)
    speaker.knows(period, where, {"start", "end"})
    days = {name: _day(period[name]) for name in ("start", "end") if name in period}
    if None in days.values() or not days:
        return speaker.leave(where)
    shown = {name: speaker.choose(f"{day:%d.%m.%Y}.", f"{day:%Y-%m-%d}") for name, day in days.items() if day}
    words = [
        f"{word} {shown[name]}"
        for name, word in (
            ("start", speaker.choose("no", "from")),
            ("end", speaker.choose("līdz", "to" if "start" in shown else "until")),
        )
        if name in shown
    ]
    return ", " + " ".join(words)


def _day(written: Any) -> date | None:
    """Whole days only: of a month or a moment there is more to say than a day."""
    if not isinstance(written, str) or not WHOLE_DAY.match(written):
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
