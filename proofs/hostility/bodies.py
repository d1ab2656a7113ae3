"""Bodies that a parser may choke on: JSON, XML, packed ones, forms."""

import gzip
import json
import random
import zlib
from functools import cache
from typing import Any, Final

from proofs.hostility.words import word

DEPTHS: Final = (63, 64, 65, 100, 1_000, 2_000, 20_000, 200_000)
CONTENT_TYPES: Final = (
    "application/fhir+json", "application/json", "application/fhir+json; charset=utf-8",
    "application/fhir+json; fhirVersion=9.9", "application/fhir+json; charset=utf-7", "text/plain", "text/html",
    "application/xml", "application/fhir+xml", "multipart/form-data; boundary=x", "multipart/form-data",
    "application/x-www-form-urlencoded", "application/octet-stream", "application/json-patch+json", "", ";", "a/b/c",
    "application/fhir+json, text/plain", "*/*", "application/x-ndjson", "application/jose", "\xff\xfe",
)  # fmt: skip
ENCODINGS: Final = (
    "gzip",
    "deflate",
    "br",
    "zstd",
    "compress",
    "gzip, gzip",
    "identity, gzip",
    "x-unknown",
    "",
    ",",
)
LAUGHS: Final = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def resource(chance: random.Random, kind: str) -> dict[str, Any]:
    """Something that begins well."""
    return {
        "resourceType": kind,
        "identifier": [{"system": "urn:x", "value": str(chance.random())}],
        "status": chance.choice(("active", "completed", 1, None, [], "")),
        "subject": {"reference": chance.choice(("Patient/x", "https://evil.example/Patient/1", "#a", "", 7))},
        "parameter": [{"name": "number", "valueString": word(chance)}],
        "text": {
            "status": "generated",
            "div": chance.choice(("<div>", "<div xmlns='x'><script/></div>", word(chance))),
        },
    }


def faulty_json(chance: random.Random, kind: str) -> bytes:
    good = json.dumps(resource(chance, kind), ensure_ascii=chance.random() < 0.5).encode(
        "utf-8", "surrogatepass"
    )
    head = b'{"resourceType":"' + kind.encode() + b'",'
    deep = chance.choice(DEPTHS)
    match chance.randrange(20):
        case 0:
            return head + b'"a":' * 0 + b'"x":' + b"[" * deep + b"]" * deep + b"}"
        case 1:
            return b'{"a":' * deep + b"1" + b"}" * deep
        case 2:
            return b"[" * deep
        case 3:
            return (
                head
                + b'"a":'
                + chance.choice((b"NaN", b"Infinity", b"-Infinity", b"1e400", b"-1e-400", b"01"))
                + b"}"
            )
        case 4:
            return head + b'"a":' + b"9" * chance.choice((50, 400, 5_000, 100_000)) + b"}"
        case 5:
            return head + b'"a":0.' + b"1" * chance.choice((50, 5_000, 100_000)) + b"}"
        case 6:
            return (
                head
                + b'"a":"'
                + chance.choice((b"\\ud800", b"\\udfff\\ud800", b"\\uD83D", b"\\u0000"))
                + b'"}'
            )
        case 7:
            return (
                head
                + b'"a":"'
                + chance.choice((b"\xc3\x28", b"\xff", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"))
                + b'"}'
            )
        case 8:
            return head + b'"status":"active","status":"draft"}'
        case 9:
            wide = chance.choice((1_000, 20_000))
            return head + b",".join(b'"k%d":%d' % (n, n) for n in range(wide)) + b"}"
        case 10:
            return head + b'"extension":[' + b",".join([b'{"url":"x","valueString":"y"}'] * 2_000) + b"]}"
        case 11:
            return chance.choice(
                (b"\xef\xbb\xbf" + good, good.decode("utf-8", "replace").encode("utf-16"), good + good)
            )
        case 12:
            return good[: chance.randrange(len(good))]
        case 13:
            spoilt = bytearray(good)
            for _ in range(chance.randrange(1, 8)):
                spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
            return bytes(spoilt)
        case 14:
            return good.replace(b'"', chance.choice((b"'", b"`", b"\\"))) + chance.choice(
                (b"", b"\x00", b"//", b",")
            )
        case 15:
            return chance.choice(
                (b"", b" ", b"null", b"true", b"0", b'""', b"[]", b"{}", b"{", b"\x00" * 50, b'"' * 999)
            )
        case 16:
            return head + b'"' + b"k" * 200_000 + b'":"' + b"v" * 200_000 + b'"}'
        case 17:
            return head + b'"contained":[' + b",".join([good] * 300) + b"]}"
        case 18:
            return json.dumps({"resourceType": word(chance), word(chance)[:200]: word(chance)}).encode()
        case _:
            return good


def faulty_xml(chance: random.Random, kind: str) -> bytes:
    name = kind.encode()
    start = b'<%s xmlns="http://hl7.org/fhir">' % name
    match chance.randrange(9):
        case 0:
            return b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + start + b"&e;</%s>" % name
        case 1:
            return f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]><x>&l9;</x>'.encode()
        case 2:
            return b'<!DOCTYPE x [<!ENTITY q "' + b"a" * 50_000 + b'">]><x>' + b"&q;" * 1_000 + b"</x>"
        case 3:
            return b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/evil.dtd">' + start + b"</%s>" % name
        case 4:
            return (
                start
                + b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/></%s>'
                % name
            )
        case 5:
            deep = chance.choice(DEPTHS)
            return start + b"<a>" * deep + b"</a>" * deep + b"</%s>" % name
        case 6:
            return start + b"".join(b'<a b%d="%d"/>' % (n, n) for n in range(5_000)) + b"</%s>" % name
        case 7:
            return b'<?xml version="1.0" encoding="utf-7"?>' + start + b"+ADw-</%s>" % name
        case _:
            return start[: chance.randrange(1, len(start))]


@cache
def bomb(packing: str) -> bytes:
    """20 MB of nothing, in some 20 KB; twice packed in less."""
    nothing = bytes(20_000_000)
    if packing == "deflate":
        return zlib.compress(nothing, 9)
    once = gzip.compress(nothing, 9, mtime=0)
    return gzip.compress(once, 9, mtime=0) if packing == "gzip, gzip" else once


def packed(chance: random.Random, kind: str) -> tuple[str, bytes]:
    """(Content-Encoding, body)."""
    encoding = chance.choice(ENCODINGS)
    good = json.dumps(resource(chance, kind)).encode()
    body = chance.choice((bomb(encoding), gzip.compress(good, mtime=0), good, b"\x1f\x8b\x08\x00", b""))
    return encoding, body


def form(chance: random.Random, names: tuple[str, ...]) -> bytes:
    match chance.randrange(5):
        case 0:
            return b"&".join(b"a%d=b" % n for n in range(chance.choice((99, 101, 8_000))))
        case 1:
            return bytes(chance.randrange(256) for _ in range(60))
        case 2:
            return b"_id=" + b",".join(b"%036d" % n for n in range(8_000))
        case _:
            pairs = (f"{chance.choice(names)}={word(chance)}" for _ in range(chance.randrange(1, 6)))
            return "&".join(pairs).encode("utf-8", "surrogatepass")
