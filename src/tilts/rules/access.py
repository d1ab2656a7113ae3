"""Why the door stays closed: certificate, token, scope, person, purpose."""

from tilts.rules import Rule

ACC_NO_CERTIFICATE = Rule(
    id="ACC-001",
    http_status=401,
    issue_code="login",
    source="Source page B3: each institution or pharmacy identifies its connection by its own certificate",
    text_en="The connection carries no client certificate.",
    text_lv="Savienojumā nav klienta sertifikāta.",
    fix_en="Connect with the certificate and key of your institution or pharmacy.",
    fix_lv="Savienojieties ar savas iestādes vai aptiekas sertifikātu un atslēgu.",
)
ACC_CERTIFICATE_UNKNOWN = Rule(
    id="ACC-002",
    http_status=401,
    issue_code="login",
    source="Source page B2, B3",
    text_en="This certificate is not registered for any connection.",
    text_lv="Šis sertifikāts nav reģistrēts nevienam savienojumam.",
    fix_en="Use the registered certificate, or register this one first.",
    fix_lv="Lietojiet reģistrēto sertifikātu vai vispirms reģistrējiet šo.",
)
ACC_CERTIFICATE_REVOKED = Rule(
    id="ACC-003",
    http_status=401,
    issue_code="login",
    source="RFC 5280 section 5: certificate revocation lists",
    text_en="This certificate has been revoked.",
    text_lv="Šis sertifikāts ir anulēts.",
    fix_en="Register a new certificate; this one will never work again.",
    fix_lv="Reģistrējiet jaunu sertifikātu; šis vairs nedarbosies.",
)
ACC_CERTIFICATE_NOT_VALID_NOW = Rule(
    id="ACC-004",
    http_status=401,
    issue_code="login",
    source="RFC 5280 section 4.1.2.5: validity",
    text_en="This certificate is not valid today.",
    text_lv="Šis sertifikāts šodien nav derīgs.",
    fix_en="Register a certificate that is valid now.",
    fix_lv="Reģistrējiet sertifikātu, kas pašlaik ir derīgs.",
)
ACC_NO_TOKEN = Rule(
    id="ACC-005",
    http_status=401,
    issue_code="login",
    source="RFC 6750 section 2.1",
    text_en="The call carries no access token.",
    text_lv="Izsaukumā nav piekļuves talona.",
    fix_en="Get a token at /oauth/token and send it as 'Authorization: Bearer ...'.",
    fix_lv="Saņemiet talonu adresē /oauth/token un sūtiet to kā 'Authorization: Bearer ...'.",
)
ACC_TOKEN_WRONG = Rule(
    id="ACC-006",
    http_status=401,
    issue_code="login",
    source="RFC 9068 section 4",
    text_en="The access token is not one of this exchange for this address.",
    text_lv="Piekļuves talonu nav izdevusi šī sistēma šai adresei.",
    fix_en="Get a new token from the token endpoint of the same environment and port.",
    fix_lv="Saņemiet jaunu talonu tās pašas vides un porta talonu adresē.",
)
ACC_TOKEN_EXPIRED = Rule(
    id="ACC-007",
    http_status=401,
    issue_code="expired",
    source="RFC 9068 section 4; SMART Backend Services: at most 300 seconds",
    text_en="The access token has expired.",
    text_lv="Piekļuves talona termiņš ir beidzies.",
    fix_en="Get a new token; tokens live five minutes at most.",
    fix_lv="Saņemiet jaunu talonu; talons ir derīgs ne ilgāk par piecām minūtēm.",
)
ACC_TOKEN_OF_ANOTHER = Rule(
    id="ACC-008",
    http_status=401,
    issue_code="login",
    source="RFC 8705 section 3: certificate-bound access tokens",
    text_en="The access token was issued to another certificate.",
    text_lv="Piekļuves talons izdots citam sertifikātam.",
    fix_en="Use the token only with the certificate with which you got it.",
    fix_lv="Lietojiet talonu tikai ar to sertifikātu, ar kuru to saņēmāt.",
)
ACC_SCOPE_MISSING = Rule(
    id="ACC-009",
    http_status=403,
    issue_code="forbidden",
    source="SMART App Launch 2.2, scopes; RFC 6750 section 3.1",
    text_en="The token does not cover this call; it needs the scope {scope}.",
    text_lv="Talons neattiecas uz šo izsaukumu; vajadzīga joma {scope}.",
    fix_en="Ask for that scope; if your kind of party never has it, this call is not for you.",
    fix_lv="Pieprasiet šo jomu; ja jūsu veida dalībniekam tās nav, šis izsaukums nav domāts jums.",
)
ACC_PERSON_MISSING = Rule(
    id="ACC-010",
    http_status=403,
    issue_code="forbidden",
    source="Latvia 3: a user is a practitioner in a workplace",
    text_en="This call needs a token that names the practitioner and the role.",
    text_lv="Šim izsaukumam vajadzīgs talons, kurā norādīta ārstniecības persona vai farmaceits un loma.",
    fix_en="Put subject_id and subject_role into extensions.hl7-b2b of the client assertion.",
    fix_lv="Klienta apliecinājuma extensions.hl7-b2b laukos norādiet subject_id un subject_role.",
)
ACC_PARTY_CLOSED = Rule(
    id="ACC-011",
    http_status=403,
    issue_code="forbidden",
    source="Design 2: the gate; Latvia 3.3: no exchange with a suspended institution or a pharmacy without licence",
    text_en="The organisation or its connection is not open for this; unmet: {unmet}.",
    text_lv="Iestādei vai tās savienojumam tas pašlaik nav atvērts; nav izpildīts: {unmet}.",
    fix_en="See in the portal, or with 'tilts why-not', what each condition asks for; the system cannot change it.",
    fix_lv="Portālā vai ar 'tilts why-not' skatiet, ko prasa katrs nosacījums; savā sistēmā to mainīt nevar.",
)
ACC_TOO_MANY = Rule(
    id="ACC-012",
    http_status=429,
    issue_code="throttled",
    source="Design 5: requests per second and client",
    text_en="Too many calls in a short time.",
    text_lv="Pārāk daudz izsaukumu īsā laikā.",
    fix_en="Wait as long as Retry-After says, then go on more slowly.",
    fix_lv="Nogaidiet Retry-After norādīto laiku un turpiniet lēnāk.",
)
ACC_PATIENT_ONLY = Rule(
    id="ACC-013",
    http_status=403,
    issue_code="forbidden",
    source="Latvia 6.5: residents see who looked at their own data",
    text_en="Who looked is shown to the patient only, and to a parent or guardian.",
    text_lv="Kas skatījies datus, redz tikai pats pacients un vecāks vai aizbildnis.",
    fix_en="Whom the patient named asks the patient. A system searches with a token of the portal, for the patient at the screen.",
    fix_lv="Pilnvarotā persona jautā pacientam. Sistēma meklē ar portāla talonu par pacientu, kas ir pie ekrāna.",
)
