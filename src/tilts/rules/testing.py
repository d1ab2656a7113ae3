"""Why a test plan, the handing in of results or an approval is refused."""

from tilts.rules import Rule

TST_NO_SCENARIOS = Rule(
    id="TST-001",
    http_status=422,
    issue_code="required",
    source="Source page A4: scenarios agreed with the authority",
    text_en="The plan names no scenario for {functionality}.",
    text_lv="Plānā nav neviena scenārija funkcionalitātei {functionality}.",
    fix_en="Choose at least one scenario for each functionality of the version.",
    fix_lv="Katrai versijas funkcionalitātei izvēlieties vismaz vienu scenāriju.",
)
TST_UNKNOWN_SCENARIO = Rule(
    id="TST-002",
    http_status=422,
    issue_code="value",
    source="Source page A4: scenarios agreed with the authority",
    text_en="There is no scenario {scenario} for this version.",
    text_lv="Šai versijai nav scenārija {scenario}.",
    fix_en="Choose from the list of scenarios.",
    fix_lv="Izvēlieties no scenāriju saraksta.",
)
TST_PLAN_NOT_AGREED = Rule(
    id="TST-003",
    http_status=409,
    issue_code="conflict",
    source="Source page A4: scenarios agreed with the authority",
    text_en="There is no test plan agreed by both sides for this version.",
    text_lv="Šai versijai nav abu pušu saskaņota testēšanas plāna.",
    fix_en="Propose a plan and wait until the other side agrees.",
    fix_lv="Piedāvājiet plānu un sagaidiet, līdz otra puse tam piekrīt.",
)
TST_RUN_NOT_WHOLE = Rule(
    id="TST-004",
    http_status=409,
    issue_code="conflict",
    source="Source page A4, A5: the results of the agreed scenarios are analysed",
    text_en="The run does not hold a result for: {scenarios}.",
    text_lv="Testēšanas gaitā nav rezultāta scenārijiem: {scenarios}.",
    fix_en="Play every scenario of the agreed plan, then hand in.",
    fix_lv="Izspēlējiet visus saskaņotā plāna scenārijus un tad nododiet rezultātus.",
)
TST_OPEN_STEPS = Rule(
    id="TST-005",
    http_status=409,
    issue_code="conflict",
    source="Source page A5: approved after the analysis of the results",
    text_en="Not settled yet: {rows}.",
    text_lv="Vēl nav izšķirts: {rows}.",
    fix_en="Settle each in the worksheet with a reason, or send the results back.",
    fix_lv="Katru izšķiriet darblapā, norādot iemeslu, vai atdodiet rezultātus atpakaļ.",
)
TST_NO_SUCH_ROW = Rule(
    id="TST-006",
    http_status=404,
    issue_code="not-found",
    source="Source page A5: analysis of the results",
    text_en="The results hold no step {step} of scenario {scenario}.",
    text_lv="Rezultātos nav scenārija {scenario} soļa {step}.",
    fix_en="Open the worksheet again.",
    fix_lv="Atveriet darblapu no jauna.",
)
TST_VERSION_NOT_YOURS = Rule(
    id="TST-007",
    http_status=404,
    issue_code="not-found",
    source="Source page A5: approval of that system",
    text_en="There is no such version among your systems.",
    text_lv="Starp jūsu sistēmām šādas versijas nav.",
    fix_en="Register the system and its version first.",
    fix_lv="Vispirms reģistrējiet sistēmu un tās versiju.",
)
TST_DATE_OVER = Rule(
    id="TST-008",
    http_status=422,
    issue_code="value",
    source="Our decision: a reservation is to be settled until a day that is not over",
    text_en="The day {day} is not in the future.",
    text_lv="Diena {day} nav nākotnē.",
    fix_en="Choose a later day.",
    fix_lv="Izvēlieties vēlāku dienu.",
)
TST_SCENARIO_CHANGED = Rule(
    id="TST-009",
    http_status=409,
    issue_code="conflict",
    source="Design 3: what was agreed is frozen, each scenario by its hash",
    text_en="These scenarios are not as they were when the plan was agreed: {scenarios}.",
    text_lv="Šie scenāriji vairs nav tādi, kādi bija plāna saskaņošanas brīdī: {scenarios}.",
    fix_en="Make a new plan; it is agreed with the scenarios as they are now.",
    fix_lv="Izveidojiet jaunu plānu; to saskaņo ar scenārijiem to pašreizējā redakcijā.",
)
TST_OUTSIDE_WINDOW = Rule(
    id="TST-010",
    http_status=409,
    issue_code="business-rule",
    source="Source page A4: testing in agreed time",
    text_en="The test window of {number} is {starts_on} to {ends_on}; today is {day}.",
    text_lv="Lietas {number} testēšanas laiks ir no {starts_on} līdz {ends_on}; šodien ir {day}.",
    fix_en="Begin the run on one of those days, or ask the authority for other days. Practice runs may be begun any day.",
    fix_lv="Sāciet norisi kādā no šīm dienām vai lūdziet iestādei citas dienas. Izmēģinājuma norises var sākt jebkurā dienā.",
)
TST_NOT_RUNNING = Rule(
    id="TST-011",
    http_status=409,
    issue_code="conflict",
    source="Source page A4: testing begins when it was asked for and its days are set",
    text_en="No run can be begun under case {number} now.",
    text_lv="Lietā {number} testa norisi pašlaik sākt nevar.",
    fix_en="Runs belong to a testing case while its tests are running, or after its results were sent back.",
    fix_lv="Norises pieder testēšanas lietai, kamēr notiek testēšana vai pēc tam, kad rezultāti ir atdoti atpakaļ.",
)
TST_WINDOW_ORDER = Rule(
    id="TST-012",
    http_status=422,
    issue_code="value",
    source="Our decision: a test window has an end that is not over and does not come before its start",
    text_en="The days {starts_on} to {ends_on} are no test window.",
    text_lv="Dienas no {starts_on} līdz {ends_on} nevar būt testēšanas laiks.",
    fix_en="Choose a last day that is not over and not before the first day.",
    fix_lv="Izvēlieties beigu dienu, kas vēl nav pagājusi un nav pirms sākuma dienas.",
)
TST_OTHER_VERSION = Rule(
    id="TST-013",
    http_status=422,
    issue_code="business-rule",
    source="Source page A5: approval of that system in that version",
    text_en="This client is not a test client of {version}.",
    text_lv="Šis klients nav versijas {version} testa klients.",
    fix_en="Choose a client of this version, or register one under My systems.",
    fix_lv="Izvēlieties šīs versijas klientu vai reģistrējiet to sadaļā “Manas sistēmas”.",
)
