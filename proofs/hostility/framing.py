"""Broken HTTP: what two servers in a row may read differently, and what one may never come to the end of.

`{host}` and `{token}` are filled in. The hidden request asks for /metadata, whose answer cannot be mistaken, in HTTP/1.0,
which HAProxy refuses and the exchange takes: so it is answered only if one of the two did not see it for what it is.
"""

import random
from dataclasses import dataclass
from typing import Final

HIDDEN: Final = b"GET /fhir/r4/metadata HTTP/1.0\r\nHost: {host}\r\nX-Hidden: "
GET: Final = b"GET /fhir/r4/Organization HTTP/1.1\r\n"
POST: Final = b"POST /fhir/r4/Task/_search HTTP/1.1\r\n"
HOST: Final = b"Host: {host}\r\n"
AUTH: Final = b"Authorization: {token}\r\n"
FORM: Final = b"Content-Type: application/x-www-form-urlencoded\r\n"
TE: Final = b"Transfer-Encoding: chunked\r\n"
CHUNKED: Final = POST + HOST + AUTH + FORM + TE + b"\r\n"


ZEROS: Final = b"0" * 47
LONG: Final = b"0" * 5_000 + b"3"
EXTENDED: Final = b"3;" + b"a" * 20_000
# Odd, and by RFC 9112 no fault: another header's name, zeros before a size or a length, an extension of a chunk.
ALLOWED: Final = frozenset({b"Transfer_Encoding: chunked", b"03", LONG, EXTENDED, ZEROS})
# What would be believed, or would change the framing, if it stood in the head (RFC 9110 section 6.5.1).
TRAILERS: Final = (
    (b"Content-Length", b"50"),
    (b"Transfer-Encoding", b"chunked"),
    (b"Host", b"evil.example"),
    (b"Client-Cert", b":MIIBAAAA:"),
    (b"Client_Cert", b":MIIBAAAA:"),
    (b"X-Forwarded-For", b"127.0.0.1"),
    (b"Authorization", b"Bearer x"),
    (b"Content-Encoding", b"gzip"),
    (b"Connection", b"close"),
    (b"X A", b"b"),
    (b"", b"b"),
)


def length(number: int | bytes) -> bytes:
    return b"Content-Length: " + (number if isinstance(number, bytes) else b"%d" % number) + b"\r\n"


@dataclass(frozen=True, slots=True)
class Frame:
    """`whole`: a server can come to an end of it by itself; otherwise it has to lose patience."""

    name: str
    content: bytes
    whole: bool = True
    broken: bool = True  # a server that reads it at all may not do what it asks
    unsigned: bool = False  # who it is from stands only where it does not count


