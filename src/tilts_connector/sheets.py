"""The printed prescription, verified without a network: what its QR code says, and whether the exchange signed it.

    keys = SheetKeys.load(path)                  # fetched while there was a network: Pharmacy.sheet_keys(now)
    verified = verify_sheet(scanned, keys, now)  # no network; raises NotVerified with the reason

The code is a compact JWS over deflated JSON, two digits for each character: a scanner that types as a keyboard does
gets digits right in every layout. That it is good says that it was prescribed so when it was printed, never that
nobody has handed it out since: that comes out when it is reconciled.
"""

import base64
import binascii
import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from tilts_connector.errors import Misused, TiltsError
from tilts_connector.quantities import UCUM
from tilts_fhir.json_strict import JsonError, decode, encode

TYPE: Final = "sheet+jws"
PURPOSE: Final = "prescription-sheet"
ALGORITHM: Final = "ES256"
VERSION: Final = 1
HEADER: Final = frozenset({"alg", "kid", "typ"})
FIRST: Final = ord("-")  # the lowest character of base64url: it is written 00
LETTERS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
LONGEST: Final = 4_096  # characters of a code, and bytes of what it unfolds to
RIGA: Final = ZoneInfo("Europe/Riga")
Reason: TypeAlias = Literal[
    "not-a-sheet", "wrong-purpose", "unknown-key", "not-signed", "not-yet-valid", "no-longer-valid"
]


class NotVerified(TiltsError):
    """
    Do not hand out by this sheet.

    Attributes:
        reason: `not-a-sheet`, `wrong-purpose`, `unknown-key`, `not-signed`, `not-yet-valid` or `no-longer-valid`.
    """

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True)
class SheetContent:
    """What the code says: enough to hand out one issue of one line, and no more (docs/adr/0050-printed-sheet.md)."""

    number: str
    task_id: str
    kind: str  # ordinary, special
    issue: int
    issues: int
    code: str  # of the medicine, as prescribed; empty when it was prescribed in words
    medicine: str
    quantity: Decimal  # what was left when it was printed
    unit: str
    unit_system: str
    unit_code: str
    dosage: str  # in brief; the sheet has all of it
    first_day: date  # in Riga
    last_day: date
    initials: str
    born: int | None  # the year
    organization: str  # the prescriber's
    printed_at: datetime  # to the second, UTC

    def packed(self) -> bytes:
        """The signed bytes."""
        squeezed = zlib.compressobj(9, zlib.DEFLATED, -15)
        return squeezed.compress(encode(self._written())) + squeezed.flush()

    def _written(self) -> dict[str, Any]:
        return {
            "v": VERSION,
            "n": self.number,
            "t": base64.urlsafe_b64encode(UUID(self.task_id).bytes).rstrip(b"=").decode(),
            "k": self.kind,
            "i": [self.issue, self.issues],
            "c": self.code,
            "m": self.medicine,
            "q": [str(self.quantity), self.unit, self.unit_code, in_short(self.unit_system)],
            "d": self.dosage,
            "f": [self.first_day.isoformat(), self.last_day.isoformat()],
            "p": [self.initials, self.born or 0],
            "o": self.organization,
            "at": int(self.printed_at.timestamp()),
        }

    @classmethod
    def unpacked(cls, packed: bytes) -> "SheetContent":
        """
        The other way round.

        Raises:
            NotVerified: It is no content of this version.
        """
        try:
            unfolding = zlib.decompressobj(-15)
            written = decode(unfolding.decompress(packed, LONGEST))
            if unfolding.unused_data or not unfolding.eof or written["v"] != VERSION:
                raise ValueError("another version, or more than one")
            value, unit, unit_code, system = written["q"]
            first, last = written["f"]
            return cls(
                number=written["n"],
                task_id=str(UUID(bytes=base64.urlsafe_b64decode(written["t"] + "=="))),
                kind=written["k"],
                issue=int(written["i"][0]),
                issues=int(written["i"][1]),
                code=written["c"],
                medicine=written["m"],
                quantity=Decimal(value),
                unit=unit,
                unit_system=UCUM if system == "u" else system,
                unit_code=unit_code,
                dosage=written["d"],
                first_day=date.fromisoformat(first),
                last_day=date.fromisoformat(last),
                initials=written["p"][0],
                born=int(written["p"][1]) or None,
                organization=written["o"],
                printed_at=datetime.fromtimestamp(int(written["at"]), UTC),
            )
        except (
            zlib.error,
            JsonError,
            ValueError,
            TypeError,
            KeyError,
            IndexError,
            InvalidOperation,
        ) as error:
            raise NotVerified("not-a-sheet", "the signed content is not of this version") from error


