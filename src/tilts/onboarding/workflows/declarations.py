"""What a party declares: the checklist of Regulation 134, the system it uses; and a question to a desk."""

from typing import Final

from tilts.onboarding.procedures import procedures
from tilts.onboarding.workflows.asked import REASON
from tilts.onboarding.workflows.terms import REVIEW, timed
from tilts.workflow import Field, State, Step, Words, Workflow

ANSWER_TEXT: Final = Field("answer", "long-text", Words("Atbilde", "Answer"))

CHECKLIST: Final = Workflow(
    "checklist",
    Words(
        "Drošības un tehnisko prasību pašdeklarācija", "Declaration on security and technical requirements"
    ),
    (
        State("opened", Words("Sākta", "Opened"), "applicant"),
        timed(State("declared", Words("Iesniegta", "Declared"), "authority"), procedures()["checklist"]),
        State("accepted", Words("Pieņemta", "Accepted")),
        State("returned", Words("Atdota labošanai", "Sent back"), "applicant"),
        State("ended", Words("Vairs neder", "No longer holds")),
    ),
    (
        Step(
            "declare",
            ("opened", "returned"),
            "declared",
            "applicant",
            Words("Iesniegt deklarāciju", "Declare"),
            (Field("answers", "form", Words("Atbildes", "Answers")),),
        ),
        Step("accept", ("declared",), "accepted", "authority", Words("Pieņemt", "Accept")),
        Step(
            "return", ("declared",), "returned", "authority", Words("Atdot labošanai", "Send back"), (REASON,)
        ),
        Step(
            "end",
            ("accepted",),
            "ended",
            "authority",
            Words("Atzīt par nederīgu", "Declare it void"),
            (REASON,),
            two_persons=True,
            warning=True,
        ),
        Step(
            "replace",
            ("accepted",),
            "ended",
            "exchange",
            Words("Aizstāta ar jaunāku", "Replaced by a newer one"),
        ),
    ),
)
# A6: which approved version the institution uses, for what; whether real data may flow then is the gate's answer.
CONNECTION: Final = Workflow(
    "connection",
    Words("Savienojums ar ražošanas vidi", "Connection to production"),
    (
        State("declared", Words("Pieteikts", "Declared")),
        State("ended", Words("Beidzies", "Ended")),
    ),
    (
        Step(
            "end",
            ("declared",),
            "ended",
            "applicant",
            Words("Beigt lietot", "Stop using it"),
            (REASON,),
            warning=True,
        ),
        Step(
            "end-for-party",
            ("declared",),
            "ended",
            "authority",
            Words("Izbeigt", "End"),
            (REASON,),
            two_persons=True,
            warning=True,
        ),
    ),
)
QUESTION: Final = Workflow(
    "question",
    Words("Jautājums", "Question"),
    (
        State("opened", Words("Gaida atbildi", "Waits for an answer"), "authority", REVIEW),
        State("answered", Words("Atbildēts", "Answered"), "applicant"),
        State("closed", Words("Slēgts", "Closed")),
    ),
    (
        Step(
            "answer",
            ("opened", "answered"),
            "answered",
            "authority",
            Words("Atbildēt", "Answer"),
            (ANSWER_TEXT,),
        ),
        Step(
            "ask-again",
            ("answered",),
            "opened",
            "applicant",
            Words("Jautāt vēl", "Ask again"),
            (Field("question", "long-text", Words("Jautājums", "Question")),),
        ),
        Step("close", ("opened", "answered"), "closed", "authority", Words("Slēgt", "Close")),
        Step("close-mine", ("opened", "answered"), "closed", "applicant", Words("Slēgt", "Close")),
    ),
)