def frames() -> list[Frame]:
    head = POST + HOST + AUTH + FORM
    hidden = HIDDEN + b"1\r\n\r\n"
    both = [
        Frame(f"length and chunks, {name}", head + first + second + b"\r\n0\r\n\r\n" + hidden)
        for name, first, second in (
            ("length first", length(5 + len(hidden)), TE),
            ("chunks first", TE, length(5 + len(hidden))),
            ("short length", length(3), TE),
            ("length of nothing", length(0), TE),
            ("two codings", length(5), b"Transfer-Encoding: identity\r\n" + TE),
        )
    ]
    codings = [
        Frame(f"coding {value!r}", head + b"Transfer-Encoding:" + value + b"\r\n" + length(5) + b"\r\n0\r\n\r\n" + hidden)
        for value in (
            b" xchunked", b" chunked, identity", b" identity, chunked", b" gzip, chunked", b" chunked;q=1", b"\x0bchunked",
            b" \tchunked", b" chunked\t", b" CHUNKED", b" chunked,", b" ,chunked", b" 'chunked'", b" chunked chunked",
            b"\r\n chunked", b" chunk", b"", b" identity", b" \x00chunked", b" cow", b" chunked\x00",
        )
    ]  # fmt: skip
    names = [
        Frame(
            f"header {line!r}",
            head + line + b"\r\n" + length(5) + b"\r\n0\r\n\r\n" + hidden,
            broken=line not in ALLOWED,
        )
        for line in (
            b"Transfer-Encoding : chunked", b" Transfer-Encoding: chunked", b"Transfer_Encoding: chunked",
            b"Transfer-Encoding\t: chunked", b"X: y\nTransfer-Encoding: chunked", b"X: y\rTransfer-Encoding: chunked",
            b"Transfer-\x00Encoding: chunked", b"\xa0Transfer-Encoding: chunked", b": empty name", b"no colon",
            b"X-A: a\x00b", b"X-A: \x1b[31m", b"X A: b", b"X(A): b", b"X-A: a\rb", b"X-\xc4\x81: b", b"@: a",
        )
    ]  # fmt: skip
    lengths = [
        Frame(f"length {value!r}", head + length(value) + b"\r\n" + hidden, broken=value not in ALLOWED)
        for value in (
            b"-1", b"+0", b"0x10", b"three", b"1 0", b"0,0", b"0, 5", b"1e1", b"99999999999999999999999", b" ", b"0_0",
            ZEROS, b"\x0b0", b"0\x00", b"0;", b"\xd9\xa0",
        )
    ]  # fmt: skip
    chunks = [
        Frame(
            f"chunk {value[:20]!r}",
            CHUNKED + value + b"\r\n" + b"a" * 3 + b"\r\n0\r\n\r\n" + hidden,
            broken=value not in ALLOWED,
        )
        for value in (
            b"zz", b"-3", b"+3", b"0x3", b"3 ", b" 3", EXTENDED, b"3;a=\x00", b"fffffffffffffffff", b"3\n",
            b"3\r", b"03", LONG, b"", b"3,3", b"\xef\xbc\x93",
        )
    ]  # fmt: skip
    tails = [
        Frame("chunk longer than it says", CHUNKED + b"2\r\nabc\r\n0\r\n\r\n" + hidden),
        Frame("chunk ends with LF", CHUNKED + b"3\nabc\n0\n\n" + hidden),
        Frame("chunk without its end", CHUNKED + b"3\r\nabc0\r\n\r\n" + hidden),
        *(
            Frame(
                f"a trailer {name!r}",
                CHUNKED + b"1\r\n_\r\n0\r\n" + name + b": " + value + b"\r\n\r\n" + hidden,
                broken=False,
            )
            for name, value in TRAILERS
        ),
        *(
            Frame(
                f"a token in a trailer, {name}",
                POST + HOST + FORM + announced + TE + b"\r\n0\r\n" + AUTH + b"\r\n",
                unsigned=True,
            )
            for name, announced in (("announced", b"Trailer: Authorization\r\n"), ("not announced", b""))
        ),
        Frame("trailers without end", CHUNKED + b"0\r\n" + b"X: y\r\n" * 30_000 + b"\r\n"),
    ]
    return [*both, *codings, *names, *lengths, *chunks, *tails, *starts(), *hosts(), *unended()]