@dataclass(frozen=True, slots=True)
class SheetKeys:
    """The published keys as they were fetched; `usable_days` is how long the exchange lets them be believed unseen."""

    issuer: str
    keys: Mapping[str, Mapping[str, str]]  # by kid
    usable_days: int
    fetched_at: datetime

    @classmethod
    def published(cls, document: Mapping[str, Any], fetched_at: datetime) -> "SheetKeys":
        """
        From what the exchange publishes at `/.well-known/prescription-keys.json`.

        Raises:
            NotVerified: The keys are for another purpose.
            Misused: It is no key set.
        """
        if document.get("purpose") != PURPOSE:
            raise NotVerified("wrong-purpose", f"these keys are not for {PURPOSE}")
        try:
            keys = {str(key["kid"]): dict(key) for key in document["keys"]}
            return cls(str(document["issuer"]), keys, int(document["usable_days"]), fetched_at)
        except (KeyError, TypeError, ValueError) as error:
            raise Misused("this is not the key set of an exchange") from error

    @classmethod
    def load(cls, path: Path) -> "SheetKeys":
        """
        From the file that `save` wrote.

        Raises:
            Misused: It is not there, or is something else.
        """
        try:
            written = json.loads(path.read_text("utf-8"))
            return cls.published(written, datetime.fromisoformat(written["fetched_at"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Misused(f"{path}: no key set can be read here") from error

    def save(self, path: Path) -> None:
        """Whole or not at all: who verifies meanwhile reads the old or the new one."""
        written = {
            "issuer": self.issuer,
            "purpose": PURPOSE,
            "usable_days": self.usable_days,
            "fetched_at": self.fetched_at.isoformat(),
            "keys": [dict(key) for key in self.keys.values()],
        }
        unfinished = path.with_name(f"{path.name}.unfinished")
        try:
            unfinished.write_text(json.dumps(written), "utf-8")
            os.replace(unfinished, path)
        except OSError as error:
            raise Misused(f"{path} cannot be written: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class VerifiedSheet:
    """A sheet that the exchange signed; `token` is what reconciling it wants back."""

    content: SheetContent
    token: str
    key_id: str
    keys_age: timedelta
    keys_stale: bool  # fetched too long ago: a key that was given up since is still believed here


def verify_sheet(text: str, keys: SheetKeys, now: datetime) -> VerifiedSheet:
    """
    Whether this exchange signed what was scanned, and it may be handed out today. Asks no network.

    Args:
        text: As the scanner gave it: the digits, or the JWS they stand for.
        keys: As they were fetched last.
        now: The moment of handing out, with a time zone.

    Raises:
        NotVerified: With the reason; do not hand out.
    """
    token = token_in(text)
    payload, key_id = verified(token, keys.keys)
    content = SheetContent.unpacked(payload)
    today = now.astimezone(RIGA).date()
    if today < content.first_day:
        raise NotVerified("not-yet-valid", f"it is valid from {content.first_day}")
    if today > content.last_day:
        raise NotVerified("no-longer-valid", f"it was valid until {content.last_day}")
    age = now - keys.fetched_at
    return VerifiedSheet(content, token, key_id, age, age > timedelta(days=keys.usable_days))


def verified(token: str, keys: Mapping[str, Mapping[str, Any]]) -> tuple[bytes, str]:
    """The signed bytes, and by which of these keys they were signed."""
    header = _header_of(token)
    if header.get("typ") != TYPE:
        raise NotVerified("wrong-purpose", "it was signed for something else than a sheet")
    if header.keys() != HEADER or header["alg"] != ALGORITHM or not isinstance(header["kid"], str):
        raise NotVerified("not-a-sheet", "its header is not that of a sheet")
    key = keys.get(header["kid"])
    if key is None:
        raise NotVerified("unknown-key", "it is signed with a key that is not in the key set; fetch it anew")
    try:
        found = jws.deserialize_compact(token, ECKey.import_key(dict(key)), algorithms=[ALGORITHM])
    except (JoseError, ValueError, TypeError) as error:
        raise NotVerified("not-signed", "the signature does not hold: the code was changed") from error
    return found.payload, header["kid"]


def token_in(text: str) -> str:
    """The compact JWS in what was scanned."""
    scanned = "".join(text.split())
    if scanned.isascii() and scanned.isdigit():
        pairs = [int(scanned[at : at + 2]) for at in range(0, len(scanned), 2)]
        scanned = "".join(chr(FIRST + pair) for pair in pairs) if len(scanned) % 2 == 0 else ""
    if not scanned or len(scanned) > LONGEST or not LETTERS.issuperset(scanned):
        raise NotVerified("not-a-sheet", "this is not the code of a printed prescription")
    return scanned


def in_short(unit_system: str) -> str:
    return "u" if unit_system == UCUM else unit_system


def digits_of(token: str) -> str:
    """What the QR code holds: digits take the least place in it (ISO/IEC 18004, numeric mode)."""
    return "".join(f"{ord(character) - FIRST:02}" for character in token)


def _header_of(token: str) -> dict[str, Any]:
    """The header, once each of the three parts is base64url without a stray bit."""
    try:
        [head, _, _] = [_bytes_of(part) for part in token.split(".")]
        header = decode(head)
        if not isinstance(header, dict):
            raise ValueError("no object")
    except (JsonError, ValueError) as error:
        raise NotVerified("not-a-sheet", "this is not the code of a printed prescription") from error
    return header


def _bytes_of(part: str) -> bytes:
    try:
        content = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error as error:
        raise ValueError("not base64url") from error
    if not content or base64.urlsafe_b64encode(content).rstrip(b"=").decode() != part:
        raise ValueError("stray bits")
    return content
