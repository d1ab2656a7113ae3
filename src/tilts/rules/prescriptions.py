"""Why a prescription is not taken, not shown or not cancelled."""

from tilts.rules import Rule

PRE_NOT_AN_ORDER = Rule(
    id="PRE-001",
    http_status=422,
    issue_code="business-rule",
    source="FHIR R4 MedicationRequest.status, .intent: only an active order can be dispensed from",
    text_en="Only an active order is taken; this one is '{status}' with intent '{intent}'.",
    text_lv="Tiek pieņemts tikai spēkā esošs rīkojums; šis ir '{status}' ar nolūku '{intent}'.",
    fix_en="Send status 'active' and intent 'order'; drafts and closed orders stay in your system.",
    fix_lv="Sūtiet status 'active' un intent 'order'; melnraksti un slēgti rīkojumi paliek jūsu sistēmā.",
)
PRE_PATIENT_UNKNOWN = Rule(
    id="PRE-002",
    http_status=422,
    issue_code="not-found",
    source="FHIR R4 MedicationRequest.subject; the patient register",
    text_en="The patient is not in the register.",
    text_lv="Pacienta nav reģistrā.",
    fix_en="Find the patient by person code first and refer to Patient/{id}.",
    fix_lv="Vispirms atrodiet pacientu pēc personas koda un norādiet Patient/{id}.",
)
PRE_OTHER_REQUESTER = Rule(
    id="PRE-003",
    http_status=422,
    issue_code="business-rule",
    source="Latvia 3: the practitioner in the workplace acts",
    text_en="The requester is not the practitioner of the token.",
    text_lv="Izrakstītājs nav talonā norādītā ārstniecības persona.",
    fix_en="Put the PractitionerRole of the token into 'requester'.",
    fix_lv="Laukā 'requester' norādiet talona PractitionerRole.",
)
PRE_QUANTITY_MISSING = Rule(
    id="PRE-004",
    http_status=422,
    issue_code="required",
    source="Latvia 6.1: quantity and unit are mandatory on a prescription",
    text_en="The prescription does not say how much may be handed out.",
    text_lv="Receptē nav norādīts, cik daudz drīkst izsniegt.",
    fix_en="Give dispenseRequest.quantity: above zero, below a billion, at most nine decimal places.",
    fix_lv="Norādiet dispenseRequest.quantity: virs nulles, zem miljarda, ne vairāk kā deviņi cipari aiz komata.",
)
PRE_PERIOD_WRONG = Rule(
    id="PRE-005",
    http_status=422,
    issue_code="business-rule",
    source="Latvia 6.1: validity terms [V-2013], unverified and a setting",
    text_en="The validity period is over, upside down or too long: {valid_from} to {valid_to}.",
    text_lv="Derīguma termiņš ir beidzies, apgriezts vai pārāk garš: no {valid_from} līdz {valid_to}.",
    fix_en="Give dispenseRequest.validityPeriod that ends today or later, or leave it out for the usual term.",
    fix_lv="Norādiet dispenseRequest.validityPeriod, kas beidzas šodien vai vēlāk, vai atstājiet to tukšu.",
)
PRE_ROLE = Rule(
    id="PRE-006",
    http_status=403,
    issue_code="forbidden",
    source="Latvia 6.1: doctor; physician's assistant ordinary only; nurse none",
    text_en="This role may not prescribe.",
    text_lv="Ar šo lomu recepti izrakstīt nedrīkst.",
    fix_en="A doctor or a physician's assistant of a practice or hospital prescribes.",
    fix_lv="Recepti izraksta ārsts vai ārsta palīgs praksē vai slimnīcā.",
)
PRE_LINES_DIFFER = Rule(
    id="PRE-007",
    http_status=422,
    issue_code="business-rule",
    source="Design 5: several lines with one groupIdentifier, one patient",
    text_en="The lines of one prescription must be of one patient, one requester and one groupIdentifier.",
    text_lv="Vienas receptes rindām jābūt vienam pacientam, vienam izrakstītājam un vienam groupIdentifier.",
    fix_en="Send one Bundle for each prescription.",
    fix_lv="Katrai receptei sūtiet savu Bundle.",
)
PRE_BUNDLE_ENTRY = Rule(
    id="PRE-008",
    http_status=422,
    issue_code="not-supported",
    source="Design 5: a transaction Bundle prescribes several lines",
    text_en="The Bundle must be a transaction of 1 to {most} entries 'POST MedicationRequest'.",
    text_lv="Bundle jābūt darījumam ar 1 līdz {most} ierakstiem 'POST MedicationRequest'.",
    fix_en="Send everything else by its own call.",
    fix_lv="Pārējo sūtiet ar atsevišķiem izsaukumiem.",
)
PRE_CANCEL_STATE = Rule(
    id="PRE-009",
    http_status=409,
    issue_code="conflict",
    source="Exchanges 3.2 row 12: cancel only what is future or ready",
    text_en="The line cannot be cancelled: it is '{state}'.",
    text_lv="Rindu nevar anulēt: tās stāvoklis ir '{state}'.",
    fix_en="What was handed out stays; a line can be cancelled only before its first dispense.",
    fix_lv="Izsniegtais paliek; anulēt var tikai pirms pirmās izsniegšanas.",
)
PRE_CANCEL_REASON = Rule(
    id="PRE-010",
    http_status=400,
    issue_code="required",
    source="Exchanges 3.2 row 12: per line and with a reason",
    text_en="A cancellation needs one of these reasons: {reasons}.",
    text_lv="Anulēšanai vajadzīgs viens no iemesliem: {reasons}.",
    fix_en="Send Parameters with 'reason' (valueCode).",
    fix_lv="Sūtiet Parameters ar 'reason' (valueCode).",
)
PRE_FIND_INCOMPLETE = Rule(
    id="PRE-011",
    http_status=400,
    issue_code="required",
    source="Latvia 6.1: prescription number and the patient's name and surname; a delegated buyer without number",
    text_en="To find a prescription give family and given name, and either its number or who collects.",
    text_lv="Lai atrastu recepti, norādiet uzvārdu un vārdu un vai nu tās numuru, vai to, kas saņem zāles.",
    fix_en="Send 'family' and 'given' (valueString) with 'number' (valueString) or 'collector' (valueIdentifier).",
    fix_lv="Sūtiet 'family' un 'given' (valueString) ar 'number' (valueString) vai 'collector' (valueIdentifier).",
)
PRE_FIND_GUESSING = Rule(
    id="PRE-012",
    http_status=429,
    issue_code="throttled",
    source="Security 3.3: searches without a hit, per client and ten minutes",
    text_en="Too many searches without a hit.",
    text_lv="Pārāk daudz meklējumu bez rezultāta.",
    fix_en="Wait as long as Retry-After says and check what was typed.",
    fix_lv="Nogaidiet Retry-After norādīto laiku un pārbaudiet ievadīto.",
)
PRE_CANCEL_CLAIMED = Rule(
    id="PRE-013",
    http_status=409,
    issue_code="conflict",
    source="Exchanges 3.2 row 13: 409 once dispensed, and who holds it",
    text_en="A part was handed out: the line can no longer be cancelled. {holder} holds it until {lease_until}.",
    text_lv="Daļa jau ir izsniegta: rindu vairs nevar anulēt. {holder} to tur līdz {lease_until}.",
    fix_en="Close the remainder with $close-remaining when it has been given back.",
    fix_lv="Kad atlikums ir atdots, slēdziet to ar $close-remaining.",
)
PRE_TOO_MANY_ISSUES = Rule(
    id="PRE-016",
    http_status=422,
    issue_code="business-rule",
    source="ADR 0045: our bound of what one line may be repeated",
    text_en="A line can be repeated at most {most} times.",
    text_lv="Rindu var atkārtot ne vairāk kā {most} reizes.",
    fix_en="Give a smaller numberOfRepeatsAllowed, or write another prescription later.",
    fix_lv="Norādiet mazāku numberOfRepeatsAllowed vai vēlāk izrakstiet jaunu recepti.",
)
PRE_ISSUES_TOO_LATE = Rule(
    id="PRE-017",
    http_status=422,
    issue_code="business-rule",
    source="Exchanges 3.2 f: each issue has a window of its own within the validity",
    text_en="The last issue would begin on {last}, after the validity ends on {valid_to}.",
    text_lv="Pēdējā izsniegšanas reize sāktos {last}, pēc derīguma beigām {valid_to}.",
    fix_en="Give fewer repeats, a shorter dispenseInterval or a later end of validityPeriod.",
    fix_lv="Norādiet mazāk atkārtojumu, īsāku dispenseInterval vai vēlākas validityPeriod beigas.",
)
PRE_INTERVAL_WRONG = Rule(
    id="PRE-018",
    http_status=422,
    issue_code="value",
    source="FHIR R4 MedicationRequest.dispenseRequest.dispenseInterval; windows are civil days (Design 5)",
    text_en="The interval between two issues must be whole days, weeks, months or years.",
    text_lv="Starplaikam starp divām izsniegšanas reizēm jābūt veselās dienās, nedēļās, mēnešos vai gados.",
    fix_en="Give dispenseInterval with a whole value and the UCUM code d, wk, mo or a.",
    fix_lv="Norādiet dispenseInterval ar veselu skaitli un UCUM kodu d, wk, mo vai a.",
)
PRE_SPECIAL_TERM = Rule(
    id="PRE-019",
    http_status=422,
    issue_code="business-rule",
    source="Latvia 6.1: a special prescription is valid for 30 days [V-2013], unverified; a row of the law",
    text_en="A special prescription is valid for {days} days at most, here until {last}.",
    text_lv="Īpašā recepte ir derīga ne ilgāk kā {days} dienas, šeit līdz {last}.",
    fix_en="Give an earlier end of validityPeriod, or leave it out for the longest term.",
    fix_lv="Norādiet agrākas validityPeriod beigas vai atstājiet tukšu garākajam termiņam.",
)
PRE_KIND_OF_ROLE = Rule(
    id="PRE-020",
    http_status=403,
    issue_code="forbidden",
    source="Latvia 6.1: a physician's assistant writes ordinary prescriptions only; what is reimbursed a doctor",
    text_en="This role may not write such a prescription: {kind}, or reimbursed.",
    text_lv="Ar šo lomu šādu recepti izrakstīt nedrīkst: {kind} vai ar kompensāciju.",
    fix_en="Let a doctor write it: what an assistant prescribes as reimbursed is not paid for.",
    fix_lv="Lai to izraksta ārsts: ārsta palīga izrakstītas kompensējamās zāles netiek apmaksātas.",
)
PRE_DIAGNOSIS_NOT_EXACT = Rule(
    id="PRE-021",
    http_status=422,
    issue_code="business-rule",
    source="Latvia 6.1: the rate is tied to the exact diagnosis, E11.0 and not E11",
    text_en="What is reimbursed needs the exact diagnosis with its sub-code; given: {given}.",
    text_lv="Kompensācijai vajadzīga precīza diagnoze ar apakškodu; norādīts: {given}.",
    fix_en="Give the ICD-10 code in reasonCode, for example E11.0.",
    fix_lv="Laukā reasonCode norādiet SSK-10 kodu, piemēram, E11.0.",
)
PRE_BRAND_UNJUSTIFIED = Rule(
    id="PRE-022",
    http_status=422,
    issue_code="business-rule",
    source="Latvia 6.1: reimbursed medicines by INN since 2020-04-01, by brand when justified [S], unverified",
    text_en="A reimbursed medicine is prescribed by its international name; by brand only with the reason why.",
    text_lv="Kompensējamās zāles izraksta ar starptautisko nosaukumu; ar preču nosaukumu tikai ar pamatojumu.",
    fix_en="Prescribe by INN, or give the medical justification in the extension 'reimbursement'.",
    fix_lv="Izrakstiet ar SNN vai norādiet medicīnisko pamatojumu paplašinājumā 'reimbursement'.",
)
PRE_REIMBURSEMENT_UNKNOWN = Rule(
    id="PRE-023",
    http_status=422,
    issue_code="value",
    source="Latvia 6.1: lists A, B, C; rates 100, 75, 50 % [V-2013], unverified; rows of the law",
    text_en="There is no such list or rate of reimbursement today; there are: {known}.",
    text_lv="Šodien tāda kompensācijas saraksta vai apmēra nav; ir: {known}.",
    fix_en="Correct list or rate, or leave it out: the diagnosis decides the rate.",
    fix_lv="Izlabojiet sarakstu vai apmēru vai atstājiet tukšu: apmēru nosaka diagnoze.",
)
PRE_REIMBURSED_IS_SPECIAL = Rule(
    id="PRE-024",
    http_status=422,
    issue_code="business-rule",
    source="Latvia 6.1: anything reimbursed is on a special prescription",
    text_en="What is reimbursed in part or whole is written on a special prescription, not an ordinary one.",
    text_lv="Daļēji vai pilnīgi kompensējamās zāles izraksta uz īpašās receptes, nevis parastās.",
    fix_en="Give the category 'special' or leave it out.",
    fix_lv="Norādiet kategoriju 'special' vai atstājiet to tukšu.",
)
PRE_PAPER_INCOMPLETE = Rule(
    id="PRE-025",
    http_status=422,
    issue_code="required",
    source="Latvia 6.1: in an outage a doctor writes on paper with series and number, a pharmacy enters it",
    text_en="A paper prescription is entered with the tag 'digitised' and with one series and number of its form.",
    text_lv="Papīra recepti ievada ar atzīmi 'digitised' un vienu veidlapas sēriju un numuru.",
    fix_en="Give meta.tag and the form's identifier, for example 'AB 123456', by $digitise of a pharmacy.",
    fix_lv="Norādiet meta.tag un veidlapas identifikatoru, piemēram, 'AB 123456', aptiekas darbībā $digitise.",
)
PRE_PAPER_PRESCRIBER = Rule(
    id="PRE-026",
    http_status=422,
    issue_code="business-rule",
    source="Latvia 6.1: a paper prescription is a prescriber's too; the register of practitioners says who may",
    text_en="Who wrote the paper does not stand in the register as somebody who may prescribe there.",
    text_lv="Papīra receptes rakstītājs reģistrā nav atrodams kā persona, kas tur drīkst izrakstīt.",
    fix_en="Put the prescriber's PractitionerRole into 'requester', and yourself into 'recorder'.",
    fix_lv="Laukā 'requester' norādiet izrakstītāja PractitionerRole, laukā 'recorder' sevi.",
)
PRE_PAPER_KIND = Rule(
    id="PRE-027",
    http_status=422,
    issue_code="business-rule",
    source="Latvia 6.1: ordinary prescriptions may be on paper; special ones are electronic",
    text_en="A prescription of this kind ({kind}) is not written on paper.",
    text_lv="Šī recepte ({kind}) netiek rakstīta uz papīra.",
    fix_en="Ask the prescriber for an electronic one.",
    fix_lv="Lūdziet izrakstītājam elektronisku recepti.",
)
PRE_PAPER_TAKEN = Rule(
    id="PRE-028",
    http_status=409,
    issue_code="duplicate",
    source="Latvia 6.1: the pharmacy digitises the paper with series and number, once",
    text_en="This paper prescription was entered already.",
    text_lv="Šī papīra recepte jau ir ievadīta.",
    fix_en="Do not hand out by it; ask the authority if the form is genuine.",
    fix_lv="Pēc tās neizsniedziet; ja veidlapa ir īsta, jautājiet iestādei.",
)
PRE_NUMBER_IS_OURS = Rule(
    id="PRE-015",
    http_status=422,
    issue_code="business-rule",
    source="Design 5: the number is made by the exchange; Exchanges 3.2 row 1",
    text_en="An identifier with the system of prescription numbers is given by the exchange only.",
    text_lv="Identifikatoru ar receptes numuru sistēmu piešķir tikai apmaiņas sistēma.",
    fix_en="Use a system of your own for your identifiers and groups.",
    fix_lv="Saviem identifikatoriem un grupām lietojiet savu sistēmu.",
)
PRE_PRESCRIBER_ONLY = Rule(
    id="PRE-014",
    http_status=403,
    issue_code="forbidden",
    source="Exchanges 3.2 row 12: cancelled by the prescriber",
    text_en="Only the organisation that prescribed can cancel.",
    text_lv="Anulēt drīkst tikai iestāde, kas recepti izrakstīja.",
    fix_en="Ask the prescriber.",
    fix_lv="Lūdziet izrakstītājam.",
)
PRE_WHICH_IDENTIFIER = Rule(
    id="PRE-031",
    http_status=400,
    issue_code="required",
    source="Exchanges 3.2 row 14: cancelled by the prescriber's own identifier of the line",
    text_en="There is no identifier of the line that is to be cancelled.",
    text_lv="Nav norādīts anulējamās rindas identifikators.",
    fix_en="Send Parameters with 'identifier' (valueIdentifier: your system and value) and 'reason' (valueCode).",
    fix_lv="Sūtiet Parameters ar 'identifier' (valueIdentifier: jūsu system un value) un 'reason' (valueCode).",
)
