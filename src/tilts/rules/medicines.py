"""Why a register of medicines is not taken in, a package not counted, or a product not given for another."""

from tilts.rules import Rule

MED_NOT_LATER = Rule(
    id="MED-001",
    http_status=409,
    issue_code="conflict",
    source="ADR 0046: what was published is never changed, only followed",
    text_en="The register that was published last begins on {last}; a new one must begin after that day, not on {asked}.",
    text_lv="Pēdējais publicētais reģistrs ir spēkā no {last}; jaunajam jāsākas pēc šīs dienas, nevis {asked}.",
    fix_en="Give a later day from which the new register holds.",
    fix_lv="Norādiet vēlāku dienu, no kuras jaunais reģistrs ir spēkā.",
)
MED_UNREADABLE = Rule(
    id="MED-002",
    http_status=422,
    issue_code="structure",
    source="Latvia 6.1; the form of the state agency's open data, unverified (docs/howto/medicines.md)",
    text_en="The file cannot be read as a register of medicines: {fault} (after record {place}).",
    text_lv="Failu nevar nolasīt kā zāļu reģistru: {fault} (pēc {place}. ieraksta).",
    fix_en="Take the file again, whole; a JSON array of objects, or XML with products/product.",
    fix_lv="Paņemiet failu vēlreiz pilnībā; tam jābūt JSON objektu masīvam vai XML ar products/product.",
)
MED_UNKNOWN = Rule(
    id="MED-003",
    http_status=404,
    issue_code="not-found",
    source="Latvia 6.1: a medicine is chosen from the register",
    text_en="Product {asked} is not in the register of medicines on {day}.",
    text_lv="Produkta {asked} {day} zāļu reģistrā nav.",
    fix_en="Check the id of the product, and the day: it may have been in the register earlier.",
    fix_lv="Pārbaudiet produkta identifikatoru un dienu: tas reģistrā varēja būt agrāk.",
)
MED_NOTHING_TAKEN = Rule(
    id="MED-004",
    http_status=422,
    issue_code="incomplete",
    source="ADR 0046: a wrong file must not end every product",
    text_en="Of {read} records none could be taken; the register stays as it is.",
    text_lv="No {read} ierakstiem nevarēja pieņemt nevienu; reģistrs paliek, kāds tas ir.",
    fix_en="Read the report for the reasons; it may be another file.",
    fix_lv="Iemesli ir pārskatā; iespējams, tas ir cits fails.",
)
MED_NO_SUBSTITUTION = Rule(
    id="MED-005",
    http_status=422,
    issue_code="business-rule",
    source="Latvia 6.1: the prescriber may say that nothing else is to be given",
    text_en="The prescriber allows nothing else to be given for {prescribed}.",
    text_lv="Izrakstītājs neatļauj {prescribed} aizstāt ar citām zālēm.",
    fix_en="Hand out what was prescribed, or ask the prescriber.",
    fix_lv="Izsniedziet izrakstīto vai sazinieties ar izrakstītāju.",
)
MED_OTHER_GROUP = Rule(
    id="MED-006",
    http_status=422,
    issue_code="business-rule",
    source="Latvia 6.1: only what stands in the same group is given for another",
    text_en="{given} cannot be given for {prescribed}: they do not stand in one group of the register.",
    text_lv="{given} nevar izsniegt {prescribed} vietā: reģistrā tās nav vienā aizstājamības grupā.",
    fix_en="Choose a product of the group.",
    fix_lv="Izvēlieties produktu no šīs grupas.",
)
MED_OTHER_UNIT = Rule(
    id="MED-007",
    http_status=422,
    issue_code="value",
    source="Latvia 6.1: the remaining amount is kept, and amounts in other units cannot be added",
    text_en="The amount is counted in '{asked}', the package in '{unit}'.",
    text_lv="Daudzums norādīts vienībās '{asked}', bet iepakojums skaitīts vienībās '{unit}'.",
    fix_en="Give the amount in packages or in the unit of the package.",
    fix_lv="Norādiet daudzumu iepakojumos vai iepakojuma vienībās.",
)
MED_NOT_OPENED = Rule(
    id="MED-008",
    http_status=422,
    issue_code="business-rule",
    source="Latvia 6.1; whether a package may be opened is said by the register, unverified",
    text_en="{asked} cannot be taken from packages of {units} {unit}; the next smaller amount is {possible}.",
    text_lv="{asked} nevar izsniegt no iepakojumiem pa {units} {unit}; nākamais mazākais daudzums ir {possible}.",
    fix_en="Hand out the smaller amount, or another package size.",
    fix_lv="Izsniedziet mazāko daudzumu vai citu iepakojuma lielumu.",
)
MED_NOT_COUNTED = Rule(
    id="MED-009",
    http_status=422,
    issue_code="not-supported",
    source="ADR 0046: what was not understood is not counted with",
    text_en="The size of the package of {product} is not known, so it cannot be counted.",
    text_lv="{product} iepakojuma lielums nav zināms, tāpēc to nevar saskaitīt.",
    fix_en="Give the amount in the unit of the prescription, not in packages.",
    fix_lv="Norādiet daudzumu receptes mērvienībās, nevis iepakojumos.",
)
MED_NOT_CHOSEN = Rule(
    id="MED-020",
    http_status=422,
    issue_code="value",
    source="Latvia 6.1: the medicine is one of the classifier",
    text_en="What was written names {count} medicines of the register, not one.",
    text_lv="Ierakstītais atbilst {count} reģistra zālēm, nevis vienām.",
    fix_en="Choose one from the list; by the international name or the product's, in any order of the words.",
    fix_lv="Izvēlieties vienas no saraksta; pēc starptautiskā nosaukuma vai produkta nosaukuma, vārdi jebkurā secībā.",
)
