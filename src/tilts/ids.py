"""New ids and prescription numbers; the only place, beside the lab, where chance is used.

A prescription number is read aloud at a counter and photographed from a screen: twelve symbols of
Crockford's base 32 in groups of four, the last one a check symbol. Eleven random symbols are 55
bits, so a number cannot be guessed; with the patient's name it opens one prescription.

The check symbol is a weighted sum over the field GF(32): it finds every single wrong symbol and every
two symbols that changed places, however far apart (weights are powers of a primitive element, all
different). Unlike Crockford's own modulo 37 it needs no symbols that cannot be read aloud. ADR 0015.
"""

import contextlib
import os
import secrets
import time
from pathlib import Path
from typing import Final
from uuid import UUID

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: https://www.crockford.com/base32.html
READ_AS: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
SYMBOLS: Final = 12
SECRET_BYTES: Final = 32
SERIAL_BITS: Final = 128
GF32_POLYNOMIAL: Final = 0b100101  # x^5 + x^2 + 1, primitive over GF(2)


def new_id(moment_ms: int | None = None) -> UUID:
    """A UUID version 7 (RFC 9562): ordered by time, 74 random bits."""
    millis = time.time_ns() // 1_000_000 if moment_ms is None else moment_ms
    random_bits = int.from_bytes(os.urandom(10), "big")
    value = (millis & (1 << 48) - 1) << 80
    value |= 0x7 << 76 | (random_bits >> 68 & 0xFFF) << 64
    value |= 0b10 << 62 | random_bits & (1 << 62) - 1
    return UUID(int=value)


def new_serial_number() -> int:
    """Of a certificate: 128 bits of chance (RFC 5280 4.1.2.2: positive, at most 20 bytes)."""
    return secrets.randbits(SERIAL_BITS) or 1


def new_prescription_number() -> str:
    payload = "".join(secrets.choice(ALPHABET) for _ in range(SYMBOLS - 1))
    return grouped(payload + check_symbol(payload))


def grouped(symbols: str) -> str:
    return "-".join(symbols[start : start + 4] for start in range(0, len(symbols), 4))


def read_prescription_number(written: str) -> str | None:
    """The number in its stored form, or None when it cannot be one (a slip of reading or typing)."""
    symbols = written.strip().upper().translate(READ_AS)
    if len(symbols) != SYMBOLS or any(symbol not in ALPHABET for symbol in symbols):
        return None
    if check_symbol(symbols[:-1]) != symbols[-1]:
        return None
    return grouped(symbols)


def check_symbol(payload: str) -> str:
    total = 0
    weight = 2  # the primitive element x; its powers 1..11 are all different and none is 1
    for symbol in payload:
        total ^= _times(ALPHABET.index(symbol), weight)
        weight = _times(weight, 2)
    return ALPHABET[total]


def _times(left: int, right: int) -> int:
    product = 0
    while right:
        if right & 1:
            product ^= left
        left <<= 1
        if left & 0b100000:
            left ^= GF32_POLYNOMIAL
        right >>= 1
    return product


def unguessable(length_bytes: int) -> str:
    """A text for tokens and codes that nobody can guess, safe in addresses and cookies."""
    return secrets.token_urlsafe(length_bytes)


def kept_secret(file: Path) -> bytes:
    """A secret of this installation; made once, readable by the owner alone."""
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        half = file.with_name(f"{file.name}.{os.getpid()}")
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(unguessable(SECRET_BYTES))
        with contextlib.suppress(FileExistsError):  # who comes second takes the first one's
            os.link(half, file)
        half.unlink()
    if file.stat().st_mode & 0o077:
        raise SystemExit(f"{file} can be read by others: chmod 600 {file}")
    secret = file.read_bytes().strip()
    if len(secret) < SECRET_BYTES:
        raise SystemExit(f"{file} is too short for a secret: at least {SECRET_BYTES} bytes")
    return secret
