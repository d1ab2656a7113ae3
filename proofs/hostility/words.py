"""Strings and headers that mean harm: each is harmless only where nothing takes it for more than a string."""

import random
from typing import Final

PERSON_CODES: Final = ("320987-65432", "32098765432")  # nobody's: may stand in no log and no audit entry
INJECTIONS: Final = (
    *PERSON_CODES,
    *PERSON_CODES,
    "' OR '1'='1",
    "'; DROP TABLE audit_entry; --",
    "1; SELECT pg_sleep(5)",
    "' UNION SELECT body FROM resource --",
    "\\'; --",
    "$$; SELECT 1; $$",
    "%",
    "_%_%_%_",
    "%s%s%n %(x)s {0} ${x}",
    "*)(uid=*))(|(uid=*",
    "{{7*7}} ${7*7} <%= 7*7 %> #{7*7}",
    "${jndi:ldap://127.0.0.1/a}",
    "a\r\nX-Injected: 1\r\n\r\nHTTP/1.1 200 OK",
    '\r\n{"event": "forged"}',
    "\x1b[2J\x1b[31mred",
    "\u202eevil\u2066",
    "\x00",
    "../../../../etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "%252e%252e%252f",
    "file:///etc/passwd",
    "http://127.0.0.1:1/",
    "<script>alert(1)</script>",
    "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>",
    "(a+)+$",
    "(.*a){25}",
    "a" * 28 + "!",
    "`id`; $(id) | id &",
    "iif(true, 1/0, %context.repeat(children()))",
    "Patient.name.where(family.matches('(a+)+b'))",
    "|",
    "http://x|" * 20,
    "a,b\\,c$d|e",
    "ā" * 500,
    "🙂" * 300,
    "9" * 400,
    "-1",
    "1e999",
    "NaN",
    "0001-01-01",
    "9999-12-31T23:59:59.999999999+14:00",
    "ge2026-13-45",
    "\ufeff",
    "Patient/" + "0" * 36,
    "urn:uuid:00000000-0000-0000-0000-000000000000",
    "true",
    "null",
    "_id",
)
PARAMETERS: Final = (
    "_id", "_count", "_page", "_sort", "_include", "_revinclude", "_filter", "_has:Patient:x:y", "_format",
    "_summary", "_elements", "_total", "_lastUpdated", "_since", "identifier", "identifier:not", "patient",
    "patient.identifier", "patient:Patient.name", "status", "family", "name:exact", "name:missing", "focus", "code",
    "date", "url", "url:below", "filter", "offset", "count", "system", "value", "target", "subject", "authored-on",
    "' OR 1=1", "a\x00b", "", "x" * 300, "_id" * 50,
)  # fmt: skip
METHODS: Final = (
    "GET",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "HEAD",
    "OPTIONS",
    "TRACE",
    "PROPFIND",
    "get",
    "FETCH",
)


def word(chance: random.Random) -> str:
    """One of those above, or one made up of them or of any characters."""
    match chance.randrange(5):
        case 0:
            return "".join(
                chr(chance.choice((chance.randrange(1, 0xD800), chance.randrange(0x80)))) for _ in range(20)
            )
        case 1:
            return chance.choice(INJECTIONS) * chance.choice((2, 10, 100))
        case 2:
            return chance.choice(INJECTIONS) + chance.choice(INJECTIONS)
        case _:
            return chance.choice(INJECTIONS)


def token_of_nobody(chance: random.Random) -> str:
    """Values of Authorization that open nothing."""
    none = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."
    return chance.choice(
        (
            "Bearer",
            "Bearer ",
            "Bearer x",
            f"Bearer {none}",
            f"Bearer {none * 50}",
            "Bearer a.b.c",
            "Bearer " + "A" * 6_000,
            "Bearer eyJhbGciOiJIUzI1NiIsImtpZCI6Ii4uLy4uL2V0Yy9wYXNzd2QifQ.e30.AA",
            "Basic dXNlcjpwYXNz",
            "Negotiate AAAA",
            "DPoP x",
            "Bearer \xff\xfe",
            "Bearer x, Bearer y",
        )
    )


