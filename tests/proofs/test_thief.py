"""The thief at a small size: a sandbox with the shipped limits, the same ways, one kill."""

from collections.abc import Iterator

import pytest

from proofs import theft, thief
from proofs.stopping import Stop
from proofs.thief import BY_PRACTITIONER, Scene, judge, mixed, only, workday
from proofs.watching import Silent
from tilts.lab.environment import Environment, Options

SHARE = 0.06  # of the institutions of a normal day


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    options = Options(tmp_path_factory.mktemp("thief") / "sandbox", port=0, rate=0)
    environment = Environment(options, lambda _: None)
    yield Scene(environment, 5, Stop(), Silent())
    environment.stop()


def test_sixty_patients_over_many_connections_and_a_kill_and_none_after_the_hold(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(theft, "STILL", 3)
    part = mixed(16, "practice-9", only("POST /Patient/by-identity"), kills=("the server",))(scene)
    assert (part["after"], part["killed"]) == (0, 1)
    assert BY_PRACTITIONER - 16 <= part["got"] <= BY_PRACTITIONER, "an answer may die with its server"
    assert part["answers"]["CPY-001"] >= 1
    assert part["alert_seconds"] <= thief.ALERT_SECONDS


def test_every_way_together_gives_no_more(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theft, "STILL", 3)
    part = mixed(4, "practice", lambda: theft.every_way("practice"), kills=())(scene)
    assert 0 < part["got"] <= BY_PRACTITIONER
    assert part["after"] == 0


def test_a_held_practitioner_gets_no_token(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theft, "STILL", 3)
    party = scene.thief("practice-8")
    loot = scene.loot(party, "token")

    async def work() -> None:
        await theft.steal(party, loot, only("POST /Patient/by-identity")())
        party._token = None
        await theft.steal(party, loot, only("POST /Patient/by-identity")())

    scene.run(work)
    party.line.close()
    assert loot.answers["CPY-002"] == 2
    assert loot.answers["token 403"] == 3


def test_a_normal_day_holds_nobody(scene: Scene) -> None:
    part = workday(scene, SHARE)
    assert part["consultations"] > 50
    assert (part["refused"], part["holds"]) == (0, 0)


def test_every_route_of_patients_is_tried() -> None:
    tried = {name for name, _ in theft.every_way("practice")}
    assert {f"{route.method} {route.path}" for route in theft.routes_of_patients("practice")} == tried
    assert {"GET /Patient/{id}", "POST /Patient/_search", "POST /Patient/by-identity", "POST /"} <= tried


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"got": 61}, "61 patients, allowed are 60"),
        ({"got": 0}, "0 patients"),
        ({"after": 1}, "1 patients after the hold"),
        ({"alert_seconds": 11.0}, "alert after 11.0 s"),
        ({"alert_seconds": None}, "alert after None s"),
    ],
)
def test_a_failure_would_be_seen(changed: dict[str, object], said: str) -> None:
    part = {"name": "x", "got": 60, "after": 0, "alert_seconds": 0.0}
    assert judge([part], [])["findings"] == []
    assert any(said in finding for finding in judge([part | changed], [])["findings"])


def test_a_hold_on_a_normal_day_would_be_seen() -> None:
    usual = {
        "name": "a normal day",
        "consultations": 4000,
        "calls": 9,
        "refused": 0,
        "holds": 0,
        "warnings": 3,
    }
    assert judge([usual | {"told": {}}], [])["findings"] == []
    assert judge([usual | {"warnings": 4, "told": {}}], [])["findings"]
    assert judge([usual | {"holds": 1, "told": {}}], [])["findings"]
