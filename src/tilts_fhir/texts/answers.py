"""Texts of responses to questionnaires (`answer-`)."""

from typing import Final

from tilts_fhir.texts.text import Text

_QUESTIONNAIRE: Final[dict[str, Text]] = {
    "answer-questionnaire-unknown": Text(
        "not-found",
        "The questionnaire '{canonical}' is not at hand, so the answers were not checked against it.",
        "Anketa '{canonical}' nav pieejama, tāpēc atbildes pret to nav pārbaudītas.",
        "warning",
    ),
    "answer-questionnaire-kind": Text(
        "invalid",
        "'{canonical}' is a {found}; a response needs the canonical of a Questionnaire.",
        "'{canonical}' ir {found}; atbildei jānorāda Questionnaire kanoniskā adrese.",
    ),
    "answer-questionnaire-status": Text(
        "business-rule",
        "The questionnaire has the status '{status}'; use one that is active.",
        "Anketas statuss ir '{status}'; jālieto aktīva anketa.",
        "warning",
    ),
    "answer-subject": Text(
        "business-rule",
        "The subject is a {type}, but the questionnaire is for: {allowed}.",
        "Subjekts ir {type}, bet anketa paredzēta: {allowed}.",
        "warning",
    ),
    "answer-authored-early": Text(
        "business-rule",
        "Written on {authored}, before the questionnaire came into use ({start}).",
        "Aizpildīta {authored}, pirms anketa stājās spēkā ({start}).",
        "warning",
    ),
    "answer-authored-late": Text(
        "business-rule",
        "Written on {authored}, after the questionnaire went out of use ({end}).",
        "Aizpildīta {authored}, kad anketa vairs nebija spēkā ({end}).",
        "warning",
    ),
}

_ITEMS: Final[dict[str, Text]] = {
    "answer-link-id": Text(
        "not-found",
        "The questionnaire has no item with the linkId '{link_id}'.",
        "Anketā nav vienuma ar linkId '{link_id}'.",
    ),
    "answer-place": Text(
        "structure",
        "The item '{link_id}' is in the wrong place; it belongs inside '{inside}'.",
        "Vienums '{link_id}' ir nepareizā vietā; tam jābūt vienumā '{inside}'.",
    ),
    "answer-place-top": Text(
        "structure",
        "The item '{link_id}' is in the wrong place; it belongs directly in the response.",
        "Vienums '{link_id}' ir nepareizā vietā; tam jābūt tieši atbildes sākuma līmenī.",
    ),
    "answer-order": Text(
        "structure",
        "The item '{link_id}' is out of order; items follow the order of the questionnaire.",
        "Vienums '{link_id}' neievēro secību; vienumi jāraksta tādā secībā kā anketā.",
    ),
    "answer-item-twice": Text(
        "invalid",
        "The item '{link_id}' does not repeat, so it can stand here only once.",
        "Vienums '{link_id}' neatkārtojas, tāpēc šeit tas var būt tikai vienreiz.",
    ),
    "answer-text": Text(
        "invalid",
        "The text differs from the one of the questionnaire for '{link_id}': '{asked}'; copy it or leave it out.",
        "Teksts atšķiras no anketas teksta vienumam '{link_id}': '{asked}'; tas jāpārraksta vai jāizlaiž.",
    ),
    "answer-definition": Text(
        "invalid",
        "The definition differs from the one of the questionnaire: '{defined}'.",
        "Definīcija atšķiras no anketā dotās: '{defined}'.",
        "warning",
    ),
    "answer-required": Text(
        "required",
        "There is no answer to the required item '{link_id}'.",
        "Nav atbildes uz obligāto vienumu '{link_id}'.",
    ),
    "answer-group-empty": Text(
        "required",
        "The required group '{link_id}' has no items.",
        "Obligātajā grupā '{link_id}' nav neviena vienuma.",
    ),
    "answer-disabled": Text(
        "invalid",
        "The item '{link_id}' has an answer, although by its conditions it is not to be answered.",
        "Uz vienumu '{link_id}' ir atbilde, lai gan pēc tā nosacījumiem uz to nav jāatbild.",
    ),
    "answer-not-allowed": Text(
        "structure",
        "An item of type '{type}' has no answers; '{link_id}' is one.",
        "'{type}' tipa vienumam nevar būt atbilžu; tāds ir '{link_id}'.",
    ),
    "answer-items-beside": Text(
        "structure",
        "Items inside the question '{link_id}' stand inside its answer, not beside it.",
        "Vienumi jautājuma '{link_id}' iekšienē jāraksta tā atbildē, nevis blakus tai.",
    ),
    "answer-display-items": Text(
        "structure",
        "'{link_id}' only displays a text, so it has no items.",
        "'{link_id}' tikai rāda tekstu, tāpēc tam nevar būt vienumu.",
    ),
    "answer-repeats": Text(
        "invalid",
        "The question '{link_id}' takes one answer only.",
        "Uz jautājumu '{link_id}' var būt tikai viena atbilde.",
    ),
    "answer-too-few": Text(
        "invalid",
        "At least {min} answers are needed here, there are {count}.",
        "Šeit vajadzīgas vismaz {min} atbildes, ir {count}.",
    ),
    "answer-too-many": Text(
        "invalid",
        "At most {max} answers are allowed here, there are {count}.",
        "Šeit atļautas ne vairāk kā {max} atbildes, ir {count}.",
    ),
}