def headers(chance: random.Random) -> list[tuple[str, str]]:
    """A few headers that try something."""
    tries: tuple[tuple[str, str], ...] = (
        ("Cookie", "; ".join(f"a{n}={n}" for n in range(chance.choice((1, 50, 900))))),
        ("Cookie", "session=" + "A" * 3_000),
        ("Range", chance.choice(("bytes=0-0", "bytes=-1", "bytes=0-,0-,0-,0-", "bytes=9-1", "lines=1-2"))),
        ("If-Range", "x"),
        ("If-Match", chance.choice(('W/"999999999999999999999"', "*", "'", 'W/"-1"', "\x80"))),
        ("If-None-Match", "*"),
        ("If-Modified-Since", "Thu, 99 Foo 9999 99:99:99 GMT"),
        ("If-None-Exist", chance.choice(("identifier=x|y", "a=b&" * 200, "identifier=' OR 1=1", ""))),
        ("Prefer", chance.choice(("return=minimal", "return=x", "respond-async", ",;=" * 100))),
        (
            "Accept",
            chance.choice(("*/*;q=0", "text/html", "application/fhir+xml", ",,,", "a/b;" * 300, "\xff")),
        ),
        (
            "Accept-Language",
            chance.choice(("lv;q=x", "en;q=1e999", "en;q=nan", "," * 500, "\xff", "lv;q=-1,en")),
        ),
        ("Accept-Encoding", "gzip, br, deflate, *;q=0"),
        ("Accept-Charset", "utf-7"),
        ("X-Request-Id", chance.choice(("010101-12345", "a b", "x" * 65, "$(id)", "\x7f"))),
        ("traceparent", chance.choice(("00-0-0-0", "x", "00-" + "f" * 32 + "-" + "0" * 16 + "-zz"))),
        ("X-HTTP-Method-Override", chance.choice(("DELETE", "PUT", "TRACE"))),
        ("X-Method-Override", "DELETE"),
        ("X-Original-URL", "/fhir/r4/Patient"),
        ("X-Rewrite-URL", "/healthz"),
        ("X-Forwarded-For", "127.0.0.1"),
        ("X-Forwarded-Host", "evil.example"),
        ("Forwarded", "for=127.0.0.1;host=evil.example"),
        ("Client-Cert", ":AAAA:"),
        ("X-SSL-Client-Verify", "SUCCESS"),
        ("X-Forwarded-Client-Cert", "Hash=0"),
        ("Idempotency-Key", chance.choice(("", "two words", "k" * 65, "ā", "\x7f", "' OR 1=1"))),
        (
            "X-Provenance",
            chance.choice(("{}", "[" * 3_000, '{"resourceType":"Provenance"}', "x", "\xff", '"' * 40)),
        ),
        ("Expect", chance.choice(("100-continue", "200-ok", "x"))),
        ("Upgrade", chance.choice(("h2c", "websocket", "TLS/1.0"))),
        ("HTTP2-Settings", "AAMAAABkAARAAAAAAAIAAAAA"),
        ("Connection", chance.choice(("close", "upgrade", "keep-alive, x", "Authorization", "host"))),
        ("Keep-Alive", "timeout=999999, max=999999"),
        ("TE", "trailers, deflate;q=0.5"),
        ("Trailer", "Content-Length"),
        ("Max-Forwards", "0"),
        ("Origin", "https://evil.example"),
        ("User-Agent", "() { :; }; id"),
        ("Referer", "javascript:alert(1)"),
        ("Proxy-Authorization", "Basic x"),
        ("Content-Language", "\xff"),
        ("Content-MD5", "x"),
        ("Authorization", token_of_nobody(chance)),
    )
    return chance.sample(tries, chance.randrange(1, 5))
