"""Why nobody copies the register: too many patients, a hold, and how it is released."""

from tilts.rules import Rule

REGULATION = "Regulation 134 point 14: mass copying must be impossible (Latvia 2.2); Security 3.3"

CPY_LIMIT = Rule(
    id="CPY-001",
    http_status=403,
    issue_code="throttled",
    source=REGULATION,
    text_en="Too much was opened: {what}, more than {allowed}. Held since {since}; nothing of this call was sent.",
    text_lv="Atvērts pārāk daudz: {what}, vairāk nekā {allowed}. Aizturēts kopš {since}; šī izsaukuma dati nav nosūtīti.",
    fix_en="Stop. The authority releases it by two persons once you have told it what it was for. The limits: /limits in the portal.",
    fix_lv="Pārtrauciet. Iestāde to atbrīvo ar divu personu lēmumu, kad būsiet paskaidrojuši, kādēļ tas vajadzīgs. Robežas: portālā /limits.",
)
CPY_HELD = Rule(
    id="CPY-002",
    http_status=403,
    issue_code="suppressed",
    source=REGULATION,
    text_en="Access of {scope} has been held since {since}: {what}.",
    text_lv="Piekļuve ({scope}) ir aizturēta kopš {since}: {what}.",
    fix_en="Turn to the authority; only two of its persons together can release it.",
    fix_lv="Vērsieties iestādē; atbrīvot to var tikai divas tās personas kopā.",
)
CPY_NO_HOLD = Rule(
    id="CPY-003",
    http_status=404,
    issue_code="not-found",
    source="ADR 0042",
    text_en="There is no such hold.",
    text_lv="Šāda aizturējuma nav.",
    fix_en="See 'tilts holds list'.",
    fix_lv="Skatiet 'tilts holds list'.",
)
CPY_REASON = Rule(
    id="CPY-004",
    http_status=422,
    issue_code="required",
    source="Security 5: releasing holds needs a second person, who must see why",
    text_en="Say in at least {characters} characters why the hold may be released.",
    text_lv="Vismaz {characters} rakstzīmēs paskaidrojiet, kāpēc aizturējumu drīkst atbrīvot.",
    fix_en="Write what the institution explained and how it was checked; no names of patients.",
    fix_lv="Rakstiet, ko iestāde paskaidroja un kā tas pārbaudīts; bez pacientu vārdiem.",
)
CPY_SAME_PERSON = Rule(
    id="CPY-005",
    http_status=403,
    issue_code="forbidden",
    source="Security 5: releasing holds needs a second person",
    text_en="Who asked for the release cannot confirm it.",
    text_lv="Kas lūdza atbrīvošanu, to nevar apstiprināt.",
    fix_en="Another person of the authority confirms, or declines.",
    fix_lv="Apstiprina vai noraida cita iestādes persona.",
)
CPY_NOT_AUTHORITY = Rule(
    id="CPY-006",
    http_status=403,
    issue_code="forbidden",
    source="Security 3.3: released by the authority",
    text_en="Only a person of the authority releases a hold.",
    text_lv="Aizturējumu atbrīvo tikai iestādes persona.",
    fix_en="Sign in with an account that holds a role at the authority.",
    fix_lv="Pierakstieties ar kontu, kuram ir loma iestādē.",
)
