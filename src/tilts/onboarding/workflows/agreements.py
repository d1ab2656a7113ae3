"""Agreements with developers, institutions and pharmacies, and the application for a connection, as state tables.

    opened -> filled -> under-review <-> questions
                            |
                       text-agreed -> half-signed -> in-force <-> suspended -> ended

Who signs first is data: the authority with institutions and pharmacies (Latvia 4.2), the developer with the
operator agreement (Source page C3). For the testing agreement it is not published: the developer, unverified.
Terms: five working days stand in the published procedure for administrators' rights (Latvia 4.2); that they hold
for reviewing an agreement too is our assumption.
"""

from typing import Final

from tilts.workflow import Field, Side, State, Step, Words, Workflow
from tilts.working_days import Term

REVIEW: Final = Term(5, "working-days", "Latvia 4.2; assumed for reviews")
ANSWER: Final = Term(30, "days", "Latvia 4.2: the administrator form; assumed for answers")
SIGNING: Final = Term(30, "days", "Latvia 4.2; assumed for signing")
TITLES: Final = {
    "testing-agreement": Words(
        "Līgums par datu apmaiņas testēšanu", "Agreement on testing the data exchange"
    ),
    "cooperation-institution": Words(
        "Sadarbības līgums ar ārstniecības iestādi", "Co-operation agreement with an institution"
    ),
    "cooperation-pharmacy": Words("Sadarbības līgums ar aptieku", "Co-operation agreement with a pharmacy"),
    "operator-agreement": Words(
        "Personas datu apstrādātāja (operatora) līgums", "Agreement of a personal-data processor (operator)"
    ),
}
SIGNS_FIRST: Final[dict[str, Side]] = {
    "testing-agreement": "applicant",
    "cooperation-institution": "authority",
    "cooperation-pharmacy": "authority",
    "operator-agreement": "applicant",
}

OPENED: Final = State("opened", Words("Sākta", "Opened"), "applicant")
FILLED: Final = State("filled", Words("Aizpildīta", "Filled in"), "applicant")
UNDER_REVIEW: Final = State("under-review", Words("Tiek saskaņota", "Being agreed"), "authority", REVIEW)
QUESTIONS: Final = State("questions", Words("Uzdoti jautājumi", "Questions asked"), "applicant", ANSWER)
IN_FORCE: Final = State("in-force", Words("Spēkā", "In force"))
SUSPENDED: Final = State("suspended", Words("Apturēta", "Suspended"), "authority")
ENDED: Final = State("ended", Words("Izbeigta", "Ended"))
REFUSED: Final = State("refused", Words("Atteikta", "Refused"))
WITHDRAWN: Final = State("withdrawn", Words("Atsaukta", "Withdrawn"))

REASON: Final = Field("reason", "long-text", Words("Iemesls", "Reason"))
FORM: Final = Field("form", "file", Words("Aizpildītā veidlapa (PDF)", "The filled form (PDF)"))
SIGNED: Final = Field(
    "signed",
    "file",
    Words("Parakstītais dokuments (PDF, .asice vai .edoc)", "The signed document (PDF, .asice or .edoc)"),
)
CHANNELS: Final = (
    ("post", Words("Pa pastu", "By post")),
    ("in-person", Words("Personīgi", "In person")),
)
PAPER: Final = (
    Field("letter_number", "text", Words("Vēstules numurs", "Number of the letter")),
    Field("channel", "choice", Words("Kā saņemts", "How it came"), choices=CHANNELS),
    Field("received_on", "date", Words("Saņemts", "Received on")),
    Field("copies", "number", Words("Parakstīti eksemplāri", "Signed copies")),
    Field(
        "cover_letter",
        "choice",
        Words("Pavadvēstule", "Cover letter"),
        choices=(("yes", Words("Ir", "There is one")), ("no", Words("Nav", "There is none"))),
    ),
    Field("scans", "files", Words("Skenētie eksemplāri", "Scans of the copies")),
)
OWN_NUMBER: Final = Field(
    "authority_number", "text", Words("Iestādes līguma numurs", "The authority's number of the agreement")
)
THEIR_NUMBER: Final = Field(
    "party_number", "text", Words("Jūsu līguma numurs", "Your own number of the agreement"), required=False
)
ENDS_ON: Final = Field("ends_on", "date", Words("Spēkā līdz", "In force until"), required=False)


