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
    source="Latvia 6.1: prescription number and the patient's name and surname",
    text_en="To find a prescription give number, family and given name.",
    text_lv="Lai atrastu recepti, norādiet numuru, uzvārdu un vārdu.",
    fix_en="Send Parameters with 'number', 'family' and 'given' (valueString).",
    fix_lv="Sūtiet Parameters ar 'number', 'family' un 'given' (valueString).",
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
