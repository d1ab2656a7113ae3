"""The decision about one document with its true reason: for the audit entry of what was hidden, and for people."""

from typing import Any
from uuid import UUID

from tilts.access.breadth.held import actors_of, check_none
from tilts.access.permission.deciding import Decision, Facts, Question, decide
from tilts.access.permission.delegations import may_act_for
from tilts.access.routes import Call
from tilts.exchange.prescriptions import viewer_of
from tilts.party import Party
from tilts.rules import Refusal
from tilts.rules.trust.permission import MAY_NOT_ACTING, MAY_NOT_FOR_PATIENT
from tilts.rules.wire import WIRE_NOT_FOUND
from tilts.store.doors import holds
from tilts.store.doors import permission as store
from tilts.store.doors.permission import FactsRow
from tilts.store.records import AuditSubject, Viewer
from tilts.store.tx import Tx


async def check_acting(tx: Tx, party: Party, viewer: Viewer) -> str:
    """
    Whether who calls may act now: a token lives five minutes, a role may end sooner, and a hold begins at once.

    Raises Refusal: MAY-009 (the practitioner's role, or the delegator's), CPY-002 (held), MAY-010 (for this patient).
    Returns as what somebody acts at the portal: `self`, `guardian`, `delegate`; else nothing.
    """
    if (actors := actors_of(party)) or party.role_id:
        has_role, held = await holds.standing(tx, party, actors)
        if not has_role:
            raise Refusal(MAY_NOT_ACTING)
        check_none(held)
    if party.patient_id is None:
        return ""
    if party.acting_patient_id in (None, party.patient_id):
        return "self"
    assert party.acting_patient_id is not None
    basis = await may_act_for(tx, party.acting_patient_id, party.patient_id, viewer.now)
    if basis is None:
        raise Refusal(MAY_NOT_FOR_PATIENT)
    return basis


def question_of(viewer: Viewer, resource_type: str) -> Question:
    return Question(
        kind=viewer.kind,
        purpose="BTG" if viewer.emergency else "",
        resource_type=resource_type,
        at_portal=viewer.patient_id is not None,
    )


def facts_of(row: FactsRow) -> Facts:
    return Facts(**{name: getattr(row, name) for name in Facts.__slots__})


async def ask(
    tx: Tx, viewer: Viewer, resource_type: str, resource_id: UUID
) -> tuple[Decision, AuditSubject] | None:
    """The decision, and whom it is about; None when there is no such document of a patient."""
    row = await store.facts(tx, viewer, resource_type, resource_id)
    if row is None or row.patient_id is None:
        return None
    decision = decide(question_of(viewer, resource_type), facts_of(row))
    named = AuditSubject(row.patient_id, resource_type, resource_id, basis=decision.basis or "")
    return decision, named


async def tell_hidden(call: Call, tx: Tx, resource_type: str, no: Refusal) -> None:
    """If what was not found is there but hidden, the refusal gets the true reason and the patient, for the audit.

    Asked after every "not found", so that a hidden thing takes as long as a missing one. What was named in a body
    stands in the refusal as `sought`.
    """
    named: Any = no.facts.get("sought")
    try:
        resource_type, sought = named or (resource_type, UUID(call.ids.get("id", "")))
    except ValueError:
        return
    if not named and (no.rule is not WIRE_NOT_FOUND or "about" in no.facts):
        return
    found = await ask(tx, viewer_of(call.party, call.now), resource_type, sought)
    if found is not None and found[0].refusal is not None:
        no.facts |= {"reason": found[0].refusal.rule.id, "about": found[1]}
