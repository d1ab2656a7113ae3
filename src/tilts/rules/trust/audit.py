"""Why something about the audit trail cannot be shown (yet), or not like this."""

from tilts.rules import Rule

AUD_NOT_SEALED_YET = Rule(
    id="AUD-001",
    http_status=409,
    issue_code="transient",
    source="Security 2.4: rows are sealed in batches, a few times a second",
    text_en="This access was written down, but is not sealed yet: there is nothing to prove it by.",
    text_lv="Šī piekļuve ir pierakstīta, bet vēl nav aizzīmogota: nav, ar ko to pierādīt.",
    fix_en="Ask again in a few seconds.",
    fix_lv="Vaicājiet vēlreiz pēc dažām sekundēm.",
)
AUD_BEFORE_SEALING = Rule(
    id="AUD-002",
    http_status=409,
    issue_code="not-supported",
    source="ADR 0043: rows from before sealing began have no leaf",
    text_en="This access was written down before sealing began: it cannot be proved.",
    text_lv="Šī piekļuve ir pierakstīta, pirms sākās aizzīmogošana: to nevar pierādīt.",
    fix_en="The record itself stands in the list of accesses.",
    fix_lv="Pats ieraksts ir redzams piekļuvju sarakstā.",
)
AUD_PURPOSE_MISSING = Rule(
    id="AUD-003",
    http_status=400,
    issue_code="required",
    source="Security 2.1; Regulation (EU) 2016/679, Article 5(1)(b): a purpose, also for whoever oversees",
    text_en="Looking into the audit trail needs a reason of at least {characters} characters.",
    text_lv="Lai skatītu audita pierakstus, jānorāda iemesls ar vismaz {characters} rakstzīmēm.",
    fix_en="Say why: the number of the case or complaint, and what is looked for.",
    fix_lv="Norādiet, kāpēc: lietas vai sūdzības numuru un ko meklējat.",
)
AUD_PERIOD_TOO_LONG = Rule(
    id="AUD-004",
    http_status=400,
    issue_code="too-costly",
    source="Design 5: a search is bounded",
    text_en="The period is longer than {days} days, or ends before it begins.",
    text_lv="Laika posms ir garāks par {days} dienām vai beidzas pirms sākuma.",
    fix_en="Name a shorter period, or look through it in parts.",
    fix_lv="Norādiet īsāku posmu vai skatiet to pa daļām.",
)
