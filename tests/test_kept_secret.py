"""A secret of the installation: made once, the same afterwards, for the owner alone."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tilts.ids import kept_secret
from tilts.onboarding.signing.code_key import code_key
from tilts.settings import Settings


def test_it_is_made_once_whoever_comes_first(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "code.key"
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        found = {one.submit(kept_secret, file).result(), other.submit(kept_secret, file).result()}

    assert len(found) == 1 and len(found.pop()) >= 32
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["code.key"]


@pytest.mark.parametrize(("content", "mode"), [("x" * 40, 0o644), ("short", 0o600)])
def test_one_that_others_can_read_or_guess_is_refused(tmp_path: Path, content: str, mode: int) -> None:
    file = tmp_path / "code.key"
    file.write_text(content)
    file.chmod(mode)
    with pytest.raises(SystemExit, match=r"code\.key"):
        kept_secret(file)


def test_the_key_for_person_codes_is_in_the_keys_folder_unless_said_otherwise(tmp_path: Path) -> None:
    settings = Settings(keys_folder=tmp_path / "keys")
    named = Settings(keys_folder=tmp_path / "keys", code_key_file=tmp_path / "shared.key")

    assert code_key(settings) == (tmp_path / "keys" / "code.key").read_bytes()
    assert code_key(named) == (tmp_path / "shared.key").read_bytes() != code_key(settings)
