"""The exchange's own keys: which one signs now, which ones are published, which one is over.

    token.jwk, token-<kid>.jwk         in the keys folder, 0600; each with `use_from` and `until` (seconds of UTC)
    receipt.jwk, receipt-<kid>.jwk     a purpose of their own: none of them opens a door, and none is over by itself
    sheet.jwk, sheet-<kid>.jwk         the same, for the codes on printed prescriptions

    announced    published, signs from `use_from` on: readers know it before it is used (Security 1.2)
    signing      the youngest of those whose time has come
    kept         signs no more, published until the last token that it signed has ended
    over         neither published nor believed

All workers read the folder anew when something in it changed, a second after at the latest.
"""

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from joserfc.jwk import ECKey

from tilts.ids import kept_secret

ALGORITHM: Final = "ES256"
Purpose: TypeAlias = Literal["token", "receipt", "sheet"]
LOOKED_SECONDS: Final = 1.0  # how long what was seen of the folder is believed
PUBLIC: Final = ("kty", "crv", "x", "y", "kid")
State: TypeAlias = Literal["announced", "signing", "kept", "over"]


class NotDone(Exception):
    """Why the keys stay as they are; for the operator at the terminal."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key pair with its time."""

    private: dict[str, Any] = field(repr=False)
    public: dict[str, Any]
    use_from: int = 0
    until: int | None = None
    file: Path = field(default=Path(), compare=False)

    @property
    def kid(self) -> str:
        return str(self.public["kid"])

    def is_over(self, now: float) -> bool:
        return self.until is not None and self.until <= now


@dataclass(slots=True)
class KeyRing:
    """The keys of one installation as its folder says; `elapsed` is there for tests only."""

    folder: Path
    elapsed: Callable[[], float] = time.monotonic
    purpose: Purpose = "token"
    _keys: dict[str, SigningKey] = field(default_factory=dict)
    _seen: tuple[tuple[str, int, int], ...] = ()
    _looked_at: float = float("-inf")

    def all(self) -> list[SigningKey]:
        """Those that are over too; oldest first."""
        return sorted(self._fresh().values(), key=lambda key: (key.use_from, key.kid))

    def find(self, kid: object) -> SigningKey | None:
        return self._fresh().get(kid) if isinstance(kid, str) else None

    def signing(self, now: datetime) -> SigningKey:
        moment = now.timestamp()
        usable = [key for key in self.all() if key.use_from <= moment and not key.is_over(moment)]
        if not usable:
            raise RuntimeError(
                f"no {self.purpose} key in {self.folder} may sign now: tilts keys announce --now"
            )
        return usable[-1]

    def believed(self, kid: object, now: datetime) -> SigningKey | None:
        """The key by which a token may be signed that somebody shows now."""
        key = self.find(kid)
        return None if key is None or key.is_over(now.timestamp()) else key

    def published(self, now: datetime) -> dict[str, Any]:
        """The JWK Set: what signs, what will, and what did as long as a token of it may live."""
        keys = [key for key in self.all() if not key.is_over(now.timestamp())]
        return {"keys": [{**key.public, "use": "sig", "alg": ALGORITHM} for key in keys]}

    def states(self, now: datetime) -> list[tuple[SigningKey, State]]:
        signing = self.signing(now).kid
        return [(key, state_of(key, signing, now.timestamp())) for key in self.all()]

    def _fresh(self) -> dict[str, SigningKey]:
        if self.elapsed() - self._looked_at >= LOOKED_SECONDS:
            seen = marks_of(self.folder, self.purpose)
            if seen != self._seen or not self._keys:
                self._keys = {key.kid: key for key in map(read_key, files_of(self.folder, self.purpose))}
                self._seen = seen
            self._looked_at = self.elapsed()
        return self._keys


def state_of(key: SigningKey, signing: str, now: float) -> State:
    if key.is_over(now):
        return "over"
    if key.kid == signing:
        return "signing"
    return "announced" if key.use_from > now else "kept"


