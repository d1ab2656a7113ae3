"""What must hold before a system may exchange data: the conditions of the gate, each with its clause."""

from tilts.rules import Rule


def condition(number: int, source: str, text: tuple[str, str], fix: tuple[str, str]) -> Rule:
    """A condition is refused like any rule; the token endpoint names all that are unmet at once."""
    return Rule(
        id=f"GATE-{number:03d}",
        http_status=403,
        issue_code="forbidden",
        source=source,
        text_lv=text[0],
        text_en=text[1],
        fix_lv=fix[0],
        fix_en=fix[1],
    )


GATE_TESTING_AGREEMENT = condition(
    1,
    "Source page A2, A3: access to the web services after the agreement on testing",
    ("Testēšanas līgums nav spēkā ({state}).", "The agreement on testing is not in force ({state})."),
    ("Noslēdziet testēšanas līgumu.", "Conclude the agreement on testing."),
)
GATE_CERTIFICATE = condition(
    2,
    "Source page B2, B3: each institution identifies its connection by its own certificate",
    (
        "Savienojumam nav reģistrēta derīga sertifikāta ({state}).",
        "The connection has no registered certificate that is valid now ({state}).",
    ),
    (
        "Iesniedziet savienojuma sertifikātu vai tā pieprasījumu.",
        "Submit a certificate, or a request for one.",
    ),
)
GATE_COOPERATION = condition(
    3,
    "Source page A7; Latvia 4.2: in force when both sides have signed",
    ("Sadarbības līgums nav spēkā ({state}).", "The co-operation agreement is not in force ({state})."),
    ("Noslēdziet sadarbības līgumu.", "Conclude the co-operation agreement."),
)
GATE_REGISTER = condition(
    4,
    "Latvia 3.3: only an institution that is not suspended, or a pharmacy with a licence",
    (
        "Vieta {site} reģistrā nav aktīva ({state}).",
        "The site {site} is not active in the register ({state}).",
    ),
    (
        "Kārtojiet ierakstu iestāžu vai aptieku reģistrā pie tā turētāja.",
        "Settle the entry with the keeper of the register of institutions or pharmacies.",
    ),
)
GATE_APPLICATION = condition(
    5,
    "Source page B5: the application for the connection is agreed beforehand",
    (
        "Pieteikums savienojumam nav spēkā ({state}).",
        "The application for the connection is not in force ({state}).",
    ),
    ("Iesniedziet pieteikumu savienojumam.", "Send the application for the connection to be agreed."),
)
GATE_CHECKLIST = condition(
    6,
    "Source page B1: point 14 of Cabinet Regulation 134",
    (
        "Iestādes deklarācija par 134. noteikumu prasībām nav pieņemta ({state}).",
        "The institution's declaration on the requirements of Regulation 134 is not accepted ({state}).",
    ),
    ("Aizpildiet un iesniedziet deklarāciju.", "Fill in the declaration and hand it in."),
)
GATE_VENDOR_CHECKLIST = condition(
    7,
    "Source page B1: point 14 of Cabinet Regulation 134",
    (
        "Izstrādātāja deklarācija par 134. noteikumu prasībām nav pieņemta ({state}).",
        "The developer's declaration on the requirements of Regulation 134 is not accepted ({state}).",
    ),
    ("Aizpildiet un iesniedziet deklarāciju.", "Fill in the declaration and hand it in."),
)
GATE_FUNCTIONALITY = condition(
    8,
    "Latvia 3: the agreement lists each functionality used",
    (
        "Funkcionalitāte {functionality} šim savienojumam nav pieteikta.",
        "The functionality {functionality} is not asked for by this connection.",
    ),
    ("Piesakiet to, deklarējot savienojumu.", "Name it when the connection is declared."),
)
GATE_APPROVAL = condition(
    9,
    "Source page A5, A6: real data after the exchange is approved",
    (
        "Sistēmas versija funkcionalitātei {functionality} nav apstiprināta ({state}).",
        "The version of the system is not approved for {functionality} ({state}).",
    ),
    ("Pabeidziet testēšanu un saņemiet apstiprinājumu.", "Finish the tests and have the results approved."),
)
GATE_CONNECTION = condition(
    10,
    "Source page A6: in that system, at the institutions that use it",
    (
        "Iestāde nav paziņojusi, ka lieto šo sistēmas versiju ({state}).",
        "The institution has not said that it uses this version of the system ({state}).",
    ),
    ("Deklarējiet savienojumu ar ražošanas vidi.", "Declare the connection to production."),
)
GATE_OPERATOR_AGREEMENT = condition(
    11,
    "Source page C2, C4: classifiers by section 3 of the operator agreement",
    ("Operatora līgums nav spēkā ({state}).", "The operator agreement is not in force ({state})."),
    ("Noslēdziet operatora līgumu.", "Conclude the operator agreement."),
)
GATE_PARTY = condition(
    12,
    "Design 2: the facts of the gate are rows",
    ("Savienojums nav piesaistīts nevienam dalībniekam.", "The connection does not belong to any party."),
    ("Rakstiet testēšanas palīdzības dienestam.", "Write to the test help desk."),
)
