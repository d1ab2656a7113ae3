"""docs/reference/cli.md: every command of `tilts`, as the command line itself tells it."""

import re


def made_for_commands() -> dict[str, str]:
    try:
        from tilts.cli.main import app
    except ImportError:
        return {}
    text = app.generate_docs(output_format="markdown", heading_level=1, include_hidden=False)
    text = re.sub(
        r"^(tilts [a-z -]+?) -m \w+", r"\1", text, flags=re.MULTILINE
    )  # how this program was started
    text = text.partition("## Table of Contents")[2] or text
    sections = re.findall(r"^## tilts .*?(?=^## tilts |\Z)", text, re.MULTILINE | re.DOTALL)
    return {
        "commands": "\n".join(section.replace("```console", "```text").strip() + "\n" for section in sections)
    }
