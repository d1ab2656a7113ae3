"""Why somebody at the portal is sent away: forms, sessions, roles, signing in, registering."""

from tilts.rules import Rule

USR_FORM_TOKEN = Rule(
    id="USR-001",
    http_status=403,
    issue_code="security",
    source="Our decision: what another site makes a browser send is not ours (docs/adr/0026-portal-shell.md)",
    text_en="This form did not come from a page of yours that is still open.",
    text_lv="Šī veidlapa nav nosūtīta no Jūsu lapas, kas vēl ir atvērta.",
    fix_en="Open the page again and send the form from there. If you signed out or were signed out, sign in first.",
    fix_lv="Atveriet lapu vēlreiz un nosūtiet veidlapu no tās. Ja esat izrakstījies, vispirms pieslēdzieties.",
)
USR_UPLOAD_TOO_LARGE = Rule(
    id="USR-002",
    http_status=413,
    issue_code="too-long",
    source="Our decision: setting upload_limit_bytes",
    text_en="What was sent is larger than {limit}.",
    text_lv="Nosūtītais apjoms pārsniedz {limit}.",
    fix_en="Send fewer or smaller files; scan in black and white at 200 to 300 dpi.",
    fix_lv="Sūtiet mazāk vai mazākas datnes; skenējiet melnbaltu, 200 līdz 300 dpi.",
)
USR_FORM_UNREADABLE = Rule(
    id="USR-003",
    http_status=400,
    issue_code="structure",
    source="HTML standard, form submission: urlencoded and multipart",
    text_en="The form that arrived cannot be read.",
    text_lv="Saņemto veidlapu nevar nolasīt.",
    fix_en="Open the page again and send the form with an ordinary browser.",
    fix_lv="Atveriet lapu vēlreiz un nosūtiet veidlapu ar parastu pārlūku.",
)
USR_NOT_FOR_THIS_ROLE = Rule(
    id="USR-004",
    http_status=403,
    issue_code="forbidden",
    source="Our decision: each page names the roles it is for",
    text_en="This page is not for the role you act in.",
    text_lv="Šī lapa nav paredzēta lomai, kurā darbojaties.",
    fix_en="If you have another role, choose it under your name and open the page again.",
    fix_lv="Ja Jums ir cita loma, izvēlieties to pie sava vārda un atveriet lapu vēlreiz.",
)
USR_ACCOUNT_CLOSED = Rule(
    id="USR-005",
    http_status=403,
    issue_code="forbidden",
    source="Our decision: an account can be closed, what it did stays",
    text_en="This account was closed.",
    text_lv="Šis konts ir slēgts.",
    fix_en="Ask the contract desk why, and whether it can be opened again.",
    fix_lv="Jautājiet līgumu nodaļai par iemeslu un iespēju kontu atjaunot.",
)
USR_ROLE_NOT_HELD = Rule(
    id="USR-006",
    http_status=403,
    issue_code="forbidden",
    source="Our decision: a person acts only in a role that was given and confirmed",
    text_en="You do not have this role, or nobody has confirmed it yet.",
    text_lv="Jums šīs lomas nav, vai to vēl neviens nav apstiprinājis.",
    fix_en="Choose one of the roles listed under your name.",
    fix_lv="Izvēlieties kādu no lomām, kas uzskaitītas pie Jūsu vārda.",
)
USR_NOT_OF_THE_PARTY = Rule(
    id="USR-007",
    http_status=404,
    issue_code="not-found",
    source="Our decision: who may not see a thing cannot tell it from one that is not there",
    text_en="There is no such request to join your organisation.",
    text_lv="Šāda pieteikuma pievienoties Jūsu organizācijai nav.",
    fix_en="Open the list of people of your organisation; nobody confirms their own request.",
    fix_lv="Atveriet savas organizācijas personu sarakstu; savu pieteikumu neviens neapstiprina pats.",
)
USR_ROLE_NOT_WAITING = Rule(
    id="USR-008",
    http_status=409,
    issue_code="conflict",
    source="Our decision: a request to join is decided once",
    text_en="This request was decided already.",
    text_lv="Šis pieteikums jau ir izlemts.",
    fix_en="Look at the list of people: it shows what was decided.",
    fix_lv="Skatiet personu sarakstu: tajā redzams lēmums.",
)
USR_SIGN_IN_STRANGE = Rule(
    id="USR-009",
    http_status=400,
    issue_code="security",
    source="OpenID Connect Core 1.0 section 3.1.2.7; RFC 6749 section 10.12: state",
    text_en="This answer does not belong to a sign-in that you began here.",
    text_lv="Šī atbilde nepieder pieslēgšanās reizei, ko sākāt šeit.",
    fix_en="Begin the sign-in again from this portal, in one tab, and finish it within ten minutes.",
    fix_lv="Sāciet pieslēgšanos no šī portāla vēlreiz, vienā cilnē, un pabeidziet to desmit minūtēs.",
)
USR_SIGN_IN_NOT_DONE = Rule(
    id="USR-010",
    http_status=403,
    issue_code="login",
    source="OpenID Connect Core 1.0 section 3.1.2.6: authentication error response",
    text_en="The sign-in was not finished.",
    text_lv="Pieslēgšanās netika pabeigta.",
    fix_en="Try again; if it happens again, ask your identity provider.",
    fix_lv="Mēģiniet vēlreiz; ja tas atkārtojas, jautājiet savam identifikācijas pakalpojuma sniedzējam.",
)
USR_IDENTITY_NOT_PROVEN = Rule(
    id="USR-011",
    http_status=403,
    issue_code="login",
    source="OpenID Connect Core 1.0 section 3.1.3.7: ID token validation",
    text_en="What the identity provider sent does not prove who you are.",
    text_lv="Identifikācijas pakalpojuma sniedzēja sūtītais neapliecina, kas Jūs esat.",
    fix_en="Begin the sign-in again. If it happens again, tell the test help desk the time of the attempt.",
    fix_lv="Sāciet pieslēgšanos vēlreiz. Ja tas atkārtojas, paziņojiet testu palīdzības dienestam mēģinājuma laiku.",
)
USR_PROVIDER_SILENT = Rule(
    id="USR-012",
    http_status=503,
    issue_code="transient",
    source="OpenID Connect Discovery 1.0",
    text_en="The identity provider does not answer now.",
    text_lv="Identifikācijas pakalpojuma sniedzējs pašlaik neatbild.",
    fix_en="Try again in a few minutes; pages that need no sign-in work meanwhile.",
    fix_lv="Mēģiniet vēlreiz pēc dažām minūtēm; lapas, kam pieslēgšanās nav vajadzīga, darbojas.",
)
USR_NO_PROVIDER = Rule(
    id="USR-013",
    http_status=503,
    issue_code="not-supported",
    source="Our decision: without a provider of identities only public pages work",
    text_en="Nobody can sign in here: no identity provider is connected.",
    text_lv="Šeit nevar pieslēgties: nav pievienots neviens identifikācijas pakalpojuma sniedzējs.",
    fix_en="Read the public pages, or ask the operator to connect a provider.",
    fix_lv="Lasiet publiskās lapas vai lūdziet uzturētājam pievienot pakalpojuma sniedzēju.",
)
USR_NUMBER_WRONG = Rule(
    id="USR-014",
    http_status=422,
    issue_code="value",
    source="Latvia 3.1: registration numbers have eleven digits and a check digit",
    text_en="This is not a registration number: eleven digits with a check digit are expected.",
    text_lv="Tas nav reģistrācijas numurs: jābūt vienpadsmit cipariem ar kontrolciparu.",
    fix_en="Copy the number from the register of enterprises, without spaces.",
    fix_lv="Pārrakstiet numuru no uzņēmumu reģistra bez atstarpēm.",
)
USR_NOT_IN_THE_REGISTER = Rule(
    id="USR-015",
    http_status=422,
    issue_code="not-found",
    source="Latvia 3.3: agreements are made with registered institutions and licensed pharmacies",
    text_en="No active institution or pharmacy of this kind has this number in the register.",
    text_lv="Reģistrā nav darbīgas šāda veida iestādes vai aptiekas ar šo numuru.",
    fix_en="Check kind and number. If both are right, ask the keeper of the register.",
    fix_lv="Pārbaudiet veidu un numuru. Ja abi ir pareizi, jautājiet reģistra turētājam.",
)
USR_FIELD_EMPTY = Rule(
    id="USR-016",
    http_status=422,
    issue_code="required",
    source="Our decision: a form says which field is missing",
    text_en="Please fill in “{field}”.",
    text_lv="Lūdzu, aizpildiet lauku „{field}”.",
    fix_en="Fill in the field and send the form again.",
    fix_lv="Aizpildiet lauku un nosūtiet veidlapu vēlreiz.",
)
USR_NO_RECORD = Rule(
    id="USR-017",
    http_status=404,
    issue_code="not-found",
    source="Our decision: a resident is found by the person code that the provider vouches for",
    text_en="No patient record belongs to the person who signed in.",
    text_lv="Personai, kas pieslēgusies, nav pacienta ieraksta.",
    fix_en="Sign in with a means that carries your person code, or ask your family doctor.",
    fix_lv="Pieslēdzieties ar līdzekli, kas satur Jūsu personas kodu, vai jautājiet savam ģimenes ārstam.",
)
USR_CHARACTER_NOT_TEXT = Rule(
    id="USR-018",
    http_status=400,
    issue_code="value",
    source="Our decision: what cannot be kept as text (NUL, half of a character pair) is refused, never left out",
    text_en="What was sent holds a character that is no text.",
    text_lv="Nosūtītajā ir rakstzīme, kas nav teksts.",
    fix_en="Check the address; in a form, write the field anew instead of pasting it from a file that is not text.",
    fix_lv="Pārbaudiet adresi; veidlapā ierakstiet lauku no jauna, nevis ielīmējiet to no datnes, kas nav teksts.",
)
USR_FIELD_TOO_LONG = Rule(
    id="USR-019",
    http_status=422,
    issue_code="too-long",
    source="Security 0: a limit for everything that comes from outside",
    text_en="The text has {length} characters; at most {limit} are taken here.",
    text_lv="Tekstā ir {length} rakstzīmes; šeit pieņem ne vairāk kā {limit}.",
    fix_en="Shorten the text, or put what is longer into a document of the case.",
    fix_lv="Saīsiniet tekstu vai garāko iekļaujiet lietas dokumentā.",
)
USR_NOT_AT_WORK = Rule(
    id="USR-021",
    http_status=403,
    issue_code="forbidden",
    source="Our decision: who works where is asked of the registers at every page (ADR 0052)",
    text_en="You do not work there: the registers know no such role of yours today.",
    text_lv="Jūs tur nestrādājat: reģistros šodien nav tādas Jūsu lomas.",
    fix_en="Choose another workplace under your name at the top, or ask your institution to correct the register.",
    fix_lv="Augšā pie sava vārda izvēlieties citu darbavietu vai lūdziet savai iestādei labot reģistru.",
)
USR_PROVE_AGAIN = Rule(
    id="USR-020",
    http_status=403,
    issue_code="login",
    source="Security 5: acts that release or approve ask for the person anew; setting session_proof_minutes",
    text_en="Before this step you have to show once more that it is you: you signed in too long ago.",
    text_lv="Pirms šī soļa vēlreiz jāapliecina, ka tas esat Jūs: kopš pieslēgšanās pagājis pārāk ilgs laiks.",
    fix_en="Sign in again and take the step anew; nothing has been done yet.",
    fix_lv="Pieslēdzieties vēlreiz un atkārtojiet soli; pagaidām nekas nav izdarīts.",
)
USR_NOT_A_NUMBER = Rule(
    id="USR-030",
    http_status=422,
    issue_code="value",
    source="Our decision: what is counted is never guessed",
    text_en="This must be a number above zero: {field}.",
    text_lv="Te jābūt skaitlim, kas lielāks par nulli: {field}.",
    fix_en="Write digits only; parts after a comma where a part of a dose is meant.",
    fix_lv="Rakstiet tikai ciparus; daļas aiz komata, ja domāta devas daļa.",
)
USR_NOT_AS_SHOWN = Rule(
    id="USR-031",
    http_status=409,
    issue_code="conflict",
    source="Our decision: what was shown for review is what is signed (ADR 0053)",
    text_en="The prescription is not what was shown for signing any more: the day, the register or a rule changed.",
    text_lv="Recepte vairs nav tāda, kādu rādīja parakstīšanai: mainījusies diena, reģistrs vai noteikums.",
    fix_en="Read it once more below, then sign.",
    fix_lv="Izlasiet to zemāk vēlreiz un tad parakstiet.",
)
