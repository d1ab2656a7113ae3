"""The test persons whom everybody knows by name, each with the story that one can try with them."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Told:
    label: str
    family: str
    given: tuple[str, ...]
    gender: Literal["female", "male", "other", "unknown"]
    born: date
    code: Literal["old", "new", "none"]
    story_lv: str
    story_en: str
    died: date | None = None


TOLD: Final = (
    Told(
        label="ordinary",
        family="Bērzlāse",
        given=("Anna",),
        gender="female",
        born=date(1968, 5, 3),
        code="old",
        story_lv="Saņem parastu recepti; iepakojumus izsniedz divas aptiekas, katra savu daļu.",
        story_en="Gets an ordinary prescription; two pharmacies hand out one part each.",
    ),
    Told(
        label="new-code",
        family="Kļavmākonis",
        given=("Jēkabs",),
        gender="male",
        born=date(1991, 10, 17),
        code="new",
        story_lv="Personas kods sākas ar 32: no tā nevar uzzināt dzimšanas datumu.",
        story_en="The person code starts with 32: no birth date can be read from it.",
    ),
    Told(
        label="diacritics",
        family="Šķērģērbonis",
        given=("Ģirts", "Žanis"),
        gender="male",
        born=date(1979, 2, 28),
        code="old",
        story_lv="Vārdā ir garumzīmes un mīkstinājuma zīmes; tās nedrīkst pazust ceļā uz aptieku.",
        story_en="The name is full of diacritics; none may be lost on the way to the pharmacy.",
    ),
    Told(
        label="double-surname",
        family="Ezertiltiņa-Ūdrzvaniņa",
        given=("Līga",),
        gender="female",
        born=date(1985, 12, 31),
        code="old",
        story_lv="Dubultuzvārds ar defisi: recepti atrod gan pēc visa uzvārda, gan ar garumzīmēm.",
        story_en="A double surname with a hyphen: the prescription is found by the whole surname.",
    ),
    Told(
        label="child",
        family="Rudzlaiviņa",
        given=("Elza",),
        gender="female",
        born=date(2020, 3, 9),
        code="new",
        story_lv="Sešus gadus vecs bērns: zāles saņem kāds no vecākiem.",
        story_en="A child of six: a parent fetches the medicine.",
    ),
    Told(
        label="fourteen",
        family="Rudzlaiviņš",
        given=("Dāvis",),
        gender="male",
        born=date(2012, 6, 21),
        code="old",
        story_lv="Četrpadsmit gadus vecs pusaudzis: aptiekā ierodas pats.",
        story_en="A fourteen-year-old: comes to the pharmacy alone.",
    ),
    Told(
        label="deceased",
        family="Ozolvējiņš",
        given=("Valdis",),
        gender="male",
        born=date(1939, 9, 1),
        code="old",
        died=date(2026, 8, 14),
        story_lv="Miris 2026. gada 14. augustā: reģistrs to rāda; pamanīt to ir ārsta sistēmas ziņā.",
        story_en="Died on 14 August 2026: the register says so; to notice is up to the doctor's system.",
    ),
    Told(
        label="without-code",
        family="Saltrasiņa",
        given=("Una",),
        gender="female",
        born=date(2026, 11, 20),
        code="none",
        story_lv="Jaundzimušā bez personas koda: ir tikai pagaidu identifikators.",
        story_en="A newborn without a person code: there is only a temporary identifier.",
    ),
    Told(
        label="namesake",
        family="Bērzlāse",
        given=("Anna",),
        gender="female",
        born=date(1997, 1, 30),
        code="new",
        story_lv="Tāds pats vārds un uzvārds kā pirmajai Annai: pēc vārda vien personu nedrīkst noteikt.",
        story_en="The same name as the first Anna: a person must never be matched by name alone.",
    ),
    Told(
        label="many-medicines",
        family="Priežpērle",
        given=("Skaidrīte",),
        gender="female",
        born=date(1947, 4, 4),
        code="old",
        story_lv="Lieto daudz zāļu: vienā reizē izraksta vairākas receptes ar vienu numuru.",
        story_en="Takes many medicines: several are prescribed at once, under one number.",
    ),
)
