"""What happened to prescriptions, as a feed tells it: a Task and a word, nothing about a patient."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tilts_connector.errors import reading
from tilts_connector.lines import id_in


@dataclass(frozen=True, slots=True)
class Event:
    """
    One thing that happened to a line.

    Attributes:
        number: In your feed, without gaps; the same when the event comes again.
        kind: claimed, released, lease-ended, transfer-requested, dispensed, amended, withdrawn, closed,
            closed-short, cancel-pending, cancelled, expired, conflict or changed.
        task_id: Read it for what there is to know.
        at: When it happened.
    """

    number: int
    kind: str
    task_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Fetched:
    """
    A part of a feed, oldest first.

    Attributes:
        acknowledged: The number up to which you have acknowledged.
        whole_since: Who was away for longer may have missed events and reads the worklist instead.
        lost_holds: Of a pharmacy: how often lately a hold of it ended by the clock.
    """

    events: tuple[Event, ...]
    acknowledged: int
    whole_since: datetime
    lost_holds: int | None = None


def fetched_of(answer: Mapping[str, Any]) -> Fetched:
    with reading("Parameters"):
        given = answer["parameter"]
        single = {one["name"]: one for one in given if one["name"] != "event"}
        return Fetched(
            events=tuple(_event(one["part"]) for one in given if one["name"] == "event"),
            acknowledged=int(single["acknowledged"]["valueInteger"]),
            whole_since=datetime.fromisoformat(single["whole-since"]["valueInstant"]),
            lost_holds=int(single["lost-holds"]["valueInteger"]) if "lost-holds" in single else None,
        )


def _event(parts: list[dict[str, Any]]) -> Event:
    by_name = {part["name"]: part for part in parts}
    return Event(
        number=int(by_name["number"]["valueInteger"]),
        kind=by_name["kind"]["valueCode"],
        task_id=id_in(by_name["task"]["valueReference"]["reference"]),
        at=datetime.fromisoformat(by_name["at"]["valueInstant"]),
    )
