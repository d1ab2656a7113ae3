"""May they? The decision in words against the expression in SQL, over generated facts; and its order."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.conninfo import make_conninfo

from tests.running import Running
from tilts.access.permission.asking import facts_of, question_of
from tilts.access.permission.deciding import AFTER, BEFORE, Facts, Question, Step, decide
from tilts.access.permission.steps import STEPS
from tilts.access.permission.terms import hours_of, row_of, rows
from tilts.ids import new_id
from tilts.rules import Refusal
from tilts.rules.access import ACC_CERTIFICATE_REVOKED, ACC_PARTY_CLOSED
from tilts.rules.catalogue import BY_ID
from tilts.rules.trust.permission import MAY_NOT_ACTING
from tilts.store.doors import permission
from tilts.store.provision import DATABASE
from tilts.store.records import Viewer
from tilts.store.sight import SEEN_LINE, SEEN_PATIENT, SEEN_RESOURCE, eyes

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TIMES = st.sampled_from([("past", -9, -1), ("now", -5, 5), ("open", -5, None), ("later", 1, 9)])
KINDS = ("practice", "hospital", "pharmacy", "authority", "vendor")


@dataclass(frozen=True)
class Place:
    """Ids of the sandbox's register; the rows of an example are taken back after it."""

    organizations: dict[str, UUID]
    other: UUID
    patients: list[UUID]


@pytest.fixture(scope="module")
def place(exchange: Running) -> Place:
    clients = exchange.facts["clients"]
    people = [one for one in exchange.environment.population.resources if one["resourceType"] == "Patient"]
    return Place(
        {kind: UUID(clients[kind]["org"]) for kind in KINDS},
        UUID(clients["practice-7"]["org"]),
        [UUID(one["id"]) for one in people[-3:]],
    )


@pytest.fixture(scope="module")
def connection(exchange: Running) -> Iterator[psycopg.AsyncConnection[Any]]:
    with asyncio.Runner() as runner:
        # As superuser: the serving role deletes nothing, and each example starts without the sandbox's rows.
        words = make_conninfo(
            exchange.environment.cluster.superuser_dsn(), dbname=DATABASE, options="-csearch_path=test"
        )
        made = runner.run(psycopg.AsyncConnection.connect(words))
        made.runner = runner  # type: ignore[attr-defined]
        yield made
        runner.run(made.close())


world = st.fixed_dictionaries(
    {
        "kind": st.sampled_from([*KINDS, "portal"]),
        "emergency": st.booleans(),
        "own": st.booleans(),  # the document is the asker's
        "own_thread": st.booleans(),
        "dispense": st.booleans(),  # the document is what a pharmacy wrote in the thread
        "presented": st.none() | TIMES,
        "line": st.sampled_from(["usable", "used up", "cancelled", "over"]),
        "handed_out": st.booleans(),  # some of it, by the asker
        "relationships": st.lists(
            st.tuples(
                st.sampled_from(["home-doctor", "visit", "referral", "requested-result"]),
                TIMES,
                st.sampled_from(["anybody", "me", "another"]),
            ),
            max_size=3,
            unique_by=lambda one: one[0],
        ),
        "bans": st.lists(
            st.tuples(
                st.sampled_from(["whole", "thread", "document", "other"]),
                st.booleans(),
                st.sampled_from([None, "practice", "hospital"]),
                TIMES,
            ),
            max_size=2,
        ),
        "glass": st.none() | TIMES,
        "identified": st.none() | TIMES,
        "patient": st.sampled_from(["own", "other"]),
        "acting": st.sampled_from(["self", "another"]),
        "guardian": st.none() | TIMES,
        "delegations": st.lists(
            st.tuples(st.sampled_from(["whole", "thread", "document", "other"]), TIMES), max_size=2
        ),
    }
)


