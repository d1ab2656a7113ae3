"""Repairs of prescriptions: one officer orders what must become of which Tasks, another one confirms or declines.

GET, POST /oversight/repairs      GET /oversight/repairs/{repair_id}
POST /oversight/repairs/{repair_id}/confirm, POST /oversight/repairs/{repair_id}/decline
"""

from collections.abc import Callable, Coroutine
from typing import Any, ClassVar, Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts.access.desk import Act
from tilts.exchange import repairing
from tilts.exchange.lifecycle import PRESCRIPTION
from tilts.exchange.repairing import LEAST_CHARACTERS, MOST_TASKS, REPAIR, STEPS
from tilts.onboarding.mail.texts import without_person_codes
from tilts.portal.incoming_forms import LONGEST_TEXT, not_longer, text_in
from tilts.portal.languages import language_for
from tilts.portal.oversight.room import OversightRoom, at, id_at
from tilts.portal.oversight.words import REPAIR_KINDS
from tilts.portal.parts import PortalParts
from tilts.portal.places import Place
from tilts.portal.resident.room import uuid_in
from tilts.portal.visits import form_of, go_to
from tilts.portal.words import N_
from tilts.rules import Language, Refusal
from tilts.rules.catalogue import BY_ID
from tilts.rules.trust.oversight import OVS_REPAIR_REASON, OVS_REPAIR_TASKS, OVS_REPAIR_UNKNOWN
from tilts.store.corrections import repairs
from tilts.store.corrections.repairs import RepairRecord
from tilts.store.doors import oversight
from tilts.store.tx import Tx

HERE: Final = "/oversight/repairs"
MOST: Final = 60
SAID: Final = {
    "order": N_("The repair is ordered. Another officer confirms it."),
    "confirm": N_("The repair is done. What could not be repaired is named below."),
    "decline": N_("The repair is declined. Nothing was changed."),
}
EVENTS: Final = {"confirm": "repair.confirmed", "decline": "repair.declined"}
FIELDS: Final = {OVS_REPAIR_REASON.id: "reason", OVS_REPAIR_TASKS.id: "tasks"}


class RepairPages:
    places: ClassVar[tuple[Place, ...]] = ()

    def __init__(self, parts: PortalParts) -> None:
        self._room = OversightRoom(parts)

    def routes(self) -> list[Route]:
        return [
            Route(HERE, self.repairs, methods=["GET"]),
            Route(HERE, self.order, methods=["POST"]),
            Route(f"{HERE}/{{repair_id}}", self.repair, methods=["GET"]),
            *(Route(f"{HERE}/{{repair_id}}/{step}", self.step, methods=["POST"]) for step in EVENTS),
        ]

    async def repairs(self, request: Request) -> Response:
        return await self._repairs(request, None)

    async def _repairs(self, request: Request, no: Refusal | None) -> Response:
        async def read(tx: Tx) -> list[RepairRecord]:
            return await repairs.listed(tx, limit=MOST)

        rows = await self._room.do(request, self._room.act(request, "repair.listed"), read)
        names = ("tasks", "reason", "step")
        given = {name: text_in(form_of(request), name) if no else "" for name in names}
        language = language_for(request)
        return self._room.show(
            request,
            "repairs",
            no,
            rows=rows,
            given=given,
            states=REPAIR,
            steps=STEPS,
            options=[(name, words.in_language(language)) for name, words in STEPS.items()],
            kinds=REPAIR_KINDS,
            least=LEAST_CHARACTERS,
            most=MOST_TASKS,
        )

    async def order(self, request: Request) -> Response:
        form, who = form_of(request), self._room.officer(request).account_id
        written, now = text_in(form, "tasks").split(), self._room.clock.now()
        reason = without_person_codes(text_in(form, "reason"))

        async def take(tx: Tx) -> RepairRecord:
            found = [uuid_in(one.removeprefix("Task/")) for one in written]
            named = [task_id for task_id in found if task_id is not None]
            wanted = named if len(named) == len(written) else []  # one that is none: the rule says what is
            told = not_longer(reason, LONGEST_TEXT, "reason")
            return await repairing.order(tx, text_in(form, "step"), wanted, told, who, now)

        try:
            row = await self._room.do(request, self._room.act(request, "repair.ordered"), take)
        except Refusal as no:
            return await self._repairs(request, at(no, FIELDS))
        return go_to(request, f"{HERE}/{row.repair_id}", SAID["order"])

    async def repair(self, request: Request) -> Response:
        return await self._repair(request, None)

    async def _repair(self, request: Request, no: Refusal | None) -> Response:
        repair_id, officer = id_at(request, "repair_id"), self._room.officer(request)

        async def read(tx: Tx) -> tuple[RepairRecord, dict[UUID, str]]:
            row = await repairs.find(tx, repair_id)
            if row is None:
                raise Refusal(OVS_REPAIR_UNKNOWN)
            people = {one for one in (row.ordered_by, row.decided_by) if one}
            return row, await oversight.account_names(tx, people)

        act = self._room.act(request, "repair.listed", str(repair_id))
        row, officers = await self._room.do(request, act, read)
        return self._room.show(
            request,
            "repair",
            no,
            row=row,
            officers=officers,
            state=REPAIR.state(row.state),
            step=STEPS[row.step],
            kinds=REPAIR_KINDS,
            mine=row.ordered_by == officer.account_id,
            told=told_of,
        )

    async def step(self, request: Request) -> Response:
        repair_id, name = id_at(request, "repair_id"), request.url.path.rpartition("/")[2]
        act = self._room.act(request, EVENTS[name], str(repair_id))
        try:
            await self._room.do(request, act, self._steps(request, repair_id, act)[name])
        except Refusal as no:
            if no.rule is OVS_REPAIR_UNKNOWN:
                raise
            return await self._repair(request, no)
        return go_to(request, f"{HERE}/{repair_id}", SAID[name])

    def _steps(
        self, request: Request, repair_id: UUID, act: Act
    ) -> dict[str, Callable[[Tx], Coroutine[Any, Any, None]]]:
        now, who = self._room.clock.now(), self._room.officer(request).account_id

        async def confirm(tx: Tx) -> None:
            act.subjects.extend((await repairing.confirm(tx, repair_id, who, now)).subjects)

        async def decline(tx: Tx) -> None:
            await repairing.decline(tx, repair_id, who, now)

        return {"confirm": confirm, "decline": decline}


def told_of(one: dict[str, Any], language: Language) -> str:
    """What became of a Task, in words: its state, or the rule with what to do."""
    if "state" in one:
        return PRESCRIPTION.state(one["state"]).label.in_language(language)
    rule = BY_ID[one["rule"]]
    return f"{rule.id}: {rule.sentence(language, one['facts'])}"
