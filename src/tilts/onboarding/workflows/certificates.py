"""A certificate, or the request for one, from its submission to its end, as a state table."""

from typing import Final

from tilts.onboarding.workflows.asked import REASON
from tilts.onboarding.workflows.terms import REVIEW
from tilts.workflow import Field, State, Step, Words, Workflow

# RFC 5280 section 5.3.1: what stands in the list of revoked certificates, where that list is ours.
KIND_OF_REASON: Final = Field(
    "revocation",
    "choice",
    Words("Iemesla veids", "Kind of reason"),
    required=False,
    choices=(
        ("key-compromise", Words("Atslēga ir svešās rokās", "The key is in other hands")),
        ("affiliation-changed", Words("Iestāde ir mainījusies", "The institution has changed")),
        ("cessation", Words("Savienojumu vairs nelieto", "The connection is not used any more")),
        ("privilege-withdrawn", Words("Tiesības ir atņemtas", "The right was withdrawn")),
        ("superseded", Words("Aizstāts ar citu", "Replaced by another")),
    ),
)

CERTIFICATE: Final = Workflow(
    "certificate",
    Words("Savienojuma sertifikāts", "Certificate of a connection"),
    (
        State("submitted", Words("Iesniegts", "Submitted"), "authority", REVIEW),
        State("registered", Words("Reģistrēts", "Registered")),
        State("refused", Words("Atteikts", "Refused")),
        State("withdrawn", Words("Atsaukts pirms reģistrācijas", "Withdrawn")),
        State("replaced", Words("Aizstāts", "Replaced")),
        State("revoked", Words("Anulēts", "Revoked")),
    ),
    (
        Step(
            "accept",
            ("submitted",),
            "registered",
            "authority",
            Words("Pieņemt un reģistrēt", "Accept and register"),
        ),
        # A sealed request (onboarding/issuing): the seal has said who asks.
        Step("issue", ("submitted",), "registered", "exchange", Words("Izdot", "Issue")),
        Step(
            "refuse",
            ("submitted",),
            "refused",
            "authority",
            Words("Atteikt", "Refuse"),
            (REASON,),
            warning=True,
        ),
        Step("withdraw", ("submitted",), "withdrawn", "applicant", Words("Atsaukt", "Withdraw"), (REASON,)),
        Step(
            "replace",
            ("registered",),
            "replaced",
            "applicant",
            Words("Vairs nelietot", "Stop using it"),
            (REASON,),
        ),
        # At once and by one person: whoever notices a stolen key must not wait for a colleague.
        Step(
            "revoke",
            ("registered",),
            "revoked",
            "authority",
            Words("Anulēt", "Revoke"),
            (KIND_OF_REASON, REASON),
            warning=True,
        ),
        Step(
            "report-lost",
            ("registered",),
            "revoked",
            "applicant",
            Words("Ziņot par zaudētu atslēgu", "Report a lost key"),
            (REASON,),
            warning=True,
        ),
    ),
)
