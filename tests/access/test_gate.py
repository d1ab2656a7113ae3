"""The gate: every condition is told, the verdict of a past moment stays what it was, and a falling one closes."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.access.test_certificates import a_connection
from tests.running import Running
from tests.store.undoing import undone
from tilts.access import gate
from tilts.access.certificates import check
from tilts.access.gate import Facts, decide
from tilts.access.verdicts.classifiers import access_from
from tilts.access.verdicts.telling import told, way_on
from tilts.functionality import CLASSIFIER_CLAUSES, FUNCTIONALITIES
from tilts.onboarding.workflows.limiting import CLAUSE_WORDS
from tilts.rules import Refusal
from tilts.store.onboarding.gate import GateApproval, GateCertificate, GateClient, GateSite, Holding
from tilts.store.tx import Database

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
INSTITUTION, VENDOR, VERSION = (UUID(int=n) for n in (1, 2, 3))


def client(**other: Any) -> GateClient:
    return GateClient(
        **{
            "client_id": "c",
            "name": "practice",
            "site": "999900001",
            "environment": "production",
            "party_id": INSTITUTION,
            "party_kind": "practice",
            "party_name": "Parauga prakse",
            "registration_number": "99990000001",
            "version_id": VERSION,
            "vendor_id": VENDOR,
            "functionalities": ["prescribing"],
            "open_for": [],
        }
        | other
    )


def holding(kind: str, state: str, party: UUID = INSTITUTION, **facts: Any) -> Holding:
    return Holding(party, f"TL-2026-{kind}", kind, state, facts, None)


ALL_HOLDS = Facts(
    client=client(),
    holdings=(
        holding("cooperation-institution", "in-force"),
        holding("connection-application", "in-force"),
        holding("checklist", "accepted"),
        holding("connection", "declared", client_id="c"),
    ),
    vendor_holdings=(holding("checklist", "accepted", VENDOR),),
    certificates=(GateCertificate("c", AT - timedelta(days=1), AT + timedelta(days=90), None),),
    site=GateSite("999900001", "99990000001", "active", AT),
    approvals=(GateApproval(VERSION, "prescribing", "approved", None),),
)


def certified(**other: Any) -> Facts:
    dates = {"not_before": AT - timedelta(days=1), "not_after": AT + timedelta(days=90), "revoked_at": None}
    own = GateCertificate(**{"client_id": "c", **dates, **other})
    return replace(ALL_HOLDS, certificates=(own,))


def without(kind: str) -> Facts:
    return replace(ALL_HOLDS, holdings=tuple(h for h in ALL_HOLDS.holdings if h.kind != kind))


def in_state(kind: str, state: str, **facts: Any) -> Facts:
    changed = tuple(holding(kind, state, **facts) if h.kind == kind else h for h in ALL_HOLDS.holdings)
    return replace(ALL_HOLDS, holdings=changed)


def unmet(facts: Facts, functionality: str = "prescribing", at: datetime = AT) -> list[tuple[str, str]]:
    return [(one.rule.id, one.facts.get("state", "")) for one in decide(facts, functionality, at).unmet]


def test_with_everything_there_the_gate_is_open() -> None:
    assert decide(ALL_HOLDS, "prescribing", AT).open


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("rule_id", "owner", "way"),
    [
        ("ACC-014", "institution", "/my/certificates"),
        ("ACC-015", "authority", "/trust"),
        ("ACC-016", "institution", "/my/certificates"),
    ],
)
def test_a_certificate_that_may_not_be_used_any_more_closes_by_the_rule_that_a_call_gets(
    rule_id: str, owner: str, way: str
) -> None:
    """GATE-002 is told when there is none: here is one, and something else is wrong with it."""
    facts = certified(usable_until=AT - HOUR, unusable_rule=rule_id, stale_from=AT - 25 * HOUR)
    [condition] = decide(facts, "prescribing", AT).unmet
    connection = a_connection(usable_until=AT - HOUR, unusable_rule=rule_id)
    with pytest.raises(Refusal) as no:
        check(replace(connection, not_before=AT - HOUR, not_after=AT + HOUR), AT)

    assert (condition.rule, condition.owner, way_on(condition)) == (no.value.rule, owner, way)
    assert condition.facts["until"] == no.value.told()["until"]
    assert "11:00" not in told(condition, "lv").text and "10:00" in told(condition, "lv").text  # Riga
    assert decide(facts, "prescribing", AT - 2 * HOUR).open


def test_within_the_grace_time_the_gate_is_open_and_says_what_will_close_it() -> None:
    facts = certified(usable_until=AT + HOUR, unusable_rule="ACC-014", stale_from=AT - 23 * HOUR)
    verdict = decide(facts, "prescribing", AT)
    [ahead] = verdict.ahead

    assert verdict.open
    assert (ahead.rule.id, ahead.due_at, way_on(ahead)) == ("ACC-014", AT + HOUR, "/my/certificates")
    fresh = certified(usable_until=AT + 48 * HOUR, unusable_rule="ACC-014", stale_from=AT + 24 * HOUR)
    assert decide(fresh, "prescribing", AT).ahead == ()
    both = replace(facts, certificates=(*facts.certificates, *fresh.certificates))
    assert decide(both, "prescribing", AT).ahead == ()  # the other one goes on
    assert decide(both, "prescribing", AT + 2 * HOUR).open


FALLS: dict[str, tuple[Facts, list[tuple[str, str]]]] = {
    "no co-operation agreement": (without("cooperation-institution"), [("GATE-003", "none")]),
    "a suspended one": (in_state("cooperation-institution", "suspended"), [("GATE-003", "suspended")]),
    "one signed by one side": (
        in_state("cooperation-institution", "half-signed"),
        [("GATE-003", "half-signed")],
    ),
    "one over its last day": (
        in_state("cooperation-institution", "in-force", ends_on="2026-11-22"),
        [("GATE-003", "expired")],
    ),
    "not in the register": (replace(ALL_HOLDS, site=None), [("GATE-004", "none")]),
    "suspended in the register": (
        replace(ALL_HOLDS, site=GateSite("999900001", "99990000001", "suspended", AT)),
        [("GATE-004", "suspended")],
    ),
    "somebody else's site": (
        replace(ALL_HOLDS, site=GateSite("999900001", "99990000099", "active", AT)),
        [("GATE-004", "none")],
    ),
    "no application": (without("connection-application"), [("GATE-005", "none")]),
    "no declaration": (without("checklist"), [("GATE-006", "none")]),
    "none of the vendor": (replace(ALL_HOLDS, vendor_holdings=()), [("GATE-007", "none")]),
    "no certificate": (replace(ALL_HOLDS, certificates=()), [("GATE-002", "none")]),
    "a revoked one": (
        replace(
            ALL_HOLDS,
            certificates=(GateCertificate("c", AT - timedelta(days=2), AT + timedelta(days=2), AT),),
        ),
        [("GATE-002", "revoked")],
    ),
    "one that is over": (
        replace(
            ALL_HOLDS,
            certificates=(GateCertificate("c", AT - timedelta(days=2), AT - timedelta(seconds=1), None),),
        ),
        [("GATE-002", "expired")],
    ),
    "not approved": (replace(ALL_HOLDS, approvals=()), [("GATE-009", "none")]),
    "approval withdrawn": (
        replace(ALL_HOLDS, approvals=(GateApproval(VERSION, "prescribing", "withdrawn", None),)),
        [("GATE-009", "withdrawn")],
    ),
    "a reservation not settled in time": (
        replace(
            ALL_HOLDS, approvals=(GateApproval(VERSION, "prescribing", "reservation", date(2026, 11, 22)),)
        ),
        [("GATE-009", "expired")],
    ),
    "approved for something else": (
        replace(ALL_HOLDS, approvals=(GateApproval(VERSION, "dispensing", "approved", None),)),
        [("GATE-009", "none")],
    ),
    "not said to be used": (without("connection"), [("GATE-010", "none")]),
    "said of another client": (in_state("connection", "declared", client_id="d"), [("GATE-010", "none")]),
    "not asked for": (
        replace(ALL_HOLDS, client=client(functionalities=["dispensing"])),
        [("GATE-008", "")],
    ),
    "of nobody": (replace(ALL_HOLDS, client=client(party_id=None)), [("GATE-012", "")]),
}


@pytest.mark.parametrize("what", FALLS)
def test_each_condition_that_falls_closes_the_gate_and_is_told(what: str) -> None:
    facts, expected = FALLS[what]

    assert unmet(facts) == expected


@pytest.mark.parametrize("what", FALLS)
@pytest.mark.parametrize("language", ["lv", "en"])
def test_each_unmet_condition_can_be_told_with_a_way_on(what: str, language: Any) -> None:
    for condition in decide(FALLS[what][0], "prescribing", AT).unmet:
        one = told(condition, language, "https://portal.example/")
        assert one.text and "{" not in one.text and one.fix
        assert one.how.startswith("https://portal.example/") and one.as_json()["rule"] == condition.rule.id


def test_the_way_on_is_the_case_that_stands_still_or_where_a_new_one_begins() -> None:
    def on(facts: Facts) -> str:
        [condition] = decide(facts, "prescribing", AT).unmet
        return way_on(condition)

    assert on(in_state("connection-application", "under-review")) == "/cases/TL-2026-connection-application"
    assert on(in_state("connection-application", "ended")) == "/procedures/connection-application"
    assert on(without("connection-application")) == "/procedures/connection-application"
    others = (holding("checklist", "declared", VENDOR),)
    assert on(replace(ALL_HOLDS, vendor_holdings=others)) == "/procedures/checklist"


AGREEMENT = "operator-agreement"


@pytest.mark.parametrize(
    ("holdings", "state", "ends_on"),
    [
        ((), "none", None),
        ((holding(AGREEMENT, "under-review"),), "none", None),
        ((holding(AGREEMENT, "suspended"),), "none", None),
        ((holding(AGREEMENT, "in-force"),), "granted", None),
        ((holding(AGREEMENT, "in-force", ends_on="2026-11-23"),), "granted", date(2026, 11, 23)),
        ((holding(AGREEMENT, "in-force", ends_on="2026-11-22"),), "expired", date(2026, 11, 22)),
        ((holding(AGREEMENT, "in-force", clauses=["medicines"]),), "limited", None),
        ((holding(AGREEMENT, "in-force", clauses=["medicines", "registers"]),), "granted", None),
        ((replace(holding(AGREEMENT, "ended"), since=AT),), "expired", date(2026, 11, 23)),
        (
            (replace(holding(AGREEMENT, "ended", ends_on="2026-11-01"), since=AT),),
            "expired",
            date(2026, 11, 1),
        ),
        ((holding(AGREEMENT, "ended"), holding(AGREEMENT, "in-force")), "granted", None),
        ((holding(AGREEMENT, "ended"), holding(AGREEMENT, "under-review")), "expired", None),
    ],
)
def test_what_an_operator_agreement_opens_of_the_classifiers(
    holdings: tuple[Holding, ...], state: str, ends_on: date | None
) -> None:
    found = access_from(holdings, AT)

    assert (found.state, found.ends_on) == (state, ends_on)


def test_every_clause_of_the_register_is_one_that_agreements_name() -> None:
    """What is shipped stands under clauses that an agreement can open."""
    register = json.loads(files("tilts.terminology").joinpath("content", "register.json").read_text("utf-8"))
    named = set(re.findall(r'"clause": "([^"]+)"', json.dumps(register)))

    assert named == set(CLASSIFIER_CLAUSES) == set(CLAUSE_WORDS)


def test_nothing_hides_another_unmet_condition() -> None:
    """GATE-002 to GATE-010: an institution that has nothing is told all of it at once."""
    nothing = Facts(client=client(functionalities=[]))

    assert [rule for rule, _ in unmet(nothing)] == [
        "GATE-003", "GATE-004", "GATE-005", "GATE-006", "GATE-007", "GATE-002", "GATE-008", "GATE-009", "GATE-010"
    ]  # fmt: skip


def test_a_reservation_holds_until_the_end_of_its_day_in_riga() -> None:
    facts = replace(
        ALL_HOLDS, approvals=(GateApproval(VERSION, "prescribing", "reservation", date(2026, 11, 23)),)
    )

    assert decide(facts, "prescribing", datetime(2026, 11, 23, 21, 59, tzinfo=UTC)).open
    assert not decide(facts, "prescribing", datetime(2026, 11, 23, 22, 0, tzinfo=UTC)).open


def test_the_test_environment_asks_for_the_testing_agreement_and_a_certificate() -> None:
    """GATE-001: A2 before A3."""
    own = client(environment="test")
    agreed = replace(ALL_HOLDS, client=own, holdings=(holding("testing-agreement", "in-force"),))

    assert decide(agreed, "prescribing", AT).open
    assert unmet(replace(agreed, holdings=())) == [("GATE-001", "none")]


def test_classifiers_ask_for_the_operator_agreement_alone() -> None:
    """GATE-011."""
    own = client(functionalities=["classifiers"])
    agreed = replace(
        Facts(client=own),
        holdings=(holding("operator-agreement", "in-force"),),
        certificates=ALL_HOLDS.certificates,
    )

    assert decide(agreed, "classifiers", AT).open
    assert unmet(replace(agreed, holdings=()), "classifiers") == [("GATE-011", "none")]


def test_whose_turn_it_is_is_told_with_the_case() -> None:
    [condition] = decide(in_state("cooperation-institution", "under-review"), "prescribing", AT).unmet

    assert (condition.owner, condition.case_number) == ("authority", "TL-2026-cooperation-institution")
    [condition] = decide(without("cooperation-institution"), "prescribing", AT).unmet
    assert condition.owner == "institution"
    own = client(functionalities=["classifiers"], party_kind="vendor")
    of_developer = decide(Facts(client=own), "classifiers", AT).unmet
    assert [condition.owner for condition in of_developer] == ["vendor", "vendor"]


parts = st.sampled_from(["holdings", "vendor_holdings", "certificates", "site", "approvals"])


@given(st.sets(parts), st.sampled_from(FUNCTIONALITIES))
def test_taking_facts_away_never_opens_the_gate(gone: set[str], functionality: str) -> None:
    emptied = replace(ALL_HOLDS, **{part: None if part == "site" else () for part in gone})  # type: ignore[arg-type]

    if decide(emptied, functionality, AT).open:
        assert decide(ALL_HOLDS, functionality, AT).open


# Over the rows.


@pytest.mark.anyio
async def test_every_ready_made_client_is_open_and_the_gate_agrees_with_what_is_kept(
    exchange: Running, database: Database
) -> None:
    async with undone(database) as tx:
        for facts in await gate.facts_at(tx, "test", datetime.now(UTC)):
            if facts.client.name in ("revoked", "expired"):
                continue
            for functionality in facts.client.functionalities:
                verdict = decide(facts, functionality, datetime.now(UTC))
                assert verdict.open, (facts.client.name, verdict.unmet)
        await gate.refresh(tx, "test", datetime.now(UTC))
        assert await gate.refresh(tx, "test", datetime.now(UTC)) == []


@pytest.mark.anyio
async def test_asked_of_the_time_before_the_agreement_it_gives_the_answer_given_then(
    exchange: Running, database: Database
) -> None:
    client_id = exchange.facts["clients"]["practice"]["client_id"]
    async with undone(database) as tx:
        [now_open] = await gate.ask(tx, client_id, "test", datetime.now(UTC))
        await tx.execute(
            "INSERT INTO onboarding.case_step SELECT c.case_id, 9, %s, 'end', 'in-force', 'ended', NULL, NULL,"
            " 'exchange', '', '{}' FROM onboarding.case_file c WHERE c.facts ? 'ready_made'",
            [datetime.now(UTC)],
        )
        before = datetime.now(UTC) - timedelta(milliseconds=200)
        [closed] = await gate.ask(tx, client_id, "test", datetime.now(UTC))
        changed = await gate.refresh(tx, "test", datetime.now(UTC))
        [then] = await gate.ask(tx, client_id, "test", before)

    assert now_open.open and then.open
    assert [one.rule.id for one in closed.unmet] == ["GATE-001"]
    assert client_id in {client for client, _, _ in changed}


def test_a_declaration_counts_from_the_first_day_of_its_questions_to_the_last() -> None:
    """GATE-006: both days are written in the case, and the other kinds of cases know no first day."""
    tomorrow, today = "2026-11-24", "2026-11-23"
    assert unmet(in_state("checklist", "accepted", starts_on=tomorrow)) == [("GATE-006", "not-yet")]
    assert unmet(in_state("checklist", "accepted", starts_on=today, ends_on=today)) == []
    assert unmet(in_state("checklist", "accepted", ends_on="2026-11-22")) == [("GATE-006", "expired")]
    assert unmet(in_state("checklist", "accepted", questions=1, starts_on="", ends_on="")) == []
    assert unmet(in_state("cooperation-institution", "in-force", starts_on=tomorrow)) == []
