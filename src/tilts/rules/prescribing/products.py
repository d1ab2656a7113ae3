"""Refusals where prescribing and dispensing meet the register of medicines."""

from tilts.rules import Rule

PRE_NOT_IN_REGISTER = Rule(
    id="PRE-032",
    http_status=422,
    issue_code="code-invalid",
    source="Latvia 6.1: a medicine is chosen from the register; ADR 0056",
    text_en="Product {asked} is not in the register of medicines on {day}, or is no longer sold: it cannot be prescribed.",
    text_lv="Produkta {asked} {day} zāļu reģistrā nav, vai to vairs nepārdod: to nevar izrakstīt.",
    fix_en="Choose a product of the register as of the day, or name the medicine by its general name.",
    fix_lv="Izvēlieties produktu no tās dienas reģistra vai norādiet zāļu vispārīgo nosaukumu.",
)
PRE_NOT_REIMBURSED = Rule(
    id="PRE-033",
    http_status=422,
    issue_code="business-rule",
    source="Latvia 6.1: the exact code decides, E11.0 finds conditions where E11 does not; terms of the register, unverified",
    text_en="For diagnosis {given} nothing is paid of {product} by the register of the day.",
    text_lv="Diagnozei {given} šīs dienas reģistrā {product} nav kompensējams.",
    fix_en="Give the exact sub-code for which it is reimbursed, or prescribe without reimbursement.",
    fix_lv="Norādiet precīzo apakškodu, kuram tas ir kompensējams, vai izrakstiet bez kompensācijas.",
)
PRE_OTHER_RATE = Rule(
    id="PRE-034",
    http_status=422,
    issue_code="business-rule",
    source="Latvia 6.1: list and rate follow from the diagnosis; terms of the register, unverified",
    text_en="List or rate is not what the register of the day has ({known}).",
    text_lv="Saraksts vai apmērs neatbilst šīs dienas reģistram ({known}).",
    fix_en="Leave list and rate out, or give them as the register has them.",
    fix_lv="Nenorādiet sarakstu un apmēru vai norādiet tos, kā ir reģistrā.",
)
DSP_DEARER = Rule(
    id="DSP-053",
    http_status=422,
    issue_code="business-rule",
    source="Latvia 6.1 [S]: of reimbursed medicines the cheapest is given; that the patient may agree to another is unverified",
    text_en="{given} is dearer than what is given of a reimbursed prescription: {cheapest}.",
    text_lv="{given} ir dārgāks nekā tas, ko izsniedz pēc kompensējamās receptes: {cheapest}.",
    fix_en="Hand out the cheapest, or record in extension 'dearer-agreed' that the patient agreed to pay the difference.",
    fix_lv="Izsniedziet lētāko vai paplašinājumā 'dearer-agreed' ierakstiet, ka pacients piekrita maksāt starpību.",
)
DSP_NOT_IN_REGISTER = Rule(
    id="DSP-051",
    http_status=422,
    issue_code="code-invalid",
    source="Latvia 6.1; ADR 0056: a code of the register means a product that it has",
    text_en="Product {asked} is not in the register of medicines on {day}, or is no longer sold.",
    text_lv="Produkta {asked} {day} zāļu reģistrā nav, vai to vairs nepārdod.",
    fix_en="Give the code of the product that was handed out, as the register has it on that day.",
    fix_lv="Norādiet faktiski izsniegtā produkta kodu, kāds tas ir tās dienas reģistrā.",
)
DSP_PACKS_LEFT = Rule(
    id="DSP-052",
    http_status=409,
    issue_code="conflict",
    source="Exchanges 3.2 row 5; Latvia 6.1: the remaining amount is kept",
    text_en="{asked} units are more than what is left: {left} units (packages of {size}: {packs}; loose: {loose}).",
    text_lv="{asked} vienības ir vairāk, nekā atlicis: {left} vienības (iepakojumi pa {size}: {packs}; atsevišķi: {loose}).",
    fix_en="Hand out no more than what is left.",
    fix_lv="Izsniedziet ne vairāk, kā atlicis.",
)
