"""Why the lab does not begin, prepare or go on with a test."""

from tilts.rules import Rule

LAB_NO_SUCH_RUN = Rule(
    id="LAB-001",
    http_status=404,
    issue_code="not-found",
    source="Source page A4: each developer tests its own system",
    text_en="There is no such test run, or it is not yours to see.",
    text_lv="Šādas testa norises nav, vai tā nav jums redzama.",
    fix_en="Check the address; a run is seen by its vendor and by the authority.",
    fix_lv="Pārbaudiet adresi; norisi redz tās izstrādātājs un iestāde.",
)
LAB_RUN_OVER = Rule(
    id="LAB-002",
    http_status=409,
    issue_code="conflict",
    source="Design 3: what was judged does not change afterwards",
    text_en="This test run is over since {finished}.",
    text_lv="Šī testa norise ir beigusies {finished}.",
    fix_en="Begin a new run; this one stays as it is, with its report.",
    fix_lv="Sāciet jaunu norisi; šī paliek nemainīga kopā ar savu pārskatu.",
)
LAB_NO_SUCH_SCENARIO = Rule(
    id="LAB-003",
    http_status=422,
    issue_code="not-found",
    source="Source page A4: scenarios agreed with the authority",
    text_en="There is no scenario {scenario} for this kind of system.",
    text_lv="Scenārija {scenario} šāda veida sistēmai nav.",
    fix_en="Choose from the list of scenarios; 'tilts lab scenarios' prints it.",
    fix_lv="Izvēlieties no scenāriju saraksta; to izdrukā 'tilts lab scenarios'.",
)
LAB_OTHER_RUN_ACTIVE = Rule(
    id="LAB-004",
    http_status=409,
    issue_code="conflict",
    source="Design 3: a call belongs to one run",
    text_en="Another test run of this system is going on: {run}.",
    text_lv="Šai sistēmai jau notiek cita testa norise: {run}.",
    fix_en="Finish that run, or go on with it.",
    fix_lv="Pabeidziet to vai turpiniet to.",
)
LAB_NOT_TESTABLE = Rule(
    id="LAB-005",
    http_status=422,
    issue_code="business-rule",
    source="Source page A1: systems of institutions and pharmacies",
    text_en="This client cannot be tested as a system of a {role}.",
    text_lv="Šo klientu nevar testēt kā lomas '{role}' sistēmu.",
    fix_en="Choose a registered client of a practice, hospital or pharmacy that fits the role.",
    fix_lv="Izvēlieties reģistrētu prakses, slimnīcas vai aptiekas klientu, kas atbilst lomai.",
)
LAB_NOT_PLAYED_NOW = Rule(
    id="LAB-006",
    http_status=409,
    issue_code="conflict",
    source="Design 3: one scenario of a run at a time",
    text_en="The scenario {scenario} is not being played now.",
    text_lv="Scenārijs {scenario} pašlaik netiek izpildīts.",
    fix_en="Prepare it; a scenario is played from its preparation to that of the next one.",
    fix_lv="Sagatavojiet to; scenārijs notiek no tā sagatavošanas līdz nākamā sagatavošanai.",
)
LAB_NO_TEST_PERSONS = Rule(
    id="LAB-007",
    http_status=409,
    issue_code="business-rule",
    source="Source page A4: test-person data set; no two vendors share",
    text_en="There are no test persons or test organisations left to hand out ({kind}).",
    text_lv="Testa personas vai testa iestādes vairs nav ko piešķirt ({kind}).",
    fix_en="Ask the test help desk; in the sandbox 'tilts seed' makes more persons.",
    fix_lv="Sazinieties ar testēšanas atbalstu; izmēģinājumu vidē personas pievieno 'tilts seed'.",
)
LAB_NOT_PREPARED = Rule(
    id="LAB-008",
    http_status=503,
    issue_code="transient",
    source="Design 3: the lab's counterparts act over the wire like everybody",
    text_en="The lab could not do its part: {fault}.",
    text_lv="Laboratorija nevarēja izpildīt savu daļu: {fault}.",
    fix_en="Prepare the scenario again; if it stays so, tell the test help desk.",
    fix_lv="Sagatavojiet scenāriju vēlreiz; ja tas neizdodas, ziņojiet testēšanas atbalstam.",
)
LAB_NOTHING_TO_GO_ON = Rule(
    id="LAB-009",
    http_status=409,
    issue_code="conflict",
    source="Design 3: the lab's counterparts act once in each part of a scenario",
    text_en="There is nothing more for the lab to do in {scenario} now.",
    text_lv="Scenārijā {scenario} laboratorijai pašlaik vairs nav ko darīt.",
    fix_en="Go on in your own system, or prepare the next scenario.",
    fix_lv="Turpiniet savā sistēmā vai sagatavojiet nākamo scenāriju.",
)
