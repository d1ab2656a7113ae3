"""The steps by which an agreement is signed: first one side, then the other; electronically, by e-mail or on paper."""

from typing import Final

from tilts.onboarding.workflows.asked import BY_E_MAIL, ENDS_ON, PAPER, POWER, SIGNED, THEIR_NUMBER
from tilts.workflow import Side, Step, Words

THEN: Final = {"text-agreed": "half-signed", "half-signed": "in-force"}  # when a side has signed


def signing(first: Side) -> tuple[Step, ...]:
    """Each side electronically or on paper; what came on paper is confirmed by a second clerk."""
    of_applicant = "text-agreed" if first == "applicant" else "half-signed"
    of_authority = "half-signed" if first == "applicant" else "text-agreed"
    entitle = Step(
        "entitle",
        tuple(THEN),
        "",
        "authority",
        Words("Reģistrēt paraksttiesības", "Register who may sign"),
        POWER,
        two_persons=True,
    )
    return (*by_applicant(of_applicant), entitle, *by_authority(of_authority))


def by_applicant(state: str) -> tuple[Step, ...]:
    return (
        Step(
            "sign",
            (state,),
            THEN[state],
            "applicant",
            Words("Iesniegt parakstīto", "Hand in what was signed"),
            (SIGNED, THEIR_NUMBER),
        ),
        Step(
            "receive-signed",
            (state,),
            THEN[state],
            "authority",
            Words("Pieņemt pa e-pastu atsūtīto", "Take in what came by e-mail"),
            (BY_E_MAIL,),
        ),
        Step(
            "receive-paper",
            (state,),
            THEN[state],
            "authority",
            Words("Reģistrēt saņemto papīra formā", "Register what came on paper"),
            PAPER,
            two_persons=True,
        ),
    )


def by_authority(state: str) -> tuple[Step, ...]:
    return (
        Step(
            "sign-for-authority",
            (state,),
            THEN[state],
            "authority",
            Words("Iesniegt iestādes parakstīto", "Hand in what the authority signed"),
            (SIGNED, ENDS_ON),
        ),
        Step(
            "sign-on-paper",
            (state,),
            THEN[state],
            "authority",
            Words("Iestādes paraksts papīra formā", "The authority's signature on paper"),
            (*PAPER[2:3], PAPER[5], ENDS_ON),
            two_persons=True,
        ),
    )
