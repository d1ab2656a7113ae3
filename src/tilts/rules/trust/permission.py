"""Why somebody may not: relationship, the patient's bans, purpose, broken glass.

Those with status 404 are never told to a caller: hidden looks like missing. They stand in the audit entry.
"""

from tilts.rules import Rule

_HIDDEN_EN = "The caller is told 'not found'; this reason stands in the audit entry only."
_HIDDEN_LV = "Izsaucējam atbild “nav atrasts”; šis iemesls ir tikai audita ierakstā."

MAY_NO_RELATIONSHIP = Rule(
    id="MAY-001",
    http_status=404,
    issue_code="not-found",
    source="Security 3.2: a relationship with a beginning, an end and evidence; Latvia 6.5: only for treatment",
    text_en="Nothing connects this institution with the patient today.",
    text_lv="Šo iestādi ar pacientu šodien nekas nesaista.",
    fix_en=f"{_HIDDEN_EN} GP registration, visit, referral, requested result or broken glass opens documents.",
    fix_lv=f"{_HIDDEN_LV} Dokumentus atver reģistrācija pie ģimenes ārsta, apmeklējums, nosūtījums, pasūtīts"
    " izmeklējums vai ārkārtas piekļuve.",
)
MAY_FORBIDDEN = Rule(
    id="MAY-002",
    http_status=404,
    issue_code="not-found",
    source="Latvia 6.5: bans of all data and of selected documents; Security 3.2: a ban hides existence too",
    text_en="The patient has forbidden this institution to see it.",
    text_lv="Pacients ir aizliedzis šai iestādei to redzēt.",
    fix_en=f"{_HIDDEN_EN} Only the patient can end the ban; in an emergency glass can be broken.",
    fix_lv=f"{_HIDDEN_LV} Aizliegumu var atcelt tikai pacients; ārkārtas gadījumā ir ārkārtas piekļuve.",
)
MAY_FORBIDDEN_ALWAYS = Rule(
    id="MAY-003",
    http_status=404,
    issue_code="not-found",
    source="Security 3.2: visible under break glass unless the patient chose 'never'",
    text_en="The patient has forbidden it, in an emergency too.",
    text_lv="Pacients to ir aizliedzis, arī ārkārtas gadījumā.",
    fix_en=f"{_HIDDEN_EN} Only the patient can end the ban.",
    fix_lv=f"{_HIDDEN_LV} Aizliegumu var atcelt tikai pacients.",
)
MAY_GLASS_WHOLE = Rule(
    id="MAY-004",
    http_status=404,
    issue_code="not-found",
    source="Security 3.2: break glass opens a single patient for 60 minutes",
    text_en="With purpose BTG nothing is open but the patient for whom this practitioner broke the glass.",
    text_lv="Ar mērķi BTG ir atvērts tikai pacients, kuram šī persona izmantojusi ārkārtas piekļuvi.",
    fix_en=f"{_HIDDEN_EN} Call Patient/(id)/$break-glass first; it opens for an hour.",
    fix_lv=f"{_HIDDEN_LV} Vispirms izsauciet Patient/(id)/$break-glass; piekļuve ir atvērta stundu.",
)
MAY_ONE_PATIENT = Rule(
    id="MAY-005",
    http_status=403,
    issue_code="forbidden",
    source="Security 3.2: break glass is never for a whole search",
    text_en="With purpose BTG a search names the one patient for whom the glass was broken.",
    text_lv="Ar mērķi BTG meklēšanā jānorāda tas viens pacients, kuram izmantota ārkārtas piekļuve.",
    fix_en="Look for people and in your own worklist with a TREAT token; with BTG search by patient.",
    fix_lv="Personas un savus dokumentus meklējiet ar TREAT talonu; ar BTG meklējiet pēc pacienta.",
)
MAY_GLASS_UNREASONED = Rule(
    id="MAY-006",
    http_status=422,
    issue_code="required",
    source="Security 3.2: free-text reason of at least 20 characters and a second confirmation",
    text_en="Breaking the glass needs a reason of at least {least} characters and confirmed = true.",
    text_lv="Ārkārtas piekļuvei vajadzīgs vismaz {least} rakstzīmju pamatojums un confirmed = true.",
    fix_en="Let the practitioner write why it cannot wait, and confirm it once more.",
    fix_lv="Ļaujiet ārstniecības personai ierakstīt, kāpēc nevar gaidīt, un to vēlreiz apstiprināt.",
)
MAY_GLASS_TOO_OFTEN = Rule(
    id="MAY-007",
    http_status=403,
    issue_code="forbidden",
    source="Security 3.2: 3 for a practitioner in 24 hours, then a supervisor must release",
    text_en="This practitioner has broken the glass {most} times in 24 hours.",
    text_lv="Šī ārstniecības persona 24 stundās ārkārtas piekļuvi izmantojusi jau {most} reizes.",
    fix_en="Ask the supervisor to look at these and to release; it opens again by itself after 24 hours.",
    fix_lv="Lūdziet uzraugu tās izskatīt un atbrīvot; pēc 24 stundām iespēja atjaunojas pati.",
)
MAY_GLASS_NOT_YOURS = Rule(
    id="MAY-008",
    http_status=403,
    issue_code="forbidden",
    source="Security 3.2: purpose BTG; Latvia 6.1: pharmacies see only what is presented",
    text_en="Only a practitioner of a practice or hospital breaks the glass, with a token of purpose BTG.",
    text_lv="Ārkārtas piekļuvi var izmantot tikai prakses vai slimnīcas ārstniecības persona ar BTG talonu.",
    fix_en="Get a token that names the practitioner and has purpose_of_use BTG.",
    fix_lv="Saņemiet talonu, kurā norādīta ārstniecības persona un mērķis BTG.",
)
MAY_NOT_ACTING = Rule(
    id="MAY-009",
    http_status=403,
    issue_code="forbidden",
    source="Latvia 3: practitioners' register and institutions' register, both, now",
    text_en="A person named in the token no longer holds that role at this organisation.",
    text_lv="Kādai talonā norādītai personai šajā iestādē šīs lomas vairs nav.",
    fix_en="Check the workplace in the register; a token outlives a role by no call.",
    fix_lv="Pārbaudiet darbavietu reģistrā; beidzoties lomai, talons vairs neder.",
)
MAY_NOT_FOR_PATIENT = Rule(
    id="MAY-010",
    http_status=403,
    issue_code="forbidden",
    source="Latvia 6.5: delegation may be changed at any time; guardians act until the child is of age",
    text_en="The person at the screen may not act for this patient (any more).",
    text_lv="Persona pie ekrāna šī pacienta vārdā (vairs) nedrīkst rīkoties.",
    fix_en="Ask the patient to name the person again; a guardian is named by the population register.",
    fix_lv="Lūdziet pacientu personu pilnvarot no jauna; aizbildni norāda iedzīvotāju reģistrs.",
)
MAY_NOT_NAMED = Rule(
    id="MAY-011",
    http_status=404,
    issue_code="not-found",
    source="Security 3.2: no relationship; docs/adr/0041-may-they.md: an entry of the register is for whoever names the person",
    text_en="The institution has neither a relationship with this person nor named them in the last 24 hours.",
    text_lv="Iestādei ar šo personu nav saistības, un pēdējās 24 stundās tā personu nav nosaukusi.",
    fix_en=f"{_HIDDEN_EN} Look the patient up by identifier or name first (POST Patient/_search, by-identity).",
    fix_lv=f"{_HIDDEN_LV} Vispirms atrodiet pacientu pēc identifikatora vai vārda (POST Patient/_search, by-identity).",
)
MAY_NOT_PRESENTED = Rule(
    id="MAY-012",
    http_status=404,
    issue_code="not-found",
    source="Latvia 6.1: a pharmacist sees only prescriptions not yet used; Security 3.2: 72 hours after presentation",
    text_en="The prescription was not presented to this pharmacy in the last days.",
    text_lv="Recepte šai aptiekai pēdējās dienās nav uzrādīta.",
    fix_en=f"{_HIDDEN_EN} Find it by number and name (Task/$find) when the patient is at the counter.",
    fix_lv=f"{_HIDDEN_LV} Atrodiet to pēc numura un vārda (Task/$find), kad pacients ir pie letes.",
)
MAY_NOT_DELEGATED = Rule(
    id="MAY-013",
    http_status=404,
    issue_code="not-found",
    source="Latvia 6.5: delegation of the whole or of a part of the documents",
    text_en="The patient has not opened this document to the person at the screen.",
    text_lv="Pacients šo dokumentu personai pie ekrāna nav atvēris.",
    fix_en=f"{_HIDDEN_EN} The patient can add it to the delegation.",
    fix_lv=f"{_HIDDEN_LV} Pacients to var pievienot pilnvarojumam.",
)
MAY_OTHER_PATIENT = Rule(
    id="MAY-014",
    http_status=404,
    issue_code="not-found",
    source="Latvia 6.5: residents see their own data",
    text_en="It belongs to another patient than the one at the screen.",
    text_lv="Tas pieder citam pacientam, nevis tam, kurš ir pie ekrāna.",
    fix_en=f"{_HIDDEN_EN} A token of the portal is for one patient.",
    fix_lv=f"{_HIDDEN_LV} Portāla talons ir vienam pacientam.",
)
