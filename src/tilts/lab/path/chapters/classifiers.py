"""Chapter 8: the operator agreement, concluded as C3 says, opens the classifiers of production."""

from collections.abc import Generator, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from tilts.clock import WallClock, day_in_riga
from tilts.lab.path.cast import CLERK, PRACTICE, SECOND_CLERK, STRANGER, SYSTEM, VENDOR, of_party
from tilts.lab.path.chapters.connecting import certify_sealed
from tilts.lab.path.concluding import (
    ON_PAPER,
    agree,
    authority_on_paper,
    begin,
    confirmed_by_second,
    letter,
    scans_of,
)
from tilts.lab.path.e_mail import form_sent, received, taken_in
from tilts.lab.path.papers import filled_in, with_one_page_more
from tilts.lab.path.signatures import agreed_text
from tilts.lab.path.systems import connect, new_keys, public_key
from tilts.lab.path.telling import Event, expect
from tilts.lab.path.visitor import No
from tilts.lab.path.waiting import asked, until_open
from tilts.lab.path.walk import Walk
from tilts.lab.walker import Upload
from tilts_connector import Actor, Classifiers, Refused

TITLE: Final = "Agreement with a processor of personal data (operator)"
TAKE_SIGNED: Final = "Take in what came by e-mail"


def play(walk: Walk) -> Iterator[Event]:
    yield from before(walk)
    number = yield from agreeing(walk)
    yield from on_paper(walk, number)
    yield from after(walk)


def before(walk: Walk) -> Iterator[Event]:
    reader = walk.at(STRANGER)
    reader.follow("Procedures")
    reader.follow(TITLE)
    yield walk.done(
        walk.in_words("Kāds, kas nav pieslēdzies", "Somebody not signed in"),
        f"Izlasa operatora līguma kārtību; jautājumiem tie paši dienesti: {', '.join(reader.addresses())}.",
        f"Reads the procedure of the operator agreement; the same desks for questions: {', '.join(reader.addresses())}.",
    )
    head = walk.at(VENDOR.first)
    head.follow("My systems")
    entry = new_keys(walk.folder, "feed")
    head.submit("Register the classifier client", {"Public signing key (JWK)": public_key(entry)})
    entry |= {
        "client_id": head.fact("Client identifier"),
        "org": head.fact("Organisation identifier"),
        "ca": f"{walk.facts['pki']}/ca.pem",
        "kind": "vendor",
    }
    walk.notes.clients["feed"] = entry
    certify_sealed(walk, VENDOR, VENDOR.second, entry)
    no = asked(walk, walk.facts["production"], entry)
    expect(bool(no.reasons), "no classifiers before the operator agreement")
    yield walk.refused(
        SYSTEM,
        "Ar savu sertifikātu lūdz pilnvaru ražošanas vides klasifikatoriem.",
        "Asks with its own certificate for a token for the classifiers of production.",
        no,
    )
    states, no = tried(walk, walk.facts, walk.notes.clients["test-practice"])
    yield walk.refused(
        SYSTEM,
        f"Piekļuve klasifikatoriem pagaidām: {states}.",
        f"Access to the classifiers so far: {states}.",
        no,
    )


def tried(walk: Walk, place: Mapping[str, Any], entry: Mapping[str, Any]) -> tuple[str, No]:
    """The states of access of all classifiers, and what a download of the first one that is closed says."""
    with connect(place, entry, walk.language) as line:
        classifiers = Classifiers(line)
        found = classifiers.list()
        states = counted([one.state for one in found])
        closed = next(one for one in found if one.state != "granted")
        try:
            classifiers.download(closed.name, walk.folder)
        except Refused as no:
            return states, No((no.text,), (no.rule_id or "",))
    expect(False, f"that {closed.name} is not given out")
    return states, No((), ())


def counted(states: list[str]) -> str:
    return ", ".join(f"{name} {states.count(name)}" for name in sorted(set(states)))