def before_signing() -> tuple[Step, ...]:
    before = ("opened", "filled", "under-review", "questions", "text-agreed")
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
            (Field("values", "form", Words("Veidlapas lauki", "Fields of the form")),),
        ),
        Step(
            "send",
            ("filled",),
            "under-review",
            "applicant",
            Words("Nosūtīt saskaņošanai", "Send to be agreed"),
        ),
        Step(
            "ask",
            ("under-review",),
            "questions",
            "authority",
            Words("Uzdot jautājumu", "Ask a question"),
            (Field("question", "long-text", Words("Jautājums", "Question")),),
        ),
        Step(
            "answer",
            ("questions",),
            "under-review",
            "applicant",
            Words("Atbildēt", "Answer"),
            (Field("answer", "long-text", Words("Atbilde", "Answer")),),
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


def signing(first: Side) -> tuple[Step, ...]:
    """Each side electronically or on paper; what came on paper is confirmed by a second clerk."""
    of_applicant = "text-agreed" if first == "applicant" else "half-signed"
    of_authority = "half-signed" if first == "applicant" else "text-agreed"
    then = {"text-agreed": "half-signed", "half-signed": "in-force"}
    return (
        Step(
            "sign",
            (of_applicant,),
            then[of_applicant],
            "applicant",
            Words("Iesniegt parakstīto", "Hand in what was signed"),
            (SIGNED, THEIR_NUMBER),
        ),
        Step(
            "receive-paper",
            (of_applicant,),
            then[of_applicant],
            "authority",
            Words("Reģistrēt saņemto papīra formā", "Register what came on paper"),
            PAPER,
            two_persons=True,
        ),
        Step(
            "sign-for-authority",
            (of_authority,),
            then[of_authority],
            "authority",
            Words("Iesniegt iestādes parakstīto", "Hand in what the authority signed"),
            (SIGNED, ENDS_ON),
        ),
        Step(
            "sign-on-paper",
            (of_authority,),
            then[of_authority],
            "authority",
            Words("Iestādes paraksts papīra formā", "The authority's signature on paper"),
            (*PAPER[2:3], PAPER[5], ENDS_ON),
            two_persons=True,
        ),
    )


def agreement(kind: str) -> Workflow:
    first = SIGNS_FIRST[kind]
    second: Side = "authority" if first == "applicant" else "applicant"
    return Workflow(
        kind,
        TITLES[kind],
        (
            OPENED,
            FILLED,
            UNDER_REVIEW,
            QUESTIONS,
            State("text-agreed", Words("Teksts saskaņots", "Text agreed"), first, SIGNING),
            State("half-signed", Words("Parakstījusi viena puse", "Signed by one side"), second, SIGNING),
            IN_FORCE,
            SUSPENDED,
            ENDED,
            REFUSED,
            WITHDRAWN,
        ),
        (*before_signing(), *signing(first), *after_signing()),
    )


AGREEMENTS: Final = tuple(agreement(kind) for kind in TITLES)
# B5: agreed beforehand by e-mail, then signed by the institution alone.
CONNECTION_APPLICATION: Final = Workflow(
    "connection-application",
    Words("Pieteikums savienojumam", "Application for the connection"),
    (
        OPENED,
        FILLED,
        UNDER_REVIEW,
        QUESTIONS,
        State("text-agreed", Words("Saskaņots", "Agreed"), "applicant", SIGNING),
        IN_FORCE,
        SUSPENDED,
        ENDED,
        REFUSED,
        WITHDRAWN,
    ),
    (
        *before_signing(),
        Step(
            "sign",
            ("text-agreed",),
            "in-force",
            "applicant",
            Words("Iesniegt parakstīto", "Hand in what was signed"),
            (SIGNED, THEIR_NUMBER),
        ),
        Step(
            "receive-paper",
            ("text-agreed",),
            "in-force",
            "authority",
            Words("Reģistrēt saņemto papīra formā", "Register what came on paper"),
            PAPER,
            two_persons=True,
        ),
        *after_signing(),
    ),
)
