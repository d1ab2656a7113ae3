"""The command line: documented whole, and every command that the docs show exists."""

import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, short, tracked

cli = pytest.importorskip("tilts.cli.main")
if not hasattr(cli, "app"):
    pytest.skip("the command line is not there yet", allow_module_level=True)

FENCE = re.compile(r"^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
SHELLS = {"sh", "bash", "shell", "console"}
# What a page may call beside our own: each is told as needed on the page, or is on every machine.
OTHERS = re.compile(
    r"chmod|cmp|softhsm2-util|umask|curl|date|jq|openssl|cat|cd|cp|echo|export|git|head|mkdir|pip|printf|python3?|sleep|haproxy|ls|rm|cut|tr|base64"
    r"|grep|sed|wc|set|source|apt-get"
)
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
PAGES = [page for page in tracked(".md") if "tests/" not in short(page)]


def commands() -> dict[str, object]:
    """Every command, also below groups: "token", "agreements list"."""
    found: dict[str, object] = {}

    def walk(app: object, before: tuple[str, ...]) -> None:
        for name in app:  # type: ignore[attr-defined]
            if name.startswith("-"):
                continue
            found[" ".join((*before, name))] = app[name]  # type: ignore[index]
            walk(app[name], (*before, name))  # type: ignore[index]

    walk(cli.app, ())
    return found


COMMANDS = commands()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_documented(name: str) -> None:
    page = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")

    assert f"## tilts {name}\n" in page
    assert COMMANDS[name].help.strip(), "without a word"  # type: ignore[attr-defined]


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_commands_that_a_page_shows_exist(page: Path) -> None:
    lines = shell_lines(page)
    defined = {name for line in lines for name in re.findall(r"^(\w+)\(\)", line)}
    wrong = [fault for line in lines for fault in faults_of(line, defined)]

    assert not wrong


def shell_lines(page: Path) -> list[str]:
    """Whole commands of the shell blocks: continued lines joined, bodies of here-documents left out."""
    lines: list[str] = []
    for found in FENCE.finditer(page.read_text(encoding="utf-8")):
        if found["kind"] not in SHELLS:
            continue
        text = re.sub(r"<<-?'?(\w+)'?(.*?)\n.*?^\1$", r"\2", found["text"], flags=re.MULTILINE | re.DOTALL)
        text = re.sub(r"'[^']*'", lambda quoted: quoted[0].replace("\n", " ").replace("#", " "), text)
        text = re.sub(r"\\\n\s*", " ", text)
        lines += [line.strip().removeprefix("$ ") for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def faults_of(line: str, defined: set[str]) -> list[str]:
    faults = []
    for piece in pieces(line):
        words = [word for word in piece.split() if not re.match(r"[A-Za-z_]+=", word)]
        words = [word for word in words if word not in {"&", "if", "!", "done", "fi", "{", "}", "shift"}]
        name = Path(words[0]).name if words else ""
        if name == "make":
            faults += [f"make {word}" for word in words[1:] if word.isalpha() and word not in TARGETS]
        elif name == "tilts":
            faults += tilts_faults(words[1:])
        elif name and name not in defined and not OTHERS.fullmatch(name):
            faults.append(f"{name}: not a command that pages use ({line})")
    return faults


def pieces(line: str) -> list[str]:
    """The simple commands of a line: those in $(..) first, then what stands between | && and ;."""
    line = re.sub(r"^\w+\(\) *\{", "", line.partition("  #")[0])
    line = re.sub(r"'[^']*'", "''", line)
    found: list[str] = []
    while inner := re.search(r"\$\(([^()]*)\)", line):
        found.append(inner[1])
        line = line.replace(inner[0], "_")
    return [part for whole in [*found, line] for part in re.split(r"\||&&|;|\bdo\b|\bthen\b", whole)]


def tilts_faults(words: list[str]) -> list[str]:
    if not words or words[0].startswith("-"):
        return []
    plain = [word for word in words if not word.startswith("-")]
    name = next((" ".join(plain[:n]) for n in (2, 1) if " ".join(plain[:n]) in COMMANDS), None)
    if name is None:
        return [f"tilts {' '.join(words)}"]
    arguments = COMMANDS[name].assemble_argument_collection()  # type: ignore[attr-defined]
    known = {flag for argument in arguments for flag in argument.names} | {"--help", "-h"}
    flags = [word.partition("=")[0] for word in words if word.startswith("-") and len(word) > 1]
    return [f"tilts {name} {flag}" for flag in flags if flag.rstrip(")\"'") not in known]


def test_readme_starts_with_what_is_run_for_every_change() -> None:
    """The two commands of the five-minute start are those of .ci/run."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for command in ("make run", "make test"):
        assert re.search(rf"^{command}\b", readme, re.MULTILINE)
        assert command in run
