"""Why a pharmacy cannot claim, hand out or give back."""

from tilts.rules import Rule

DSP_HELD_BY_ANOTHER = Rule(
    id="DSP-001",
    http_status=409,
    issue_code="conflict",
    source="Exchanges 3.2 row 3: 409 with holder organisation, since and lease end",
    text_en="{holder} holds this line since {since}, until {lease_until}.",
    text_lv="Šo rindu kopš {since} līdz {lease_until} tur {holder}.",
    fix_en="Ask the holder to release it, or try again after that time.",
    fix_lv="Lūdziet turētājam to atbrīvot vai mēģiniet pēc šī laika.",
)
DSP_NOT_OPEN = Rule(
    id="DSP-002",
    http_status=409,
    issue_code="conflict",
    source="Exchanges 3.2: only what is ready can be claimed",
    text_en="This cannot be done with the line now: its state is '{state}'.",
    text_lv="Ar rindu to pašlaik nevar darīt: tās stāvoklis ir '{state}'.",
    fix_en="Read the Task for its state and dates; the patient may need a new prescription.",
    fix_lv="Stāvokli un datumus rāda Task; pacientam var būt vajadzīga jauna recepte.",
)
DSP_NOTHING_LEFT = Rule(
    id="DSP-003",
    http_status=409,
    issue_code="business-rule",
    source="Latvia 6.1: the system keeps the remaining amount; Exchanges 3.2 row 5",
    text_en="More than what is left: asked {asked}, left {left}.",
    text_lv="Vairāk, nekā atlicis: prasīts {asked}, atlicis {left}.",
    fix_en="Hand out no more than what is left.",
    fix_lv="Izsniedziet ne vairāk, kā atlicis.",
)
DSP_NOT_CLAIMED = Rule(
    id="DSP-004",
    http_status=409,
    issue_code="business-rule",
    source="Exchanges 3.2 rows 5 and 6: the holder hands out and gives back",
    text_en="You do not hold this line; its state is '{state}'.",
    text_lv="Jūs šo rindu neturat; tās stāvoklis ir '{state}'.",
    fix_en="Claim it first; if your hold has run out, claim it again.",
    fix_lv="Vispirms to piesakiet; ja turēšanas laiks beidzies, piesakiet vēlreiz.",
)
DSP_NOT_HANDED_OVER = Rule(
    id="DSP-005",
    http_status=422,
    issue_code="business-rule",
    source="FHIR R4 MedicationDispense.status: only what was handed over counts",
    text_en="Only a completed dispense is taken; this one is '{status}'.",
    text_lv="Tiek pieņemta tikai pabeigta izsniegšana; šī ir '{status}'.",
    fix_en="Send status 'completed' when the medicine has been handed over.",
    fix_lv="Sūtiet status 'completed', kad zāles ir izsniegtas.",
)
DSP_QUANTITY_WRONG = Rule(
    id="DSP-006",
    http_status=422,
    issue_code="value",
    source="FHIR R4 MedicationDispense.quantity; one unit on a line",
    text_en="The quantity must be above zero and in the unit of the prescription ({unit}).",
    text_lv="Daudzumam jābūt virs nulles un receptes mērvienībā ({unit}).",
    fix_en="Give 'quantity' with the unit, system and code of the prescription; at most nine decimal places.",
    fix_lv="Norādiet 'quantity' ar receptes unit, system un code; ne vairāk kā deviņi cipari aiz komata.",
)
DSP_NO_PRESCRIPTION = Rule(
    id="DSP-007",
    http_status=422,
    issue_code="not-found",
    source="Design 5: dispense = POST MedicationDispense with authorizingPrescription",
    text_en="The dispense does not name one prescription line that you can see.",
    text_lv="Izsniegšanā nav norādīta viena jums redzama receptes rinda.",
    fix_en="Find the prescription, claim the line and refer to it in authorizingPrescription.",
    fix_lv="Atrodiet recepti, piesakiet rindu un norādiet to laukā authorizingPrescription.",
)
DSP_RELEASE_REASON = Rule(
    id="DSP-008",
    http_status=400,
    issue_code="required",
    source="Exchanges 3.2 row 6: release with a reason that has no default",
    text_en="A release needs one of these reasons: {reasons}.",
    text_lv="Atbrīvošanai vajadzīgs viens no iemesliem: {reasons}.",
    fix_en="Send Parameters with 'reason' (valueCode).",
    fix_lv="Sūtiet Parameters ar 'reason' (valueCode).",
)
DSP_OTHER_PATIENT = Rule(
    id="DSP-009",
    http_status=422,
    issue_code="business-rule",
    source="FHIR R4 MedicationDispense.subject",
    text_en="The dispense is for another patient than the prescription.",
    text_lv="Izsniegšana ir citam pacientam nekā recepte.",
    fix_en="Check the patient; nothing was recorded.",
    fix_lv="Pārbaudiet pacientu; nekas netika ierakstīts.",
)
DSP_OTHER_PERFORMER = Rule(
    id="DSP-010",
    http_status=422,
    issue_code="business-rule",
    source="Latvia 3: the practitioner in the workplace acts",
    text_en="The performer is not the practitioner of the token.",
    text_lv="Izsniedzējs nav talonā norādītā persona.",
    fix_en="Put the PractitionerRole of the token into performer.actor, or leave it out.",
    fix_lv="Laukā performer.actor norādiet talona PractitionerRole vai atstājiet to tukšu.",
)
DSP_PHARMACY_ONLY = Rule(
    id="DSP-011",
    http_status=403,
    issue_code="forbidden",
    source="Latvia 6.1: pharmacies dispense; Design 5: a pharmacy finds and claims",
    text_en="Only a pharmacy finds, claims, hands out and gives back.",
    text_lv="Atrast, pieteikt, izsniegt un atbrīvot drīkst tikai aptieka.",
    fix_en="Use the connection of a pharmacy.",
    fix_lv="Lietojiet aptiekas savienojumu.",
)
DSP_CANCEL_PENDING = Rule(
    id="DSP-012",
    http_status=409,
    issue_code="conflict",
    source="Exchanges 3.2 row 13: cancelled while claimed; the holder is told and cannot hand out",
    text_en="The prescriber has taken this line back; nothing of it may be handed out any more.",
    text_lv="Izrakstītājs šo rindu ir anulējis; no tās vairs neko nedrīkst izsniegt.",
    fix_en="Give the line back with $release; then it is cancelled. Send the patient to the prescriber.",
    fix_lv="Atdodiet rindu ar $release; tad tā ir anulēta. Nosūtiet pacientu pie izrakstītāja.",
)
DSP_NOTHING_HANDED_OUT = Rule(
    id="DSP-013",
    http_status=409,
    issue_code="business-rule",
    source="Exchanges 3.2 row 9: what remains of a line of which a part was handed out can be closed",
    text_en="Nothing of this line was handed out yet: there is no remainder to close.",
    text_lv="No šīs rindas vēl nekas nav izsniegts: nav atlikuma, ko slēgt.",
    fix_en="Give the line back; the prescriber can cancel it.",
    fix_lv="Atdodiet rindu; izrakstītājs to var anulēt.",
)
DSP_TRANSFER_SIDE = Rule(
    id="DSP-014",
    http_status=403,
    issue_code="forbidden",
    source="Exchanges 3.2 row 8: the patient or the prescriber asks the holder to let go",
    text_en="Only the patient or the prescriber asks a pharmacy to give a line up.",
    text_lv="Lūgt aptieku atdot rindu var tikai pacients vai izrakstītājs.",
    fix_en="Ask the patient to do it in the portal, or the prescriber; the lease ends by itself, too.",
    fix_lv="Lūdziet to izdarīt pacientam portālā vai izrakstītājam; turēšanas laiks beidzas arī pats.",
)
DSP_WHICH_ISSUE = Rule(
    id="DSP-016",
    http_status=422,
    issue_code="required",
    source="Exchanges 3.2 f: repeats are independent windows in one group, a Task for each",
    text_en="You hold {count} issues of this line; the dispense does not say which one was handed out.",
    text_lv="Jūs turat {count} šīs rindas izsniegšanas reizes; nav norādīts, kura ir izsniegta.",
    fix_en="Name its Task in supportingInformation.",
    fix_lv="Norādiet tās Task laukā supportingInformation.",
)
DSP_COLLECTOR_MISSING = Rule(
    id="DSP-017",
    http_status=422,
    issue_code="required",
    source="Latvia 6.1: an identity document is shown, who buys for somebody else is recorded",
    text_en="Of a special prescription it is recorded who collected; the dispense does not say it.",
    text_lv="Īpašajai receptei ieraksta, kas zāles saņēma; izsniegšanā tas nav norādīts.",
    fix_en="Give the extension 'collected-by' with the manner; ask for an identity document.",
    fix_lv="Norādiet paplašinājumu 'collected-by' ar saņemšanas veidu; lūdziet personu apliecinošu dokumentu.",
)
DSP_BUYER_INCOMPLETE = Rule(
    id="DSP-018",
    http_status=422,
    issue_code="required",
    source="Latvia 6.1: with number and name, and the buyer's identity document: the buyer is recorded",
    text_en="Who collects for somebody else by number and name is recorded: name and kind of document.",
    text_lv="Pircēju, kas saņem cita vietā ar numuru un vārdu, ieraksta: vārds un dokumenta veids.",
    fix_en="Give 'name' and 'document' in the extension 'collected-by'; never the number of the document.",
    fix_lv="Paplašinājumā 'collected-by' norādiet 'name' un 'document'; dokumenta numuru ne.",
)
DSP_CHILD_ALONE = Rule(
    id="DSP-019",
    http_status=422,
    issue_code="business-rule",
    source="Latvia 6.1: a child collects alone from 14 [S], unverified; a row of the law",
    text_en="The patient has not turned {years}: a child of that age does not collect alone.",
    text_lv="Pacientam nav {years} gadu: šāda vecuma bērns zāles viens nesaņem.",
    fix_en="Hand out to a parent, or to somebody with number and name.",
    fix_lv="Izsniedziet vecākam vai kādam ar numuru un vārdu.",
)
DSP_PARENT_OF_ADULT = Rule(
    id="DSP-020",
    http_status=422,
    issue_code="business-rule",
    source="Latvia 6.1: a parent for a minor, with an own document and the child's name",
    text_en="The patient has turned {years}: a parent collects as any other buyer does.",
    text_lv="Pacientam jau ir {years} gadi: vecāks zāles saņem tāpat kā jebkurš cits pircējs.",
    fix_en="Record a buyer by number and name, or a person whom the patient has named.",
    fix_lv="Ierakstiet pircēju ar numuru un vārdu vai pacienta pilnvarotu personu.",
)
DSP_HANDED_OUT = Rule(
    id="DSP-015",
    http_status=409,
    issue_code="conflict",
    source="Exchanges 3.2 row 8: a transfer is refused once something was handed out under the claim",
    text_en="{holder} has already handed out of this line; it holds it until {lease_until}.",
    text_lv="{holder} no šīs rindas jau ir izsniegusi; tā to tur līdz {lease_until}.",
    fix_en="Fetch the rest there, or wait until the hold ends: then the balance is open to every pharmacy.",
    fix_lv="Atlikumu saņemiet tur vai nogaidiet turēšanas beigas: tad atlikums ir atvērts jebkurai aptiekai.",
)
DSP_NOT_THE_DISPENSER = Rule(
    id="DSP-031",
    http_status=403,
    issue_code="forbidden",
    source="Exchanges 3.2 row 11: amended and withdrawn by the pharmacy that handed out",
    text_en="Only the pharmacy that handed this out corrects it.",
    text_lv="Izsniegšanu labo tikai aptieka, kas izsniedza.",
    fix_en="Ask that pharmacy; the performer of the dispense names it.",
    fix_lv="Lūdziet to šai aptiekai; tā ir norādīta izsniegšanas laukā performer.",
)
DSP_CORRECTION_LATE = Rule(
    id="DSP-032",
    http_status=409,
    issue_code="conflict",
    source="Exchanges 3.2 row 11: within the amendment period, 409 when it is over; its length is our assumption",
    text_en="This dispense could be corrected until {until}.",
    text_lv="Šo izsniegšanu varēja labot līdz {until}.",
    fix_en="Turn to the authority: what is wrong in the state of the line, two of its persons repair.",
    fix_lv="Vērsieties iestādē: nepareizu rindas stāvokli labo divas tās personas.",
)
DSP_WITHDRAWN = Rule(
    id="DSP-033",
    http_status=409,
    issue_code="conflict",
    source="Exchanges 3.2 row 11: what was withdrawn was never handed out",
    text_en="This dispense was withdrawn; it cannot be amended.",
    text_lv="Šī izsniegšana ir atsaukta; to nevar labot.",
    fix_en="Record what was really handed out as a new dispense.",
    fix_lv="Faktiski izsniegto ierakstiet kā jaunu izsniegšanu.",
)
DSP_CORRECTION_REASON = Rule(
    id="DSP-034",
    http_status=400,
    issue_code="required",
    source="Exchanges 3.2 row 11: with a reason, which has no default",
    text_en="A correction needs one of these reasons: {reasons}.",
    text_lv="Labojumam vajadzīgs viens no iemesliem: {reasons}.",
    fix_en="Send Parameters with 'reason' (valueCode).",
    fix_lv="Sūtiet Parameters ar 'reason' (valueCode).",
)
DSP_OTHER_DISPENSE = Rule(
    id="DSP-035",
    http_status=409,
    issue_code="conflict",
    source="Exchanges 3.2 row 11: the amended dispense replaces the id; 409 on a mismatch",
    text_en="What was sent is another dispense: {part} differs from the one that it should replace.",
    text_lv="Sūtīta cita izsniegšana: {part} atšķiras no tās, kas jāaizstāj.",
    fix_en="Keep id, identifier, prescription line and Task as they are; withdraw what belongs to another line.",
    fix_lv="Saglabājiet id, identifier, receptes rindu un Task; to, kas pieder citai rindai, atsauciet.",
)
DSP_AMENDED_MISSING = Rule(
    id="DSP-036",
    http_status=400,
    issue_code="required",
    source="Exchanges 3.2 row 11; FHIR R4 Parameters.parameter.resource",
    text_en="There is no MedicationDispense that should stand in place of this one.",
    text_lv="Nav MedicationDispense, kam jāstājas šīs izsniegšanas vietā.",
    fix_en="Send Parameters with 'reason' and 'dispense' (resource: the whole MedicationDispense).",
    fix_lv="Sūtiet Parameters ar 'reason' un 'dispense' (resource: viss MedicationDispense).",
)
