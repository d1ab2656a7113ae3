"""A folder of messages as mail servers deliver it (Maildir): new ones are taken once, bad ones are set aside.

    tmp/ -> new/ -> cur/ (done)          set-aside/ (not taken; beside each file its reason)

A message appears in new/ whole or not at all: it is written in tmp/ and renamed. What is no ordinary file there
(a link, a pipe) is not opened.
"""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PLACES: Final = ("tmp", "new", "cur", "set-aside")
SEEN: Final = ":2,S"  # https://cr.yp.to/proto/maildir.html
AT_ONCE: Final = 200  # names of one look; the rest comes with the next


@dataclass(frozen=True, slots=True)
class Found:
    """A waiting message; `content` is None when it is larger than it may be."""

    name: str
    size_bytes: int
    sha256: bytes
    content: bytes | None


class MailFolder:
    def __init__(self, path: Path) -> None:
        self.path = path

    def make(self) -> "MailFolder":
        for place in PLACES:
            (self.path / place).mkdir(mode=0o700, parents=True, exist_ok=True)
        return self

    def deliver(self, name: str, content: bytes, place: str = "new") -> Path:
        """Written whole and to the disk, then seen. The same name again replaces what was there."""
        written = self.path / "tmp" / name
        with open(written, "wb", opener=_private) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        delivered = self.path / place / name
        written.replace(delivered)
        return delivered

    def waiting(self) -> list[str]:
        """Names in new/, the oldest first as far as names tell; nothing that is not an ordinary file."""
        with os.scandir(self.path / "new") as entries:
            names = sorted(entry.name for entry in entries if not entry.name.startswith("."))
        return names[:AT_ONCE]

    def read(self, name: str, limit_bytes: int) -> Found | None:
        """None when another worker has taken it, or when it is no file."""
        try:
            number = os.open(self.path / "new" / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            return None
        with os.fdopen(number, "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                return None
            if found.st_size > limit_bytes:
                return Found(name, found.st_size, hashlib.file_digest(file, "sha256").digest(), None)
            content = file.read(limit_bytes)
        return Found(name, len(content), hashlib.sha256(content).digest(), content)

    def done(self, name: str) -> None:
        self._move(name, self.path / "cur" / f"{name.partition(':')[0]}{SEEN}")

    def set_aside(self, name: str, reason: str) -> None:
        """The reason is written first: a file there without one would puzzle whoever finds it."""
        kept = name.partition(":")[0]
        place = self.path / "set-aside"
        (place / f"{kept}.reason.txt").write_text(reason, encoding="utf-8")
        self._move(name, place / f"{kept}.eml")

    def _move(self, name: str, to: Path) -> None:
        try:
            (self.path / "new" / name).rename(to)
        except FileNotFoundError:
            return  # another worker did the same


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
