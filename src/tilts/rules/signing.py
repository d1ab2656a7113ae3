"""Why a signed agreement is not accepted: the file, its signatures, its signers, its paper."""

from tilts.rules import Rule

SGN_KIND = Rule(
    id="SGN-001",
    http_status=415,
    issue_code="not-supported",
    source="Latvia 4.2; ETSI EN 319 142-1 (PAdES), ETSI EN 319 162-1 (ASiC-E)",
    text_en="The file {file} is not what its name says, or not a signed PDF, .asice or .edoc: {found}.",
    text_lv="Datne {file} neatbilst savam nosaukumam vai nav parakstīts PDF, .asice vai .edoc: {found}.",
    fix_en="Send a signed PDF (PAdES) or an ASiC-E container (.asice or .edoc), under its own suffix.",
    fix_lv="Sūtiet parakstītu PDF (PAdES) vai ASiC-E konteineru (.asice vai .edoc) ar atbilstošu paplašinājumu.",
)
SGN_TOO_LARGE = Rule(
    id="SGN-002",
    http_status=413,
    issue_code="too-long",
    source="Security 0: a limit for everything that comes from outside",
    text_en="The file has {size} bytes; at most {limit} are accepted.",
    text_lv="Datnes lielums ir {size} baiti; pieņemam ne vairāk kā {limit}.",
    fix_en="Send a smaller file: scan with fewer dots per inch, or send large annexes separately.",
    fix_lv="Sūtiet mazāku datni: skenējiet ar mazāku izšķirtspēju vai lielos pielikumus sūtiet atsevišķi.",
)
SGN_MALFORMED = Rule(
    id="SGN-003",
    http_status=422,
    issue_code="structure",
    source="ISO 32000-1 (PDF), APPNOTE 6.3 (ZIP), W3C XML Signature 1.1",
    text_en="The file cannot be read as what it is: {fault}.",
    text_lv="Datni nevar nolasīt: {fault}.",
    fix_en="Open it in the program that signed it; if it opens there, sign and send it again.",
    fix_lv="Atveriet to programmā, ar kuru parakstījāt; ja tā tur atveras, parakstiet un nosūtiet vēlreiz.",
)
SGN_UNSIGNED = Rule(
    id="SGN-004",
    http_status=422,
    issue_code="required",
    source="Latvia 4.2: both sides sign",
    text_en="There is no electronic signature in the file.",
    text_lv="Datnē nav elektroniska paraksta.",
    fix_en="Sign it electronically, or choose the paper way with two copies and a cover letter.",
    fix_lv="Parakstiet to elektroniski vai iesniedziet papīrā divos eksemplāros ar pavadvēstuli.",
)
SGN_ALTERED = Rule(
    id="SGN-005",
    http_status=422,
    issue_code="security",
    source="ETSI EN 319 102-1 section 5.2.7: the signed bytes are intact",
    text_en="The content was changed after it was signed: {what}.",
    text_lv="Saturs pēc parakstīšanas ir mainīts: {what}.",
    fix_en="Send the file exactly as the signing program made it; do not open and save it in another program.",
    fix_lv="Sūtiet datni tieši tādu, kādu izveidoja parakstīšanas programma; neatveriet un nesaglabājiet to citā programmā.",
)
SGN_FORGED = Rule(
    id="SGN-006",
    http_status=422,
    issue_code="security",
    source="ETSI EN 319 102-1 section 5.2.7: the signature holds with the signer's key",
    text_en="A signature does not hold with the certificate that it names: {what}.",
    text_lv="Paraksts neatbilst tajā norādītajam sertifikātam: {what}.",
    fix_en="Sign the document again with your own means of signing.",
    fix_lv="Parakstiet dokumentu vēlreiz ar savu parakstīšanas līdzekli.",
)
SGN_HALF_SIGNED = Rule(
    id="SGN-007",
    http_status=422,
    issue_code="incomplete",
    source="Latvia 4.2; every document of the set is signed by every side",
    text_en="The set is signed only in part; the signature of {signer} does not cover: {files}.",
    text_lv="Dokumentu kopa ir parakstīta tikai daļēji; {signer} paraksts neaptver: {files}.",
    fix_en="Put all documents into one container and sign it as a whole, or choose the paper way.",
    fix_lv="Ievietojiet visus dokumentus vienā konteinerā un parakstiet to kopumā vai izvēlieties iesniegšanu papīrā.",
)
SGN_SIDE_MISSING = Rule(
    id="SGN-008",
    http_status=422,
    issue_code="incomplete",
    source="Latvia 4.2: an agreement is in force when both have signed",
    text_en="The signature of {side} is missing.",
    text_lv="Trūkst paraksta: {side}.",
    fix_en="Add the signature to the same file, without removing the one that is there, and send it again.",
    fix_lv="Pievienojiet parakstu tai pašai datnei, nenoņemot esošo parakstu, un nosūtiet vēlreiz.",
)
SGN_NOT_ENTITLED = Rule(
    id="SGN-009",
    http_status=403,
    issue_code="forbidden",
    source="Latvia 4.2; Security 1.2: an organisation is known by its identifier, never by its name",
    text_en="{signer} is not registered as entitled to sign for {party}.",
    text_lv="{signer} nav reģistrēts kā persona, kas tiesīga parakstīt {party} vārdā.",
    fix_en="Register the entitlement first (extract of the register or power of attorney), or sign with the organisation's seal.",
    fix_lv="Vispirms reģistrējiet paraksttiesības (reģistra izraksts vai pilnvara) vai parakstiet ar organizācijas zīmogu.",
)
SGN_ISSUER_UNKNOWN = Rule(
    id="SGN-010",
    http_status=422,
    issue_code="security",
    source="Source page B2; ETSI TS 119 612: the trust list says who issues certificates for signatures",
    text_en="The issuer of the signer's certificate is not in the trust list: {issuer}.",
    text_lv="Parakstītāja sertifikāta izdevēja nav uzticamības sarakstā: {issuer}.",
    fix_en="Sign with a certificate of a provider on the list; the page of the trust list names them.",
    fix_lv="Parakstiet ar tāda pakalpojumu sniedzēja sertifikātu, kas ir sarakstā; sk. uzticamības saraksta lapu.",
)
SGN_SERVICE_NOT_GRANTED = Rule(
    id="SGN-011",
    http_status=422,
    issue_code="security",
    source="ETSI TS 119 612 section 5.5.4: the status of the service at signing time",
    text_en="The service {service} was not granted when this was signed ({moment}).",
    text_lv="Pakalpojums {service} parakstīšanas brīdī ({moment}) nebija atzīts.",
    fix_en="Sign again with a certificate of a service that is granted today.",
    fix_lv="Parakstiet vēlreiz ar tāda pakalpojuma sertifikātu, kas šodien ir atzīts.",
)
SGN_CERTIFICATE_NOT_VALID = Rule(
    id="SGN-012",
    http_status=422,
    issue_code="expired",
    source="RFC 5280 section 6.1; ETSI EN 319 102-1 section 5.2.6",
    text_en="The certificate of {signer} was not valid at {moment}.",
    text_lv="{signer} sertifikāts {moment} nebija derīgs.",
    fix_en="Sign again with a certificate that is valid now, with a time stamp.",
    fix_lv="Parakstiet vēlreiz ar derīgu sertifikātu un laika zīmogu.",
)
SGN_REVOKED = Rule(
    id="SGN-013",
    http_status=422,
    issue_code="security",
    source="RFC 5280 section 5",
    text_en="The certificate of {signer} was revoked at {moment}, and nothing proves that the signature is older.",
    text_lv="{signer} sertifikāts ir anulēts {moment}, un nekas nepierāda, ka paraksts ir vecāks.",
    fix_en="Sign again with another certificate and a time stamp.",
    fix_lv="Parakstiet vēlreiz ar citu sertifikātu un laika zīmogu.",
)
SGN_REVOCATION_UNKNOWN = Rule(
    id="SGN-014",
    http_status=422,
    issue_code="incomplete",
    source="Security 0: without current revocation data nothing is accepted",
    text_en="There is no current revocation list of {issuer}, so the certificate cannot be checked.",
    text_lv="Nav aktuāla anulēto sertifikātu saraksta, ko izdevis {issuer}, tāpēc sertifikātu nevar pārbaudīt.",
    fix_en="Send the file again later; tell the desk if it happens twice.",
    fix_lv="Nosūtiet datni vēlreiz vēlāk; ja tas atkārtojas, sazinieties ar līgumu daļu.",
)
SGN_NOT_QUALIFIED = Rule(
    id="SGN-015",
    http_status=422,
    issue_code="security",
    source="Regulation (EU) 910/2014 articles 25 and 35; required level is a dated setting, unverified",
    text_en="The signature of {signer} is {level}; a qualified one is required.",
    text_lv="{signer} paraksta līmenis ir {level}; nepieciešams kvalificēts paraksts.",
    fix_en="Sign with a qualified electronic signature or seal.",
    fix_lv="Parakstiet ar kvalificētu elektronisko parakstu vai zīmogu.",
)
SGN_NO_TIME_STAMP = Rule(
    id="SGN-016",
    http_status=422,
    issue_code="required",
    source="Regulation (EU) 910/2014 article 41; a dated setting, unverified",
    text_en="The signature of {signer} has no time stamp.",
    text_lv="{signer} parakstam nav laika zīmoga.",
    fix_en="Sign again with the time stamp switched on in your signing program.",
    fix_lv="Parakstiet vēlreiz, parakstīšanas programmā ieslēdzot laika zīmogu.",
)
SGN_TIME_STAMP_WRONG = Rule(
    id="SGN-017",
    http_status=422,
    issue_code="security",
    source="RFC 3161 section 2.2; ETSI TS 119 612",
    text_en="A time stamp in the file does not hold: {fault}.",
    text_lv="Datnē esošais laika zīmogs nav derīgs: {fault}.",
    fix_en="Sign again with a time stamp of a provider on the trust list.",
    fix_lv="Parakstiet vēlreiz ar uzticamības sarakstā iekļauta sniedzēja laika zīmogu.",
)
SGN_TIME_IMPOSSIBLE = Rule(
    id="SGN-018",
    http_status=422,
    issue_code="invariant",
    source="ETSI EN 319 102-1 section 5.2.8",
    text_en="The signing time {claimed} lies after {latest}.",
    text_lv="Parakstīšanas laiks {claimed} ir vēlāks par {latest}.",
    fix_en="Set the clock of the computer that signs, and sign again.",
    fix_lv="Iestatiet pareizu laiku datorā, ar kuru parakstāt, un parakstiet vēlreiz.",
)
SGN_ENCRYPTED = Rule(
    id="SGN-019",
    http_status=422,
    issue_code="not-supported",
    source="Security 0: what cannot be opened cannot be checked",
    text_en="{file} is encrypted or protected by a password.",
    text_lv="Datne {file} ir šifrēta vai aizsargāta ar paroli.",
    fix_en="Send it without password and encryption; the connection itself is protected.",
    fix_lv="Sūtiet to bez paroles un šifrēšanas; pats savienojums ir aizsargāts.",
)
SGN_ACTIVE_CONTENT = Rule(
    id="SGN-020",
    http_status=422,
    issue_code="security",
    source="Security 0; ISO 19005-2 (PDF/A): no scripts, no launch actions",
    text_en="{file} carries something that could run or hide: {found}.",
    text_lv="Datnē {file} ir saturs, kas var tikt izpildīts vai paslēpts: {found}.",
    fix_en="Make the document anew without macros, scripts and attachments (PDF/A is best), and sign it again.",
    fix_lv="Izveidojiet dokumentu no jauna bez makro, skriptiem un pielikumiem (vislabāk PDF/A) un parakstiet vēlreiz.",
)
SGN_MEMBER_KIND = Rule(
    id="SGN-021",
    http_status=415,
    issue_code="not-supported",
    source="Security 0: only kinds of files that a desk needs",
    text_en="{file} in the container is of a kind that is not accepted, or not what its name says.",
    text_lv="Konteinera datne {file} ir nepieņemama veida vai neatbilst savam nosaukumam.",
    fix_en="Put in PDF, office documents without macros, images, text, CSV, JSON, XML or certificate files, under their own suffix.",
    fix_lv="Ievietojiet PDF, biroja dokumentus bez makro, attēlus, teksta, CSV, JSON, XML vai sertifikātu datnes ar to paplašinājumu.",
)
SGN_BOMB = Rule(
    id="SGN-022",
    http_status=413,
    issue_code="too-costly",
    source="Security 0: limits after unpacking too",
    text_en="The container holds too much: {what}.",
    text_lv="Konteinerā ir pārāk daudz: {what}.",
    fix_en="Send fewer or smaller documents in one container.",
    fix_lv="Vienā konteinerā sūtiet mazāk vai mazākus dokumentus.",
)
SGN_NESTED = Rule(
    id="SGN-023",
    http_status=422,
    issue_code="not-supported",
    source="Security 0: what is inside must be seen",
    text_en="{file} is itself a container or archive.",
    text_lv="Datne {file} pati ir konteiners vai arhīvs.",
    fix_en="Put the documents themselves into the container, not another archive.",
    fix_lv="Ievietojiet konteinerā pašus dokumentus, nevis citu arhīvu.",
)
SGN_UNSAFE_NAME = Rule(
    id="SGN-024",
    http_status=422,
    issue_code="security",
    source="Security 0; APPNOTE 6.3 section 4.4.17: relative names only",
    text_en="The container is not built as ASiC-E asks, or has a name that is not safe: {what}.",
    text_lv="Konteiners nav veidots atbilstoši ASiC-E vai tajā ir nedrošs nosaukums: {what}.",
    fix_en="Make the container with a program for electronic signatures, with plain file names.",
    fix_lv="Izveidojiet konteineru ar elektroniskās parakstīšanas programmu, lietojot vienkāršus datņu nosaukumus.",
)
SGN_OTHER_TEXT = Rule(
    id="SGN-025",
    http_status=409,
    issue_code="conflict",
    source="Design 3: the agreed text is frozen by its hash; only that is signed",
    text_en="What was signed is not the agreed text: {what}.",
    text_lv="Parakstīts nav saskaņotais teksts: {what}.",
    fix_en="Download the agreed document from its case and sign exactly that file; for another text ask to agree it first.",
    fix_lv="Lejupielādējiet saskaņoto dokumentu no lietas un parakstiet tieši to; citu tekstu vispirms lūdziet saskaņot.",
)
SGN_NOT_CHECKED = Rule(
    id="SGN-026",
    http_status=422,
    issue_code="too-costly",
    source="Security 0: every check of foreign content has a budget",
    text_en="The file could not be checked within the limits of time and memory.",
    text_lv="Datni neizdevās pārbaudīt atvēlētajā laikā un atmiņā.",
    fix_en="Make the document simpler or smaller and sign it again, or choose the paper way.",
    fix_lv="Izveidojiet vienkāršāku vai mazāku dokumentu un parakstiet to vēlreiz vai izvēlieties iesniegšanu papīrā.",
)
SGN_WEAK = Rule(
    id="SGN-027",
    http_status=422,
    issue_code="security",
    source="ETSI TS 119 312: cryptographic suites",
    text_en="The signature uses a method that is too weak: {method}.",
    text_lv="Parakstā izmantota pārāk vāja metode: {method}.",
    fix_en="Sign again with a current means of signing (SHA-256 or better; RSA from 2048 bits, or ECDSA).",
    fix_lv="Parakstiet vēlreiz ar mūsdienīgu parakstīšanas līdzekli (vismaz SHA-256; RSA no 2048 bitiem vai ECDSA).",
)
SGN_FORM = Rule(
    id="SGN-028",
    http_status=422,
    issue_code="not-supported",
    source="ETSI EN 319 132-1 (XAdES), ETSI EN 319 142-1 (PAdES)",
    text_en="This form of signature is not accepted: {form}.",
    text_lv="Šāds paraksta veids netiek pieņemts: {form}.",
    fix_en="Sign as PDF (PAdES) or as ASiC-E with XAdES; another form can be brought on paper.",
    fix_lv="Parakstiet PDF (PAdES) vai ASiC-E ar XAdES; citā veidā iesniedziet papīrā.",
)
SGN_REACHES_OUT = Rule(
    id="SGN-029",
    http_status=422,
    issue_code="security",
    source="Security 1.3: DOCTYPE refused before parsing; nothing is fetched",
    text_en="A signature in the file points to something outside it: {what}.",
    text_lv="Datnē esošs paraksts atsaucas uz kaut ko ārpus tās: {what}.",
    fix_en="Sign with a program that keeps everything within the container.",
    fix_lv="Parakstiet ar programmu, kas visu glabā pašā konteinerā.",
)
