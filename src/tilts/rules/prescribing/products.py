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
