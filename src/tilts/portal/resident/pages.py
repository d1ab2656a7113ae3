"""What a resident who signed in sees: who looked at the data with the proof of it, and for whom they act.

GET /my/accesses   /my/accesses/verify-access.py   /my/accesses/{audit_id}[/proof.json]
GET /audit/heads, as the exchange itself gives them: a browser trusts this host, and need show no certificate
POST /my/for
"""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar, Final
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tilts.access.audit.inclusion import SCRIPT, asked_heads, proof_of, script
from tilts.access.residents import Resident, Seat
from tilts.access.sign_in.accounts import act_for
from tilts.clock import RIGA
from tilts.portal.incoming_forms import text_in
from tilts.portal.parts import PortalParts
from tilts.portal.persons import ShownAccess, accesses_of
from tilts.portal.places import Place
from tilts.portal.resident.room import RESIDENTS, Room, uuid_in
from tilts.portal.visits import SESSION, form_of, go_to, require, session_from, visit_of
from tilts.portal.words import N_
from tilts.rules import Refusal
from tilts.rules.access import ACC_PATIENT_ONLY
from tilts.rules.trust.audit import AUD_BEFORE_SEALING, AUD_NOT_SEALED_YET
from tilts.rules.trust.permission import MAY_NOT_FOR_PATIENT
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts.store.audit import Wanted

ONESELF: Final = "self"
DAY_FORMS: Final = ("%Y-%m-%d", "%d.%m.%Y")  # as date fields send it; as people write it where there are none
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2200, 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """Which accesses were asked for; days in Riga, both included."""

    since: date | None
    until: date | None
    emergencies: bool

    @property
    def wanted(self) -> Wanted:
        return Wanted(
            since=midnight(self.since) if self.since else None,
            until=midnight(self.until + timedelta(days=1)) if self.until else None,
            emergencies=self.emergencies,
        )

    @property
    def query(self) -> str:
        given = {"since": self.since, "until": self.until, "only": "emergencies" if self.emergencies else ""}
        return urlencode({name: str(value) for name, value in given.items() if value})


