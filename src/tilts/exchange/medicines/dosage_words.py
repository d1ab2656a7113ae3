"""Words and forms for saying a dose in Latvian and English: data, with the rules of agreement beside it.

Latvian: after a whole number that ends in 1, but not in 11, the noun is singular; after other whole numbers plural;
after a fraction it is the genitive singular (0,5 tabletes, 1,5 piliena). English: singular after exactly 1.
Codes: UCUM and its annotations, FHIR R4 event-timing and days-of-week, HL7 v3 RouteOfAdministration and GTSAbbreviation.
"""

from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Noun:
    """What is counted in a dose. Latvian: one, several, a part of one; English: one, several."""

    lv_one: str
    lv_more: str
    lv_part: str
    en_one: str
    en_more: str
    also: tuple[str, ...] = ()  # other ways in which a unit is written


@dataclass(frozen=True, slots=True)
class Span:
    """A unit of time. Latvian cases: 1 dienu, 2 dienas (how long); pēc 1 dienas, 2 dienām; 1 dienā, 2 dienās."""

    lv_long: tuple[str, str]
    lv_after: tuple[str, str]
    lv_in: tuple[str, str]
    en: tuple[str, str]


def _symbol(lv: str, en: str, *also: str) -> Noun:
    return Noun(lv, lv, lv, en, en, (lv, en, *also))


UNITS: Final = MappingProxyType(
    {
        "{tablet}": Noun(
            "tablete", "tabletes", "tabletes", "tablet", "tablets", ("tbl", "tabl.", "tabl", "tab")
        ),
        "{capsule}": Noun("kapsula", "kapsulas", "kapsulas", "capsule", "capsules", ("kaps.", "cap")),
        "[drp]": Noun("piliens", "pilieni", "piliena", "drop", "drops", ("pil.", "gtt")),
        "{puff}": Noun("ieelpa", "ieelpas", "ieelpas", "puff", "puffs", ("inhalācija", "inhalācijas")),
        "{dose}": Noun("deva", "devas", "devas", "dose", "doses"),
        "{sachet}": Noun("paciņa", "paciņas", "paciņas", "sachet", "sachets", ("pac.",)),
        "{suppository}": Noun("svecīte", "svecītes", "svecītes", "suppository", "suppositories"),
        "{patch}": Noun("plāksteris", "plāksteri", "plākstera", "patch", "patches"),
        "{ampule}": Noun("ampula", "ampulas", "ampulas", "ampoule", "ampoules", ("amp.",)),
        "{spray}": Noun("izsmidzinājums", "izsmidzinājumi", "izsmidzinājuma", "spray", "sprays"),
        "mg": _symbol("mg", "mg", "miligrams", "miligrami", "milligram", "milligrams"),
        "g": _symbol("g", "g", "grams", "grami", "gram"),
        # Written out: the letter before the g has been misread.
        "ug": Noun(
            "mikrograms", "mikrogrami", "mikrograma", "microgram", "micrograms", ("mcg", "mkg", "µg", "μg")
        ),
        "mL": _symbol(
            "ml", "ml", "mililitrs", "mililitri", "milliliter", "milliliters", "millilitre", "millilitres"
        ),
        "L": _symbol("l", "l", "L"),
        "[IU]": _symbol("SV", "IU"),
        "mmol": _symbol("mmol", "mmol"),
        "cm": _symbol("cm", "cm"),
    }
)
WRITTEN: Final = MappingProxyType(
    {
        written.casefold(): code
        for code, noun in UNITS.items()
        for written in (code, noun.lv_one, noun.lv_more, noun.en_one, noun.en_more, *noun.also)
    }
)

SPANS: Final = MappingProxyType(
    {
        code: Span((long, longs), (after, afters), (within, withins), (en, f"{en}s"))
        for code, long, longs, after, afters, within, withins, en in (
            ("s", "sekundi", "sekundes", "sekundes", "sekundēm", "sekundē", "sekundēs", "second"),
            ("min", "minūti", "minūtes", "minūtes", "minūtēm", "minūtē", "minūtēs", "minute"),
            ("h", "stundu", "stundas", "stundas", "stundām", "stundā", "stundās", "hour"),
            ("d", "dienu", "dienas", "dienas", "dienām", "dienā", "dienās", "day"),
            ("wk", "nedēļu", "nedēļas", "nedēļas", "nedēļām", "nedēļā", "nedēļās", "week"),
            ("mo", "mēnesi", "mēnešus", "mēneša", "mēnešiem", "mēnesī", "mēnešos", "month"),
            ("a", "gadu", "gadus", "gada", "gadiem", "gadā", "gados", "year"),
        )
    }
)
SHORT_SPANS: Final = frozenset({"s", "min", "h"})  # "ik pēc 8 stundām"; of days "1 reizi 2 dienās" is clearer

