"""A dispense that was a mistake: what it was is said anew, or it is taken back; each with a reason that has no default.

GET /pharmacy/dispenses/{id}      POST /pharmacy/dispenses/{id}/amend, withdraw
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar, Final
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilts.access.routes import Call
from tilts.access.working import sealed_by_exchange
from tilts.exchange import correcting
from tilts.exchange.correcting import Correction
from tilts.exchange.prescriptions import viewer_of
from tilts.ids import new_id
from tilts.portal.incoming_forms import text_in
from tilts.portal.parts import PortalParts
from tilts.portal.persons import medicine_in
from tilts.portal.pharmacy.choosing import named_again, unit_in
from tilts.portal.pharmacy.orders import batch_in, order_of
from tilts.portal.pharmacy.pages import HERE, at_field, seen_line
from tilts.portal.pharmacy.reading import ShownLine, lines_of
from tilts.portal.pharmacy.words import unit_words
from tilts.portal.places import Place
from tilts.portal.visits import form_of, go_to
from tilts.portal.words import N_
from tilts.portal.working.room import PHARMACISTS, WorkRoom, id_at
from tilts.rules import Refusal
from tilts.rules.dispensing import DSP_CORRECTION_REASON, DSP_NOT_THE_DISPENSER
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts.store import dispensing as store
from tilts.store import resources
from tilts.store.records import DispenseRecord
from tilts_fhir.json_strict import decode

EVENTS: Final[Mapping[str, str]] = MappingProxyType(
    {"amend": "dispense.amended", "withdraw": "dispense.withdrawn"}
)
SAID: Final[Mapping[str, str]] = MappingProxyType(
    {"amend": N_("It is corrected."), "withdraw": N_("It is taken back; the amount returned to the line.")}
)
GIVEN: Final = ("quantity", "batch", "reason")


@dataclass(frozen=True, slots=True)
class Handed:
    """A dispense of this pharmacy, with its line and every version of it, the newest last."""

    document: dict[str, Any]
    versions: list[DispenseRecord]
    shown: ShownLine

    @property
    def newest(self) -> DispenseRecord:
        return self.versions[-1]

    @property
    def quantity(self) -> Decimal:
        """As it was told, in the unit in which it was."""
        return Decimal(self.document["quantity"]["value"])

    @property
    def unit(self) -> str:
        return unit_words(unit_in(self.document, self.shown.line), self.quantity, self.shown.language)

    @property
    def medicine(self) -> str:
        """What was handed out; it may be another product than the one prescribed."""
        given = next((one["code"] for one in self.document.get("contained", ()) if "code" in one), None)
        named = {"medicationCodeableConcept": given} if given else self.document
        return medicine_in(named) or self.shown.medicine

    @property
    def batch(self) -> str:
        return batch_in(self.document)


class CorrectionPages:
    places: ClassVar[tuple[Place, ...]] = ()

    def __init__(self, parts: PortalParts) -> None:
        self._room = WorkRoom(parts, PHARMACISTS)
        self._steps: dict[str, Callable[[Call, UUID, FormData], Awaitable[None]]] = {
            "amend": self._amend,
            "withdraw": self._withdraw,
        }

    def routes(self) -> list[Route]:
        return [
            Route(f"{HERE}/dispenses/{{id}}", self.dispense, methods=["GET"]),
            Route(f"{HERE}/dispenses/{{id}}/{{step}}", self.step, methods=["POST"]),
        ]

    async def dispense(self, request: Request) -> Response:
        return await self._dispense(request, id_at(request, "id"))

    async def _dispense(self, request: Request, dispense_id: UUID, no: Refusal | None = None) -> Response:
        async def read(call: Call) -> tuple[Handed, Call]:
            return await handed_out(call, dispense_id), call

        act = self._room.act(request, "dispense.read", "MedicationDispense", dispense_id)
        found, call = await self._room.do(request, act, read)
        given = {name: text_in(form_of(request), name) if no else "" for name in GIVEN}
        until = found.versions[0].recorded_at + call.terms.amendment
        return self._room.show(
            request,
            "pharmacy/dispense.html",
            no,
            one=found.shown,
            found=found,
            until=until,
            late=call.now >= until,
            tried=request.path_params.get("step", "") if no else "",
            given=given,
            key=new_id(),
        )

    async def step(self, request: Request) -> Response:
        self._room.worker(request)
        dispense_id, name = id_at(request, "id"), request.path_params["step"]
        if name not in self._steps:
            raise Refusal(WIRE_NOT_FOUND)
        form = form_of(request)

        async def work(call: Call) -> str:
            line = (await handed_out(call, dispense_id)).shown.line
            await self._steps[name](call, dispense_id, form)
            return f"{HERE}/prescriptions/{line.prescription_id}?line={line.task_id}"

        signed = name == "amend"
        act = self._room.form_act(request, EVENTS[name], "MedicationDispense", dispense_id, signed=signed)
        try:
            place = await self._room.once(request, act, work)
        except Refusal as no:
            if no.rule is WIRE_NOT_FOUND:
                raise
            at_reason = no.rule is DSP_CORRECTION_REASON
            shown = (
                Refusal(no.rule, expressions=(f"{name}-reason",), **no.facts) if at_reason else own_field(no)
            )
            return await self._dispense(request, dispense_id, shown)
        return go_to(request, place, SAID[name])

    async def _withdraw(self, call: Call, dispense_id: UUID, form: FormData) -> None:
        wanted = Correction(dispense_id, text_in(form, "reason"))
        await correcting.withdraw(call.tx, wanted, call.party, call.now, call.terms)

    async def _amend(self, call: Call, dispense_id: UUID, form: FormData) -> None:
        """Who collected stays as it was: the form does not ask for it again."""
        found = await handed_out(call, dispense_id)
        kept = found.document
        named = named_again(call, found.shown, kept)
        order = order_of(call, found.shown.line, named, form, kept["identifier"])
        for name in ("extension", "whenHandedOver"):
            if name in kept:
                order.document[name] = kept[name]
        signed = sealed_by_exchange(call, order.document)
        wanted = Correction(dispense_id, text_in(form, "reason"), order, signed)
        await correcting.amend(call.tx, wanted, call.party, call.now, call.terms)


def own_field(no: Refusal) -> Refusal:
    """What was handed out is not chosen here again: a "no" about it stands above."""
    at = at_field(no)
    return Refusal(no.rule, expressions=tuple(one for one in at.expressions if one in GIVEN), **no.facts)


async def handed_out(call: Call, dispense_id: UUID) -> Handed:
    """Raises WIRE-012 when this pharmacy sees no such dispense, DSP-031 when another one handed out."""
    viewer = viewer_of(call.party, call.now)
    row = await resources.read(call.tx, "MedicationDispense", dispense_id, viewer)
    versions = await store.versions(call.tx, dispense_id) if row else []
    if row is None or not versions:
        raise Refusal(WIRE_NOT_FOUND)
    if versions[0].organization_id != call.party.organization_id:
        raise Refusal(DSP_NOT_THE_DISPENSER)
    line = await seen_line(call, versions[0].task_id)
    [shown] = await lines_of(call, [line])
    return Handed(decode(row.body), versions, shown)
