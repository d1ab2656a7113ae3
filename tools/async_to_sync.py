"""Makes the connector for programs without an event loop: `_async/` is the source of `_sync/`.

    python tools/async_to_sync.py            writes
    python tools/async_to_sync.py --check    exit status 1 if `_sync/` is not what `_async/` gives

The text is rewritten token by token, so that layout, docstrings and remarks stay.
"""

import argparse
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONNECTOR = ROOT / "src" / "tilts_connector"
# Said here, because ruff looks for the files of `_sync/` and they may not be there yet.
OUR_PACKAGES = 'lint.isort.known-first-party=["tilts_connector", "tilts_fhir"]'
NOTICE = "# Made from _async/{name} by tools/async_to_sync.py: change that one.\n"

DROPPED = {"async", "await"}
RENAMED = {
    "_async": "_sync",
    "aclose": "close",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
}
# In docstrings and remarks: what a reader of the other kind of program needs to read.
REWORDED = [
    (re.compile(r"\basync with\b"), "with"),
    (re.compile(r"\baclose\b"), "close"),
    (re.compile(r"Tasks of one event loop may share it\."), "Threads may share it."),
    (
        re.compile(r"The source of all that waits for an answer; .*\."),
        "Waits for answers in the calling thread.",
    ),
]


def made_from(source: str, name: str) -> str:
    """The text for programs without an event loop."""
    rewritten = "".join(_rewritten(source))
    return _formatted(NOTICE.format(name=name) + rewritten)


def _rewritten(source: str) -> Iterator[str]:
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    done = 0
    for at, token in enumerate(tokens):
        begin = starts[token.start[0] - 1] + token.start[1]
        end = starts[token.end[0] - 1] + token.end[1]
        if token.type == tokenize.NAME and token.string in DROPPED:
            yield source[done:begin]
            done = end + 1  # with the blank behind it
        elif (replacement := _replacement(tokens, at)) != token.string:
            yield source[done:begin] + replacement
            done = end
    yield source[done:]


def _replacement(tokens: list[tokenize.TokenInfo], at: int) -> str:
    token = tokens[at]
    if token.type in {tokenize.STRING, tokenize.COMMENT}:
        text = token.string
        for pattern, words in REWORDED:
            text = pattern.sub(words, text)
        return text
    if token.type != tokenize.NAME:
        return token.string
    if token.string == "asyncio":
        return "time" if [near.string for near in tokens[at + 1 : at + 3]] == [".", "sleep"] else "threading"
    return RENAMED.get(token.string, token.string.removeprefix("Async"))


def _formatted(text: str) -> str:
    """Shorter words change where lines break and how imports sort."""
    ruff = [sys.executable, "-m", "ruff"]
    quiet = ["--quiet", "--stdin-filename", "src/tilts_connector/_sync/made.py"]
    for command in (["check", "--select", "I", "--config", OUR_PACKAGES, "--fix"], ["format"]):
        done = subprocess.run(
            [*ruff, *command, *quiet, "-"],
            input=text,
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        )
        text = done.stdout
    return text


def expected() -> dict[Path, str]:
    """Every file of `_sync/` with what it should hold."""
    sources = sorted((CONNECTOR / "_async").glob("*.py"))
    return {
        CONNECTOR / "_sync" / source.name: made_from(source.read_text(encoding="utf-8"), source.name)
        for source in sources
    }


def stale() -> list[Path]:
    """Files of `_sync/` that differ from what they should hold, are missing, or have no source."""
    wanted = expected()
    present = set((CONNECTOR / "_sync").glob("*.py"))
    differing = [
        path
        for path, text in wanted.items()
        if path not in present or path.read_text(encoding="utf-8") != text
    ]
    return sorted([*differing, *(present - set(wanted))])


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--check", action="store_true", help="write nothing; exit status 1 if not current")
    if arguments.parse_args().check:
        for path in stale():
            print(f"not current: {path.relative_to(ROOT)}; run python tools/async_to_sync.py")
        return 1 if stale() else 0
    (CONNECTOR / "_sync").mkdir(exist_ok=True)
    for path, text in expected().items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
