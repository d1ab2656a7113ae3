"""Writes the parts of the docs that are made from the code; a test of the house compares (`make docs`).

python tools/make_docs.py            writes
python tools/make_docs.py --check    exit status 1 if a page is not what the code gives
"""

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # run by path
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tools.pages import (  # noqa: E402
    api,
    cases,
    certificates,
    classifiers,
    commands,
    copying,
    may_they,
    oracle,
    prescription_law,
    procedures,
    profiles,
    requirements,
    routes,
    rules,
    scenarios,
    settings,
    verbs,
)
from tools.pages.blocks import renewed  # noqa: E402
from tools.pages.lifecycles import state_picture, states  # noqa: E402

REFERENCE = ROOT / "docs" / "reference"
# [`dispense`](src/tilts/exchange/dispensing.py#L135): a name and the line that defines it.
NAMED_LINE = re.compile(r"\[`(?P<name>[\w.]+)`\]\((?P<file>[\w./]+\.(?:py|sql))#L\d+\)")


def expected() -> dict[Path, str]:
    """Every made page with what it should hold: made parts renewed, prose as it stands."""
    made = {
        REFERENCE / "api.md": api.made_for_api(),
        REFERENCE / "routes.md": routes.made_for_routes(),
        REFERENCE / "scopes.md": routes.made_for_scopes(),
        REFERENCE / "scenarios.md": scenarios.made_for_scenarios(),
        REFERENCE / "settings.md": settings.made_for_settings(),
        REFERENCE / "cases.md": cases.made_for_cases(),
        REFERENCE / "states.md": states.made_for_states(),
        REFERENCE / "status-codes.md": rules.made_for_statuses(),
        REFERENCE / "certificates.md": certificates.made_for_certificates(),
        REFERENCE / "classifiers.md": classifiers.made_for_classifiers(),
        REFERENCE / "prescription-law.md": prescription_law.made_for_prescription_law(),
        REFERENCE / "oracle.md": oracle.made_for_oracle(),
        REFERENCE / "procedures.md": procedures.made_for_procedures(),
        REFERENCE / "profiles.md": profiles.made_for_profiles(),
        REFERENCE / "mapping-eu.md": profiles.made_for_mapping(),
        REFERENCE / "cli.md": commands.made_for_commands(),
        REFERENCE / "copying.md": copying.made_for_copying(),
        REFERENCE / "requirements.md": requirements.made_for_overview(),
    }
    made[ROOT / "docs" / "why" / "may-they.md"] = may_they.made_for_may_they()
    for name in requirements.LISTS:
        made[REFERENCE / f"requirements-{name}.md"] = requirements.made_for_requirements(name)
    pages = {path: renewed(_text(path, f"# {path.stem}\n\n"), parts) for path, parts in made.items()}
    for noun in rules.NOUNS:
        path = ROOT / "docs" / "rules" / f"{noun}.md"
        pages[path] = renewed(_text(path, rules.first_page(noun)), rules.made_for(noun))
    folder = REFERENCE / "verbs"
    first = "# Verbs\n\nWhat can be asked of the exchange besides reading, each with its page. Requests and answers there were really sent: ids, numbers and moments are replaced by names in angle brackets; the files lie in `docs/examples/`, and a test sends each request again.\n\n"
    pages[folder / "README.md"] = renewed(_text(folder / "README.md", first), verbs.made_for_overview())
    for verb in verbs.verbs():
        path = folder / f"{verb.id}.md"
        pages[path] = renewed(_text(path, verbs.first_page(verb)), verbs.made_for_verb(verb))
    pages[ROOT / "ARCHITECTURE.md"] = _text(ROOT / "ARCHITECTURE.md", "")
    pages = {path: relined(path, text) for path, text in pages.items()}
    drawn = ROOT / "docs" / "pictures"
    pages[drawn / "states.svg"] = state_picture.picture()
    pages |= {drawn / "cases" / name: text for name, text in cases.pictures().items()}
    return pages


def relined(page: Path, text: str) -> str:
    """Names of functions, with the line in which they are defined now."""

    def now(found: re.Match[str]) -> str:
        name = found["name"].rpartition(".")[2]
        defined = re.compile(
            rf"^\s*(?:(?:async )?def|class|CONSTRAINT|CREATE TABLE) {name}\b|^\s*{name}\b.* = "
        )
        for number, line in enumerate((page.parent / found["file"]).read_text("utf-8").splitlines(), 1):
            if defined.search(line):
                return f"[`{found['name']}`]({found['file']}#L{number})"
        raise SystemExit(f"{page.relative_to(ROOT)}: nothing named {name} is defined in {found['file']}")

    return NAMED_LINE.sub(now, text)


def stale() -> list[Path]:
    return sorted(path for path, text in expected().items() if _text(path, "") != text)


def _text(path: Path, otherwise: str) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else otherwise


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--check", action="store_true", help="write nothing; exit status 1 if not current")
    if arguments.parse_args().check:
        for path in stale():
            print(f"not current: {path.relative_to(ROOT)}; run make docs")
        return 1 if stale() else 0
    for path, text in expected().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
