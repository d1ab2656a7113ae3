"""The example of the README does what is written below it."""

import contextlib
import io
import re
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"
SHOWN = re.compile(r"```python\n(?P<code>.*?)```\s+```text\n(?P<output>.*?)```", re.DOTALL)


def test_the_example_prints_what_the_readme_shows() -> None:
    shown = SHOWN.search(README.read_text(encoding="utf-8"))
    assert shown
    printed = io.StringIO()

    with contextlib.redirect_stdout(printed):
        exec(compile(shown["code"], str(README), "exec"), {})  # noqa: S102

    assert printed.getvalue() == shown["output"]
    assert len(shown["code"].splitlines()) <= 5
