"""Refusals of reconciling what was handed out by a printed sheet while the exchange could not be reached."""

from tilts.rules import Rule

DSP_SHEET_NOT_OURS = Rule(
    id="DSP-041",
    http_status=422,
    issue_code="security",
    source="ADR 0050: what was handed out by a code is recorded only if the exchange signed that code",
    text_en="This code is not one that this exchange signed, or it was changed.",
    text_lv="Šo kodu apmaiņas sistēma nav parakstījusi, vai tas ir mainīts.",
    fix_en="Scan the code again and send it whole. If it stays so, keep the sheet and tell the authority.",
    fix_lv="Nolasiet kodu vēlreiz un sūtiet to visu. Ja tas atkārtojas, saglabājiet lapu un ziņojiet iestādei.",
)
DSP_OUTAGE_MOMENT = Rule(
    id="DSP-042",
    http_status=422,
    issue_code="value",
    source="ADR 0050; FHIR R4 MedicationDispense.whenHandedOver",
    text_en="When it was handed over must be said to the second, and lie between {printed} and {now}.",
    text_lv="Izsniegšanas brīdis jānorāda līdz sekundei, un tam jābūt starp {printed} un {now}.",
    fix_en="Send the moment of handing over with its time zone in whenHandedOver.",
    fix_lv="Izsniegšanas brīdi ar laika joslu sūtiet laukā whenHandedOver.",
)
DSP_HANDED_OUT_TWICE = Rule(
    id="DSP-043",
    http_status=409,
    issue_code="conflict",
    source="Exchanges 3.2: nobody hands out more than was prescribed; ADR 0050: what happened is kept all the same",
    text_en="What you handed out cannot be counted: {why} It is kept as conflict {number}.",
    text_lv="Jūsu izsniegto nevar ieskaitīt: {why} Tas ir saglabāts kā konflikts {number}.",
    fix_en="Do not send it again. The authority sees the conflict; the other pharmacy, prescriber and patient are told.",
    fix_lv="Nesūtiet to vēlreiz. Konfliktu redz iestāde; par to paziņo otrai aptiekai, izrakstītājam un pacientam.",
)
DSP_SHEET_RECONCILED = Rule(
    id="DSP-044",
    http_status=409,
    issue_code="conflict",
    source="ADR 0050: one sheet is reconciled once by a pharmacy",
    text_en="This pharmacy has reconciled this code already, with another quantity, moment or identifier.",
    text_lv="Šī aptieka šo kodu jau ir saskaņojusi ar citu daudzumu, brīdi vai identifikatoru.",
    fix_en="Send what was handed out by one code as one dispense; correct a recorded one with $amend.",
    fix_lv="Ar vienu kodu izsniegto sūtiet kā vienu izsniegšanu; ierakstīto labojiet ar $amend.",
)
DSP_OUTAGE_DAY = Rule(
    id="DSP-045",
    http_status=409,
    issue_code="conflict",
    source="Latvia 6.1: a prescription has a term; the code says from which day to which",
    text_en="It was handed out on {day}, but was valid from {first} to {last}.",
    text_lv="Izsniegts {day}, bet recepte bija derīga no {first} līdz {last}.",
    fix_en="Nothing is left to do for the pharmacy; the authority decides.",
    fix_lv="Aptiekai vairs nekas nav darāms; lemj iestāde.",
)
DSP_OUTAGE_INCOMPLETE = Rule(
    id="DSP-046",
    http_status=400,
    issue_code="required",
    source="ADR 0050; FHIR R4 Parameters.parameter.resource",
    text_en="Reconciling needs the code of the sheet and the dispense.",
    text_lv="Saskaņošanai vajadzīgs lapas kods un izsniegšana.",
    fix_en="Send Parameters with 'code' (valueString) and 'dispense' (resource: MedicationDispense).",
    fix_lv="Sūtiet Parameters ar 'code' (valueString) un 'dispense' (resource: MedicationDispense).",
)
