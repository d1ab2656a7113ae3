"""Why a step of a case is refused: not now, not by this side, not alone."""

from tilts.rules import Rule

CASE_NOT_FOUND = Rule(
    id="CASE-001",
    http_status=404,
    issue_code="not-found",
    source="Design 2: the path, and the room of each step",
    text_en="There is no such case, or it is not yours to see.",
    text_lv="Šādas lietas nav, vai tā nav jums redzama.",
    fix_en="Check the number; a case is seen by its party and by the authority.",
    fix_lv="Pārbaudiet numuru; lietu redz tās dalībnieks un iestāde.",
)
CASE_NO_SUCH_STEP = Rule(
    id="CASE-002",
    http_status=404,
    issue_code="not-found",
    source="Design 3: workflow states are tables as data",
    text_en="A case of this kind has no step {action}.",
    text_lv="Šāda veida lietai nav soļa {action}.",
    fix_en="Choose one of the steps shown with the case.",
    fix_lv="Izvēlieties kādu no lietā parādītajiem soļiem.",
)
CASE_NOT_NOW = Rule(
    id="CASE-003",
    http_status=409,
    issue_code="conflict",
    source="Design 3: workflow states are tables as data",
    text_en="The step “{action}” is not possible while the case is in the state “{state}”; possible now: {possible}.",
    text_lv="Solis «{action}» nav iespējams, kamēr lieta ir stāvoklī «{state}»; pašlaik iespējams: {possible}.",
    fix_en="Open the case again: somebody may have gone on meanwhile.",
    fix_lv="Atveriet lietu no jauna: iespējams, kāds to pa šo laiku jau virzījis tālāk.",
)
CASE_OTHER_SIDE = Rule(
    id="CASE-004",
    http_status=403,
    issue_code="forbidden",
    source="Source page A2, B5, C3: who does what",
    text_en="The step “{action}” is taken by the other side ({side}).",
    text_lv="Soli «{action}» veic otra puse ({side}).",
    fix_en="Wait for the other side, or write to the desk named in the footer.",
    fix_lv="Gaidiet otras puses rīcību vai rakstiet kājenē norādītajai nodaļai.",
)
CASE_SECOND_PERSON = Rule(
    id="CASE-005",
    http_status=409,
    issue_code="conflict",
    source="Design 3: changed by the authority with two persons",
    text_en="The step “{action}” needs a second person; you have asked for it yourself.",
    text_lv="Solim «{action}» vajadzīgs otrs cilvēks; to pieprasījāt jūs pats.",
    fix_en="Ask a colleague to open the case and confirm it.",
    fix_lv="Palūdziet kolēģim atvērt lietu un soli apstiprināt.",
)
CASE_ANOTHER_PENDING = Rule(
    id="CASE-006",
    http_status=409,
    issue_code="conflict",
    source="Design 3: changed by the authority with two persons",
    text_en="The step “{pending}” waits for a second person; until then nothing else is possible.",
    text_lv="Solis «{pending}» gaida otra cilvēka apstiprinājumu; līdz tam nekas cits nav iespējams.",
    fix_en="Confirm it or decline it first.",
    fix_lv="Vispirms to apstipriniet vai noraidiet.",
)
CASE_FIELD_MISSING = Rule(
    id="CASE-007",
    http_status=422,
    issue_code="required",
    source="Source page C3: filled in, then sent to be agreed",
    text_en="The step “{action}” lacks: {fields}.",
    text_lv="Solim «{action}» trūkst: {fields}.",
    fix_en="Fill in every field that is marked as required.",
    fix_lv="Aizpildiet visus obligātos laukus.",
)
CASE_OPEN_ALREADY = Rule(
    id="CASE-008",
    http_status=409,
    issue_code="duplicate",
    source="Latvia 4.1, 4.2: one agreement of a kind with one party",
    text_en="There is an open case of this kind already: {number}.",
    text_lv="Šāda veida lieta jau ir atvērta: {number}.",
    fix_en="Go on with that case, or withdraw it first.",
    fix_lv="Turpiniet to lietu vai vispirms to atsauciet.",
)
CASE_NOT_FOR_YOU = Rule(
    id="CASE-009",
    http_status=403,
    issue_code="forbidden",
    source="Source page A2, A7, C2: who concludes which agreement",
    text_en="A case of the kind {kind} is not opened by a party of the kind {party_kind}.",
    text_lv="Lietu {kind} nevar atvērt dalībnieks, kura veids ir {party_kind}.",
    fix_en="See the procedure pages: each says who takes part.",
    fix_lv="Skatiet kārtības lapas: katrā norādīts, kurš piedalās.",
)
CASE_DOCUMENT_MISSING = Rule(
    id="CASE-010",
    http_status=404,
    issue_code="not-found",
    source="Design 2: the path, and the room of each step",
    text_en="The case has no such document.",
    text_lv="Lietā šāda dokumenta nav.",
    fix_en="Hand the file in with the step.",
    fix_lv="Iesniedziet datni kopā ar soli.",
)
CASE_NO_PARTY = Rule(
    id="CASE-011",
    http_status=409,
    issue_code="conflict",
    source="Source page B5: the application is sent by e-mail",
    text_en="The case came by e-mail, and nobody has said yet whose it is.",
    text_lv="Lieta sākta pēc e-pasta vēstules, un vēl nav norādīts, kuram dalībniekam tā pieder.",
    fix_en="Give it to its party on the page of the mail, then take the step.",
    fix_lv="Vēstules lapā norādiet dalībnieku un tad izpildiet soli.",
)
CASE_CHANGED_MEANWHILE = Rule(
    id="CASE-012",
    http_status=409,
    issue_code="conflict",
    source="Our decision: a person agrees to what they have seen, not to what it became meanwhile",
    text_en="The case has changed since you opened this page.",
    text_lv="Lieta ir mainījusies, kopš atvērāt šo lapu.",
    fix_en="Nothing was done. Look at the case as it is now, then take the step again.",
    fix_lv="Nekas netika izdarīts. Apskatiet lietu tagadējā stāvoklī un tad izpildiet soli vēlreiz.",
)
