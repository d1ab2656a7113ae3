"""What the steps of an agreement ask of the person who takes them."""

from typing import Final

from tilts.workflow import Field, Words

REASON: Final = Field("reason", "long-text", Words("Iemesls", "Reason"))
FORM: Final = Field("form", "file", Words("Aizpildītā veidlapa (PDF)", "The filled form (PDF)"))
VALUES: Final = Field("values", "form", Words("Veidlapas lauki", "Fields of the form"))
QUESTION: Final = Field("question", "long-text", Words("Jautājums", "Question"))
ANSWER: Final = Field("answer", "long-text", Words("Atbilde", "Answer"))
SIGNED: Final = Field(
    "signed",
    "file",
    Words("Parakstītais dokuments (PDF, .asice vai .edoc)", "The signed document (PDF, .asice or .edoc)"),
)
CHANNELS: Final = (
    ("post", Words("Pa pastu", "By post")),
    ("in-person", Words("Personīgi", "In person")),
)
PAPER: Final = (
    Field("letter_number", "text", Words("Vēstules numurs", "Number of the letter")),
    Field("channel", "choice", Words("Kā saņemts", "How it came"), choices=CHANNELS),
    Field("received_on", "date", Words("Saņemts", "Received on")),
    Field("copies", "number", Words("Parakstīti eksemplāri", "Signed copies")),
    Field(
        "cover_letter",
        "choice",
        Words("Pavadvēstule", "Cover letter"),
        choices=(("yes", Words("Ir", "There is one")), ("no", Words("Nav", "There is none"))),
    ),
    Field("scans", "files", Words("Skenētie eksemplāri", "Scans of the copies")),
)
OWN_NUMBER: Final = Field(
    "authority_number", "text", Words("Iestādes līguma numurs", "The authority's number of the agreement")
)
THEIR_NUMBER: Final = Field(
    "party_number", "text", Words("Jūsu līguma numurs", "Your own number of the agreement"), required=False
)
BY_E_MAIL: Final = Field(
    "signed", "e-mailed", Words("Pa e-pastu saņemtā datne", "The file that came by e-mail")
)
FORM_BY_E_MAIL: Final = Field(
    "form", "e-mailed", Words("Pa e-pastu saņemtā datne", "The file that came by e-mail")
)
ROLES: Final = (
    ("head", Words("Vadītājs", "Head")),
    ("board-member", Words("Valdes loceklis", "Member of the board")),
    ("proxy", Words("Pilnvarota persona", "Holder of a power of attorney")),
)
POWER: Final = (
    Field("signatory", "text", Words("Parakstītāja vārds un uzvārds", "Name of the signer")),
    Field(
        "person_code",
        "text",
        Words("Personas kods", "Person code"),
        Words("Glabā tikai pēdējos četrus ciparus.", "Only its last four digits are kept."),
    ),
    Field("signatory_role", "choice", Words("Statuss", "Role"), choices=ROLES),
    Field("entitled_until", "date", Words("Tiesības ir līdz", "Entitled until"), required=False),
    Field("power", "file", Words("Pilnvara vai reģistra izraksts", "Power of attorney or register extract")),
)
ENDS_ON: Final = Field("ends_on", "date", Words("Spēkā līdz", "In force until"), required=False)