class Written:
    """One example's rows, in a transaction that is rolled back, and who looks."""

    def __init__(self, place: Place, drawn: dict[str, Any]) -> None:
        self.place, self.drawn = place, drawn
        self.patient, self.second, self.person = place.patients
        self.me = place.organizations.get(drawn["kind"], place.organizations["vendor"])
        self.practitioner, self.thread, self.line = new_id(), new_id(), new_id()
        self.document = new_id() if drawn["dispense"] else self.line
        self.task = new_id()
        author = self.me if drawn["own_thread"] else place.other
        writer = new_id() if drawn["dispense"] else author
        self.prescriber = author
        self.author = self.me if drawn["own"] and drawn["dispense"] else writer

    @property
    def viewer(self) -> Viewer:
        drawn, portal = self.drawn, self.drawn["kind"] == "portal"
        opened = self.patient if drawn["patient"] == "own" else self.second
        return Viewer(
            organization_id=self.me,
            patient_id=opened if portal else None,
            now=NOW,
            practitioner_id=self.practitioner,
            emergency=drawn["emergency"] and not portal,
            kind=drawn["kind"],
            acting_patient_id=(self.person if drawn["acting"] == "another" else opened) if portal else None,
        )

    def rows(self) -> Iterator[tuple[str, list[Any]]]:
        yield from self.documents()
        yield from self.opened()
        yield from self.consents()

    def documents(self) -> Iterator[tuple[str, list[Any]]]:
        number = str(self.thread)
        yield (
            "INSERT INTO prescription VALUES (%s, %s, %s, %s, %s, %s)",
            [self.thread, number, self.patient, self.prescriber, new_id(), NOW],
        )
        yield (
            "INSERT INTO prescription_line (line_id, task_id, prescription_id, patient_id, organization_id, state,"
            " valid_from, valid_to, allowed, unit, unit_system, unit_code, changed_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, '2026-01-01', %s, 1, '', '', '', %s)",
            [
                *(self.line, self.task, self.thread, self.patient, self.prescriber),
                "cancelled" if self.drawn["line"] == "cancelled" else "open",
                NOW.date() - timedelta(days=1) if self.drawn["line"] == "over" else NOW.date(),
                NOW,
            ],
        )
        if self.drawn["line"] == "used up":
            yield "UPDATE prescription_line SET dispensed = allowed WHERE line_id = %s", [self.line]
        if self.drawn["handed_out"]:
            yield (
                "INSERT INTO dispense (dispense_id, line_id, task_id, patient_id, organization_id, site, client_id,"
                " role_id, quantity, recorded_at) VALUES (%s, %s, %s, %s, %s, '', '', %s, 1, %s)",
                [new_id(), self.line, self.task, self.patient, self.me, new_id(), NOW],
            )
        kind = "MedicationDispense" if self.drawn["dispense"] else "MedicationRequest"
        yield (
            "INSERT INTO resource VALUES (%s, %s, 1, %s, %s, %s, %s, '{}', '')",
            [kind, self.document, NOW, self.patient, self.author, self.thread],
        )

    def opened(self) -> Iterator[tuple[str, list[Any]]]:
        drawn = self.drawn
        yield "DELETE FROM relationship WHERE patient_id = %s", [self.patient]
        yield "DELETE FROM guardian WHERE patient_id = %s", [self.patient]
        if drawn["presented"]:
            yield (
                "INSERT INTO presentation VALUES (%s, %s, %s)",
                [self.thread, self.me, until(drawn["presented"])],
            )
        for kind, when, whom in drawn["relationships"]:
            practitioner = {"anybody": None, "me": self.practitioner, "another": new_id()}[whom]
            yield (
                "INSERT INTO relationship VALUES (%s, %s, %s, %s, %s, %s, %s, 'x', %s)",
                [new_id(), self.patient, self.me, practitioner, kind, *span(when), NOW],
            )
        if drawn["glass"]:
            starts, ends = span(drawn["glass"])
            yield (
                "INSERT INTO broken_glass VALUES (%s, %s, %s, %s, %s, 'x', %s, %s)",
                [
                    new_id(),
                    self.patient,
                    self.me,
                    self.practitioner,
                    new_id(),
                    starts,
                    ends or NOW + timedelta(hours=1),
                ],
            )
        if drawn["identified"]:
            yield (
                "INSERT INTO identification VALUES (%s, %s, %s)",
                [self.me, self.patient, until(drawn["identified"])],
            )
        if drawn["guardian"]:
            yield (
                "INSERT INTO guardian VALUES (%s, %s, %s, %s, 'x', %s)",
                [self.patient, self.person, *span(drawn["guardian"]), NOW],
            )

    def consents(self) -> Iterator[tuple[str, list[Any]]]:
        named = {"whole": None, "thread": self.thread, "document": self.document, "other": new_id()}
        bans = [("ban", what, never, group, when, None) for what, never, group, when in self.drawn["bans"]]
        given_ = [
            ("delegation", what, False, None, when, self.person) for what, when in self.drawn["delegations"]
        ]
        for kind, what, never, group, when, grantee in [*bans, *given_]:
            made = new_id()
            yield (
                "INSERT INTO consent VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [made, self.patient, kind, what == "whole", never, group, grantee, *span(when)],
            )
            if what != "whole":
                yield "INSERT INTO consent_document VALUES (%s, %s)", [made, named[what]]


