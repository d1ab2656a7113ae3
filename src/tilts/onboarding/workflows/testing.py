"""The test plan agreed by both sides, and the testing of a version up to its approval, as state tables.

A4: scenarios agreed with the authority. A5: results analysed, then approved. Either side proposes a plan, the
other agrees; an agreed plan is frozen and a change is a new plan.
"""

from typing import Final

from tilts.onboarding.workflows.asked import REASON
from tilts.onboarding.workflows.terms import REVIEW
from tilts.workflow import Field, State, Step, Words, Workflow
from tilts.working_days import Term

SCENARIOS: Final = Field("scenarios", "choices", Words("Scenāriji", "Scenarios"))
ANALYSIS: Final = Term(10, "working-days", "no term is published; our assumption")
WINDOW: Final = (
    Field("starts_on", "date", Words("Testēšana no", "Tests from")),
    Field("ends_on", "date", Words("Testēšana līdz", "Tests until")),
)
BY_APPLICANT: Final = "proposed-by-applicant"
BY_AUTHORITY: Final = "proposed-by-authority"
AGREE: Final = Words("Piekrist plānam", "Agree to the plan")
PROPOSE: Final = Words("Piedāvāt plānu", "Propose a plan")

TEST_PLAN: Final = Workflow(
    "test-plan",
    Words("Testēšanas plāns", "Test plan"),
    (
        State("opened", Words("Sākts", "Opened"), "applicant"),
        State(
            BY_APPLICANT, Words("Piedāvājis izstrādātājs", "Proposed by the developer"), "authority", REVIEW
        ),
        State(BY_AUTHORITY, Words("Piedāvājusi iestāde", "Proposed by the authority"), "applicant", REVIEW),
        State("agreed", Words("Saskaņots", "Agreed by both")),
        State("superseded", Words("Aizstāts ar citu", "Superseded")),
        State("withdrawn", Words("Atsaukts", "Withdrawn")),
    ),
    (
        Step(
            "propose",
            ("opened", BY_APPLICANT, BY_AUTHORITY),
            BY_APPLICANT,
            "applicant",
            PROPOSE,
            (SCENARIOS,),
        ),
        Step(
            "propose-other",
            ("opened", BY_APPLICANT, BY_AUTHORITY),
            BY_AUTHORITY,
            "authority",
            PROPOSE,
            (SCENARIOS,),
        ),
        Step("agree", (BY_AUTHORITY,), "agreed", "applicant", AGREE),
        Step("agree-to-plan", (BY_APPLICANT,), "agreed", "authority", AGREE),
        Step(
            "supersede",
            ("agreed",),
            "superseded",
            "applicant",
            Words("Aizstāt ar jaunu plānu", "Make a new plan"),
            (REASON,),
            warning=True,
        ),
        Step(
            "withdraw",
            ("opened", BY_APPLICANT, BY_AUTHORITY),
            "withdrawn",
            "applicant",
            Words("Atsaukt", "Withdraw"),
            (REASON,),
            warning=True,
        ),
    ),
)
TESTING: Final = Workflow(
    "testing",
    Words("Testēšana un apstiprināšana", "Testing and approval"),
    (
        State("requested", Words("Pieteikta", "Requested"), "authority", REVIEW),
        State("running", Words("Notiek testēšana", "Tests are running"), "applicant"),
        State(
            "under-analysis", Words("Rezultātus analizē", "Results are being analysed"), "authority", ANALYSIS
        ),
        State(
            "sent-back", Words("Atdota atkārtotai testēšanai", "Sent back to be tested again"), "applicant"
        ),
        State("approved", Words("Apstiprināta", "Approved")),
        State("reservation", Words("Apstiprināta ar atrunu", "Approved with a reservation")),
        State("rejected", Words("Noraidīta", "Rejected")),
        State("withdrawn", Words("Apstiprinājums atsaukts", "Approval withdrawn")),
    ),
    (
        Step(
            "set-window",
            ("requested",),
            "running",
            "authority",
            Words("Noteikt testēšanas laiku", "Set the test window"),
            WINDOW,
        ),
        Step(
            "change-window",
            ("running", "sent-back"),
            "",
            "authority",
            Words("Mainīt testēšanas laiku", "Change the test window"),
            WINDOW,
        ),
        Step(
            "note",
            ("running", "sent-back", "under-analysis"),
            "",
            "authority",
            Words("Pierakstīt kopīgās sesijas piezīmi", "Note of a joint session"),
            (Field("text", "long-text", Words("Piezīme", "Note")),),
        ),
        Step(
            "hand-in",
            ("running", "sent-back"),
            "under-analysis",
            "applicant",
            Words("Nodot rezultātus analīzei", "Hand in the results"),
        ),
        Step(
            "send-back",
            ("under-analysis",),
            "sent-back",
            "authority",
            Words("Atdot atkārtotai testēšanai", "Send back"),
            (REASON,),
        ),
        Step(
            "approve",
            ("under-analysis",),
            "approved",
            "authority",
            Words("Apstiprināt", "Approve"),
            two_persons=True,
        ),
        Step(
            "approve-with-reservation",
            ("under-analysis",),
            "reservation",
            "authority",
            Words("Apstiprināt ar atrunu", "Approve with a reservation"),
            (
                Field("reservation", "long-text", Words("Atruna", "Reservation")),
                Field("until", "date", Words("Novērst līdz", "To be settled until")),
            ),
            two_persons=True,
        ),
        Step(
            "reject",
            ("under-analysis",),
            "rejected",
            "authority",
            Words("Noraidīt", "Reject"),
            (REASON,),
            two_persons=True,
            warning=True,
        ),
        Step(
            "withdraw-approval",
            ("approved", "reservation"),
            "withdrawn",
            "authority",
            Words("Atsaukt apstiprinājumu", "Withdraw the approval"),
            (REASON,),
            two_persons=True,
            warning=True,
        ),
    ),
)
