"""Why a connection of a system is not registered."""

from tilts.rules import Rule

CON_SITE = Rule(
    id="CON-001",
    http_status=422,
    issue_code="value",
    source="Latvia 3.3: only an institution that is not suspended, or a pharmacy with a licence",
    text_en="The site {site} is not an active site of yours in the register.",
    text_lv="Vieta {site} reģistrā nav jūsu aktīva darbības vieta.",
    fix_en="Choose one of your sites; settle the entry with the keeper of the register.",
    fix_lv="Izvēlieties kādu no savām vietām; ierakstu kārtojiet pie reģistra turētāja.",
)
CON_NOT_APPROVED = Rule(
    id="CON-002",
    http_status=409,
    issue_code="conflict",
    source="Source page A5, A6: real data after the exchange is approved",
    text_en="The version is not approved for {functionality}.",
    text_lv="Versija nav apstiprināta funkcionalitātei {functionality}.",
    fix_en="Choose a version from the public register of approved systems.",
    fix_lv="Izvēlieties versiju no publiskā apstiprināto sistēmu reģistra.",
)
CON_FUNCTIONALITY = Rule(
    id="CON-003",
    http_status=422,
    issue_code="value",
    source="Latvia 3: the agreement lists each functionality used",
    text_en="The functionality {functionality} is not open to a site of the kind {kind}.",
    text_lv="Funkcionalitāte {functionality} nav pieejama vietai, kuras veids ir {kind}.",
    fix_en="Choose a functionality of your kind of site.",
    fix_lv="Izvēlieties funkcionalitāti, kas atbilst vietas veidam.",
)
CON_KEY = Rule(
    id="CON-004",
    http_status=422,
    issue_code="value",
    source="Design 5: ES256, ES384, RS384, PS256, fixed per key",
    text_en="The signing key cannot be used: {fault}.",
    text_lv="Parakstīšanas atslēga neder: {fault}.",
    fix_en="Hand in a public key as a JWK: EC P-256, EC P-384 or RSA of 2048 bits at least.",
    fix_lv="Iesniedziet publisko atslēgu kā JWK: EC P-256, EC P-384 vai RSA ar vismaz 2048 bitiem.",
)
CON_PRIVATE_KEY = Rule(
    id="CON-005",
    http_status=422,
    issue_code="security",
    source="Security 5: a private key never leaves its holder",
    text_en="This is a private key. It was not kept.",
    text_lv="Šī ir privātā atslēga. Tā netika saglabāta.",
    fix_en="Make a new key, since this one has been sent, and hand in its public part only.",
    fix_lv="Izveidojiet jaunu atslēgu, jo šī ir nosūtīta, un iesniedziet tikai tās publisko daļu.",
)
CON_KEY_TAKEN = Rule(
    id="CON-006",
    http_status=409,
    issue_code="duplicate",
    source="Source page B3: each has its own",
    text_en="This signing key is registered already.",
    text_lv="Šī parakstīšanas atslēga jau ir reģistrēta.",
    fix_en="Make a key of its own for each connection.",
    fix_lv="Katram savienojumam izveidojiet savu atslēgu.",
)
CON_EXISTS = Rule(
    id="CON-007",
    http_status=409,
    issue_code="duplicate",
    source="Security 1.2: one client for each site and product",
    text_en="The site {site} has a connection of this version already: {number}.",
    text_lv="Vietai {site} jau ir šīs versijas savienojums: {number}.",
    fix_en="Go on with that connection, or end it first.",
    fix_lv="Turpiniet ar to savienojumu vai vispirms to izbeidziet.",
)