class ResidentPages:
    places: ClassVar[tuple[Place, ...]] = (Place("/my/accesses", N_("Who looked at my data"), 20, RESIDENTS),)

    def __init__(self, parts: PortalParts) -> None:
        self._room = Room(parts)

    def routes(self) -> list[Route]:
        room = self._room
        return [
            room.route("/my/accesses", self.accesses),
            room.route(f"/my/accesses/{SCRIPT}", self.script),
            room.route("/my/accesses/{audit_id}", self.access),
            room.route("/my/accesses/{audit_id}/proof.json", self.proof),
            room.route("/my/for", self.choose, "POST"),
            room.route("/audit/heads", self.heads),
        ]

    async def accesses(self, request: Request) -> Response:
        query = request.query_params
        before, period = uuid_in(query.get("before")), period_in(request)

        async def read(seat: Seat) -> dict[str, Any]:
            not_for_delegates(seat)
            seen = await accesses_of(seat, before=before, wanted=period.wanted)
            return {"before": before, "period": period, "seen": seen}

        template, data = "resident/accesses.html", "AuditEvent"
        return await self._room.page(request, template, "audit.searched", data, read)

    async def access(self, request: Request) -> Response:
        audit_id = uuid_in(request.path_params["audit_id"])

        async def read(seat: Seat) -> dict[str, Any]:
            shown = await one_access(seat, audit_id)
            seal = await self._seal(seat, shown.last.audit_id)
            base = self._room.settings.portal_base or str(request.base_url)
            return {"shown": shown, "proving": seal, "heads": heads_at(base, seal), "script": SCRIPT}

        return await self._room.page(request, "resident/access.html", "audit.read", "AuditEvent", read)

    async def _seal(self, seat: Seat, audit_id: UUID) -> dict[str, Any] | Refusal:
        """The seal's head, or why there is none."""
        try:
            return (await self._proof(seat, audit_id))["head"]  # type: ignore[no-any-return]
        except Refusal as no:
            if no.rule not in (AUD_NOT_SEALED_YET, AUD_BEFORE_SEALING):
                raise
            return no

    async def _proof(self, seat: Seat, audit_id: UUID) -> dict[str, Any]:
        settings = self._room.settings
        found = await proof_of(seat.tx, seat.patient_id, audit_id, settings.environment, settings.keys_folder)
        if found is None:
            raise Refusal(WIRE_NOT_FOUND)
        return found

    async def proof(self, request: Request) -> Response:
        audit_id = uuid_in(request.path_params["audit_id"])

        async def read(seat: Seat) -> tuple[UUID, dict[str, Any]]:
            shown = await one_access(seat, audit_id)
            return shown.last.audit_id, await self._proof(seat, shown.last.audit_id)

        found, proof = await self._room.do(request, "audit.proved", "AuditEvent", read)
        content = json.dumps(proof, ensure_ascii=False, indent=1).encode()
        return download(content, f"proof-{found}.json", "application/json")

    async def script(self, request: Request) -> Response:
        """Nobody's data: it is the same for everybody."""
        require(request, "resident")
        return download(script(), SCRIPT, "text/x-python")

    async def heads(self, request: Request) -> Response:
        """Nobody's data: whoever keeps one holds everything before it fast."""
        settings = self._room.settings
        async with self._room.database.transaction() as tx:
            found = await asked_heads(tx, settings.environment, settings.keys_folder, request.query_params)
        return JSONResponse(found)

    async def choose(self, request: Request) -> Response:
        """Somebody nobody may act for looks like somebody who is not there: MAY-010."""
        own = self._room.resident(request)
        written = text_in(form_of(request), "whom")
        chosen = own.person_id if written == ONESELF else uuid_in(written)
        if chosen is None:
            raise Refusal(MAY_NOT_FOR_PATIENT)
        session = session_from(request)
        assert session is not None, "a resident has signed in"

        async def work(seat: Seat) -> str:
            others = None if chosen == own.person_id else chosen
            return await act_for(seat.tx, session, others, self._room.clock.wall())

        whom = Resident(own.person_id, chosen, own.assurance)
        token = await self._room.do(request, "acting.chosen", "Patient", work, whom)
        said = N_("The pages show your own data now.")
        if chosen != own.person_id:
            said = N_("The pages show that person's data now, and what you do is done for them.")
        response = go_to(request, "/my/prescriptions", said)
        visit_of(request).cookies.put(response, SESSION, token)
        return response


def heads_at(base: str, seal: dict[str, Any] | Refusal) -> str:
    """Where the head of this seal is published, for everybody."""
    query = {} if isinstance(seal, Refusal) else {"before": int(seal["sequence"]) + 1, "count": 1}
    return f"{base.rstrip('/')}/audit/heads?{urlencode(query)}"


def not_for_delegates(seat: Seat) -> None:
    """Who looked is for the patient and for who acts by law: a delegate was given documents, not this."""
    if seat.acting_as == "delegate":
        raise Refusal(ACC_PATIENT_ONLY)


async def one_access(seat: Seat, audit_id: UUID | None) -> ShownAccess:
    not_for_delegates(seat)
    wanted = Wanted(audit_ids=[audit_id] if audit_id else [])
    found = (await accesses_of(seat, before=None, wanted=wanted, limit=1)).accesses
    if not found:
        raise Refusal(WIRE_NOT_FOUND)
    return found[0]


def period_in(request: Request) -> Period:
    """What is no day is not asked for."""
    query = request.query_params
    return Period(day_from(query.get("since", "")), day_from(query.get("until", "")), "only" in query)


def day_from(written: str) -> date | None:
    for form in DAY_FORMS:
        try:
            found = datetime.strptime(written.strip(), form).date()  # a day has no zone
        except ValueError:
            continue
        return found if FIRST_DAY <= found < LAST_DAY else None
    return None


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), RIGA)


def download(content: bytes, name: str, media_type: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(content, headers=headers, media_type=media_type)
