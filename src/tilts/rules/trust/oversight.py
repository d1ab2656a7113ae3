"""Why an officer of the authority is told no at the desk of oversight."""

from tilts.rules import Rule

OVS_NOT_IN_REGISTER = Rule(
    id="OVS-001",
    http_status=422,
    issue_code="not-found",
    source="ADR 0043: a look into the trail is for somebody named, not for whoever is like them",
    text_en="The register has nobody of that name or code, or several.",
    text_lv="Reģistrā neviena ar šādu nosaukumu vai kodu nav, vai ir vairāki.",
    fix_en="Write the code of the site, the whole name, or the id as a list shows it; of two namesakes name the organisation too.",
    fix_lv="Rakstiet vietas kodu, pilnu nosaukumu vai vārdu, vai sarakstā redzamo numuru; vārdabrāļiem norādiet arī iestādi.",
)
OVS_PERSON_UNKNOWN = Rule(
    id="OVS-002",
    http_status=422,
    issue_code="not-found",
    source="Latvia 2.1: the controller enters what was asked for on paper; Design 5: one answer for a wrong code and a wrong name",
    text_en="Code and name do not belong together, or nobody in the register has that code.",
    text_lv="Kods un vārds nav vienas personas, vai reģistrā šāda koda nav.",
    fix_en="Read both from the paper again, the name as it stands in the passport.",
    fix_lv="Pārlasiet abus iesniegumā; vārdam jābūt tādam kā pasē.",
)
OVS_RECEIVED_ON = Rule(
    id="OVS-003",
    http_status=422,
    issue_code="invalid",
    source="Latvia 2.1: the term runs from the day on which the paper came; a year is our decision",
    text_en="The day on which the paper came is missing, lies ahead, or is more than {days} days back.",
    text_lv="Iesnieguma saņemšanas diena nav norādīta, ir nākotnē vai senāka par {days} dienām.",
    fix_en="Write the day of the stamp of receipt.",
    fix_lv="Rakstiet saņemšanas zīmoga dienu.",
)
OVS_FINDING = Rule(
    id="OVS-004",
    http_status=422,
    issue_code="required",
    source="Security 3.2: every emergency access is reviewed; a finding that nobody can follow is none",
    text_en="A finding is 'justified' or 'not justified', with a note of at least {characters} characters.",
    text_lv="Atzinums ir “pamatota” vai “nav pamatota” ar vismaz {characters} rakstzīmju piezīmi.",
    fix_en="Write what was looked at and whom you asked; no names of patients.",
    fix_lv="Rakstiet, kas skatīts un kam jautāts; bez pacientu vārdiem.",
)
OVS_REVIEWED = Rule(
    id="OVS-005",
    http_status=409,
    issue_code="conflict",
    source="Security 3.2: every emergency access is reviewed, once",
    text_en="There is no such emergency access, or it has been reviewed.",
    text_lv="Šādas ārkārtas piekļuves nav, vai tā jau ir izvērtēta.",
    fix_en="Look at the list as it is now.",
    fix_lv="Skatiet sarakstu, kāds tas ir tagad.",
)
OVS_REPAIR_UNKNOWN = Rule(
    id="OVS-031",
    http_status=404,
    issue_code="not-found",
    source="Exchanges 3.2 row 16",
    text_en="There is no such repair.",
    text_lv="Šāda labojuma nav.",
    fix_en="See 'tilts repairs list'.",
    fix_lv="Skatiet 'tilts repairs list'.",
)
OVS_REPAIR_REASON = Rule(
    id="OVS-032",
    http_status=422,
    issue_code="required",
    source="Exchanges 3.2 row 16: with a reason, which the second person must see",
    text_en="Say in at least {characters} characters why these lines must be repaired.",
    text_lv="Vismaz {characters} rakstzīmēs paskaidrojiet, kāpēc šīs rindas jālabo.",
    fix_en="Write what went wrong and how it was found out; no names of patients.",
    fix_lv="Rakstiet, kas nogāja greizi un kā tas noskaidrots; bez pacientu vārdiem.",
)
OVS_REPAIR_SAME_PERSON = Rule(
    id="OVS-033",
    http_status=403,
    issue_code="forbidden",
    source="Exchanges 3.2 row 16: two persons",
    text_en="Who ordered a repair cannot confirm it.",
    text_lv="Kas labojumu pieprasīja, to nevar apstiprināt.",
    fix_en="Another person of the authority confirms, or declines.",
    fix_lv="Apstiprina vai noraida cita iestādes persona.",
)
OVS_REPAIR_NOT_AUTHORITY = Rule(
    id="OVS-034",
    http_status=403,
    issue_code="forbidden",
    source="Exchanges 3.2 row 16: repaired by the authority",
    text_en="Only a person of the authority repairs the state of prescriptions.",
    text_lv="Recepšu stāvokli labo tikai iestādes persona.",
    fix_en="Sign in with an account that holds a role at the authority.",
    fix_lv="Pierakstieties ar kontu, kuram ir loma iestādē.",
)
OVS_REPAIR_TASKS = Rule(
    id="OVS-035",
    http_status=422,
    issue_code="value",
    source="Exchanges 3.2 row 16; the bound is ours",
    text_en="Name one to {most} Tasks by their ids, and one step: release, cancel or close.",
    text_lv="Norādiet no viena līdz {most} Task pēc to id un vienu soli: release, cancel vai close.",
    fix_en="One id on a line, as Task.id says it; order another repair for the rest.",
    fix_lv="Katrā rindā viens id, kā to rāda Task.id; pārējiem pieprasiet vēl vienu labojumu.",
)
