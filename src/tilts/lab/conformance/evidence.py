"""One call as it was seen on the wire: what the judge reads, and what a report shows."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from tilts.store.lab.observations import ObservationRecord
from tilts_fhir.json_strict import JsonError, decode


@dataclass(frozen=True)
class Observation:
    """A recorded call; `document` is what the conditions of a scenario look things up in."""

    number: int  # within its run
    situation_id: UUID | None
    at: datetime
    method: str
    route: str
    status: int
    rule: str
    proven: bool  # that it was this client: by certificate, token or a signed assertion
    plain: bool
    whole: bool  # nothing was cut off
    reply_lost: bool
    path: dict[str, str]
    request: dict[str, Any]
    answer: dict[str, Any]
    request_body: bytes
    answer_body: bytes

    @cached_property
    def document(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "status": self.status,
            "rule": self.rule,
            "certificate": self.request.get("certificate", "none"),
            "replayed": self.answer.get("headers", {}).get("idempotency-replayed") == "true",
            "lost": self.reply_lost,
            "request": {**self.request, "body": read_json(self.request_body)},
            "answer": {**self.answer, "body": read_json(self.answer_body)},
        }

    @property
    def told(self) -> str:
        """For people: `POST /Task/{id}/$claim -> 409 DSP-001`."""
        return f"{self.method} {self.route} -> {self.status} {self.rule}".strip()


def read_json(body: bytes) -> Any:
    """None for what is no JSON: a condition then finds nothing there."""
    if not body:
        return None
    try:
        return decode(body)
    except JsonError:
        return None


def observation_of(record: ObservationRecord) -> Observation:
    return Observation(
        number=record.number,
        situation_id=record.situation_id,
        at=record.at,
        method=record.method,
        route=record.route,
        status=record.status,
        rule=record.rule_id or "",
        proven=record.proven,
        plain=bool(record.request.get("plain")),
        whole=record.whole,
        reply_lost=record.reply_lost,
        path=record.request.get("path", {}),
        request=record.request,
        answer=record.answer,
        request_body=record.request_body,
        answer_body=record.answer_body,
    )
