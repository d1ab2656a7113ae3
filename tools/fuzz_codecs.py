"""Feeds mutated resources to both codecs and stops at the first one that breaks a promise.

    python tools/fuzz_codecs.py [--seconds 60] [--seed 1] [--keep DIR]

Starts from the official examples in `.cache/` (`make examples`), or from a few resources of its own. Every input must
give a value or a refusal, in time; what was read must be written and read again the same. Exit status 1 with the
input kept in DIR (`.cache/fuzz`) when one does not; the same seed makes the same inputs.
"""

import argparse
import contextlib
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from tilts_fhir.json_strict import JsonError, decode, encode
from tilts_fhir.places import locate_json
from tilts_fhir.xml_reader import read_xml
from tilts_fhir.xml_writer import XmlWriteError, write_xml

ROOT: Final = Path(__file__).resolve().parent.parent
EXAMPLES: Final = ROOT / ".cache" / "hl7.fhir.r4.examples-4.0.1"
MAX_SEED_BYTES: Final = 20_000
# A codec reads a megabyte in well under a second; nothing that it is given here is larger.
MAX_SECONDS: Final = 5.0

OWN: Final = (
    b'{"resourceType":"Patient","id":"a","text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">a<br/></div>"},'
    b'"name":[{"given":["A",null],"_given":[null,{"id":"b"}]}],"birthDate":"1990-02-03","_birthDate":{"id":"c"}}',
    b'{"resourceType":"Observation","status":"final","code":{"text":"\\u0101"},"valueQuantity":{"value":1.0e2},'
    b'"contained":[{"resourceType":"Basic","code":{"text":"x"}}]}',
    b'{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Basic"}},{"fullUrl":"urn:x"}]}',
)
SCRAPS: Final = (
    rb"""{ } [ ] , : "a" \u0000 \ud800 \" null true -0 1.50 1e5 1E-7 1e999 {"id":"a"} "_given":[null] "div":"<div/>" """
    rb"""< > /> </ <!-- --> <?a?> <![CDATA[ ]]> <!DOCTYPE xmlns="http://hl7.org/fhir" xmlns:h="http://www.w3.org/1999/xhtml" """
    rb"""value="" id="a" &amp; &#1; &x; <h:div> <name> </name> <contained> <extension url="a"/> """
).split()


class Broken(Exception):
    """A promise that a codec did not keep."""


def main() -> int:
    """Run for the given time; 0 if every promise was kept."""
    options = _options()
    chance = random.Random(options.seed)
    seeds = _seeds(chance)
    end = time.monotonic() + options.seconds
    tried = 0
    while time.monotonic() < end:
        check, raw = next_input(chance, seeds)
        began = time.process_time()
        try:
            check(raw)
            if time.process_time() - began > MAX_SECONDS:
                raise Broken(f"took more than {MAX_SECONDS} s")
        except Exception as error:  # any exception at all is what is looked for
            return keep(options.keep, options.seed, tried, raw, error)
        tried += 1
    print(f"{tried} inputs from {len(seeds)} resources, seed {options.seed}: every promise kept")
    return 0


def check_json(raw: bytes) -> None:
    """A JSON text is refused, or what it says is written and read again the same, as JSON and as XML."""
    locate_json(raw, ["Patient.name[0].given[1]", "Bundle.entry[0].resource.value"])
    try:
        value = decode(raw)
    except JsonError:
        return
    written = encode(value)
    if encode(decode(written)) != written:
        raise Broken("JSON is not the same after writing and reading")
    if isinstance(value, dict):
        _check_as_xml(value)


def check_xml(raw: bytes) -> None:
    """An XML text is refused, or what it says is written and read again the same, as XML and as JSON."""
    got = read_xml(raw)
    fatal = any(found.severity == "fatal" for found in got.issues)
    if fatal != (got.resource is None):
        raise Broken("a fatal issue and a resource exclude each other")
    got.places.locate(found.expression for found in got.issues)
    if got.resource is not None:
        decode(encode(got.resource))
        _check_as_xml(got.resource)


def _check_as_xml(resource: dict[str, Any]) -> None:
    try:
        once = read_xml(write_xml(resource)).resource
    except XmlWriteError:
        return
    if once is None:
        raise Broken("what was written as XML cannot be read")
    # Empty arrays and objects do not survive the first time; what did survive stays.
    twice = read_xml(write_xml(once)).resource
    if twice is None or encode(twice) != encode(once):
        raise Broken("XML is not the same after writing and reading")


def next_input(chance: random.Random, seeds: list[bytes]) -> tuple[Callable[[bytes], None], bytes]:
    """A mutated resource, and the codec that it is for."""
    raw = chance.choice(seeds)
    check: Callable[[bytes], None] = check_json
    if chance.random() < 0.5:
        with contextlib.suppress(XmlWriteError):
            raw, check = write_xml(decode(raw)), check_xml
    return check, _mutated(chance, raw, chance.choice(seeds))


def _mutated(chance: random.Random, raw: bytes, other: bytes) -> bytes:
    for _ in range(chance.choice((0, 1, 1, 2, 3, 8))):
        start = chance.randrange(len(raw) + 1)
        end = min(len(raw), start + chance.choice((0, 0, 1, 4, 40, 400)))
        place = chance.randrange(len(other))
        between = chance.choice(
            (
                b"",
                chance.choice(SCRAPS),
                bytes([chance.randrange(256)]),
                raw[start:end] * 2,
                other[place : place + chance.choice((10, 100, 1000))],
                chance.choice(SCRAPS) * chance.choice((2, 70, 2000)),
            )
        )
        raw = raw[:start] + between + raw[end:]
    return raw


def _seeds(chance: random.Random) -> list[bytes]:
    return [*OWN, *_examples(chance)]


def _examples(chance: random.Random) -> Iterator[bytes]:
    files = sorted(path for path in EXAMPLES.glob("*.json") if path.stem not in ("package", ".index"))
    for path in chance.sample(files, min(300, len(files))):
        if path.stat().st_size <= MAX_SEED_BYTES:
            yield path.read_bytes()


def keep(folder: Path, seed: int, tried: int, raw: bytes, error: Exception) -> int:
    """Write down the input that broke a promise; the exit status."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"seed-{seed}-input-{tried}"
    path.write_bytes(raw)
    print(f"{type(error).__name__}: {error}\nThe input is kept: {path}", file=sys.stderr)
    return 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=ROOT / ".cache" / "fuzz")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
