"""Chapter 2: the agreement on testing, from the empty form to both signatures."""

from collections.abc import Generator, Iterator

from tilts.lab.path.cast import CLERK, SECOND_CLERK, SYSTEMS, VENDOR, of_party
from tilts.lab.path.papers import filled_in, with_one_page_more
from tilts.lab.path.signatures import (
    SIGNED_LABEL,
    STRANGER,
    agreed_text,
    sealed_by,
    signed_at_the_page,
)
from tilts.lab.path.telling import Event
from tilts.lab.path.walk import Walk

TITLE = "Agreement on testing the data exchange"
FORM = "The filled form (PDF)"


def play(walk: Walk) -> Iterator[Event]:
    number = yield from filling(walk)
    yield from agreeing(walk, number)
    yield from signing(walk, number)
    head = walk.at(VENDOR.first)
    head.follow("My systems")
    head.follow(walk.notes.clients["test-practice"]["client_id"])
    yield walk.shown(
        VENDOR.first,
        "Līgums ir spēkā; testa klientam pietrūkst vairs tikai sertifikāta.",
        "The agreement is in force; the test client lacks nothing but its certificate.",
        head.unmet(),
    )


def filling(walk: Walk) -> Generator[Event, None, str]:
    head = walk.at(VENDOR.first)
    head.follow("My work")
    head.begin(TITLE)
    number = walk.notes.cases["testing-agreement"] = head.case_number()
    yield walk.refused(
        VENDOR.first,
        f"Sāk lietu {number} un grib to tūlīt nosūtīt saskaņošanai.",
        f"Opens the case {number} and wants to send it to be agreed at once.",
        head.closed_step("Send to be agreed"),
    )
    form = head.form_of(TITLE)
    values = {**of_party(VENDOR), **SYSTEMS, "applicant_number": "V-2026/1"}
    half = {name: value for name, value in values.items() if name not in ("signer_name", "party_e_mail")}
    half["registration_number"] = "12345"
    head.case(number)
    no = head.taken_in_vain("Hand in the filled PDF", {FORM: filled_in(form, half, "veidlapa.pdf")})
    yield walk.refused(
        VENDOR.first,
        "Lejupielādē veidlapu, aizpilda dzeltenos laukus, bet ne visus.",
        "Downloads the form and fills in the yellow fields, but not all.",
        no,
    )
    head.case(number)
    head.take("Hand in the filled PDF", {FORM: filled_in(form, values, "veidlapa.pdf")})
    head.take("Send to be agreed")
    yield walk.done(
        VENDOR.first,
        "Aizpilda visu un nosūta saskaņošanai.",
        "Fills in everything and sends it to be agreed.",
    )
    return number


def agreeing(walk: Walk, number: str) -> Iterator[Event]:
    head, clerk = walk.at(VENDOR.first), walk.at(CLERK)
    clerk.case(number)
    question = walk.in_words(
        "Kas atbild par testa vidi nedēļas nogalē?", "Who answers for the tests at weekends?"
    )
    clerk.take("Ask a question", {"Question": question})
    head.case(number)
    head.take(
        "Answer",
        {"Answer": walk.in_words(f"{VENDOR.second}, tālrunis veidlapā.", f"{VENDOR.second}, see the form.")},
    )
    yield walk.done(
        CLERK,
        f"Jautā: «{question}» {VENDOR.first} atbild lietā.",
        f"Asks: «{question}» {VENDOR.first} answers in the case.",
    )
    clerk.case(number)
    clerk.take("Agree to the text", {"The authority's number of the agreement": "L-2026-901"})
    yield walk.done(
        CLERK,
        "Saskaņo tekstu: no šī brīža tas ir iesaldēts ar kontrolsummu.",
        "Agrees to the text: from now on it is frozen by its hash.",
    )


def signing(walk: Walk, number: str) -> Iterator[Event]:
    head, clerk = walk.at(VENDOR.first), walk.at(SECOND_CLERK)
    text = agreed_text(head, number)
    filename = f"{number}-testing-agreement.pdf"
    wrong = sealed_by(walk, text, filename, *STRANGER)
    yield walk.refused(
        VENDOR.first,
        f"Iesniedz tekstu, ko apzīmogojis {STRANGER[0]}.",
        f"Hands in the text under the seal of {STRANGER[0]}.",
        head.taken_in_vain("Hand in what was signed", {SIGNED_LABEL: wrong}),
    )
    altered = with_one_page_more(text)
    altered_sealed = sealed_by(walk, altered, filename, VENDOR.name, VENDOR.registration_number)
    yield walk.refused(
        VENDOR.first,
        "Iesniedz ar savu zīmogu tekstu, kam pēc saskaņošanas pielikta lapa.",
        "Hands in the text under their own seal, but with a page added after it was agreed.",
        head.taken_in_vain("Hand in what was signed", {SIGNED_LABEL: altered_sealed}),
    )
    signed = signed_at_the_page(head, number)
    head.take("Hand in what was signed", {SIGNED_LABEL: signed})
    yield walk.done(
        VENDOR.first,
        "Paraksta elektroniski (.asice ar laika zīmogu); pārbaudīts pret uzticamības sarakstu.",
        "Signs electronically (.asice with a time stamp); checked against the trust list.",
    )
    signed = signed_at_the_page(clerk, number, second=True)
    clerk.take("Hand in what the authority signed", {SIGNED_LABEL: signed})
    yield walk.done(
        SECOND_CLERK,
        "Pievieno iestādes parakstu tam pašam failam.",
        "Adds the authority's signature to the same file.",
    )
