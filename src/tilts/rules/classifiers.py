"""Why a code, a list of codes or its content is not given: unknown, not in force, or not agreed."""

from tilts.rules import Rule

CLS_UNKNOWN = Rule(
    id="CLS-001",
    http_status=404,
    issue_code="not-found",
    source="Source page C1; FHIR R4 codesystem-operation-lookup.html",
    text_en="There is no classifier {asked} here.",
    text_lv="Klasifikatora {asked} šeit nav.",
    fix_en="Take a name or url of the list at /classifiers; of value sets, those of all codes of a classifier are known.",
    fix_lv="Ņemiet nosaukumu vai url no saraksta /classifiers; no vērtību kopām ir zināmas tās, kurās ir visi klasifikatora kodi.",
)
CLS_VERSION_UNKNOWN = Rule(
    id="CLS-002",
    http_status=404,
    issue_code="not-found",
    source="Source page C1",
    text_en="Classifier {classifier} has no version {asked}.",
    text_lv="Klasifikatoram {classifier} nav versijas {asked}.",
    fix_en="Take a version of the list at /classifiers, or name none: then the one in force on the day answers.",
    fix_lv="Ņemiet versiju no saraksta /classifiers vai nenorādiet nevienu: tad atbild tā, kas tajā dienā ir spēkā.",
)
CLS_CODE_UNKNOWN = Rule(
    id="CLS-003",
    http_status=404,
    issue_code="not-found",
    source="FHIR R4 codesystem-operation-lookup.html",
    text_en="Code {asked} is not in classifier {classifier}, version {version}.",
    text_lv="Koda {asked} klasifikatora {classifier} versijā {version} nav.",
    fix_en="Check the code, and the date: a code may stand in another version.",
    fix_lv="Pārbaudiet kodu un datumu: kods var būt citā versijā.",
)
CLS_NO_AGREEMENT = Rule(
    id="CLS-004",
    http_status=403,
    issue_code="forbidden",
    source="Source page C2, C4: access by section 3 of the operator agreement",
    text_en="Classifier {classifier} is given out under clause '{clause}' of an operator agreement, and none with you is in force (how to conclude it: {page}).",
    text_lv="Klasifikatoru {classifier} izsniedz pēc operatora līguma punkta '{clause}', bet ar jums šāds līgums nav spēkā (kā to noslēgt: {page}).",
    fix_en="Conclude the operator agreement, or use the public classifiers.",
    fix_lv="Noslēdziet operatora līgumu vai lietojiet publiskos klasifikatorus.",
)
CLS_NOT_IN_AGREEMENT = Rule(
    id="CLS-005",
    http_status=403,
    issue_code="forbidden",
    source="Source page C2, C4: access by section 3 of the operator agreement",
    text_en="Classifier {classifier} is given out under clause '{clause}', and your operator agreement covers: {covered} (how to widen it: {page}).",
    text_lv="Klasifikatoru {classifier} izsniedz pēc punkta '{clause}', bet jūsu operatora līgums aptver: {covered} (kā to paplašināt: {page}).",
    fix_en="Ask the contract desk to add the clause to your agreement.",
    fix_lv="Lūdziet līgumu nodaļai papildināt jūsu līgumu ar šo punktu.",
)
CLS_AGREEMENT_ENDED = Rule(
    id="CLS-006",
    http_status=403,
    issue_code="forbidden",
    source="Source page C2, C4: access by section 3 of the operator agreement",
    text_en="Classifier {classifier} is given out under clause '{clause}', and your operator agreement ended on {ended} (how to renew it: {page}).",
    text_lv="Klasifikatoru {classifier} izsniedz pēc punkta '{clause}', bet jūsu operatora līgums beidzās {ended} (kā to atjaunot: {page}).",
    fix_en="Renew the operator agreement; what you have loaded so far may be out of date.",
    fix_lv="Atjaunojiet operatora līgumu; līdz šim ielādētais var būt novecojis.",
)
CLS_NONE_IN_FORCE = Rule(
    id="CLS-007",
    http_status=404,
    issue_code="not-found",
    source="Source page C1; ADR 0030: business validity is kept apart from versions",
    text_en="No version of classifier {classifier} was in force on {day}.",
    text_lv="{day} nebija spēkā neviena klasifikatora {classifier} versija.",
    fix_en="Give a date on which a version was in force, or name the version.",
    fix_lv="Norādiet datumu, kad kāda versija bija spēkā, vai norādiet versiju.",
)
CLS_QUESTION = Rule(
    id="CLS-008",
    http_status=400,
    issue_code="required",
    source="FHIR R4 codesystem-operation-lookup.html, valueset-operation-validate-code.html",
    text_en="The question is not complete or not understood: {parameter}.",
    text_lv="Jautājums nav pilnīgs vai nav saprotams: {parameter}.",
    fix_en="Give one of: code with its system (url), coding, codeableConcept; date as YYYY-MM-DD.",
    fix_lv="Norādiet vienu no: kodu ar tā sistēmu (url), coding, codeableConcept; datumu kā GGGG-MM-DD.",
)
CLS_PUBLISHED_OTHERWISE = Rule(
    id="CLS-009",
    http_status=409,
    issue_code="conflict",
    source="ADR 0030: a published version never changes",
    text_en="Version {version} of classifier {classifier} has been published with other content.",
    text_lv="Klasifikatora {classifier} versija {version} jau ir publicēta ar citu saturu.",
    fix_en="Publish the change as a new version.",
    fix_lv="Publicējiet izmaiņas kā jaunu versiju.",
)
