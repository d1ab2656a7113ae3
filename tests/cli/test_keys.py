"""`tilts keys`: the next key, one that goes, and whose sign-in it is."""

import asyncio
import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from tests.running import Running
from tilts.access.tokens.keys import key_ring
from tilts.cli.operating.keys import announced, listed, retired, tie
from tilts.cli.refusals import NotPossible


def states(folder: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    capsys.readouterr()
    assert listed(keys_folder=folder, as_json=True) == 0
    return [json.loads(line)["state"] for line in capsys.readouterr().out.splitlines()]


def test_a_key_is_announced_and_in_need_put_in_place_of_one_that_goes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = key_ring(tmp_path).all()[0].kid
    assert states(tmp_path, capsys) == ["signing"]
    assert announced(keys_folder=tmp_path) == 0
    assert states(tmp_path, capsys) == ["signing", "announced"]
    with pytest.raises(NotPossible, match="--now"):
        retired(first, keys_folder=tmp_path)
    assert announced(now=True, keys_folder=tmp_path) == 0
    assert retired(first, keys_folder=tmp_path) == 0
    assert states(tmp_path, capsys) == ["over", "signing", "announced"]
    assert listed(keys_folder=tmp_path) == 0
    assert first in capsys.readouterr().out


def test_a_folder_without_keys_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotPossible, match="no token keys"):
        listed(keys_folder=tmp_path)


def test_a_sign_in_is_one_practitioners_until_it_is_ended(exchange: Running) -> None:
    def said(practitioner: UUID, *, end: bool = False) -> bool:
        return asyncio.run(tie(exchange.settings, practitioner, "https://login.example", "sub-1", end))

    one, other = uuid4(), uuid4()
    assert [said(one), said(other), said(one, end=True), said(one, end=True), said(other)] == [
        True,
        False,
        True,
        False,
        True,
    ]
