"""Chapter 6, applications for the connection, one of them by e-mail, and the checklist of point 14."""

from collections.abc import Iterator
from typing import Final

from tilts.lab.path.cast import (
    CLERK,
    PHARMACY,
    PRACTICE,
    SECOND_CLERK,
    SYSTEM,
    VENDOR,
    VERSION,
    Organisation,
    of_party,
)
from tilts.lab.path.concluding import HAND_IN, agree, begin, fill_and_send, sign
from tilts.lab.path.e_mail import form_sent, taken_in, taken_in_vain
from tilts.lab.path.papers import filled_in
from tilts.lab.path.standing import site_of, told
from tilts.lab.path.telling import Event
from tilts.lab.path.walk import Walk
from tilts.lab.walker import Filled, Upload

TITLE: Final = "Application for the connection"
EVIDENCE: Final = "Evidence files"


def play(walk: Walk) -> Iterator[Event]:
    yield from by_e_mail(walk)
    yield from by_the_page(walk)
    yield from checklists(walk)
    for party in (PRACTICE, PHARMACY):
        yield told(walk, party)


def values_of(walk: Walk, party: Organisation, kind: str, functionality: str) -> dict[str, str]:
    return {
        **of_party(party),
        "agreement_number": walk.notes.cases[f"cooperation-{kind}"],
        "environment": "production",
        "vendor_name": VENDOR.name,
        "vendor_registration_number": VENDOR.registration_number,
        "system_name": SYSTEM,
        "system_version": VERSION,
        "certificate_way": "request",
        "sites-1-site": site_of(walk, party),
        "sites-1-name": party.name,
        "sites-1-functionality": functionality,
    }


def by_e_mail(walk: Walk) -> Iterator[Event]:
    """B5: agreed beforehand, by e-mail; the case number in the subject leads it to its case."""
    party = PRACTICE
    number = begin(walk, party.first, TITLE)
    head = walk.at(party.first)
    values = values_of(walk, party, "practice", "prescribing")
    form = head.form_of(TITLE)
    half = filled_in(form, {**values, "sites-1-site": "000000000"}, "pieteikums.pdf")
    form_sent(walk, party, number, half)
    no = taken_in_vain(walk, CLERK, number, "pieteikums.pdf")
    yield walk.refused(
        CLERK,
        f"E-pastā ar lietas numuru {number} atnāk pieteikums; iestādes koda reģistrā nav.",
        f"An e-mail with the case number {number} brings the application; the register has no such site.",
        no,
    )
    form_sent(walk, party, number, filled_in(form, values, "pieteikums-2.pdf"))
    taken_in(walk, CLERK, number, "pieteikums-2.pdf")
    agree(walk, number, "P-2026-1")
    sign(walk, party.first, number, HAND_IN)
    yield walk.done(
        party.first,
        "Atsūta labotu; tekstu saskaņo, iestāde paraksta; pieteikums ir spēkā.",
        "Sends a mended one; the text is agreed, the practice signs; the application is in force.",
    )


def by_the_page(walk: Walk) -> Iterator[Event]:
    party = PHARMACY
    number = begin(walk, party.first, TITLE)
    yield walk.refused(
        party.first,
        "Grib iesniegt parakstītu pieteikumu, pirms tas ir saskaņots.",
        "Wants to hand in a signed application before it is agreed.",
        walk.at(party.first).closed_step(HAND_IN),
    )
    fill_and_send(walk, party.first, number, TITLE, values_of(walk, party, "pharmacy", "dispensing"))
    agree(walk, number, "P-2026-2")
    sign(walk, party.first, number, HAND_IN)
    yield walk.done(
        party.first,
        "Aizpilda un iesniedz portālā, saskaņo, paraksta.",
        "Fills it in at the portal; it is agreed and signed.",
    )


def checklists(walk: Walk) -> Iterator[Event]:
    """B1: the developer for the system, each institution for itself."""
    for place, party in enumerate((VENDOR, PRACTICE, PHARMACY)):
        head = walk.at(party.first)
        head.follow("Checklist")
        head.submit("Begin the declaration")
        number = head.case_number()
        if place == 0:
            no = head.submitted_in_vain("Declare")
            yield walk.refused(
                party.first,
                "Iesniedz 14. punkta deklarāciju bez atbildēm.",
                "Hands in the declaration on point 14 with no answers.",
                no,
            )
        answers = answers_on(walk, party)
        head.submit("Declare", answers)
        clerk = walk.at(SECOND_CLERK)
        clerk.case(number)
        clerk.take("Accept")
        questions = sum(isinstance(answer, str) for answer in answers.values())
        yield walk.done(
            party.first,
            f"Atbild uz {questions} jautājumiem, pievieno pierādījumus; {SECOND_CLERK} pieņem.",
            f"Answers {questions} questions with evidence; {SECOND_CLERK} accepts.",
        )


def answers_on(walk: Walk, party: Organisation) -> dict[str, Filled]:
    """A yes to each question of the page, and a file where one is asked for."""
    head = walk.at(party.first)
    answers: dict[str, Filled] = dict.fromkeys(head.questions(), "yes")
    evidence = Upload("pieradijums.txt", walk.in_words("Pārbaudīts.", "Checked.").encode(), "text/plain")
    answers |= {label: (evidence,) for label in head.page.labels if label.startswith(head.in_words(EVIDENCE))}
    return answers
