"""Who may sign a person in: dated rows, and high assurance for professional work."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from tilts.onboarding.eid_providers import eid_register, may_sign_in

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HIGH = "http://eidas.europa.eu/LoA/high"
SUBSTANTIAL = "http://eidas.europa.eu/LoA/substantial"


def test_a_card_of_high_assurance_signs_in_for_everything() -> None:
    for purpose in ("resident", "professional"):
        assert may_sign_in("parauga-eid-karte", HIGH, NOW, purpose).open  # type: ignore[arg-type]


def test_eid_002_a_resident_may_sign_in_by_a_qualified_service_and_a_professional_may_not() -> None:
    assert may_sign_in("piemera-lietotne", SUBSTANTIAL, NOW, "resident").open
    verdict = may_sign_in("piemera-lietotne", SUBSTANTIAL, NOW, "professional")

    assert verdict.reason is not None
    assert (verdict.reason.rule.id, verdict.reason.told()) == ("EID-002", {"assurance": "qualified"})


def test_eid_002_a_sign_in_that_says_another_level_than_the_register_is_refused() -> None:
    for provider, acr in (
        ("piemera-lietotne", HIGH),
        ("parauga-eid-karte", SUBSTANTIAL),
        ("parauga-eid-karte", ""),
    ):
        verdict = may_sign_in(provider, acr, NOW, "resident")
        assert verdict.reason is not None and verdict.reason.rule.id == "EID-002"


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        (datetime(2023, 12, 31, 21, 59, tzinfo=UTC), True),  # the last day, in Riga
        (datetime(2023, 12, 31, 22, 0, tzinfo=UTC), False),
        (datetime(2017, 12, 31, 21, 0, tzinfo=UTC), False),
    ],
)
def test_eid_001_a_service_counts_in_its_days_of_riga_only(moment: datetime, open_: bool) -> None:
    verdict = may_sign_in("ilustracijas-banka", SUBSTANTIAL, moment, "resident")

    assert verdict.open == open_
    assert open_ or (verdict.reason is not None and verdict.reason.rule.id == "EID-001")


def test_eid_001_a_provider_of_signatures_is_no_provider_of_sign_ins() -> None:
    verdict = may_sign_in("Parauga uzticamības pakalpojumi", HIGH, NOW, "resident")

    assert verdict.reason is not None and verdict.reason.rule.id == "EID-001"


def test_an_installation_gives_its_own_register(tmp_path: Path) -> None:
    own = tmp_path / "register.json"
    own.write_text(
        '{"source": "own", "services": [{"provider": "p", "name": "P", "operator": "O", "acr": "a", "assurance":'
        ' "qualified-high", "valid_from": "2026-01-01", "valid_to": null, "source": "s"}]}'
    )
    assert may_sign_in("p", "a", NOW, "professional", eid_register(own)).open

    bad = tmp_path / "bad.json"
    bad.write_text('{"source": "own", "services": [{"assurance": "very high"}]}')
    with pytest.raises(msgspec.ValidationError):
        eid_register(bad)
