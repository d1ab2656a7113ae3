"""Some hundreds of the hostile requests of `make proof ONLY=hostile`, each time the same ones, on all three ports."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from proofs import hostile
from proofs.driver.front import HAPROXY
from proofs.hostility.cases import cases, targets
from proofs.hostility.framing import FRAMES
from proofs.hostility.place import Place, opened
from proofs.hostility.sending import Seen, faults, has_outcome
from proofs.hostility.words import PERSON_CODES
from proofs.keeping import Journal
from tests.running import Running

SIZE = 80
SEED = 11
pytestmark = pytest.mark.skipif(
    not HAPROXY.exists(), reason="haproxy is not installed (Debian: apt-get install haproxy)"
)


@pytest.fixture(scope="module")
def tried(exchange: Running, tmp_path_factory: pytest.TempPathFactory) -> tuple[Journal, list[str]]:
    """What came of it, and every line that the servers and HAProxy wrote meanwhile."""
    journal = Journal(tmp_path_factory.mktemp("hostile"))
    lines: list[str] = []

    async def run(place: Place) -> None:
        journal.begin(seed=SEED)
        journal.add("crowd", **await hostile.one_crowd(place, place.doors[2], 24, calls_before=20))
        for door in place.doors:
            journal.add("round", **await hostile.one_round(door, SEED, SIZE))
            await door.leave()

    with opened(exchange.environment, head_seconds=1, body_seconds=1) as place:
        asyncio.run(run(place))
        hostile.look_into_logs(place, journal)
        for log in place.logs:
            lines += log.read_text("utf-8").splitlines()
    journal.close()
    return journal, lines


def test_nothing_hostile_makes_the_exchange_fail_hang_or_answer_what_was_hidden(
    tried: tuple[Journal, list[str]],
) -> None:
    journal, _ = tried
    judged = hostile.judge(journal)
    assert judged["findings"] == []
    figures = judged["figures"]
    assert figures["cases"] == SIZE * 3
    assert (figures["answers of 5xx"], figures["without end"], figures["hidden requests answered"]) == (
        0,
        0,
        0,
    )
    assert figures["refused with an OperationOutcome"] >= 0.99 * figures["refused"]
    assert figures["refused"] > SIZE, "most of it is refused in words"


def test_what_was_tried_stands_in_no_line_of_any_log(tried: tuple[Journal, list[str]]) -> None:
    """Of HAProxy neither, which writes no address and no header."""
    _, lines = tried
    text = "\n".join(lines)
    hidden = (*PERSON_CODES, "DROP TABLE", "passwd", "jndi", "eyJ", "Bearer ", "forged", "\x1b", "\u202e")
    assert len(lines) > SIZE
    assert not [one for one in hidden if one in text]


def test_the_same_seed_gives_the_same_cases_and_they_reach_every_route() -> None:
    asked = targets()
    first, again = (list(cases(SEED, 400, asked)) for _ in range(2))
    assert first == again
    assert first != list(cases(SEED + 1, 400, asked))
    assert {"body", "search", "headers", "framing", "large", "method"} == {case.kind for case in first}
    many = Counter(case.method for case in cases(SEED, 1_000, asked))
    assert {"GET", "POST", "PUT", "DELETE", "HEAD"} <= set(many)
    assert len(FRAMES) >= 80, "Security 4.4, A6"


@pytest.mark.parametrize(
    ("seen", "what"),
    [
        (Seen([(500, b"")]), "answered with 500"),
        (Seen([(101, b"")]), "the protocol was switched"),
        (Seen([], hangs=True), "no end"),
        (
            Seen([(400, b""), (200, b'{"resourceType":"CapabilityStatement"}')]),
            "a hidden request was answered",
        ),
        (Seen([(201, b"")]), "broken framing was taken"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_eye_of_the_proof_can_see(seen: Seen, what: str) -> None:
    broken = next(case for case in cases(SEED, 400, targets()) if case.broken)
    assert what in faults(broken, seen, mended=False)


def test_memory_is_measured_in_each_session_from_its_first_seed(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for session, seed, mb in (("a", 1, 90), ("a", 1, 100), ("a", 2, 130), ("a", 3, 120), ("b", 4, 900)):
        journal.add("memory", session=session, seed=seed, resident={"exchange": mb})
    assert hostile.growth(journal) == {"exchange": 30}
    journal.add("memory", session="b", seed=5, resident={"exchange": 900 + hostile.MOST_GROWTH_MB + 1})
    assert "exchange grew by 65 MB" in hostile.judge(journal)["findings"]
    journal.close()


def test_an_outcome_is_told_from_other_bodies() -> None:
    assert has_outcome(b'{"resourceType":"OperationOutcome"}')
    assert has_outcome(b'{"error":"x","outcome":{"resourceType":"OperationOutcome"}}')
    assert not any(map(has_outcome, (b"", b"[]", b"<html/>", b'{"error":"x"}', b'{"outcome":{}}')))
