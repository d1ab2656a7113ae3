"""Texts of the checks of definitions: StructureDefinition, OperationDefinition, SearchParameter."""

from typing import Final

from tilts_fhir.texts.text import Text

TEXTS: Final[dict[str, Text]] = {
    "definition-expression": Text(
        "invalid",
        "The FHIRPath is wrong: {fault}",
        "FHIRPath izteiksme ir kļūdaina: {fault}",
    ),
    "sd-base-unknown": Text(
        "not-found",
        "The base definition '{base}' is not known here, so what is derived from it cannot be checked.",
        "Bāzes definīcija '{base}' šeit nav zināma, tāpēc no tās atvasināto nevar pārbaudīt.",
        "warning",
    ),
    "sd-base-circular": Text(
        "business-rule",
        "The base definition '{base}' is derived from this definition; a definition cannot rest on itself.",
        "Bāzes definīcija '{base}' ir atvasināta no šīs definīcijas; definīcija nevar balstīties pati uz sevi.",
    ),
    "sd-base-differs": Text(
        "business-rule",
        "A profile keeps the {name} of its base: for '{base}' it is '{expected}', not '{stated}'.",
        "Profils saglabā bāzes definīcijas elementu '{name}': '{base}' tas ir '{expected}', nevis '{stated}'.",
        "warning",
    ),
    "sd-root-slicing": Text(
        "business-rule",
        "The root element cannot be sliced: there is only one.",
        "Saknes elementu nevar sadalīt: tāds ir tikai viens.",
    ),
    "sd-obligations-unmarked": Text(
        "business-rule",
        "Obligations are inherited only from an obligation profile; '{profile}' is not marked as one.",
        "Pienākumus pārņem tikai no pienākumu profila; '{profile}' nav atzīmēts kā tāds.",
    ),
    "sd-obligations-base": Text(
        "business-rule",
        "Obligations are inherited from a profile of the same base: '{profile}' has '{base}', not '{expected}'.",
        "Pienākumus pārņem no tās pašas bāzes profila: '{profile}' bāze ir '{base}', nevis '{expected}'.",
    ),
    "sd-root": Text(
        "business-rule",
        "The paths of the differential begin with '{name}', but the base definition describes '{type}'.",
        "Diferenciāļa ceļi sākas ar '{name}', bet bāzes definīcija apraksta '{type}'.",
    ),
    "sd-snapshot-too-large": Text(
        "too-costly",
        "The snapshot would have more than {max} elements; the differential was not checked.",
        "Pilnajā skatā (snapshot) būtu vairāk nekā {max} elementu; diferenciālis nav pārbaudīts.",
        "warning",
    ),
    "sd-snapshot-impossible": Text(
        "processing",
        "No snapshot can be made: a definition that this one rests on cannot be read.",
        "Pilno skatu (snapshot) nevar izveidot: kādu no definīcijām, uz kuras šī balstās, nevar nolasīt.",
        "warning",
    ),
    "sd-element-unknown": Text(
        "business-rule",
        "'{element}' leads nowhere: the base definition has no element '{name}' there.",
        "'{element}' neved nekur: bāzes definīcijā tur nav elementa '{name}'.",
    ),
    "sd-element-twice": Text(
        "business-rule",
        "'{element}' stands in the differential more than once; give each slice a 'sliceName' of its own.",
        "'{element}' diferenciālī minēts vairākkārt; katram šķēlumam jādod savs 'sliceName'.",
    ),
    "sd-out-of-order": Text(
        "business-rule",
        "'{element}' is out of order: elements follow the order of the base definition.",
        "'{element}' nav savā vietā: elementi jāraksta bāzes definīcijas secībā.",
    ),
    "sd-slicing-missing": Text(
        "business-rule",
        "'{element}' names a slice '{name}', but nothing says how the element is sliced; add 'slicing' to it.",
        "'{element}' nosauc šķēlumu '{name}', bet nav pateikts, kā elements sadalīts; tam jāpievieno 'slicing'.",
    ),
    "sd-slice-in-closed": Text(
        "business-rule",
        "'{element}' adds the slice '{name}' to a slicing that the base definition has closed.",
        "'{element}' pievieno šķēlumu '{name}' dalījumam, ko bāzes definīcija ir slēgusi.",
    ),
    "sd-min-loosened": Text(
        "business-rule",
        "'{element}' asks for at least {min}, but the base definition for at least {base}; it cannot be less.",
        "'{element}' prasa vismaz {min}, bet bāzes definīcija vismaz {base}; mazāk prasīt nevar.",
    ),
    "sd-max-loosened": Text(
        "business-rule",
        "'{element}' allows up to {max}, but the base definition only up to {base}; it cannot be more.",
        "'{element}' atļauj līdz {max}, bet bāzes definīcija tikai līdz {base}; vairāk atļaut nevar.",
    ),
    "sd-min-above-max": Text(
        "business-rule",
        "'{element}' asks for at least {min}, but at most {max} are allowed.",
        "'{element}' prasa vismaz {min}, bet atļauts ne vairāk kā {max}.",
    ),
    "sd-type-loosened": Text(
        "business-rule",
        "'{element}' allows the type {type}, which the base definition does not: {allowed}.",
        "'{element}' atļauj tipu {type}, ko bāzes definīcija neatļauj: {allowed}.",
    ),
    "sd-binding-loosened": Text(
        "business-rule",
        "'{element}' binds with the strength {strength}, but the base definition with {base}; it cannot be looser.",
        "'{element}' saistījuma stiprums ir {strength}, bet bāzes definīcijā {base}; vājāks tas nedrīkst būt.",
    ),
    "sd-fixed-changed": Text(
        "business-rule",
        "'{element}' fixes the value to '{value}', but the base definition has fixed it to '{base}'.",
        "'{element}' nosaka vērtību '{value}', bet bāzes definīcija to jau noteikusi kā '{base}'.",
    ),
    "sd-value-type": Text(
        "business-rule",
        "'{name}' does not fit the type of the element; its types are: {allowed}.",
        "'{name}' neatbilst elementa tipam; tā tipi ir: {allowed}.",
    ),
    "sd-type-unknown": Text(
        "business-rule",
        "There is no type '{type}' in FHIR R4.",
        "FHIR R4 nav tipa '{type}'.",
    ),
    "sd-profile-unknown": Text(
        "not-found",
        "The profile '{profile}' is not known here; values could not be checked against it.",
        "Profils '{profile}' šeit nav zināms; vērtības pret to nevarētu pārbaudīt.",
        "warning",
    ),
    "sd-profile-kind": Text(
        "business-rule",
        "'{profile}' is a {kind}, but a StructureDefinition is needed here.",
        "'{profile}' ir {kind}, bet šeit vajadzīga StructureDefinition.",
    ),
    "sd-profile-type": Text(
        "business-rule",
        "The profile '{profile}' describes {type}, which is no {expected}.",
        "Profils '{profile}' apraksta {type}, kas nav {expected}.",
    ),
    "sd-target-type": Text(
        "business-rule",
        "A reference points to resources, but '{profile}' describes the data type '{type}'.",
        "Atsauce norāda uz resursiem, bet '{profile}' apraksta datu tipu '{type}'.",
    ),
    "capability-search-type": Text(
        "business-rule",
        "The search parameter {definition} is of the type '{expected}', not '{stated}'.",
        "Meklēšanas parametra {definition} tips ir '{expected}', nevis '{stated}'.",
    ),
    "sd-target-loosened": Text(
        "business-rule",
        "'{profile}' is not among the targets of the base definition: {allowed}.",
        "'{profile}' nav starp bāzes definīcijas mērķiem: {allowed}.",
    ),
    "sd-no-derivation": Text(
        "required",
        "There is a 'baseDefinition' ('{base}'), but no 'derivation': say whether it is specialized or constrained.",
        "Ir norādīta bāzes definīcija ('{base}'), bet nav 'derivation': jānorāda specialization vai constraint.",
    ),
    "sd-value-set-kind": Text(
        "business-rule",
        "'{value_set}' is a {kind}, but codes are bound to a ValueSet.",
        "'{value_set}' ir {kind}, bet kodus saista ar ValueSet.",
        "warning",
    ),
    "sd-discriminator": Text(
        "business-rule",
        "The discriminator path '{stated}' leads nowhere from '{element}', the element that is sliced.",
        "Diskriminatora ceļš '{stated}' no sadalītā elementa '{element}' neved nekur.",
    ),
    "sd-extension-url": Text(
        "business-rule",
        "The extension fixes its url to '{fixed}', but its definition has the url '{url}'; both must be the same.",
        "Paplašinājums nosaka url '{fixed}', bet tā definīcijas url ir '{url}'; tiem jāsakrīt.",
    ),
    "sd-context-unknown": Text(
        "not-found",
        "FHIR R4 has no element '{expression}' that the extension could stand on.",
        "FHIR R4 nav elementa '{expression}', pie kura paplašinājums varētu atrasties.",
        "warning",
    ),
    "op-profile-unknown": Text(
        "not-found",
        "The profile '{profile}' is not known here; the parameters were not compared with it.",
        "Profils '{profile}' šeit nav zināms; parametri ar to nav salīdzināti.",
        "warning",
    ),
    "op-profile-type": Text(
        "business-rule",
        "The profile '{profile}' must be one of Parameters, but describes {type}.",
        "Profilam '{profile}' jāapraksta Parameters, bet tas apraksta {type}.",
    ),
    "op-parameter-extra": Text(
        "business-rule",
        "The profile has a parameter '{name}' that the operation does not list.",
        "Profilā ir parametrs '{name}', ko operācija neuzskaita.",
        "warning",
    ),
    "op-parameter-missing": Text(
        "business-rule",
        "The operation lists a parameter '{name}' that the profile does not have.",
        "Operācija uzskaita parametru '{name}', kura profilā nav.",
        "warning",
    ),
    "op-parameter-min": Text(
        "business-rule",
        "The parameter '{name}' has 'min' {stated} here, but {expected} in the profile.",
        "Parametram '{name}' šeit 'min' ir {stated}, bet profilā {expected}.",
    ),
    "op-parameter-max": Text(
        "business-rule",
        "The parameter '{name}' has 'max' {stated} here, but {expected} in the profile.",
        "Parametram '{name}' šeit 'max' ir {stated}, bet profilā {expected}.",
    ),
    "op-parameter-type": Text(
        "business-rule",
        "The parameter '{name}' is a {stated} here, but in the profile: {expected}.",
        "Parametrs '{name}' šeit ir {stated}, bet profilā: {expected}.",
    ),
    "op-parameter-target": Text(
        "business-rule",
        "The parameter '{name}' may point to other targets than in the profile: {expected}.",
        "Parametrs '{name}' drīkst norādīt uz citiem mērķiem nekā profilā: {expected}.",
    ),
    "sp-derived-unknown": Text(
        "not-found",
        "The search parameter '{url}' is not known here; what is derived from it was not compared.",
        "Meklēšanas parametrs '{url}' šeit nav zināms; no tā atvasinātais nav salīdzināts.",
        "warning",
    ),
    "sp-derived-type": Text(
        "business-rule",
        "The type is '{type}', but the search parameter it is derived from has '{expected}'.",
        "Tips ir '{type}', bet meklēšanas parametram, no kura tas atvasināts, ir '{expected}'.",
    ),
    "sp-derived-base": Text(
        "business-rule",
        "'{base}' is not among the types of the search parameter it is derived from: {allowed}.",
        "'{base}' nav starp tā meklēšanas parametra tipiem, no kura tas atvasināts: {allowed}.",
    ),
}
