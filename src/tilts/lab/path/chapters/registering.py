"""Chapter 1: a developer comes, reads what is public, registers, and is let in nowhere yet."""

from collections.abc import Iterator

from tilts.lab.path.cast import STRANGER, SYSTEM, VENDOR, VERSION
from tilts.lab.path.systems import new_keys, private_key, public_key, token_refused
from tilts.lab.path.telling import AlreadyWalked, Event, expect
from tilts.lab.path.visitor import Visitor
from tilts.lab.path.walk import Walk
from tilts.lab.walker import Filled

WRONG_NUMBER = "99990005001"


def play(walk: Walk) -> Iterator[Event]:
    check_fresh(walk)
    yield from reading(walk)
    yield from registering(walk)
    yield from trying_at_once(walk)


def check_fresh(walk: Walk) -> None:
    """The developer of the path registers once; a sandbox that knows it has been walked on."""
    visitor = walk.at(VENDOR.first)
    if not visitor.has("Register"):
        raise AlreadyWalked(f"{VENDOR.name} has registered on this sandbox before")


def reading(walk: Walk) -> Iterator[Event]:
    reader = walk.at(STRANGER)
    reader.follow("Procedures")
    reader.follow("Agreement on testing the data exchange")
    form = reader.download("Download the form (PDF)")
    expect(form.startswith(b"%PDF"), "a form as PDF")
    yield walk.done(
        walk.in_words("Kāds, kas nav pieslēdzies", "Somebody not signed in"),
        f"Izlasa testēšanas līguma procedūru un lejupielādē veidlapu ({len(form) // 1024} KiB); konts nav vajadzīgs.",
        f"Reads the procedure of the testing agreement and downloads the form ({len(form) // 1024} KiB); no account.",
    )
    reader.follow("Architecture")
    architecture = reader.page.heading
    reader.follow("Help")
    yield walk.done(
        walk.in_words("Kāds, kas nav pieslēdzies", "Somebody not signed in"),
        f"Atrod arhitektūru («{architecture}») un palīdzības portālu («{reader.page.heading}»).",
        f"Finds the architecture («{architecture}») and the help portal («{reader.page.heading}»).",
    )


def registering(walk: Walk) -> Iterator[Event]:
    head = walk.at(VENDOR.first)
    asked = {
        "For whom do you act?": "A developer of systems",
        "Registration number": WRONG_NUMBER,
        "Name of the organisation": VENDOR.name,
    }
    no = head.submitted_in_vain("Register", asked)
    yield walk.refused(
        VENDOR.first,
        f"Reģistrējas ar numuru {WRONG_NUMBER}.",
        f"Registers with the number {WRONG_NUMBER}.",
        no,
    )
    head.submit("Register", {**asked, "Registration number": VENDOR.registration_number})
    yield walk.done(
        VENDOR.first, f"Pārstāv {VENDOR.name} kā pirmā.", f"Acts for {VENDOR.name}, the first one of it."
    )
    colleague = walk.at(VENDOR.second)
    colleague.submit("Register", {**asked, "Registration number": VENDOR.registration_number})
    head.follow("People")
    head.submit("Confirm", near=VENDOR.second)
    colleague.reload()
    colleague.submit("Act as")
    yield walk.done(
        VENDOR.second,
        f"Piesakās tai pašai sabiedrībai; {VENDOR.first} apstiprina.",
        f"Asks to join the same company; {VENDOR.first} confirms.",
    )


def trying_at_once(walk: Walk) -> Iterator[Event]:
    """A test client before there is any agreement: registered, but closed."""
    head = walk.at(VENDOR.first)
    head.follow("My systems")
    head.submit(
        "Register the version",
        {
            "Name of the system": SYSTEM,
            "Version": VERSION,
            "What it is used for": ("Prescribing", "Dispensing"),
        },
    )
    entry = new_keys(walk.folder, "test-practice")
    asked: dict[str, Filled] = {"Test organisation": "(", "What this client is used for": ("Prescribing",)}
    head.follow("My systems")
    no = head.submitted_in_vain(
        "Register the client", {**asked, "Public signing key (JWK)": private_key(entry)}
    )
    yield walk.refused(
        VENDOR.first,
        "Aiz pārskatīšanās augšupielādē atslēgu ar tās privāto daļu.",
        "Uploads the key with its private part, by mistake.",
        no,
    )
    register_client(walk, head, "practice", entry)
    yield walk.refused(
        VENDOR.first,
        f"Reģistrē sistēmu {SYSTEM} {VERSION} un testa klientu; tas vēl ir slēgts, un lapa saka, kāpēc.",
        f"Registers the system {SYSTEM} {VERSION} and a test client; it is closed still, and the page says why.",
        head.unmet(),
    )
    no = token_refused(walk.facts, walk.notes.clients["test-practice"], None, walk.language)
    expect(bool(no.reasons), "no token before the agreement")
    yield walk.refused(
        SYSTEM, "Sistēma lūdz pilnvaru datu apmaiņai.", "The system asks for a token all the same.", no
    )


def register_client(walk: Walk, head: Visitor, kind: str, entry: dict[str, object]) -> None:
    """At the test organisation of this kind that was handed out to the developer; leaves the gate's page open."""
    uses = {"practice": "Prescribing", "pharmacy": "Dispensing"}[kind]
    head.follow("My systems")
    head.submit(
        "Register the client",
        {
            "Test organisation": head.in_words(f"({kind}"),
            "What this client is used for": (uses,),
            "Public signing key (JWK)": public_key(entry),
        },
    )
    entry |= {
        "client_id": head.fact("Client identifier"),
        "org": head.fact("Organisation identifier"),
        "site": head.fact("Site"),
        "ca": str(walk.facts["pki"]) + "/ca.pem",
        "kind": kind,
    }
    walk.notes.clients[f"test-{kind}"] = dict(entry)
