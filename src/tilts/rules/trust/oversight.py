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
