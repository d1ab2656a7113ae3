"""Words from which invented persons, places and organisations are made.

Nobody is copied. A family name is put together from two halves that are not usual together, a given
name is an ordinary one, and chance joins them: where somebody bears such a name, it is by accident.
Towns and streets do not exist, addresses of mail and web lie in domains kept for examples (RFC 2606).
"""

from typing import Final

FAMILY_FIRST: Final = (
    "Auz", "Bērz", "Dzirn", "Ezer", "Gulb", "Kļav", "Ķirš", "Liep", "Mežģ", "Ogļ", "Ozol", "Priež",
    "Rudz", "Salt", "Sīpol", "Šķēr", "Tilt", "Ūdr", "Vējš", "Zelt", "Zvaigžņ", "Žub", "Čab", "Ābel",
)  # fmt: skip

# Masculine and feminine form of the second half.
FAMILY_SECOND: Final = (
    ("lāsis", "lāse"),
    ("tiltiņš", "tiltiņa"),
    ("zvaniņš", "zvaniņa"),
    ("mākonis", "mākone"),
    ("laiviņš", "laiviņa"),
    ("vējiņš", "vējiņa"),
    ("sniedziņš", "sniedziņa"),
    ("rasiņš", "rasiņa"),
    ("pērlis", "pērle"),
    ("ķēdītis", "ķēdīte"),
    ("ģērbonis", "ģērbone"),
    ("čiekurs", "čiekura"),
    ("žagariņš", "žagariņa"),
    ("ūdenis", "ūdene"),
)

GIVEN_FEMALE: Final = (
    "Agnese", "Aija", "Alīda", "Anna", "Ārija", "Baiba", "Daiga", "Dzintra", "Elīna", "Elza", "Evija",
    "Gunta", "Ģertrūde", "Ieva", "Ilze", "Inese", "Jūlija", "Kristīne", "Ķērsta", "Laima", "Līga",
    "Līna", "Ļuba", "Maija", "Marta", "Mārīte", "Ņina", "Rasma", "Rūta", "Sanita", "Signe", "Skaidrīte",
    "Šarlote", "Terēze", "Una", "Vēsma", "Vija", "Zane", "Zenta", "Žanete",
)  # fmt: skip

GIVEN_MALE: Final = (
    "Agris", "Aivars", "Andris", "Ansis", "Ādams", "Āris", "Bruno", "Dainis", "Dāvis", "Edgars",
    "Emīls", "Ēriks", "Gatis", "Guntis", "Ģirts", "Harijs", "Imants", "Ivars", "Jānis", "Jēkabs",
    "Jūlijs", "Kaspars", "Kārlis", "Krišjānis", "Ludis", "Miķelis", "Mārtiņš", "Normunds", "Oļģerts",
    "Pēteris", "Raitis", "Roberts", "Rūdolfs", "Sandis", "Staņislavs", "Teodors", "Uģis", "Valdis",
    "Zigmārs", "Žanis",
)  # fmt: skip

TOWNS: Final = ("Tiltmale", "Vējsala", "Ozolsēta", "Ķiršciems", "Šķērsupe", "Āboltiņi", "Žubukalns")
STREETS: Final = ("Laivu", "Mākoņu", "Lāses", "Čiekuru", "Pērļu", "Zvaniņu", "Ūdensrožu", "Ģērboņu")

# Each names one invented institution; "Parauga" (sample) stands before it.
INSTITUTION_WORDS: Final = (
    "Bērzlāse", "Tiltiņš", "Zvaniņš", "Mākonis", "Laiviņa", "Pērle", "Čiekurs", "Rasa", "Vējiņš",
    "Ķēdīte", "Šūpoles", "Ūdensroze", "Žagariņš", "Dzirnas", "Auseklis", "Ābele", "Ozolzīle", "Saulgrieze",
    "Ledus puķe", "Varavīksne", "Saulīte", "Gaismiņa",
)  # fmt: skip
