"""Sends HL7's official examples to a sandbox and writes docs/reference/official-examples.md.

    python tools/official_examples.py                   starts a sandbox of its own
    python tools/official_examples.py --data-dir DIR    asks the one that runs there

Exit status: 0 written, 1 not possible.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # run by path
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tilts.clock import WallClock, day_in_riga  # noqa: E402
from tilts.lab.environment import Environment, Options  # noqa: E402
from tilts.lab.official_results import send_all  # noqa: E402
from tilts.lab.state import read_state  # noqa: E402
from tools.fetch_examples import FetchFailed, fetch  # noqa: E402
from tools.pages.blocks import renewed  # noqa: E402
from tools.pages.official_examples import made_for_examples  # noqa: E402

PAGE = ROOT / "docs" / "reference" / "official-examples.md"


def expected(facts: dict[str, Any]) -> str:
    """The page as it should be: its prose, and the tables that this exchange's answers give."""
    results = send_all(facts, fetch(), day_in_riga(WallClock().now()))
    return renewed(PAGE.read_text(encoding="utf-8"), made_for_examples(results))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data-dir", type=Path, help="folder of a sandbox that runs")
    data_dir = parser.parse_args().data_dir
    try:
        PAGE.write_text(asked(data_dir) if data_dir else started(), encoding="utf-8")
    except FetchFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    print(PAGE)
    return 0


def asked(data_dir: Path) -> str:
    facts = read_state(data_dir)
    if facts is None:
        raise SystemExit(
            f"no sandbox runs on {data_dir}; start one with: tilts sandbox --data-dir {data_dir}"
        )
    return expected(facts)


def started() -> str:
    with tempfile.TemporaryDirectory() as folder:
        environment = Environment(Options(Path(folder) / "sandbox", port=0, rate=0), print)
        try:
            return expected(environment.facts)
        finally:
            environment.stop()


if __name__ == "__main__":
    sys.exit(main())
