"""How any agreement or application of the path is concluded: filled in, sent, agreed, signed; pieces for the chapters."""

from collections.abc import Mapping

from tilts.clock import WallClock, day_in_riga
from tilts.lab.path.cast import CLERK, SECOND_CLERK, Organisation
from tilts.lab.path.papers import filled_in
from tilts.lab.path.signatures import SIGNED_LABEL, signed_at_the_page
from tilts.lab.path.visitor import No
from tilts.lab.path.walk import Walk
from tilts.lab.walker import Filled, Upload

FORM = "The filled form (PDF)"
HAND_IN = "Hand in what was signed"
BY_AUTHORITY = "Hand in what the authority signed"
ON_PAPER = "Register what came on paper"
BY_AUTHORITY_ON_PAPER = "The authority's signature on paper"


def begin(walk: Walk, who: str, title: str) -> str:
    """A case opened from the list of one's work; gives its number."""
    visitor = walk.at(who)
    visitor.follow("My work")
    visitor.begin(title)
    return visitor.case_number()


def fill_and_send(walk: Walk, who: str, number: str, title: str, values: Mapping[str, str]) -> None:
    visitor = walk.at(who)
    form = visitor.form_of(title)
    visitor.case(number)
    visitor.take("Hand in the filled PDF", {FORM: filled_in(form, values, "veidlapa.pdf")})
    visitor.take("Send to be agreed")


def agree(walk: Walk, number: str, own_number: str) -> None:
    clerk = walk.at(CLERK)
    clerk.case(number)
    clerk.take("Agree to the text", {"The authority's number of the agreement": own_number})


def sign(walk: Walk, who: str, number: str, step: str, *, second: bool = False) -> None:
    visitor = walk.at(who)
    signed = signed_at_the_page(visitor, number, second=second)
    visitor.take(step, {SIGNED_LABEL: signed})


def today() -> str:
    return day_in_riga(WallClock().now()).isoformat()


def scans_of(text: bytes) -> tuple[Upload, ...]:
    """Of both signed copies: what a scanner makes of paper is a PDF as well."""
    return tuple(Upload(f"eksemplars-{copy}.pdf", text, "application/pdf") for copy in (1, 2))


def letter(number: str, scans: tuple[Upload, ...], *, copies: int = 2) -> dict[str, Filled]:
    """What the first clerk enters of a letter that came by post."""
    return {
        "Number of the letter": number,
        "How it came": "By post",
        "Received on": today(),
        "Signed copies": str(copies),
        "Cover letter": "There is one",
        "Scans of the copies": scans,
    }


def authority_on_paper(walk: Walk, number: str, scans: tuple[Upload, ...]) -> No:
    """One clerk enters it and cannot confirm it; a second one does. Gives the refusal of the first."""
    clerk, second = walk.at(CLERK), walk.at(SECOND_CLERK)
    clerk.case(number)
    clerk.take(BY_AUTHORITY_ON_PAPER, {"Received on": today(), "Scans of the copies": scans})
    no = clerk.submitted_in_vain("Confirm")
    second.case(number)
    second.submit("Confirm")
    return no


def confirmed_by_second(walk: Walk, number: str) -> None:
    second = walk.at(SECOND_CLERK)
    second.case(number)
    second.submit("Confirm")


def register(walk: Walk, party: Organisation, kind: str) -> None:
    """The head of an institution, then its IT person, whom the head confirms."""
    head, it = walk.at(party.first), walk.at(party.second)
    asked = {"For whom do you act?": kind, "Registration number": party.registration_number}
    head.submit("Register", asked)
    it.submit(
        "Register", {**asked, "As what do you come?": "I am the IT person of an institution or pharmacy"}
    )
    head.follow("People")
    head.submit("Confirm", near=party.second)
    it.reload()
    it.submit("Act as")
