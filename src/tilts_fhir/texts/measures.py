"""Texts of measures and measure reports."""

from typing import Final

from tilts_fhir.texts.text import Text

TEXTS: Final[dict[str, Text]] = {
    "measure-library-unknown": Text(
        "not-found",
        "The library '{canonical}' is not at hand, so the criteria were not checked against it.",
        "Bibliotēka '{canonical}' nav pieejama, tāpēc kritēriji pret to nav pārbaudīti.",
        "warning",
    ),
    "measure-no-groups": Text(
        "required",
        "The measure has no groups, so nothing is measured.",
        "Mērījumam nav grupu, tāpēc nekas netiek mērīts.",
        "warning",
    ),
    "measure-no-code": Text(
        "required",
        "There are several parts '{part}' here; each needs a code, or a report cannot say which it means.",
        "Šeit ir vairākas daļas '{part}'; katrai vajadzīgs kods, citādi ziņojums nevar norādīt, kura domāta.",
        "warning",
    ),
    "measure-no-population": Text(
        "required",
        "The group has no populations.",
        "Grupai nav nevienas kopas (population).",
        "warning",
    ),
    "measure-name-unknown": Text(
        "invalid",
        "The library {library} does not define '{name}'.",
        "Bibliotēkā {library} nav definēts '{name}'.",
    ),
    "measure-unknown": Text(
        "not-found",
        "The measure '{canonical}' is not at hand, so the report was not checked against it.",
        "Mērījums '{canonical}' nav pieejams, tāpēc ziņojums pret to nav pārbaudīts.",
        "warning",
    ),
    "measure-scoring-unknown": Text(
        "business-rule",
        "The measure has no known scoring, so the scores were not checked.",
        "Mērījumam nav zināma vērtēšanas veida, tāpēc vērtējumi nav pārbaudīti.",
        "information",
    ),
    "measure-part-no-code": Text(
        "business-rule",
        "This {part} needs the code of the {part} of the measure that it means.",
        "Šai daļai ({part}) vajadzīgs tās mērījuma daļas kods, kura domāta.",
    ),
    "measure-part-unknown": Text(
        "business-rule",
        "The measure has no {part} with the code '{code}' here.",
        "Mērījumam šeit nav daļas ({part}) ar kodu '{code}'.",
    ),
    "measure-part-twice": Text(
        "business-rule",
        "The code '{code}' stands before; a {part} of the measure is reported once.",
        "Kods '{code}' jau minēts; par katru mērījuma daļu ({part}) ziņo vienreiz.",
    ),
    "measure-part-missing": Text(
        "business-rule",
        "The {part} '{code}' of the measure is missing.",
        "Trūkst mērījuma daļas ({part}) '{code}'.",
    ),
    "measure-no-subjects": Text(
        "required",
        "A report of type subject-list names the subjects of each population.",
        "Tipa subject-list ziņojumā jānorāda katras kopas subjekti.",
    ),
    "measure-score-banned": Text(
        "business-rule",
        "A measure with the scoring '{scoring}' has no score.",
        "Mērījumam ar vērtēšanas veidu '{scoring}' nav vērtējuma.",
    ),
    "measure-score-missing": Text(
        "required",
        "A finished report on a measure with the scoring '{scoring}' needs a score.",
        "Pabeigtā ziņojumā par mērījumu ar vērtēšanas veidu '{scoring}' vajadzīgs vērtējums.",
    ),
    "measure-score-no-value": Text(
        "required",
        "A score of a measure with the scoring '{scoring}' needs a value.",
        "Vērtējumam ar vērtēšanas veidu '{scoring}' vajadzīga vērtība.",
    ),
    "measure-score-range": Text(
        "value",
        "The score of a proportion lies from 0 to 1; {value} does not.",
        "Proporcijas vērtējumam jābūt no 0 līdz 1; {value} tāds nav.",
    ),
    "measure-score-unit": Text(
        "value",
        "The score of a proportion has no unit.",
        "Proporcijas vērtējumam nav mērvienības.",
    ),
}