# code: (lv, en); what only makes sense as a distance from something else has no words here.
EVENTS: Final = MappingProxyType(
    {
        "MORN": ("no rīta", "in the morning"),
        "MORN.early": ("agri no rīta", "early in the morning"),
        "MORN.late": ("vēlāk no rīta", "late in the morning"),
        "NOON": ("dienas vidū", "at noon"),
        "AFT": ("pēcpusdienā", "in the afternoon"),
        "AFT.early": ("agri pēcpusdienā", "early in the afternoon"),
        "AFT.late": ("vēlu pēcpusdienā", "late in the afternoon"),
        "EVE": ("vakarā", "in the evening"),
        "EVE.early": ("agri vakarā", "early in the evening"),
        "EVE.late": ("vēlu vakarā", "late in the evening"),
        "NIGHT": ("naktī", "at night"),
        "HS": ("pirms gulētiešanas", "before going to sleep"),
        "WAKE": ("pēc pamošanās", "after waking up"),
        "C": ("ēšanas laikā", "with a meal"),
        "CM": ("brokastu laikā", "with breakfast"),
        "CD": ("pusdienu laikā", "with lunch"),
        "CV": ("vakariņu laikā", "with dinner"),
        "AC": ("pirms ēšanas", "before a meal"),
        "ACM": ("pirms brokastīm", "before breakfast"),
        "ACD": ("pirms pusdienām", "before lunch"),
        "ACV": ("pirms vakariņām", "before dinner"),
        "PC": ("pēc ēšanas", "after a meal"),
        "PCM": ("pēc brokastīm", "after breakfast"),
        "PCD": ("pēc pusdienām", "after lunch"),
        "PCV": ("pēc vakariņām", "after dinner"),
    }
)
HAVE_OFFSET: Final = frozenset({"HS", "WAKE", "AC", "ACM", "ACD", "ACV", "PC", "PCM", "PCD", "PCV"})

DAYS: Final = MappingProxyType(
    {
        "mon": ("pirmdienās", "Mondays"),
        "tue": ("otrdienās", "Tuesdays"),
        "wed": ("trešdienās", "Wednesdays"),
        "thu": ("ceturtdienās", "Thursdays"),
        "fri": ("piektdienās", "Fridays"),
        "sat": ("sestdienās", "Saturdays"),
        "sun": ("svētdienās", "Sundays"),
    }
)

ROUTE_SYSTEM: Final = "http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration"
ROUTES: Final = MappingProxyType(
    {
        "PO": ("Iekšķīgi", "By mouth"),
        "SL": ("Zem mēles", "Under the tongue"),
        "BUC": ("Vaigā", "Inside the cheek"),
        "PR": ("Taisnajā zarnā", "Into the rectum"),
        "VAGINSI": ("Makstī", "Into the vagina"),
        "TOPICAL": ("Uz ādas", "On the skin"),
        "TRNSDERM": ("Caur ādu", "Through the skin"),
        "NASINHLC": ("Ieelpojot caur degunu", "Breathed in through the nose"),
        "IPINHL": ("Ieelpojot", "Breathed in"),
        "IM": ("Muskulī", "Into a muscle"),
        "IVINJ": ("Vēnā", "Into a vein"),
        "SQ": ("Zem ādas", "Under the skin"),
    }
)

# The whole statement that a code stands for (FHIR R4 timing-abbreviation), as the structure that says the same.
ABBREVIATION_SYSTEM: Final = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation"
ABBREVIATIONS: Final = MappingProxyType(
    {
        code: {"frequency": frequency, "period": Decimal(period), "periodUnit": unit}
        for code, (frequency, period, unit) in {
            "QD": (1, 1, "d"),
            "BID": (2, 1, "d"),
            "TID": (3, 1, "d"),
            "QID": (4, 1, "d"),
            "QOD": (1, 2, "d"),
            "Q1H": (1, 1, "h"),
            "Q2H": (1, 2, "h"),
            "Q3H": (1, 3, "h"),
            "Q4H": (1, 4, "h"),
            "Q6H": (1, 6, "h"),
            "Q8H": (1, 8, "h"),
            "WK": (1, 1, "wk"),
            "MO": (1, 1, "mo"),
        }.items()
    }
)


def ends_in_one(number: Decimal) -> bool:
    return number == number.to_integral_value() and number % 10 == 1 and number % 100 != 11


def written(number: Decimal, language: str) -> str:
    """Without zeros that mean nothing, never with an exponent; 0,5 in Latvian, 0.5 in English."""
    text = f"{number.normalize():f}"
    return text.replace(".", ",") if language == "lv" else text


def noun_for(noun: Noun, number: Decimal, language: str) -> str:
    if language == "en":
        return noun.en_one if number == 1 else noun.en_more
    if number != number.to_integral_value():
        return noun.lv_part
    return noun.lv_one if ends_in_one(number) else noun.lv_more


def span_for(cases: tuple[str, str], span: Span, number: Decimal) -> str:
    """One of a unit's Latvian pairs; after a fraction its genitive."""
    if number != number.to_integral_value():
        return span.lv_after[0]
    return cases[0] if ends_in_one(number) else cases[1]


def decimal_of(value: Any) -> Decimal | None:
    """A JSON number; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return Decimal(value)
