"""What is wrong with a message before anybody asks what it means."""

from tilts.rules import Rule

WIRE_NOT_JSON = Rule(
    id="WIRE-001",
    http_status=400,
    issue_code="structure",
    source="FHIR R4 json.html; RFC 8259; Design 5 (strict JSON)",
    text_en="The body cannot be read as JSON: {fault} (line {line}, column {column}).",
    text_lv="Saturu nevar nolasīt kā JSON: {fault} ({line}. rinda, {column}. kolonna).",
    fix_en="Send one JSON object in UTF-8, without duplicate keys, not deeper than 64 levels.",
    fix_lv="Sūtiet vienu JSON objektu UTF-8 kodējumā, bez dubultām atslēgām, ne dziļāku par 64 līmeņiem.",
)
WIRE_CONTENT_TYPE = Rule(
    id="WIRE-002",
    http_status=415,
    issue_code="not-supported",
    source="FHIR R4 http.html#mime-type",
    text_en="The content type is not one that is read here; expected: {expected}.",
    text_lv="Šāds satura veids šeit netiek lasīts; gaidīts: {expected}.",
    fix_en="Send the body with that Content-Type.",
    fix_lv="Sūtiet saturu ar šo Content-Type.",
)
WIRE_NO_SUCH_ADDRESS = Rule(
    id="WIRE-003",
    http_status=404,
    issue_code="not-supported",
    source="FHIR R4 http.html; the CapabilityStatement lists what is there",
    text_en="There is no such address or resource type here.",
    text_lv="Šeit nav šādas adreses vai resursa veida.",
    fix_en="Read /fhir/r4/metadata for what there is.",
    fix_lv="Pieejamais ir uzskaitīts /fhir/r4/metadata.",
)
WIRE_TOO_LARGE = Rule(
    id="WIRE-004",
    http_status=413,
    issue_code="too-long",
    source="Design 5: body 1 MiB, Bundle 10 MiB",
    text_en="The body is larger than {limit_bytes} bytes.",
    text_lv="Saturs ir lielāks par {limit_bytes} baitiem.",
    fix_en="Send less at once.",
    fix_lv="Sūtiet mazāk vienā reizē.",
)
WIRE_STRUCTURE = Rule(
    id="WIRE-005",
    http_status=400,
    issue_code="structure",
    source="FHIR R4 StructureDefinitions (4.0.1)",
    text_en="The content does not have the structure of its type.",
    text_lv="Satura uzbūve neatbilst resursa tipam.",
    fix_en="Mend the elements named in 'expression'.",
    fix_lv="Izlabojiet laukā 'expression' nosauktos elementus.",
)
WIRE_METHOD = Rule(
    id="WIRE-006",
    http_status=405,
    issue_code="not-supported",
    source="RFC 9110 section 15.5.6",
    text_en="This method is not offered at this address.",
    text_lv="Šī metode šajā adresē netiek piedāvāta.",
    fix_en="Read /fhir/r4/metadata for what there is.",
    fix_lv="Pieejamais ir uzskaitīts /fhir/r4/metadata.",
)
WIRE_NOT_ACCEPTABLE = Rule(
    id="WIRE-007",
    http_status=406,
    issue_code="not-supported",
    source="FHIR R4 http.html#mime-type; fhirVersion 4.0",
    text_en="The answer cannot be given in the form asked for.",
    text_lv="Atbildi nevar sniegt prasītajā veidā.",
    fix_en="Ask for application/fhir+json, fhirVersion 4.0 or 4.3.",
    fix_lv="Prasiet application/fhir+json, fhirVersion 4.0 vai 4.3.",
)
WIRE_PARAMETER = Rule(
    id="WIRE-008",
    http_status=400,
    issue_code="not-supported",
    source="FHIR R4 search.html#errors; lenient handling is not offered: a wrong filter would show too much",
    text_en="The search parameter {parameter} is not offered or its value is not understood.",
    text_lv="Meklēšanas parametrs {parameter} netiek piedāvāts vai tā vērtība nav saprotama.",
    fix_en="Read /fhir/r4/metadata for the parameters of this type.",
    fix_lv="Šī veida parametri ir uzskaitīti /fhir/r4/metadata.",
)
WIRE_IDENTIFIER_IN_URL = Rule(
    id="WIRE-009",
    http_status=400,
    issue_code="security",
    source="Design 5: person codes never stand in URLs, which are kept in many logs",
    text_en="A patient's identifier or name may not stand in the address.",
    text_lv="Pacienta identifikators vai vārds nedrīkst būt adresē.",
    fix_en="Use POST {type}/_search with a form, or POST {type}/by-identity.",
    fix_lv="Lietojiet POST {type}/_search ar formu vai POST {type}/by-identity.",
)
WIRE_PAGE_GONE = Rule(
    id="WIRE-010",
    http_status=410,
    issue_code="expired",
    source="Design 5: links live 10 minutes and belong to the client",
    text_en="This page link has expired or belongs to another client.",
    text_lv="Šī lappuses saite ir beigusies vai pieder citam klientam.",
    fix_en="Search again.",
    fix_lv="Meklējiet vēlreiz.",
)
WIRE_WRONG_TYPE = Rule(
    id="WIRE-011",
    http_status=400,
    issue_code="invalid",
    source="FHIR R4 http.html#create",
    text_en="The body is not a {expected}.",
    text_lv="Saturs nav {expected}.",
    fix_en="Send the resource type that stands in the address.",
    fix_lv="Sūtiet adresē norādītā veida resursu.",
)
WIRE_NOT_FOUND = Rule(
    id="WIRE-012",
    http_status=404,
    issue_code="not-found",
    source="FHIR R4 http.html#read; existence is hidden from those who may not see",
    text_en="There is no such resource, or it is not yours to see.",
    text_lv="Šāda resursa nav, vai arī jums to nav tiesību redzēt.",
    fix_en="Check the id; a pharmacy first finds a prescription by number and name.",
    fix_lv="Pārbaudiet identifikatoru; aptieka recepti vispirms atrod pēc numura un vārda.",
)
WIRE_NOT_SELECTIVE = Rule(
    id="WIRE-013",
    http_status=412,
    issue_code="multiple-matches",
    source="FHIR R4 http.html#ccreate",
    text_en="If-None-Exist finds more than one resource.",
    text_lv="If-None-Exist atrod vairāk nekā vienu resursu.",
    fix_en="Name your own identifier with system and value.",
    fix_lv="Norādiet savu identifikatoru ar system un value.",
)
WIRE_TOO_MANY_PAGES = Rule(
    id="WIRE-014",
    http_status=400,
    issue_code="too-costly",
    source="Security 3.3: pages walked in one search",
    text_en="No more than {pages} pages of one search are given.",
    text_lv="Vienā meklēšanā tiek dotas ne vairāk kā {pages} lappuses.",
    fix_en="Narrow the search.",
    fix_lv="Sašauriniet meklēšanu.",
)
WIRE_VERSION_DIFFERS = Rule(
    id="WIRE-015",
    http_status=412,
    issue_code="conflict",
    source="FHIR R4 http.html#concurrency",
    text_en="The version is {version} now, not the one named in If-Match.",
    text_lv="Versija tagad ir {version}, nevis If-Match norādītā.",
    fix_en="Read it again and decide anew.",
    fix_lv="Nolasiet vēlreiz un izlemiet no jauna.",
)
WIRE_PATIENT_UNNAMED = Rule(
    id="WIRE-016",
    http_status=400,
    issue_code="too-costly",
    source="Source page B1, Latvia 2.2: mass copying must be impossible; Security 3.3",
    text_en="A search for patients must say who is looked for.",
    text_lv="Meklējot pacientus, jānorāda, kuru meklē.",
    fix_en="Give an identifier, or a family name with a given name or birth date.",
    fix_lv="Norādiet identifikatoru vai uzvārdu kopā ar vārdu vai dzimšanas datumu.",
)
WIRE_PROFILE = Rule(
    id="WIRE-017",
    http_status=422,
    issue_code="invariant",
    source="docs/reference/profiles.md; FHIR R4 profiling.html",
    text_en="The content does not meet the profile that holds here.",
    text_lv="Saturs neatbilst profilam, kas šeit ir spēkā.",
    fix_en="Mend the elements named in 'expression'; the guide shows the profile and a right example.",
    fix_lv="Izlabojiet laukā 'expression' nosauktos elementus; profils un pareizs piemērs ir rokasgrāmatā.",
)
KEY_MISSING = Rule(
    id="IDM-001",
    http_status=422,
    issue_code="required",
    source="Design 5: every clinical create carries the sender's own identifier",
    text_en="The resource carries no identifier of yours, so a repeat could not be told from a new one.",
    text_lv="Resursam nav jūsu identifikatora, tādēļ atkārtojumu nevarētu atšķirt no jauna.",
    fix_en="Add one identifier with system and value, unique in your organisation; keep it when you repeat.",
    fix_lv="Pievienojiet vienu identifikatoru ar system un value, unikālu jūsu iestādē; atkārtojot saglabājiet to.",
)
KEY_REUSED = Rule(
    id="IDM-002",
    http_status=422,
    issue_code="duplicate",
    source="Design 5: 422 for a key reused with another body",
    text_en="This key was used before with another content.",
    text_lv="Šī atslēga jau lietota ar citu saturu.",
    fix_en="Repeat with the very same body, or use a new key for a new thing.",
    fix_lv="Atkārtojiet ar tieši to pašu saturu vai jaunam ierakstam lietojiet jaunu atslēgu.",
)
KEY_MALFORMED = Rule(
    id="IDM-003",
    http_status=400,
    issue_code="value",
    source="Design 5: Idempotency-Key",
    text_en="Idempotency-Key must be 1 to 64 visible ASCII characters.",
    text_lv="Idempotency-Key jābūt 1 līdz 64 redzamām ASCII zīmēm.",
    fix_en="Send a UUID, for example.",
    fix_lv="Sūtiet, piemēram, UUID.",
)
KEY_TOO_LONG = Rule(
    id="IDM-004",
    http_status=422,
    issue_code="too-long",
    source="design 5: the sender's own identifier is a key, and keys have an end",
    text_en="System and value of an identifier have at most {most} characters each.",
    text_lv="Identifikatora system un value katrā drīkst būt ne vairāk kā {most} zīmes.",
    fix_en="Use a shorter identifier; a UUID is enough.",
    fix_lv="Lietojiet īsāku identifikatoru; pietiek ar UUID.",
)
SIG_MISSING = Rule(
    id="SIG-001",
    http_status=400,
    issue_code="required",
    source="Latvia 6.4: X-Provenance on every create but Patient; Design 5",
    text_en="The document is not signed: the header X-Provenance is missing.",
    text_lv="Dokuments nav parakstīts: trūkst galvenes X-Provenance.",
    fix_en="Send a Provenance with a detached JWS over the bytes of the body; 'tilts sign FILE' makes one.",
    fix_lv="Sūtiet Provenance ar atdalītu JWS par satura baitiem; to izveido 'tilts sign FILE'.",
)
SIG_MALFORMED = Rule(
    id="SIG-002",
    http_status=400,
    issue_code="structure",
    source="docs/reference/wire.md, X-Provenance",
    text_en="X-Provenance is not a Provenance with one detached JWS: {fault}.",
    text_lv="X-Provenance nav Provenance ar vienu atdalītu JWS: {fault}.",
    fix_en="Compare with the example in the documentation.",
    fix_lv="Salīdziniet ar piemēru dokumentācijā.",
)
SIG_WRONG = Rule(
    id="SIG-003",
    http_status=422,
    issue_code="security",
    source="RFC 7515 section 5.2",
    text_en="The signature does not fit these bytes or is not by a registered key of this client.",
    text_lv="Paraksts neatbilst šiem baitiem vai nav veidots ar šī klienta reģistrētu atslēgu.",
    fix_en="Sign exactly the bytes that you send, with the registered key and its fixed algorithm.",
    fix_lv="Parakstiet tieši sūtāmos baitus ar reģistrēto atslēgu un tai noteikto algoritmu.",
)
SIG_OTHER_PERSON = Rule(
    id="SIG-004",
    http_status=403,
    issue_code="security",
    source="Latvia 6.4: the signature names practitioner and workplace",
    text_en="The signature names another person or workplace than the token.",
    text_lv="Parakstā norādīta cita persona vai darbavieta nekā talonā.",
    fix_en="Sign as the PractitionerRole of the token, on behalf of your organisation.",
    fix_lv="Parakstiet kā talonā norādītā PractitionerRole savas iestādes vārdā.",
)
