"""What a page about a case shows: its steps, what may be done now and why not, who may sign, its picture."""

from dataclasses import dataclass
from datetime import date, datetime

from tilts.access.case_effects import SERVES
from tilts.access.testing_runs import runs_under
from tilts.account import Account
from tilts.clock import day_in_riga
from tilts.lab.conformance import library
from tilts.lab.conformance.language import Scenario
from tilts.onboarding.cases import find_case, side_of
from tilts.onboarding.taking import may_act_in
from tilts.onboarding.workflows import table_of
from tilts.portal.mail.thread_views import ThreadView, thread_view
from tilts.portal.state_picture import StatePicture, draw
from tilts.rules import Language
from tilts.store.lab.runs import RunRecord
from tilts.store.onboarding import cases, parties, signatories
from tilts.store.onboarding.cases import CaseRecord, DocumentRecord, StepRecord
from tilts.store.onboarding.signatories import SignatoryRecord
from tilts.store.tx import Tx
from tilts.workflow import Offer, Step, Words, Workflow

TO_BE_SIGNED = frozenset({"text-agreed", "half-signed"})


@dataclass(frozen=True, slots=True)
class CaseView:
    case: CaseRecord
    steps: list[StepRecord]
    documents: list[DocumentRecord]
    possible: list[Offer]
    closed: list[Offer]
    signatories: list[tuple[str, SignatoryRecord]]
    runs: list[RunRecord]  # of the lab, under a testing case
    thread: ThreadView


WORDS = {
    "open": Words("Lieta atvērta", "The case was opened"),
    "give": Words("Nodota dalībniekam", "Given to a party"),
    "keep-question": Words("Atstāta kā atsevišķs jautājums", "Kept as a question of its own"),
    "ready-made": Words("Sagatavots smilškastē", "Ready-made by the sandbox"),
}


async def view_of(tx: Tx, number: str, account: Account, wall: datetime) -> CaseView:
    case = await find_case(tx, number, account)
    table = table_of(case.kind, case.facts)
    offers = list(table.allowed(case.state, side_of(account))) if may_act_in(case.kind, account) else []
    return CaseView(
        case,
        await cases.steps(tx, case.case_id),
        await cases.documents(tx, case.case_id),
        sorted((offer for offer in offers if offer.reason is None), key=lambda offer: offer.step.warning),
        [offer for offer in offers if offer.reason is not None],
        await signatories_of(tx, case, day_in_riga(wall)),
        await runs_under(tx, case) if case.kind == "testing" else [],
        await thread_view(tx, case, account),
    )


def possible_in(workflow: Workflow, step: Step) -> list[str]:
    """In which states this side may take it; an action may have a row for each state it leaves."""
    rows = [row for row in workflow.steps if (row.action, row.by) == (step.action, step.by)]
    return [state.name for state in workflow.states if any(state.name in row.of for row in rows)]


async def signatories_of(tx: Tx, case: CaseRecord, day: date) -> list[tuple[str, SignatoryRecord]]:
    """Who may sign it by name, for each side, while it waits to be signed; a seal may always."""
    if case.state not in TO_BE_SIGNED or "agreed" not in case.facts:
        return []
    sides = [
        party
        for party in await parties.parties(tx)
        if party.party_id == case.party_id or party.kind == "authority"
    ]
    return [
        (party.name, one)
        for party in sorted(sides, key=lambda party: party.kind == "authority")
        for one in await signatories.entitled_on(tx, party.registration_number, day)
    ]


def offered_in(view: CaseView) -> dict[str, list[tuple[str, Words]]]:
    """What a field with choices of this very case offers; those chosen before are marked by the page."""
    e_mailed = [one for one in view.documents if one.channel == "e-mail"]
    choices = [(str(one.document_id), Words(one.filename, one.filename)) for one in e_mailed]
    offered = {"form": choices, "signed": choices}
    if view.case.kind != "test-plan":
        return offered
    fitting = scenarios_for(view.case.facts["functionalities"])
    return offered | {
        "scenarios": [
            (one.id, Words(f"{one.id} {one.title.lv}", f"{one.id} {one.title.en}")) for one in fitting
        ]
    }


def scenarios_for(functionalities: list[str]) -> tuple[Scenario, ...]:
    wanted = set(functionalities)
    return tuple(one for one in library.library() if wanted & {SERVES[role] for role in one.roles})


def words_of(workflow: Workflow, step: StepRecord) -> Words:
    """What a step of the history is called; what the exchange did itself has words of its own."""
    asked, _, action = step.action.partition("-")
    if step.action in WORDS:
        return WORDS[step.action]
    if asked in ("ask", "decline") and any(row.action == action for row in workflow.steps):
        label = workflow.step(action, step.to_state).label
        lv, en = ("Pieprasīts", "Asked for") if asked == "ask" else ("Noraidīts", "Declined")
        return Words(f"{lv}: {label.lv}", f"{en}: {label.en}")
    known = any(row.action == step.action for row in workflow.steps)
    return (
        workflow.step(step.action, step.from_state or "").label if known else Words(step.action, step.action)
    )


def waits_for(case: CaseRecord) -> str | None:
    if case.pending is not None:
        return "authority"
    return table_of(case.kind, case.facts).state(case.state).waits_for


def picture_of(case: CaseRecord, language: Language) -> StatePicture:
    workflow = table_of(case.kind, case.facts)
    labels = [(state.name, state.label.in_language(language)) for state in workflow.states]
    edges = [(state, step.to or state) for step in workflow.steps for state in step.of]
    return draw("case", labels, edges, case.state, workflow.state(case.state).label.in_language(language))