def span(when: tuple[str, int, int | None]) -> tuple[datetime, datetime | None]:
    _, starts, ends = when
    return NOW + timedelta(days=starts), None if ends is None else NOW + timedelta(days=ends)


def until(when: tuple[str, int, int | None]) -> datetime:
    return span(when)[1] or NOW + timedelta(days=1)


@contextmanager
def written(connection: Any, place: Place, drawn: dict[str, Any]) -> Iterator[Written]:
    made = Written(place, drawn)

    async def write() -> None:
        async with connection.cursor() as cursor:
            for statement, values in made.rows():
                await cursor.execute(statement, values)

    try:
        connection.runner.run(write())
        yield made
    finally:
        connection.runner.run(connection.rollback())


async def basis_in_sql(
    connection: Any, seen: str, table: str, condition: str, made: Written, key: UUID
) -> str | None:
    cursor = await connection.execute(
        f"SELECT seen.basis FROM {table}{seen} WHERE {condition} = %(key)s", {**eyes(made.viewer), "key": key}
    )
    row = await cursor.fetchone()
    assert row is not None
    found: str | None = row[0]
    return found


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=world)
def test_the_decision_in_words_is_the_expression_in_sql(
    connection: psycopg.AsyncConnection[Any], place: Place, drawn: dict[str, Any]
) -> None:
    with written(connection, place, drawn) as made:
        run = connection.runner.run  # type: ignore[attr-defined]
        kind = "MedicationDispense" if drawn["dispense"] else "MedicationRequest"
        looks = [
            (kind, made.document, SEEN_RESOURCE, "resource r", "r.resource_id"),
            ("Task", made.task, SEEN_LINE, "prescription_line l", "l.task_id"),
            ("Patient", made.patient, SEEN_PATIENT, "resource r", "r.resource_id"),
        ]
        for resource_type, key, seen, table, condition in looks:
            row = run(permission.facts(connection, made.viewer, resource_type, key))
            assert row is not None
            decision = decide(question_of(made.viewer, resource_type), facts_of(row))
            shown = run(basis_in_sql(connection, seen, table, condition, made, key))
            assert decision.basis == shown, (resource_type, row)
            assert (decision.basis is None) == (decision.refusal is not None)


# The order, and what each step says.


def asked(kind: str = "practice", purpose: str = "TREAT", **more: Any) -> Question:
    return Question(kind=kind, purpose=purpose, resource_type="MedicationRequest", **more)