_VALUES: Final[dict[str, Text]] = {
    "answer-type": Text(
        "invalid",
        "The answer must be of the type {expected}, not {found}.",
        "Atbildes tipam jābūt {expected}, nevis {found}.",
    ),
    "answer-below": Text(
        "value",
        "{value} is less than the smallest value allowed, {limit}.",
        "{value} ir mazāk par mazāko atļauto vērtību {limit}.",
    ),
    "answer-above": Text(
        "value",
        "{value} is more than the largest value allowed, {limit}.",
        "{value} ir vairāk par lielāko atļauto vērtību {limit}.",
    ),
    "answer-decimal-places": Text(
        "value",
        "{value} has more than {max} digits behind the decimal point.",
        "{value} aiz decimālpunkta ir vairāk par {max} cipariem.",
    ),
    "answer-too-long": Text(
        "value",
        "The text has {length} characters; at most {max} are allowed.",
        "Tekstā ir {length} rakstzīmes; atļautas ne vairāk kā {max}.",
    ),
    "answer-too-short": Text(
        "value",
        "The text has {length} characters; at least {min} are needed.",
        "Tekstā ir {length} rakstzīmes; vajadzīgas vismaz {min}.",
    ),
    "answer-line-break": Text(
        "value",
        "A line break in an answer of one line; longer texts are for items of type 'text'.",
        "Vienas rindas atbildē ir jauna rinda; garākiem tekstiem ir 'text' tipa vienumi.",
        "warning",
    ),
    "answer-pattern": Text(
        "value",
        "'{value}' has not the form that the question asks for: {pattern}.",
        "'{value}' neatbilst jautājumā prasītajai formai: {pattern}.",
    ),
    "answer-no-formal-unit": Text(
        "value",
        "{value} cannot be compared with the limit {limit}: both need a unit with system and code.",
        "{value} nevar salīdzināt ar robežu {limit}: abām vērtībām vajadzīga mērvienība ar system un code.",
    ),
    "answer-other-dimension": Text(
        "value",
        "{value} cannot be compared with the limit {limit}: the units measure different things.",
        "{value} nevar salīdzināt ar robežu {limit}: mērvienības mēra atšķirīgus lielumus.",
    ),
    "answer-unit": Text(
        "value",
        "The unit of {value} is not one of those allowed: {allowed}.",
        "Mērvienība vērtībai {value} nav starp atļautajām: {allowed}.",
    ),
    "answer-unit-value-set": Text(
        "code-invalid",
        "The unit of {value} is not in the value set {value_set}.",
        "Mērvienība vērtībai {value} nav vērtību kopā {value_set}.",
    ),
    "answer-media-type": Text(
        "value",
        "The media type '{found}' is not allowed here; allowed: {allowed}.",
        "Datu tips '{found}' šeit nav atļauts; atļauts: {allowed}.",
    ),
    "answer-size": Text(
        "value",
        "The attachment has {size} bytes; at most {max} MB are allowed.",
        "Pielikumā ir {size} baiti; atļauti ne vairāk kā {max} MB.",
    ),
    "answer-reference": Text(
        "value",
        "'{reference}' is not a valid reference: a URL has no blanks.",
        "'{reference}' nav derīga atsauce: URL nevar saturēt atstarpes.",
    ),
    "answer-reference-type": Text(
        "value",
        "'{reference}' looks like a reference to a '{type}', but there is no such resource type.",
        "'{reference}' izskatās kā atsauce uz '{type}', bet tāda resursa tipa nav.",
    ),
    "answer-reference-target": Text(
        "value",
        "A reference to {type} does not answer this question; allowed: {allowed}.",
        "Atsauce uz {type} neder kā atbilde; atļauts: {allowed}.",
    ),
    "answer-no-option": Text(
        "value",
        "None of the options of the question is a {type}.",
        "Neviens no jautājuma variantiem nav {type}.",
    ),
    "answer-not-option": Text(
        "value",
        "'{value}' is not one of the options of the question.",
        "'{value}' nav neviens no jautājuma variantiem.",
    ),
    "answer-exclusive": Text(
        "business-rule",
        "'{value}' excludes all other answers; it must stand alone.",
        "'{value}' izslēdz visas citas atbildes; tai jābūt vienīgajai.",
    ),
    "answer-text-is-option": Text(
        "business-rule",
        "The text '{value}' is also the name of an option; use its code.",
        "Teksts '{value}' ir arī varianta nosaukums; jālieto tā kods.",
        "warning",
    ),
    "answer-not-in-value-set": Text(
        "code-invalid",
        "'{value}' is not in the value set {value_set} of the question.",
        "'{value}' nav jautājuma vērtību kopā {value_set}.",
    ),
    "answer-no-code": Text(
        "code-invalid",
        "The answer has no code, so it cannot be found among those allowed.",
        "Atbildei nav koda, tāpēc to nevar atrast starp atļautajām.",
        "warning",
    ),
    "answer-no-system": Text(
        "code-invalid",
        "The code is one of those allowed, but without its system it has no defined meaning; add the system.",
        "Kods ir starp atļautajiem, bet bez sistēmas tam nav noteiktas nozīmes; jāpievieno system.",
        "warning",
    ),
    "answer-value-set-unknown": Text(
        "not-found",
        "Whether '{value}' is in {value_set} cannot be decided from the definitions at hand.",
        "No pieejamajām definīcijām nevar noteikt, vai '{value}' ir vērtību kopā {value_set}.",
        "information",
    ),
}

TEXTS: Final[dict[str, Text]] = {**_QUESTIONNAIRE, **_ITEMS, **_VALUES}
