"""Agreements with developers, institutions and pharmacies, and the application for a connection, as state tables.

    opened -> filled -> under-review <-> questions
                            |
                       text-agreed -> half-signed -> in-force <-> suspended -> ended

Title, who signs first and which clock runs in which state stand with the texts of the procedure
(onboarding/procedures/texts), dated and with their sources: another version there gives another table here, and a
case goes by the version with which its form was filled in.
"""

from dataclasses import replace
from functools import cache
from typing import Final

from tilts.onboarding.procedures import procedure_version, procedures
from tilts.onboarding.procedures.kinds import Procedure
from tilts.onboarding.workflows.asked import (
    ANSWER,
    FORM,
    FORM_BY_E_MAIL,
    OWN_NUMBER,
    QUESTION,
    REASON,
    VALUES,
)
from tilts.onboarding.workflows.limiting import FURTHER
from tilts.onboarding.workflows.signing import signing
from tilts.onboarding.workflows.terms import timed
from tilts.workflow import Side, State, Step, Words, Workflow

KINDS: Final = ("testing-agreement", "cooperation-institution", "cooperation-pharmacy", "operator-agreement")
APPLICATION: Final = (
    "connection-application"  # B5: agreed beforehand by e-mail, then signed by the institution alone
)

OPENED: Final = State("opened", Words("Sākta", "Opened"), "applicant")
FILLED: Final = State("filled", Words("Aizpildīta", "Filled in"), "applicant")
UNDER_REVIEW: Final = State("under-review", Words("Tiek saskaņota", "Being agreed"), "authority")
QUESTIONS: Final = State("questions", Words("Uzdoti jautājumi", "Questions asked"), "applicant")
IN_FORCE: Final = State("in-force", Words("Spēkā", "In force"))
SUSPENDED: Final = State("suspended", Words("Apturēta", "Suspended"), "authority")
ENDED: Final = State("ended", Words("Izbeigta", "Ended"))
REFUSED: Final = State("refused", Words("Atteikta", "Refused"))
WITHDRAWN: Final = State("withdrawn", Words("Atsaukta", "Withdrawn"))


def filling() -> tuple[Step, ...]:
    return (
        Step(
            "fill",
            ("opened", "filled", "questions"),
            "filled",
            "applicant",
            Words("Iesniegt aizpildīto PDF", "Hand in the filled PDF"),
            (FORM,),
        ),
        Step(
            "fill-here",
            ("opened", "filled", "questions"),
            "filled",
            "applicant",
            Words("Aizpildīt šajā lapā", "Fill in on this page"),
            (VALUES,),
        ),
        Step(
            "take-form",
            ("opened", "filled", "questions"),
            "under-review",
            "authority",
            Words("Pieņemt pa e-pastu atsūtīto veidlapu", "Take in the form that came by e-mail"),
            (FORM_BY_E_MAIL,),
        ),
        Step(
            "send",
            ("filled",),
            "under-review",
            "applicant",
            Words("Nosūtīt saskaņošanai", "Send to be agreed"),
        ),
    )


def agreeing() -> tuple[Step, ...]:
    before = ("opened", "filled", "under-review", "questions", "text-agreed")
    return (
        Step(
            "ask",
            ("under-review",),
            "questions",
            "authority",
            Words("Uzdot jautājumu", "Ask a question"),
            (QUESTION,),
        ),
        Step(
            "answer",
            ("questions",),
            "under-review",
            "applicant",
            Words("Atbildēt", "Answer"),
            (ANSWER,),
        ),
        Step(
            "agree-text",
            ("under-review",),
            "text-agreed",
            "authority",
            Words("Saskaņot tekstu", "Agree to the text"),
            (OWN_NUMBER,),
        ),
        Step(
            "refuse",
            ("under-review",),
            "refused",
            "authority",
            Words("Atteikt", "Refuse"),
            (REASON,),
            warning=True,
        ),
        Step(
            "withdraw",
            before,
            "withdrawn",
            "applicant",
            Words("Atsaukt", "Withdraw"),
            (REASON,),
            warning=True,
        ),
    )


def after_signing() -> tuple[Step, ...]:
    in_force = ("in-force",)
    return (
        Step(
            "suspend",
            in_force,
            "suspended",
            "authority",
            Words("Apturēt", "Suspend"),
            (REASON,),
            two_persons=True,
            warning=True,
        ),
        Step(
            "resume",
            ("suspended",),
            "in-force",
            "authority",
            Words("Atjaunot", "Resume"),
            (REASON,),
            two_persons=True,
        ),
        Step(
            "end",
            ("in-force", "suspended"),
            "ended",
            "authority",
            Words("Izbeigt", "End"),
            (REASON,),
            two_persons=True,
            warning=True,
        ),
        Step(
            "give-notice",
            ("in-force", "suspended"),
            "ended",
            "applicant",
            Words("Uzteikt", "Give notice"),
            (REASON,),
            warning=True,
        ),
    )


def agreement(procedure: Procedure) -> Workflow:
    first: Side = procedure.signing.first
    second: Side = "authority" if first == "applicant" else "applicant"
    states = (
        OPENED,
        FILLED,
        UNDER_REVIEW,
        QUESTIONS,
        State("text-agreed", Words("Teksts saskaņots", "Text agreed"), first),
        State("half-signed", Words("Parakstījusi viena puse", "Signed by one side"), second),
        IN_FORCE,
        SUSPENDED,
        ENDED,
        REFUSED,
        WITHDRAWN,
    )
    further = FURTHER.get(procedure.id, ())
    return of(procedure, states, (*filling(), *agreeing(), *signing(first), *after_signing(), *further))


def application(procedure: Procedure) -> Workflow:
    """Signed by the applicant alone: the authority has agreed to it before."""
    states = (
        OPENED,
        FILLED,
        UNDER_REVIEW,
        QUESTIONS,
        State("text-agreed", Words("Saskaņots", "Agreed"), "applicant"),
        IN_FORCE,
        SUSPENDED,
        ENDED,
        REFUSED,
        WITHDRAWN,
    )
    alone = tuple(
        replace(step, of=("text-agreed",), to=step.to and "in-force")
        for step in signing("applicant")
        if "text-agreed" in step.of
    )
    return of(procedure, states, (*filling(), *agreeing(), *alone, *after_signing()))


def of(procedure: Procedure, states: tuple[State, ...], steps: tuple[Step, ...]) -> Workflow:
    title = Words(procedure.title.lv, procedure.title.en)
    return Workflow(procedure.id, title, tuple(timed(state, procedure) for state in states), steps)


def table_from(procedure: Procedure) -> Workflow:
    return application(procedure) if procedure.id == APPLICATION else agreement(procedure)


@cache
def table_of_version(reference: str) -> Workflow:
    """The table of one version, `testing-agreement/1`; it stays, because cases that go by it stay."""
    name, _, version = reference.partition("/")
    procedure = procedure_version(name, int(version))
    assert procedure is not None, "texts that were used are never removed"
    return table_from(procedure)


# What a case goes by until its form is filled in: the newest version of each.
TABLES: Final = tuple(table_from(procedures()[kind]) for kind in (*KINDS, APPLICATION))
