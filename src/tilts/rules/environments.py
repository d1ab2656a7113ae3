"""What one environment does not take from another: a test person is nobody in production."""

from tilts.rules import Rule

ENV_TEST_PERSON = Rule(
    id="ENV-001",
    http_status=422,
    issue_code="value",
    source="Design 5: test persons' codes lie in one reserved block, and production refuses the block",
    text_en="This is the person code of a test person; in production it belongs to nobody.",
    text_lv="Šis ir testa personas kods; ražošanas vidē tas nepieder nevienam.",
    fix_en="Use test persons in the test environment only, and here the person code from the person's document.",
    fix_lv="Testa personas lietojiet tikai testa vidē, bet šeit norādiet personas kodu no personas dokumenta.",
)