def key_ring(folder: Path, purpose: Purpose = "token") -> KeyRing:
    """The ring of this installation; its first key is made when there is none."""
    if not files_of(folder, purpose):
        first = f"{purpose}.jwk"
        half = write_key(folder / f".{first}.{os.getpid()}", new_key())
        with contextlib.suppress(FileExistsError):  # of two workers that start at once: the other's
            os.link(half.file, folder / first)
        half.file.unlink()
    ring = KeyRing(folder, purpose=purpose)
    ring.all()  # a folder that cannot be read stops the start, not the first call
    return ring


def announce(
    folder: Path, use_from: datetime, kept_seconds: int | None, purpose: Purpose = "token"
) -> SigningKey:
    """
    A new key that signs from then on.

    The others are believed as long after it as a token may live; with None for good, since a receipt never ends.
    """
    private = new_key()
    begins = int(use_from.timestamp())
    made = write_key(folder / f"{purpose}-{private['kid']}.jwk", {**private, "use_from": begins})
    for key in map(read_key, files_of(folder, purpose) if kept_seconds is not None else ()):
        if key.kid != made.kid and key.until is None and key.use_from <= begins:
            write_key(
                key.file, {**key.private, "use_from": key.use_from, "until": begins + (kept_seconds or 0)}
            )
    return made


def retire(folder: Path, kid: str, now: datetime, purpose: Purpose = "token") -> SigningKey:
    """
    This key is believed no more, from now on: what it signed opens nothing.

    Raises NotDone: there is no such key, or nothing else could sign.
    """
    keys = {key.kid: key for key in map(read_key, files_of(folder, purpose))}
    if kid not in keys:
        raise NotDone(f"there is no key {kid!r}; there are: {', '.join(keys)}")
    moment = int(now.timestamp())
    others = [one for one in keys.values() if one.kid != kid and not one.is_over(moment)]
    usable = [one for one in others if one.use_from <= moment]
    if not usable:
        raise NotDone("nothing else could sign now; first: tilts keys announce --now")
    follower = max(usable, key=lambda key: key.use_from)
    if all(one.until is not None for one in others):  # its end was for the sake of the key that goes
        write_key(follower.file, {**follower.private, "use_from": follower.use_from})
    gone = keys[kid]
    return write_key(gone.file, {**gone.private, "use_from": gone.use_from, "until": moment})


def secret_for(folder: Path, what: bytes) -> bytes:
    """A secret of this installation for one use: the same for all workers, whatever key signs."""
    return hashlib.sha256(what + b"\x00" + kept_secret(folder / "house.key")).digest()


def new_key() -> dict[str, Any]:
    return dict(ECKey.generate_key("P-256", auto_kid=True).as_dict(private=True))


def files_of(folder: Path, purpose: Purpose = "token") -> list[Path]:
    return sorted(folder.glob(f"{purpose}*.jwk")) if folder.is_dir() else []


def marks_of(folder: Path, purpose: Purpose = "token") -> tuple[tuple[str, int, int], ...]:
    """What changes whenever a file of the folder is written, comes or goes."""
    found = [(file.name, file.stat()) for file in files_of(folder, purpose)]
    return tuple((name, known.st_mtime_ns, known.st_ino) for name, known in found)


def read_key(file: Path) -> SigningKey:
    if file.stat().st_mode & 0o077:
        raise SystemExit(f"{file} can be read by others: chmod 600 {file}")
    written = json.loads(file.read_text("utf-8"))
    times = {name: written.pop(name, None) for name in ("use_from", "until")}
    public = {name: written[name] for name in PUBLIC}
    return SigningKey(written, public, times["use_from"] or 0, times["until"], file)


def write_key(file: Path, content: dict[str, Any]) -> SigningKey:
    """Whole or not at all, for the owner alone."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump({name: value for name, value in content.items() if value is not None}, out)
    os.replace(half, file)
    return read_key(file)
