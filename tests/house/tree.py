"""The files of the project as the tests of the house see them: what is tracked, or would be."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
GOLDEN = ROOT / "tests" / "golden"
PACKAGES = ("tilts", "tilts_connector", "tilts_fhir", "tilts_terminology")


@cache
def tracked(*suffixes: str) -> tuple[Path, ...]:
    """Files that are in git or would be added to it; nothing that is ignored or made."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    paths = (ROOT / name for name in sorted(set(listed.stdout.split("\0"))) if name)
    return tuple(p for p in paths if p.is_file() and (not suffixes or p.suffix in suffixes))


def sources(*folders: str) -> tuple[Path, ...]:
    """Python files below src/<folder>; all of src without a folder."""
    roots = [SRC / folder for folder in folders] or [SRC]
    return tuple(p for p in tracked(".py") if any(p.is_relative_to(root) for root in roots))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def golden(name: str) -> dict[str, str]:
    """`key: reason` lines of a list of exceptions; each must have its reason."""
    lines = (GOLDEN / name).read_text(encoding="utf-8").splitlines()
    pairs = [line.partition(": ") for line in lines if line and not line.startswith("#")]
    assert all(reason.strip() for _, _, reason in pairs), (
        f"tests/golden/{name}: an exception without a reason"
    )
    return {key: reason for key, _, reason in pairs}


def compared(found: dict[str, str], name: str) -> None:
    """What was found is exactly the list of exceptions: nothing new, and nothing that is no longer so."""
    allowed = golden(name)
    new = {key: said for key, said in found.items() if key not in allowed}
    gone = sorted(allowed.keys() - found.keys())
    assert not new, "not allowed here:\n" + "\n".join(f"  {key}  {said}" for key, said in new.items())
    assert not gone, f"no longer needed, take out of tests/golden/{name}: {gone}"
