"""Why a certificate, a trust list or a sign-in is refused.

What is checked of a certificate stands as a table of its own (onboarding/certificate_checks.json, CRT-001
and on): one refusal here names every check that failed.
"""

from tilts.rules import Rule

CERT_PRIVATE_KEY = Rule(
    id="CERT-001",
    http_status=422,
    issue_code="security",
    source="Source page B2: what is submitted is the public key of the certificate",
    text_en="The file holds a private key. It was not read further and was not kept.",
    text_lv="Failā ir privātā atslēga. Tas tālāk netika lasīts un netika saglabāts.",
    fix_en="Treat the key as lost: make a new one, and send only the certificate or the request.",
    fix_lv="Uzskatiet atslēgu par zaudētu: izveidojiet jaunu un sūtiet tikai sertifikātu vai pieprasījumu.",
)
CERT_TOO_LARGE = Rule(
    id="CERT-002",
    http_status=413,
    issue_code="too-long",
    source="Our decision: a certificate with its chain has a few kilobytes",
    text_en="The file has more than {limit_bytes} bytes: that is no certificate.",
    text_lv="Failā ir vairāk nekā {limit_bytes} baiti: tas nav sertifikāts.",
    fix_en="Send the certificate or the request alone, as PEM or DER.",
    fix_lv="Sūtiet tikai sertifikātu vai pieprasījumu PEM vai DER formā.",
)
CERT_UNREADABLE = Rule(
    id="CERT-003",
    http_status=422,
    issue_code="structure",
    source="RFC 5280 section 4; RFC 2986 section 4; RFC 7468",
    text_en="The file is neither a certificate nor a certificate request.",
    text_lv="Fails nav ne sertifikāts, ne sertifikāta pieprasījums.",
    fix_en="Send a certificate or a PKCS #10 request, as PEM or DER; a .p12 file is neither.",
    fix_lv="Sūtiet sertifikātu vai PKCS #10 pieprasījumu PEM vai DER formā; .p12 fails neder.",
)
CERT_CHECKS_FAILED = Rule(
    id="CERT-004",
    http_status=422,
    issue_code="business-rule",
    source="Source page B2: points 7, 8 and 10 of annex 2; their wording is not public",
    text_en="The certificate does not meet what is asked: {faults}.",
    text_lv="Sertifikāts neatbilst prasībām: {faults}.",
    fix_en="Every check with what to do stands on the page 'Why is mine refused?'.",
    fix_lv="Katra pārbaude un tas, kā rīkoties, ir lapā „Kāpēc manējais ir noraidīts?”.",
)
CERT_TWO_LIVE = Rule(
    id="CERT-005",
    http_status=409,
    issue_code="conflict",
    source="Security 1.2: two live certificates at once, for rotation",
    text_en="{client_id} already has {live} live certificates; no more than {most} are allowed.",
    text_lv="Klientam {client_id} jau ir {live} derīgi sertifikāti; atļauti ne vairāk kā {most}.",
    fix_en="Stop using one of the two first, then register the new one.",
    fix_lv="Vispirms pārtrauciet lietot vienu no abiem, tad reģistrējiet jauno.",
)
CERT_REGISTERED = Rule(
    id="CERT-006",
    http_status=409,
    issue_code="duplicate",
    source="Source page B3: each institution or pharmacy has its own certificate",
    text_en="This certificate is already registered.",
    text_lv="Šis sertifikāts jau ir reģistrēts.",
    fix_en="Use a certificate of your own, made with a new key.",
    fix_lv="Lietojiet savu sertifikātu ar jaunu atslēgu.",
)
CERT_KEY_OF_ANOTHER = Rule(
    id="CERT-007",
    http_status=409,
    issue_code="duplicate",
    source="Source page B3: each institution or pharmacy has its own certificate",
    text_en="The public key of this certificate is already used by another party.",
    text_lv="Šī sertifikāta publisko atslēgu jau lieto cits dalībnieks.",
    fix_en="Make a new key on your own machine, and a certificate for it.",
    fix_lv="Izveidojiet jaunu atslēgu savā datorā un sertifikātu tai.",
)
CERT_NOT_LIVE = Rule(
    id="CERT-008",
    http_status=409,
    issue_code="conflict",
    source="Security 1.2: revocation is effective at once",
    text_en="This certificate is not in use: it was never registered, or has ended already.",
    text_lv="Šis sertifikāts netiek lietots: tas nav reģistrēts vai jau ir izbeigts.",
    fix_en="Open the list of certificates again.",
    fix_lv="Atveriet sertifikātu sarakstu no jauna.",
)
CERT_NO_ISSUER = Rule(
    id="CERT-009",
    http_status=422,
    issue_code="not-supported",
    source="Latvia 4.3: a request is answered with a signed certificate",
    text_en="This exchange issues no certificates itself.",
    text_lv="Šī sistēma pati sertifikātus neizdod.",
    fix_en="Send a certificate of a provider on the trust list.",
    fix_lv="Sūtiet sertifikātu, ko izdevis uzticamības sarakstā esošs pakalpojumu sniedzējs.",
)
CERT_CLIENT_OF_ANOTHER = Rule(
    id="CERT-010",
    http_status=404,
    issue_code="not-found",
    source="Source page B3: each institution or pharmacy has its own certificate",
    text_en="There is no such client of this party.",
    text_lv="Šim dalībniekam šāda klienta nav.",
    fix_en="Choose one of your own clients; a client is named in the application for the connection.",
    fix_lv="Izvēlieties kādu no saviem klientiem; klientu norāda savienojuma pieteikumā.",
)
TRUST_UNREADABLE = Rule(
    id="TRL-001",
    http_status=422,
    issue_code="structure",
    source="ETSI TS 119 612 section 5; no DOCTYPE: Security 1.3",
    text_en="The trust list cannot be read: {fault}.",
    text_lv="Uzticamības sarakstu nevar nolasīt: {fault}.",
    fix_en="Fetch the list again from its publisher, unchanged.",
    fix_lv="Saņemiet sarakstu no tā izdevēja vēlreiz, neko nemainot.",
)
TRUST_ALTERED = Rule(
    id="TRL-002",
    http_status=422,
    issue_code="security",
    source="ETSI TS 119 612 section 5.7: the list is signed",
    text_en="The signature of the trust list does not hold: it was altered, or never signed.",
    text_lv="Uzticamības saraksta paraksts neder: saraksts ir grozīts vai nav parakstīts.",
    fix_en="Fetch the list again from its publisher, unchanged.",
    fix_lv="Saņemiet sarakstu no tā izdevēja vēlreiz, neko nemainot.",
)
TRUST_STRANGER = Rule(
    id="TRL-003",
    http_status=422,
    issue_code="security",
    source="ETSI TS 119 612 section 5.7.1: who signs is known beforehand",
    text_en="The trust list is signed by {signer}, who is not pinned here.",
    text_lv="Uzticamības sarakstu parakstījis {signer}, kas šeit nav norādīts kā parakstītājs.",
    fix_en="If the publisher has changed the signer, pin the new certificate first.",
    fix_lv="Ja izdevējs ir mainījis parakstītāju, vispirms norādiet jauno sertifikātu.",
)
TRUST_SIGNER_ENDED = Rule(
    id="TRL-004",
    http_status=422,
    issue_code="expired",
    source="RFC 5280 section 4.1.2.5: validity",
    text_en="The certificate of the list's signer is not valid today (until {until}).",
    text_lv="Saraksta parakstītāja sertifikāts šodien nav derīgs (līdz {until}).",
    fix_en="Pin the publisher's new certificate.",
    fix_lv="Norādiet izdevēja jauno sertifikātu.",
)
TRUST_OUT_OF_DATE = Rule(
    id="TRL-005",
    http_status=422,
    issue_code="expired",
    source="ETSI TS 119 612 sections 5.3.14 and 5.3.15: issue and next update",
    text_en="The trust list holds from {issued_at} until {next_update}, not today.",
    text_lv="Uzticamības saraksts ir spēkā no {issued_at} līdz {next_update}, nevis šodien.",
    fix_en="Fetch the next list from its publisher.",
    fix_lv="Saņemiet no izdevēja nākamo sarakstu.",
)
TRUST_OLDER = Rule(
    id="TRL-006",
    http_status=409,
    issue_code="conflict",
    source="ETSI TS 119 612 section 5.3.2: the sequence number only grows",
    text_en="The trust list is older ({issued_at}) than the one that is in use ({kept_at}).",
    text_lv="Uzticamības saraksts ir vecāks ({issued_at}) par lietoto ({kept_at}).",
    fix_en="Give the newest list; the one in use stays in force.",
    fix_lv="Norādiet jaunāko sarakstu; lietotais paliek spēkā.",
)
EID_UNKNOWN = Rule(
    id="EID-001",
    http_status=403,
    issue_code="forbidden",
    source="Source page B4: the register of qualified electronic identification services",
    text_en="{provider} is not in the register of qualified electronic identification services on this day.",
    text_lv="{provider} šajā dienā nav kvalificētas elektroniskās identifikācijas pakalpojumu reģistrā.",
    fix_en="Sign in by one of the services listed on the page of the register.",
    fix_lv="Pierakstieties ar kādu no reģistra lapā norādītajiem pakalpojumiem.",
)
EID_TOO_LOW = Rule(
    id="EID-002",
    http_status=403,
    issue_code="forbidden",
    source="Latvia 3: professionals only by means of high assurance",
    text_en="Professional work needs a qualified service of high assurance; this sign-in has {assurance}.",
    text_lv="Profesionālam darbam vajadzīgs paaugstinātas drošības pakalpojums; šai pierakstīšanās reizei ir {assurance}.",
    fix_en="Sign in by a service of high assurance listed on the page of the register.",
    fix_lv="Pierakstieties ar reģistra lapā norādītu paaugstinātas drošības pakalpojumu.",
)
