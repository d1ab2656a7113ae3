"""Why there is no token: client, request, scope, purpose, person, and the proof of the person."""

from tilts.rules import Rule

TOK_NOT_AUTHENTICATED = Rule(
    id="TOK-001",
    http_status=401,
    issue_code="login",
    source="RFC 6749 section 5.2 invalid_client; one answer for all reasons",
    text_en="The client could not be authenticated.",
    text_lv="Klientu neizdevās autentificēt.",
    fix_en="Check certificate, registered key, aud, exp (60 seconds at most) and that jti is new each time.",
    fix_lv="Pārbaudiet sertifikātu, reģistrēto atslēgu, aud, exp (ne vairāk kā 60 sekundes) un jaunu jti katru reizi.",
)
TOK_BAD_REQUEST = Rule(
    id="TOK-002",
    http_status=400,
    issue_code="invalid",
    source="RFC 6749 section 5.2 invalid_request, unsupported_grant_type",
    text_en="The token request is not as it should be: {fault}.",
    text_lv="Talona pieprasījums nav pareizs: {fault}.",
    fix_en="Send a form with grant_type=client_credentials (or token-exchange), client_assertion_type and client_assertion.",
    fix_lv="Sūtiet formu ar grant_type=client_credentials (vai token-exchange), client_assertion_type un client_assertion.",
)
TOK_BAD_SCOPE = Rule(
    id="TOK-003",
    http_status=400,
    issue_code="invalid",
    source="RFC 6749 section 5.2 invalid_scope",
    text_en="None of the scopes asked for is open to this client.",
    text_lv="Neviena no pieprasītajām jomām šim klientam nav atvērta.",
    fix_en="Leave the scope out to get all that the client may have.",
    fix_lv="Nenorādiet jomu, lai saņemtu visas klientam pieejamās.",
)
TOK_PERSON_NOT_THERE = Rule(
    id="TOK-004",
    http_status=400,
    issue_code="forbidden",
    source="Latvia 3: practitioners' register and institutions' register, both, now",
    text_en="The person named does not hold the role named at this organisation today.",
    text_lv="Norādītajai personai šajā iestādē šodien nav norādītās lomas.",
    fix_en="Check subject_id (Practitioner), subject_role (PractitionerRole) and the workplace in the register.",
    fix_lv="Pārbaudiet subject_id (Practitioner), subject_role (PractitionerRole) un darbavietu reģistrā.",
)
TOK_PURPOSE = Rule(
    id="TOK-005",
    http_status=400,
    issue_code="forbidden",
    source="Latvia 6.6: a purpose stands in every message; UDAP Security b2b: purpose_of_use",
    text_en="The purpose of use is missing or not open to this kind of party; open: {purposes}.",
    text_lv="Izmantošanas mērķis nav norādīts vai nav atļauts šāda veida dalībniekam; atļauts: {purposes}.",
    fix_en="Put one allowed code into extensions.hl7-b2b.purpose_of_use.",
    fix_lv="Norādiet vienu atļautu kodu laukā extensions.hl7-b2b.purpose_of_use.",
)
TOK_BINDING_WRONG = Rule(
    id="TOK-006",
    http_status=400,
    issue_code="invalid",
    source="HL7 UDAP Security b2b.md: extensions.hl7-b2b",
    text_en="extensions.hl7-b2b does not fit this client: {fault}.",
    text_lv="extensions.hl7-b2b neatbilst šim klientam: {fault}.",
    fix_en="Send version '1', your own organization_id, and patient only from the portal; docs/howto/tokens.md shows all.",
    fix_lv="Sūtiet version '1', savu organization_id un patient tikai no portāla; viss parādīts docs/howto/tokens.md.",
)
TOK_SCOPE_OF_PERSON = Rule(
    id="TOK-007",
    http_status=400,
    issue_code="forbidden",
    source="Security 1.2: a basic token names the organisation only and opens no patient data",
    text_en="The scopes asked for concern patients; only a token that names who acts has them.",
    text_lv="Pieprasītās jomas attiecas uz pacientiem; tās ir tikai talonam, kurā norādīts, kas rīkojas.",
    fix_en="Put subject_id and subject_role into extensions.hl7-b2b of the client assertion.",
    fix_lv="Klienta apliecinājuma extensions.hl7-b2b laukos norādiet subject_id un subject_role.",
)
TOK_SCOPE_RESTRICTED = Rule(
    id="TOK-008",
    http_status=400,
    issue_code="not-supported",
    source="SMART App Launch 2.2, finer-grained resource constraints using search parameters",
    text_en="The scope {asked} is restricted by a query; such scopes are not offered here.",
    text_lv="Joma {asked} ir ierobežota ar vaicājumu; šādas jomas šeit netiek piešķirtas.",
    fix_en="Ask for the scope without the query, and put the query into the search itself.",
    fix_lv="Pieprasiet jomu bez vaicājuma un vaicājumu norādiet pašā meklēšanā.",
)
TOK_PROOF_MISSING = Rule(
    id="TOK-009",
    http_status=400,
    issue_code="login",
    source="Latvia 3: professionals by means of high assurance, also inside a vendor's system; setting person_proof",
    text_en="A token that names a person needs proof of that person here, and the request carries none.",
    text_lv="Talonam, kurā norādīta persona, šeit vajadzīgs šīs personas apliecinājums, bet pieprasījumā tā nav.",
    fix_en="Let the person sign in with a means of high assurance and exchange the ID token (docs/howto/tokens.md).",
    fix_lv="Lai persona piesakās ar paaugstinātas drošības līdzekli; ID talonu apmainiet (docs/howto/tokens.md).",
)
TOK_DELEGATOR = Rule(
    id="TOK-010",
    http_status=400,
    issue_code="forbidden",
    source="HL7 UDAP Security b2b.md; Security 1.2: the delegator if an assistant acts",
    text_en="Nobody may act for the delegator named in this way: {fault}.",
    text_lv="Norādītās personas vārdā šādi rīkoties nevar: {fault}.",
    fix_en="Name as delegator the role, active at this workplace today, for which the assistant may act.",
    fix_lv="Laukā delegator norādiet šajā darbavietā šodien spēkā esošu lomu, kuras vārdā palīgs drīkst rīkoties.",
)
TOK_SUBJECT_TOKEN = Rule(
    id="TOK-011",
    http_status=400,
    issue_code="login",
    source="RFC 8693 section 2.2.2; OpenID Connect Core 1.0, 3.1.3.7",
    text_en="The subject_token does not prove the person: {fault}.",
    text_lv="subject_token personu neapliecina: {fault}.",
    fix_en="Send a fresh ID token of the identity provider, made for your system after a sign-in of this shift.",
    fix_lv="Sūtiet jūsu sistēmai izdotu jaunu identitātes sniedzēja ID talonu pēc pieteikšanās šajā maiņā.",
)
TOK_ANOTHER_PERSON = Rule(
    id="TOK-012",
    http_status=400,
    issue_code="forbidden",
    source="Latvia 3: the person is identified, not only the system; RFC 8693 section 1.1",
    text_en="The person who signed in is not known as the practitioner named in subject_id.",
    text_lv="Persona, kas pieteikusies, nav zināma kā laukā subject_id norādītā ārstniecības persona.",
    fix_en="Name the practitioner who signed in; if it is the same person, the register must tie the sign-in to them.",
    fix_lv="Norādiet to, kas pieteicās; ja tā ir tā pati persona, reģistrā jāpiesaista viņas pieteikšanās līdzeklis.",
)
TOK_NO_PROVIDER = Rule(
    id="TOK-013",
    http_status=400,
    issue_code="not-supported",
    source="Our decision: settings oidc_issuer and person_proof_audiences (docs/howto/sign-in.md)",
    text_en="No identity provider is set here whose ID tokens of systems could be exchanged.",
    text_lv="Šeit nav iestatīts identitātes sniedzējs, kura sistēmām izdotos ID talonus varētu apmainīt.",
    fix_en="Ask for a token without subject_token, or ask the operator to set the provider and your audience.",
    fix_lv="Pieprasiet talonu bez subject_token vai lūdziet pārzini iestatīt sniedzēju un jūsu sistēmas auditoriju.",
)
TOK_SPENT_ELSEWHERE = Rule(
    id="TOK-014",
    http_status=400,
    issue_code="security",
    source="Our decision: an ID token belongs to the first client that shows it (docs/adr/0039-extended-tokens.md)",
    text_en="This ID token has been shown by another client.",
    text_lv="Šo ID talonu jau uzrādījis cits klients.",
    fix_en="Let the person sign in anew in your own system; never pass ID tokens on.",
    fix_lv="Lai persona piesakās no jauna jūsu sistēmā; ID talonus nekad nenododiet tālāk.",
)
ACC_PROOF_MISSING = Rule(
    id="ACC-018",
    http_status=403,
    issue_code="forbidden",
    source="Latvia 3: professionals by means of high assurance; setting person_proof: writes",
    text_en="A signed document needs a token with proof of the person here.",
    text_lv="Parakstītam dokumentam šeit vajadzīgs talons ar personas apliecinājumu.",
    fix_en="Exchange the person's ID token for an access token (docs/howto/tokens.md), then send the document again.",
    fix_lv="Apmainiet personas ID talonu pret piekļuves talonu (docs/howto/tokens.md) un sūtiet dokumentu vēlreiz.",
)
