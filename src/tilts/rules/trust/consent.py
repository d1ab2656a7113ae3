"""Why a patient's ban or delegation is not recorded, or not ended."""

from tilts.rules import Rule

CNS_NOT_YOURS = Rule(
    id="CNS-001",
    http_status=403,
    issue_code="forbidden",
    source="Latvia 6.5: bans and delegations by the patient, for own minor children, wards and delegating persons",
    text_en="This consent is not for you to give or to end.",
    text_lv="Šo piekrišanu nevarat dot vai izbeigt jūs.",
    fix_en="The patient or a guardian gives and ends all; a person with a whole delegation only bans.",
    fix_lv="Visas dod un izbeidz pacients vai aizbildnis; pilnvarotais, kam atvērts viss, tikai aizliegumus.",
)
CNS_NOT_UNDERSTOOD = Rule(
    id="CNS-002",
    http_status=422,
    issue_code="business-rule",
    source="FHIR R4 Consent; what the exchange cannot hold to it does not record: docs/adr/0041-may-they.md",
    text_en="The consent says something that the exchange could not hold to: {fault}.",
    text_lv="Piekrišanā ir kas tāds, ko sistēma nevarētu ievērot: {fault}.",
    fix_en="Use the profile tilts-consent: one kind, one provision, no nested provisions.",
    fix_lv="Lietojiet profilu tilts-consent: viens veids, viens noteikums, bez iekļautiem noteikumiem.",
)
CNS_PERIOD = Rule(
    id="CNS-003",
    http_status=422,
    issue_code="business-rule",
    source="FHIR R4 Period: the end is after the start",
    text_en="The period is over or ends before it starts.",
    text_lv="Periods ir beidzies vai beidzas, pirms sākas.",
    fix_en="Leave the end out, or set it after the start and after now.",
    fix_lv="Nenorādiet beigas vai norādiet tās pēc sākuma un pēc šī brīža.",
)
CNS_DOCUMENT_UNKNOWN = Rule(
    id="CNS-004",
    http_status=422,
    issue_code="not-found",
    source="Latvia 6.5: bans and delegations of selected documents",
    text_en="A document named is not one of this patient's that you can see.",
    text_lv="Kāds norādītais dokuments nav šī pacienta dokuments, ko redzat.",
    fix_en="Name documents by MedicationRequest/(id) or MedicationDispense/(id) as you read them.",
    fix_lv="Norādiet dokumentus kā MedicationRequest/(id) vai MedicationDispense/(id), kā tos nolasāt.",
)
CNS_NO_EVIDENCE = Rule(
    id="CNS-005",
    http_status=422,
    issue_code="required",
    source="Latvia 2.1: persons who cannot authenticate apply on paper, the controller enters it",
    text_en="What was asked for on paper needs the number of the paper.",
    text_lv="Uz papīra lūgtajam vajadzīgs iesnieguma numurs.",
    fix_en="Put it into Consent.sourceReference.identifier.value; for $end into the parameter evidence.",
    fix_lv="Norādiet to laukā Consent.sourceReference.identifier.value; $end izsaukumā parametrā evidence.",
)
CNS_GRANTEE_UNKNOWN = Rule(
    id="CNS-006",
    http_status=422,
    issue_code="not-found",
    source="Latvia 6.5: delegation to another person",
    text_en="The person to be named is not in the register, or is the patient.",
    text_lv="Pilnvarojamās personas reģistrā nav, vai tas ir pats pacients.",
    fix_en="Name the other person by person code (actor.reference.identifier) or by Patient/(id).",
    fix_lv="Norādiet otru personu pēc personas koda (actor.reference.identifier) vai kā Patient/(id).",
)
CNS_ENDED = Rule(
    id="CNS-007",
    http_status=409,
    issue_code="conflict",
    source="Latvia 6.5: reversible at any time; once",
    text_en="This consent has ended already.",
    text_lv="Šī piekrišana jau ir beigusies.",
    fix_en="Nothing is left to do; record a new one if it is to hold again.",
    fix_lv="Vairs nekas nav jādara; ja tai atkal jābūt spēkā, ierakstiet jaunu.",
)
CNS_ONE_PATIENT = Rule(
    id="CNS-008",
    http_status=422,
    issue_code="not-found",
    source="FHIR R4 Consent.patient; Design 5: a token of the portal is for one patient",
    text_en="The consent names no patient of the register, or another than the token.",
    text_lv="Piekrišanā nav norādīts reģistra pacients vai norādīts cits pacients nekā talonā.",
    fix_en="Consent.patient is Patient/(id), through the portal the patient of the token.",
    fix_lv="Consent.patient ir Patient/(id), portālā talonā norādītais pacients.",
)
