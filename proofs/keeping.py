"""Progress that survives Ctrl-C and kill -9: one folder for each proof, one line for each thing done.

<TILTS_PROOF_DIR or .cache/proofs>/<proof>/journal.jsonl   what was done, in order
<TILTS_PROOF_DIR or .cache/proofs>/<proof>/sandbox/        the exchange that it was done to
"""

import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TypeAlias

Entry: TypeAlias = dict[str, Any]
DEFAULT: Final = Path(".cache/proofs")


class Journal:
    """Entries with their sort; a session begins each time the proof is started or goes on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "journal.jsonl"
        self.entries = list(read(self._file))
        self._out = self._file.open("a", encoding="utf-8")

    def begin(self, **facts: Any) -> str:
        """A session; its name stands in all identifiers, so that what was half done before stays apart."""
        name = secrets.token_hex(4)
        self.add("session", name=name, **facts)
        return name

    def add(self, sort: str, **facts: Any) -> Entry:
        entry = {"entry": sort, "at": time.time(), **facts}
        self.entries.append(entry)
        self._out.write(json.dumps(entry, ensure_ascii=False) + "\n")
        self._out.flush()
        return entry

    def of(self, sort: str) -> list[Entry]:
        return [entry for entry in self.entries if entry["entry"] == sort]

    def seconds(self) -> float:
        """Working time of all sessions together: from each one's beginning to its last entry."""
        total = began = last = 0.0
        for entry in self.entries:
            if entry["entry"] == "session":
                total, began = total + last - began, entry["at"]
            last = entry["at"]
        return total + last - began

    def close(self) -> None:
        self._out.close()

    def remove(self) -> None:
        self.close()
        shutil.rmtree(self.folder)


def read(file: Path) -> Iterator[Entry]:
    """The whole lines of a journal; a last one that was cut off by a kill is not an entry."""
    if not file.exists():
        return
    text = file.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        file.write_text(whole, encoding="utf-8")
    for line in whole.splitlines():
        yield json.loads(line)


def place_of(proof: str) -> Path:
    return Path(os.environ.get("TILTS_PROOF_DIR") or DEFAULT).absolute() / proof