def agreeing(walk: Walk) -> Generator[Event, None, str]:
    """Downloaded, filled in electronically, sent by e-mail to be agreed."""
    head = walk.at(VENDOR.first)
    number = begin(walk, VENDOR.first, TITLE)
    yesterday = day_in_riga(WallClock().now()) - timedelta(days=1)
    values = {
        **of_party(VENDOR),
        "classifier_use": walk.in_words(
            "Diagnozes un zāles prakses sistēmā", "Diagnoses and medicines in the system"
        ),
        "mandates-1-party": PRACTICE.name,
        "mandates-1-registration_number": PRACTICE.registration_number,
        "mandates-1-number": "P-12",
        "mandates-1-given_on": yesterday.isoformat(),
        "protection_name": VENDOR.second,
        "protection_e_mail": VENDOR.e_mail,
    }
    form = filled_in(head.form_of(TITLE), values, "operatora-ligums.pdf")
    form_sent(walk, VENDOR, number, form)
    taken_in(walk, CLERK, number, form.filename)
    agree(walk, number, "O-2026-1")
    yield walk.done(
        VENDOR.first,
        f"Lejupielādē līgumu, aizpilda dzeltenos laukus, nosūta pa e-pastu ({number}); tekstu saskaņo.",
        f"Downloads the agreement, fills in the yellow fields, sends it by e-mail ({number}); the text is agreed.",
    )
    return number


def on_paper(walk: Walk, number: str) -> Iterator[Event]:
    clerk = walk.at(CLERK)
    text = agreed_text(walk.at(VENDOR.first), number)
    unsigned = Upload("skenets-ligums.pdf", with_one_page_more(text), "application/pdf")
    form_sent(walk, VENDOR, number, unsigned)
    received(walk, CLERK, number, unsigned.filename)
    no = clerk.taken_in_vain(TAKE_SIGNED, {"The file that came by e-mail": unsigned.filename})
    yield walk.refused(
        VENDOR.first,
        "Atsūta pa e-pastu skenētu līgumu bez elektroniskā paraksta.",
        "Sends a scan by e-mail, without an electronic signature.",
        no,
    )
    scans = scans_of(text)
    clerk.case(number)
    no = clerk.taken_in_vain(ON_PAPER, {**letter("V-3/1", scans), "Cover letter": "There is none"})
    yield walk.refused(
        CLERK,
        "Pastā atnāk divi parakstīti eksemplāri bez pavadvēstules.",
        "Two signed copies come by post, without a cover letter.",
        no,
    )
    clerk.case(number)
    clerk.take(ON_PAPER, letter("V-3/1", scans))
    confirmed_by_second(walk, number)
    authority_on_paper(walk, number, scans)
    yield walk.done(
        SECOND_CLERK,
        "Ar pavadvēstuli: viena darbiniece ievada, otrs apstiprina; paraksta arī iestāde, līgums ir spēkā.",
        "With a cover letter: one clerk enters it, another confirms; the authority signs too, it is in force.",
    )


def after(walk: Walk) -> Iterator[Event]:
    production, entry = walk.facts["production"], walk.notes.clients["feed"]
    seconds = until_open(walk, production, entry)
    with connect(production, entry, walk.language) as line:
        classifiers = Classifiers(line.acting_as(Actor(purpose="HOPERAT")))
        found = classifiers.list()
        chosen = next(one for one in found if one.clause)
        brought = classifiers.download(chosen.name, walk.folder)
        codes = len(brought.path.read_bytes().splitlines())
    states = counted([one.state for one in found])
    yield walk.done(
        SYSTEM,
        f"Pēc {seconds:.0f} s ražošanas plūsma atvērta: {states}. Lejupielādē «{chosen.title_lv}» {brought.version}, {codes} kodi.",
        f"{seconds:.0f} s later the feed of production is open: {states}. Downloads «{chosen.title_en}» {brought.version}, {codes} codes.",
    )
