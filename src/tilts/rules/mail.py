"""Why a message, an attachment or a letter is not taken."""

from tilts.rules import Rule

MAIL_TOO_LARGE = Rule(
    id="MAIL-001",
    http_status=413,
    issue_code="too-long",
    source="Our decision: what one message may cost us (ADR 0029)",
    text_en="The message is {size_bytes} bytes large; at most {limit_bytes} are taken.",
    text_lv="Ziņas apjoms ir {size_bytes} baiti; tiek pieņemti ne vairāk kā {limit_bytes}.",
    fix_en="Send the documents in several messages with the same case number.",
    fix_lv="Sūtiet dokumentus vairākās ziņās ar vienu un to pašu lietas numuru.",
)
MAIL_UNREADABLE = Rule(
    id="MAIL-002",
    http_status=400,
    issue_code="structure",
    source="RFC 5322, RFC 2045; our limits of structure (ADR 0029)",
    text_en="The message cannot be read: it is broken, nested too deeply, or has too many headers, parts or lines.",
    text_lv="Ziņu nevar nolasīt: tā ir bojāta, pārāk dziļi ligzdota, vai tajā ir pārāk daudz galveņu, daļu vai rindu.",
    fix_en="Write a plain new message and attach the documents to it directly.",
    fix_lv="Uzrakstiet vienkāršu jaunu ziņu un pievienojiet tai dokumentus tieši.",
)
MAIL_NO_SENDER = Rule(
    id="MAIL-003",
    http_status=400,
    issue_code="required",
    source="RFC 5322 section 3.6: one author whom we can answer",
    text_en="The message does not name one sender whom we can answer.",
    text_lv="Ziņā nav norādīts viens sūtītājs, kuram varam atbildēt.",
    fix_en="Send from one ordinary e-mail address.",
    fix_lv="Sūtiet no vienas parastas e-pasta adreses.",
)
MAIL_TOO_MANY = Rule(
    id="MAIL-004",
    http_status=429,
    issue_code="throttled",
    source="RFC 3834 section 2: protection against mail loops",
    text_en="More than {limit} messages came within an hour from this address or in this case.",
    text_lv="Stundas laikā no šīs adreses vai šajā lietā saņemtas vairāk nekā {limit} ziņas.",
    fix_en="Switch off automatic answers, and send what is missing after an hour.",
    fix_lv="Izslēdziet automātiskās atbildes un trūkstošo nosūtiet pēc stundas.",
)
MAIL_ATTACHMENT_TOO_LARGE = Rule(
    id="MAIL-005",
    http_status=413,
    issue_code="too-long",
    source="Our decision: what one document may cost us (ADR 0029)",
    text_en="{name}: {size_bytes} bytes; at most {limit_bytes} are taken.",
    text_lv="{name}: {size_bytes} baiti; tiek pieņemti ne vairāk kā {limit_bytes}.",
    fix_en="Send it smaller, for example scanned in black and white at 200 dots per inch.",
    fix_lv="Sūtiet mazāku datni, piemēram, skenētu melnbaltu ar 200 punktiem collā.",
)
MAIL_TOO_MANY_ATTACHMENTS = Rule(
    id="MAIL-006",
    http_status=413,
    issue_code="too-long",
    source="Our decision: what one message may cost us (ADR 0029)",
    text_en="{name}: the message has more than {limit} attachments; the first {limit} were taken.",
    text_lv="{name}: ziņai ir vairāk nekā {limit} pielikumi; pieņemti pirmie {limit}.",
    fix_en="Send the rest in another message with the same case number.",
    fix_lv="Pārējos sūtiet citā ziņā ar to pašu lietas numuru.",
)
MAIL_KIND_NOT_TAKEN = Rule(
    id="MAIL-007",
    http_status=415,
    issue_code="not-supported",
    source="Our decision: documents that anybody can open and nothing runs in (ADR 0029)",
    text_en="{name}: this kind of file is not taken ({found}); documents are taken as {taken}.",
    text_lv="{name}: šāda veida datnes netiek pieņemtas ({found}); dokumentus pieņem kā {taken}.",
    fix_en="Save the document as PDF, or sign it into an .asice or .edoc container.",
    fix_lv="Saglabājiet dokumentu kā PDF vai parakstiet to .asice vai .edoc konteinerā.",
)
MAIL_NAME_UNLIKE_CONTENT = Rule(
    id="MAIL-008",
    http_status=415,
    issue_code="invalid",
    source="Our decision: a name must not hide what a file is (ADR 0029)",
    text_en="{name}: the name does not fit what is inside ({found}).",
    text_lv="{name}: nosaukums neatbilst saturam ({found}).",
    fix_en="Give the file the ending that its content has, and send it again.",
    fix_lv="Norādiet datnei saturam atbilstošu paplašinājumu un sūtiet to vēlreiz.",
)
MAIL_PRIVATE_KEY = Rule(
    id="MAIL-009",
    http_status=422,
    issue_code="security",
    source="Source page B2: the public key of the certificate is submitted, never the private one",
    text_en="{name}: this holds a private key. It was not kept.",
    text_lv="{name}: šeit ir privātā atslēga. Tā netika saglabāta.",
    fix_en="Regard that key as lost: make a new one, keep it at home, and send only the certificate or request.",
    fix_lv="Uzskatiet šo atslēgu par zaudētu: izveidojiet jaunu, glabājiet to pie sevis un sūtiet tikai sertifikātu vai pieprasījumu.",
)
MAIL_LOCKED_OR_ACTIVE = Rule(
    id="MAIL-010",
    http_status=422,
    issue_code="security",
    source="Our decision: what cannot be read or what runs by itself is no document (ADR 0029)",
    text_en="{name}: the document is encrypted, or holds a program that starts by itself.",
    text_lv="{name}: dokuments ir šifrēts vai satur programmu, kas sākas pati.",
    fix_en="Send it without a password, scripts and embedded files.",
    fix_lv="Sūtiet to bez paroles, skriptiem un iegultām datnēm.",
)
MAIL_CONTAINER_BROKEN = Rule(
    id="MAIL-011",
    http_status=422,
    issue_code="invalid",
    source="ETSI EN 319 162-1 (ASiC containers); our limits of size and number (ADR 0029)",
    text_en="{name}: the container is not taken: its list of contents is broken, or has files that are encrypted, too many, too large, programs or archives.",
    text_lv="{name}: konteiners netiek pieņemts: tā satura saraksts ir bojāts, vai tajā ir šifrētas, pārāk daudzas vai pārāk lielas datnes, programmas vai arhīvi.",
    fix_en="Sign the documents again into a new container and send that.",
    fix_lv="Parakstiet dokumentus no jauna jaunā konteinerā un sūtiet to.",
)
MAIL_ADDRESS_WRONG = Rule(
    id="MAIL-012",
    http_status=422,
    issue_code="value",
    source="RFC 5321 section 4.1.2; addresses with letters beyond ASCII are not served",
    text_en="'{address}' is not an e-mail address that we can write to.",
    text_lv="'{address}' nav e-pasta adrese, uz kuru varam rakstīt.",
    fix_en="Give one address like name@example.org.",
    fix_lv="Norādiet vienu adresi, piemēram, vards@example.org.",
)
MAIL_PERSON_NAMED = Rule(
    id="MAIL-013",
    http_status=422,
    issue_code="security",
    source="Security 2: personal health data does not travel by e-mail",
    text_en="The letter holds something that looks like a person code; letters hold none.",
    text_lv="Vēstulē ir kaut kas līdzīgs personas kodam; vēstulēs to nav.",
    fix_en="Take it out: name the case number and refer to the portal.",
    fix_lv="Izņemiet to: norādiet lietas numuru un atsaucieties uz portālu.",
)
MAIL_NOBODY_TO_ANSWER = Rule(
    id="MAIL-014",
    http_status=409,
    issue_code="business-rule",
    source="Source page B6: questions come by e-mail; an answer needs an address",
    text_en="Nobody has written in case {number}, so there is no address to answer to.",
    text_lv="Lietā {number} neviens nav rakstījis, tāpēc nav adreses, uz kuru atbildēt.",
    fix_en="Give the address to write to.",
    fix_lv="Norādiet adresi, uz kuru rakstīt.",
)
MAIL_TEXT_WRONG = Rule(
    id="MAIL-015",
    http_status=422,
    issue_code="value",
    source="Our decision: a letter says something, on a few pages (ADR 0029)",
    text_en="A letter needs a text of at most {limit} characters.",
    text_lv="Vēstulei vajadzīgs teksts, ne garāks par {limit} rakstzīmēm.",
    fix_en="Write the text; put what is longer into an attachment.",
    fix_lv="Uzrakstiet tekstu; garāku saturu pievienojiet pielikumā.",
)
MAIL_NOT_YOURS_TO_ANSWER = Rule(
    id="MAIL-016",
    http_status=403,
    issue_code="forbidden",
    source="Source page B6: the authority's desks answer",
    text_en="Only the authority's desks answer letters and sort the mail.",
    text_lv="Uz vēstulēm atbild un pastu šķiro tikai iestādes kontaktpunkti.",
    fix_en="Write into your own case; the desk will answer there.",
    fix_lv="Rakstiet savā lietā; kontaktpunkts tur atbildēs.",
)
MAIL_NOT_UNMATCHED = Rule(
    id="MAIL-017",
    http_status=409,
    issue_code="conflict",
    source="Our decision: only mail that found no case is sorted by hand, once (ADR 0029)",
    text_en="The mail of case {number} has its case already.",
    text_lv="Lietas {number} pasts jau ir pievienots savai lietai.",
    fix_en="Look at the case again: somebody may have sorted it meanwhile.",
    fix_lv="Aplūkojiet lietu vēlreiz: iespējams, kāds to pa šo laiku jau ir sašķirojis.",
)
MAIL_LETTER_NOT_GIVEN_UP = Rule(
    id="MAIL-018",
    http_status=409,
    issue_code="conflict",
    source="Our decision: only a letter that was given up is sent again by hand (ADR 0029)",
    text_en="There is no such letter, or it is on its way or delivered to the mail server.",
    text_lv="Šādas vēstules nav, vai tā ir ceļā vai jau nodota pasta serverim.",
    fix_en="Look at the thread: it shows how each letter stands.",
    fix_lv="Aplūkojiet saraksti: tā rāda katras vēstules stāvokli.",
)
MAIL_THREAD_MOVED_ON = Rule(
    id="MAIL-019",
    http_status=409,
    issue_code="conflict",
    source="Our decision: of two who answer at once the second one reads the first answer before sending (ADR 0029)",
    text_en="The thread of case {number} has gone on since you opened it: {what}.",
    text_lv="Kopš atvērāt lietas {number} saraksti, tajā ir jauna ziņa: {what}.",
    fix_en="Read what is new; send your answer again if it is still needed.",
    fix_lv="Izlasiet jauno; ja atbilde joprojām vajadzīga, nosūtiet to vēlreiz.",
)
