"""The check in a process of its own: same answers, stopped at its limits, and nothing is left of it."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.onboarding.signing.desk import AGREED, NOW, Desk, agreement, expected
from tilts.onboarding.signing.process import verify
from tilts.onboarding.signing.report import Limits, Terms, VerifyRequest
from tilts.rules import Refusal

pytestmark = pytest.mark.anyio


def request_for(desk: Desk, content: bytes, **limits: object) -> VerifyRequest:
    terms = Terms(limits=replace(Limits(), **limits))  # type: ignore[arg-type]
    return VerifyRequest(content, AGREED, expected((AGREED, agreement())), desk.trust, NOW, terms)


def children() -> set[str]:
    return set(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split())


async def refusal_of(request: VerifyRequest) -> Refusal:
    with pytest.raises(Refusal) as no:
        await verify(request)
    return no.value


async def test_a_good_file_is_reported_as_without_the_process(desk: Desk) -> None:
    from tilts.onboarding.signing.checking import check

    request = request_for(desk, desk.pdf())

    assert await verify(request) == check(request)


async def test_a_refusal_comes_through_with_its_facts(desk: Desk) -> None:
    no = await refusal_of(request_for(desk, desk.pdf(both=False)))

    assert no.rule.id == "SGN-008"
    assert no.told() == {"side": "Parauga iestāde"}


async def test_what_takes_too_long_is_sgn_026_and_nothing_is_left(desk: Desk) -> None:
    before = children()
    no = await refusal_of(request_for(desk, desk.pdf(), wall_seconds=0.05))

    assert no.rule.id == "SGN-026"
    assert children() == before


async def test_what_takes_too_much_memory_is_sgn_026(desk: Desk) -> None:
    """Less than the interpreter itself needs: whatever it does next, the limit stops it."""
    no = await refusal_of(request_for(desk, desk.pdf(), memory_bytes=64 * 2**20))

    assert no.rule.id == "SGN-026"


async def test_what_takes_too_much_processor_time_is_sgn_026(desk: Desk) -> None:
    """A second of processor time, and a PDF whose objects take longer to walk through."""
    no = await refusal_of(request_for(desk, heavy(), cpu_seconds=1))

    assert no.rule.id == "SGN-026"


def heavy() -> bytes:
    """A valid PDF of 16 MB, made by hand: a hundred lists of eighty thousand numbers each."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"]
    objects += [b"[" + b"1 " * 80_000 + b"]"] * 100
    whole, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(whole))
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(whole)
    whole += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    whole += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(whole)


async def test_a_check_whose_asker_went_away_is_ended_too(desk: Desk) -> None:
    before = children()
    asking = asyncio.ensure_future(verify(request_for(desk, heavy())))
    while children() == before:
        await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking

    assert children() == before


async def test_a_file_over_the_limit_is_not_even_handed_over_sgn_002(desk: Desk) -> None:
    before = children()
    no = await refusal_of(request_for(desk, desk.pdf(), file_bytes=10))

    assert no.rule.id == "SGN-002"
    assert children() == before
