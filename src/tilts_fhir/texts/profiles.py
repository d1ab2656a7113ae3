"""Texts of the profile check: what a profile asks for beyond the base type."""

from typing import Final

from tilts_fhir.texts.text import Text

TEXTS: Final[dict[str, Text]] = {
    "profile-minimum": Text(
        "required",
        "{name}: minimum required = {min}, but only found {count}.",
        "{name}: vajag vismaz {min}, bet ir tikai {count}.",
    ),
    "profile-maximum": Text(
        "structure",
        "{name}: max allowed = {max}, but found {count}.",
        "{name}: atļauts ne vairāk kā {max}, bet ir {count}.",
    ),
    "profile-type": Text(
        "structure",
        "{name}: the profile allows {allowed}, but the value is of type {found}.",
        "{name}: profils atļauj {allowed}, bet vērtības tips ir {found}.",
    ),
    "profile-fixed": Text(
        "value",
        "The profile fixes this value to '{expected}', but it is '{value}'.",
        "Profils nosaka vērtību '{expected}', bet tā ir '{value}'.",
    ),
    "profile-pattern": Text(
        "value",
        "The profile asks for a value that holds '{expected}', but it is '{value}'.",
        "Profils prasa vērtību, kas ietver '{expected}', bet tā ir '{value}'.",
    ),
    "profile-min-value": Text(
        "value",
        "The value {value} is less than {expected}, the smallest that the profile allows.",
        "Vērtība {value} ir mazāka par {expected} — mazāko, ko profils atļauj.",
    ),
    "profile-max-value": Text(
        "value",
        "The value {value} is greater than {expected}, the largest that the profile allows.",
        "Vērtība {value} ir lielāka par {expected} — lielāko, ko profils atļauj.",
    ),
    "profile-max-length": Text(
        "value",
        "The profile allows {max} characters, here are {count}.",
        "Profils atļauj {max} rakstzīmes, šeit ir {count}.",
    ),
    "profile-min-length": Text(
        "value",
        "The profile asks for at least {min} characters, here are {count}.",
        "Profils prasa vismaz {min} rakstzīmes, šeit ir {count}.",
    ),
    "profile-alternative": Text(
        "required",
        "Where the value is missing, the profile asks for the extension {expected}.",
        "Ja vērtības nav, profils prasa paplašinājumu {expected}.",
    ),
    "profile-narrative-source": Text(
        "structure",
        "'{text}' says no source by its class (boilerplate, generated or original), which the profile asks for.",
        "'{text}' ar klasi nenorāda avotu (boilerplate, generated vai original), ko prasa profils.",
    ),
    "profile-narrative-no-language": Text(
        "structure",
        "The narrative has sections by language ({languages}), which the profile does not allow.",
        "Aprakstā ir valodu sadaļas ({languages}), ko profils neatļauj.",
    ),
    "profile-narrative-language": Text(
        "structure",
        "The narrative has no section in the language that the profile asks for ({expected}).",
        "Aprakstā nav sadaļas valodā, ko prasa profils ({expected}).",
    ),
    "profile-simple-quantity": Text(
        "invariant",
        "A comparator is not allowed here: the element is a SimpleQuantity, which has an exact value.",
        "Salīdzinātājs (comparator) šeit nav atļauts: elements ir SimpleQuantity ar precīzu vērtību.",
    ),
    "profile-no-match": Text(
        "structure",
        "Unable to find a match for the specified profile among choices: {choices}.{reason_en}",
        "Vērtība neatbilst nevienam no prasītajiem profiliem: {choices}.{reason_lv}",
    ),
    "profile-target-type": Text(
        "structure",
        "The reference points to {found}; the profile allows: {allowed}.",
        "Atsauce norāda uz {found}; profils atļauj: {allowed}.",
    ),
    "profile-target": Text(
        "structure",
        "Unable to find a profile match for {target} among choices: {choices}.{reason_en}",
        "{target} neatbilst nevienam no profiliem, kas šeit atļauti: {choices}.{reason_lv}",
    ),
    "profile-aggregation": Text(
        "structure",
        "The reference is {found}, but the profile allows only: {allowed}.",
        "Atsauce ir {found}, bet profils atļauj tikai: {allowed}.",
    ),
    "profile-slice-missing": Text(
        "required",
        "Slice '{slice}': a matching slice is required, but not found ({count} of {min}).",
        "Šķēle '{slice}' ir obligāta, bet nav atrasta ({count} no {min}).",
    ),
    "profile-slice-many": Text(
        "structure",
        "{slice}: max allowed = {max}, but found {count}.",
        "{slice}: atļauts ne vairāk kā {max}, bet ir {count}.",
    ),
    "profile-slice-closed": Text(
        "structure",
        "This element does not match any slice of '{name}', and the slicing is closed.",
        "Šis elements neatbilst nevienai '{name}' šķēlei, un citas nav atļautas.",
    ),
    "profile-slice-end": Text(
        "structure",
        "Elements of '{name}' that match no slice stand after all the others.",
        "'{name}' elementi, kas neatbilst nevienai šķēlei, rakstāmi aiz pārējiem.",
    ),
    "profile-slice-order": Text(
        "structure",
        "Slice '{slice}' of '{name}' stands after slice '{before}', which the profile puts later.",
        "'{name}' šķēle '{slice}' rakstāma pirms šķēles '{before}', kā noteikts profilā.",
    ),
    "profile-slice-undecided": Text(
        "processing",
        "Slice '{slice}': the profile says nothing that its discriminator ({discriminator}) could be decided by.",
        "Šķēle '{slice}': profilā nav nekā, pēc kā noteikt tās diskriminatoru ({discriminator}).",
        "warning",
    ),
    "profile-unknown": Text(
        "not-found",
        "The profile {canonical} is not known here, so it was not checked.",
        "Profils {canonical} šeit nav zināms, tāpēc nav pārbaudīts.",
        "warning",
    ),
    "profile-part-unknown": Text(
        "not-found",
        "The profile {canonical}, which this element must meet, is not known.",
        "Profils {canonical}, kam šim elementam jāatbilst, nav zināms.",
    ),
    "profile-other-type": Text(
        "structure",
        "The profile {canonical} is for {expected}, not for {found}.",
        "Profils {canonical} ir paredzēts tipam {expected}, nevis {found}.",
    ),
    "profile-implied": Text(
        "informational",
        "Checked against {canonical}, which FHIR asks for because of the code {code}.",
        "Pārbaudīts pēc {canonical}, ko FHIR prasa koda {code} dēļ.",
        "information",
    ),
}
