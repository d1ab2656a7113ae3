"""Chapter 5: the results are analysed, the version is approved by two persons and stands in the public register."""

from collections.abc import Iterator

from tilts.lab.path.cast import CLERK, STRANGER, SYSTEM, TESTER, VERSION
from tilts.lab.path.chapters.testing import HABIT
from tilts.lab.path.telling import Event, expect
from tilts.lab.path.walk import Walk


def play(walk: Walk) -> Iterator[Event]:
    number = walk.notes.cases["testing"]
    desk, second, reader = walk.at(TESTER), walk.at(CLERK), walk.at(STRANGER)
    desk.case(number)
    desk.follow("Worksheet of the analysis")
    remark = walk.in_words(
        "Pirmajā reizē izsniedza bez piesaistes; labots un izturēts.",
        "Handed out without a claim at first; mended and passed.",
    )
    desk.submit("Keep the entry", {"Row": f"{HABIT[0]}@pharmacy", "Comment or reason": remark})
    yield walk.done(
        TESTER,
        f"Darba lapā pie {HABIT[0]} raksta: «{remark}»",
        f"Writes on the worksheet at {HABIT[0]}: «{remark}»",
    )
    desk.case(number)
    desk.take("Approve")
    yield walk.refused(
        TESTER,
        "Pieprasa apstiprinājumu un grib to apstiprināt arī kā otrā persona.",
        "Asks for the approval and wants to confirm it as the second person too.",
        desk.submitted_in_vain("Confirm"),
    )
    reader.follow("Approved systems")
    expect(f"{SYSTEM} {VERSION}" not in reader.page.text, "nothing approved by one person")
    second.case(number)
    second.submit("Confirm")
    yield walk.done(CLERK, "Apstiprina kā otrā persona.", "Confirms as the second person.")
    reader.follow("Approved systems")
    expect(f"{SYSTEM} {VERSION}" in reader.page.text, "the version in the public register")
    yield walk.shown(
        walk.in_words("Kāds, kas nav pieslēdzies", "Somebody not signed in"),
        f"Atklātajā reģistrā redz: {SYSTEM} {VERSION}, receptes un izsniegšana.",
        f"Reads in the public register: {SYSTEM} {VERSION}, prescribing and dispensing.",
    )