@pytest.mark.parametrize(
    ("question", "facts", "verdict", "rule_id", "basis"),
    [
        (asked(), Facts(relationship="home-doctor"), "permit", None, "home-doctor"),
        (asked(), Facts(), "need-break-glass", "MAY-001", None),
        (asked("authority"), Facts(relationship="visit"), "deny", "MAY-001", None),
        (asked(), Facts(relationship="visit", banned=True), "need-break-glass", "MAY-002", None),
        (asked(), Facts(relationship="visit", banned=True, banned_always=True), "deny", "MAY-003", None),
        (asked(), Facts(wrote_it=True, banned=True), "permit", None, "author"),
        (asked(), Facts(wrote_thread=True, banned=True), "need-break-glass", "MAY-002", None),
        (asked(purpose="BTG"), Facts(relationship="visit"), "need-break-glass", "MAY-004", None),
        (asked(purpose="BTG"), Facts(glass=True, banned=True), "permit", None, "emergency"),
        (asked(purpose="BTG"), Facts(glass=True, banned=True, banned_always=True), "deny", "MAY-003", None),
        (asked("pharmacy"), Facts(relationship="home-doctor"), "deny", "MAY-012", None),
        (
            asked("pharmacy"),
            Facts(presented=True, banned=True, banned_always=True),
            "permit",
            None,
            "presented",
        ),
        (asked(at_portal=True), Facts(is_patient=True, banned=True), "permit", None, "self"),
        (asked(at_portal=True), Facts(), "deny", "MAY-014", None),
        (asked(at_portal=True), Facts(is_patient=True, acts_for_another=True), "deny", "MAY-013", None),
        (
            asked(at_portal=True),
            Facts(is_patient=True, acts_for_another=True, guardian=True, delegate=True),
            "permit",
            None,
            "guardian",
        ),
        (asked(whole=True), Facts(relationship="visit", banned_some=True), "permit-filtered", None, "visit"),
        (Question("practice", "TREAT", "Patient"), Facts(), "deny", "MAY-011", None),
        (
            Question("practice", "TREAT", "Patient"),
            Facts(identified=True, banned=True),
            "permit",
            None,
            "identified",
        ),
    ],
)
def test_one_question_one_answer(
    question: Question, facts: Facts, verdict: str, rule_id: str | None, basis: str | None
) -> None:
    found = decide(question, facts)
    told = found.refusal.rule.id if found.refusal else None
    assert (found.verdict, told, found.basis) == (verdict, rule_id, basis)


@pytest.mark.parametrize("step", [*BEFORE, *AFTER])
def test_a_step_that_says_no_ends_it(step: Any) -> None:
    found = decide(asked(), Facts(wrote_it=True), {step: Refusal(MAY_NOT_ACTING)})
    assert (found.verdict, found.step, found.basis) == ("deny", step, None)


def test_the_first_no_is_the_answer() -> None:
    refused = {"organisation": Refusal(ACC_PARTY_CLOSED), "certificate": Refusal(ACC_CERTIFICATE_REVOKED)}
    found = decide(asked(), Facts(), refused)  # type: ignore[arg-type]
    assert found.refusal is not None and found.refusal.rule is ACC_CERTIFICATE_REVOKED
    assert decide(asked(), Facts(), {"quotas": Refusal(ACC_PARTY_CLOSED)}).step == "relationship"


def test_every_term_is_dated_and_has_a_source() -> None:
    for row in rows():
        assert row["source"] and row_of(row["of"], NOW.date()) == row
    assert [hours_of(name, NOW) for name in ("visit", "referral", "emergency")] == [720, 2160, 1]


def test_every_rule_has_its_step() -> None:
    told = [rule_id for step in STEPS for rule_id in step.rules]
    assert len(told) == len(set(told)) and set(told) <= BY_ID.keys()
    assert {rule_id for rule_id in BY_ID if rule_id.startswith("MAY-")} <= set(told)
    assert [step.step for step in STEPS] == list(get_args(Step))