def starts() -> list[Frame]:
    """First lines."""
    tail = HOST + AUTH + b"\r\n"
    lines = (
        b"GET /fhir/r4/Organization\r\n", b"GET  /fhir/r4/Organization HTTP/1.1\r\n", b"GET\t/fhir/r4/x HTTP/1.1\r\n",
        b"GET /fhir/r4/Organization  HTTP/1.1\r\n", b"GET /fhir/r4/Organization HTTP/1.1 \r\n", b"GET /x HTTP/1.2\r\n",
        b"GET /fhir/r4/Organization HTTP/9.9\r\n", b"GET /fhir/r4/Organization HTTP/0.9\r\n", b"GET /x HTTP/1\r\n",
        b"GET /fhir/r4/Organization HTTP/2.0\r\n", b"GET /fhir/r4/Organization http/1.1\r\n", b"GET /x SPDY/3\r\n",
        b"GET /fhir/r4/\x00 HTTP/1.1\r\n", b"GET /fhir/r4/\xc4\x81 HTTP/1.1\r\n", b"GET /a b HTTP/1.1\r\n",
        b"GET * HTTP/1.1\r\n", b"GET // HTTP/1.1\r\n", b"GET ?x HTTP/1.1\r\n", b"GET # HTTP/1.1\r\n",
        b"GET http://evil.example/fhir/r4/Organization HTTP/1.1\r\n", b"GET http:// HTTP/1.1\r\n",
        b"GET https://{host}:99999/ HTTP/1.1\r\n", b"GET /%00 HTTP/1.1\r\n", b"GET /%zz HTTP/1.1\r\n",
        b"GET /fhir/r4/../../healthz HTTP/1.1\r\n", b"GET /fhir/r4/%2e%2e/x HTTP/1.1\r\n", b"GET /%ff%fe HTTP/1.1\r\n",
        b"CONNECT {host} HTTP/1.1\r\n", b"OPTIONS * HTTP/1.1\r\n", b"TRACE / HTTP/1.1\r\n", b"G\x00T / HTTP/1.1\r\n",
        b"\r\n\r\n\r\nGET /fhir/r4/x HTTP/1.1\r\n", b"\nGET /fhir/r4/x HTTP/1.1\r\n", b" GET / HTTP/1.1\r\n",
        b"GET /fhir/r4/x HTTP/1.1\n", b"GET /fhir/r4/x HTTP/1.1\r", b"\x16\x03\x01\x02\x00\x01\x00", b"\x80\x00",
        b"PROXY TCP4 1.2.3.4 1.2.3.4 1 1\r\nGET / HTTP/1.1\r\n", b"\r\n\r\n\x00\r\nQUIT\n",
    )  # fmt: skip
    found = [Frame(f"first line {line[:40]!r}", line + tail, broken=False) for line in lines]
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9)
    upgrade = b"Connection: Upgrade\r\nUpgrade: "
    key = b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
    return [
        *found,
        Frame("HTTP/2 without being asked", preface),
        Frame(
            "websocket", GET + HOST + AUTH + upgrade + b"websocket\r\n" + key + b"\r\n\x81\x00", broken=False
        ),
        Frame("h2c", GET + HOST + AUTH + upgrade + b"h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n", broken=False),
        Frame("folded header", GET + HOST + AUTH + b"X-A: a\r\n b\r\n\r\n", broken=False),
        Frame("folded host", GET + b"Host:\r\n {host}\r\n" + AUTH + b"\r\n", broken=False),
        Frame("only LF", (GET + HOST + AUTH + b"\r\n").replace(b"\r\n", b"\n"), broken=False),
        Frame("only CR", (GET + HOST + AUTH + b"\r\n").replace(b"\r\n", b"\r"), whole=False),
    ]


def hosts() -> list[Frame]:
    values = (
        b"",
        b"a b",
        b"a\x00b",
        b"{host}@evil.example",
        b"evil.example",
        b"{host}, {host}",
        b"[::1",
        b"{host}:x",
        b"/",
    )
    return [
        Frame("no Host", GET + AUTH + b"\r\n"),
        Frame("two Hosts", GET + HOST + b"Host: evil.example\r\n" + AUTH + b"\r\n"),
        Frame(
            "HTTP/1.0 with chunks", POST.replace(b"1.1", b"1.0") + HOST + AUTH + FORM + TE + b"\r\n0\r\n\r\n"
        ),
        *(
            Frame(f"Host {value!r}", GET + b"Host: " + value + b"\r\n" + AUTH + b"\r\n", broken=False)
            for value in values
        ),
    ]


def unended() -> list[Frame]:
    """The server has to lose patience."""
    return [
        Frame("half a request line", b"GET /fhir/r4/Org", whole=False),
        Frame("half a head", GET + HOST + b"X-A: b\r\n", whole=False),
        Frame("half a body", POST + HOST + AUTH + FORM + length(50) + b"\r\n_id=", whole=False),
        Frame("half a chunk", CHUNKED + b"50\r\n_id=", whole=False),
        Frame("chunks without the last", CHUNKED + b"3\r\n_id\r\n", whole=False),
        Frame(
            "expects and does not send",
            POST + HOST + AUTH + FORM + length(9) + b"Expect: 100-continue\r\n\r\n",
            whole=False,
        ),
    ]


FRAMES: Final = frames()


def drawn(chance: random.Random) -> Frame:
    """Few of those that have to wait: each takes as long as the patience of the server."""
    chosen = chance.choice(FRAMES)
    return chosen if chosen.whole or chance.random() < 0.3 else chance.choice(FRAMES[:40])
