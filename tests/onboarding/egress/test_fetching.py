"""Fetching from outside, attacked: whatever a stranger writes into an address, nobody inside is asked."""

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.onboarding.egress.publishing import (
    Published,
    Vouched,
    answer,
    endless,
    publishing,
    raw,
    silent,
    vouched,
)
from tilts.onboarding.egress import Allowed, Egress, egress_from, purposes
from tilts.onboarding.egress.addresses import is_public, networks_of, target_of
from tilts.onboarding.egress.purposes import Purpose, table
from tilts.rules import Refusal
from tilts.settings import Settings

pytestmark = pytest.mark.anyio
LOOPBACK = networks_of("127.0.0.0/8")
NAME = "lists.parauga-uzticamiba.example"
INSIDE = [
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "127.0.0.1", "127.1.2.3", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "192.0.0.8", "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1",
    "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1",
]  # fmt: skip
SPELLINGS = [
    "127.0.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.1", "127.0.1", "0",
    "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[64:ff9b::7f00:1]",
    "localhost", "LOCALHOST", "localhost.", "a.localhost", "metadata.internal", "printer.local", "127.0.0.1.",
    "①②⑦.⓪.⓪.①", "127。0。0。1", "%31%32%37.0.0.1", "127.0.0.1%00.example.lv", "1.0.0.127.in-addr.arpa",
]  # fmt: skip


async def to_loopback(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


def allowing(*hosts: str, **more: object) -> Allowed:
    return Allowed(hosts=frozenset(hosts), networks=LOOPBACK, **more)  # type: ignore[arg-type]


async def rule_of(fetching: Awaitable[bytes]) -> str:
    with pytest.raises(Refusal) as no:
        await fetching
    for language in ("lv", "en"):
        assert no.value.rule.sentence(language, no.value.told())
    return no.value.rule.id


@pytest.fixture
def authority(tmp_path: Path) -> Vouched:
    return vouched(tmp_path)


# What is right.


async def test_what_is_published_is_fetched_over_tls_from_a_name_that_was_allowed(authority: Vouched) -> None:
    async with publishing(answer(b"a list"), authority.context(NAME)) as there:
        egress = Egress(allowing(f"{NAME}:{there.port}"), authority.file, to_loopback)
        content = await egress.fetch("trust-list", f"https://{NAME}:{there.port}/tl.xml?of=lv")

    [asked] = there.asked
    assert content == b"a list"
    assert asked.startswith(b"GET /tl.xml?of=lv HTTP/1.1\r\n")
    assert f"Host: {NAME}:{there.port}\r\n".encode() in asked
    assert b"Accept-Encoding: identity\r\n" in asked


async def test_a_question_is_posted_with_its_kind_and_a_chunked_answer_is_read() -> None:
    chunked = raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nyes\r\n2\r\n!!\r\n0\r\n\r\n")
    async with publishing(chunked) as there:
        egress = Egress(allowing(f"{NAME}:{there.port}"), resolve=to_loopback)
        assert await egress.fetch("ocsp", f"http://{NAME}:{there.port}", b"question") == b"yes!!"

    [asked] = there.asked
    assert asked.startswith(b"POST / ") and asked.endswith(b"\r\n\r\nquestion")
    assert b"Content-Type: application/ocsp-request\r\n" in asked


# EGR-001, EGR-002: the address as it is written.


@pytest.mark.parametrize("host", SPELLINGS)
@pytest.mark.parametrize("purpose", ["crl", "jwks"])
async def test_no_spelling_of_an_address_inside_is_asked(purpose: Purpose, host: str) -> None:
    """Even where a certificate names it: the canary on loopback sees nobody."""
    async with publishing(answer(b"secret")) as canary:
        named = frozenset({host.strip("[]").lower()})
        egress = Egress(Allowed(named=named), resolve=to_loopback)
        for port in ("", f":{canary.port}"):
            assert await rule_of(egress.fetch(purpose, f"https://{host}{port}/x")) in {"EGR-001", "EGR-002"}

    assert canary.hits == 0


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("http://a.lv/keys", "EGR-001"),
        ("file:///etc/passwd", "EGR-001"),
        ("gopher://a.lv/", "EGR-001"),
        ("//a.lv/", "EGR-001"),
        ("https://user@a.lv/", "EGR-001"),
        ("https://user:word@a.lv/", "EGR-001"),
        ("https://b.lv@a.lv/", "EGR-001"),
        ("https://@a.lv/", "EGR-001"),
        ("https://a.lv:8443/", "EGR-001"),
        ("https://a.lv:0/", "EGR-001"),
        ("https://a.lv:99999/", "EGR-001"),
        ("https://a.lv:22/", "EGR-001"),
        ("https:///x", "EGR-001"),
        ("https://a.lv\\@b.lv/", "EGR-001"),
        ("https://a.lv/\r\nHost: b.lv", "EGR-001"),
        ("https://a.lv/ x", "EGR-001"),
        ("https://a.lv/ā", "EGR-001"),
        ("https://[a.lv/", "EGR-001"),
        ("https://a.lv/" + "x" * 3_000, "EGR-001"),
        ("https://b.lv/", "EGR-002"),
        ("https://a.lv.b.lv/", "EGR-002"),
        ("https://xa.lv/", "EGR-002"),
        ("https://a.lv./", "EGR-002"),
        ("https://b.lv#a.lv/", "EGR-002"),
        ("https://b.lv/a.lv", "EGR-002"),
    ],
)
def test_an_address_that_is_not_allowed(url: str, rule: str) -> None:
    with pytest.raises(Refusal) as no:
        target_of("jwks", url, Allowed(hosts=frozenset({"a.lv"})))
    assert no.value.rule.id == rule


def test_hosts_of_certificates_are_asked_for_lists_and_answers_alone() -> None:
    named = Allowed(named=frozenset({"crl.a.lv"}))
    assert target_of("crl", "http://crl.a.lv/x.crl", named).port == 80
    assert target_of("ocsp", "https://CRL.a.lv", named).authority == "crl.a.lv"
    for purpose in ("trust-list", "jwks", "timestamp"):
        with pytest.raises(Refusal) as no:
            target_of(purpose, "https://crl.a.lv/", named)  # type: ignore[arg-type]
        assert no.value.rule.id == "EGR-002"


# EGR-003: where the name leads.


@pytest.mark.parametrize("address", INSIDE)
async def test_a_name_that_leads_inside_is_not_asked(address: str) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return [address]

    async with publishing(answer(b"secret")) as canary:
        egress = Egress(Allowed(hosts=frozenset({f"{NAME}:{canary.port}"})), resolve=resolve)
        assert await rule_of(egress.fetch("crl", f"http://{NAME}:{canary.port}/")) == "EGR-003"

    assert canary.hits == 0
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "193.40.0.1", "2a00:1450:4026::1", "2001:4860::8888"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ip_address(address))


async def test_one_address_inside_among_public_ones_is_enough_to_refuse() -> None:
    async def both(host: str, port: int) -> list[str]:
        return ["8.8.8.8", "127.0.0.1"]

    egress = Egress(Allowed(hosts=frozenset({NAME})), resolve=both)
    assert await rule_of(egress.fetch("crl", f"http://{NAME}/")) == "EGR-003"


async def test_a_name_that_leads_elsewhere_a_moment_later_gains_nothing() -> None:
    """DNS rebinding: asked once, and the connection goes to the address that was looked at."""
    asked: list[str] = []

    async def rebound(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.2"] if len(asked) == 1 else ["127.0.0.1"]

    only_the_first = Allowed(hosts=frozenset(), networks=networks_of("127.0.0.2/32"))
    async with publishing(answer(b"secret")) as canary:
        allowed = Allowed(frozenset({f"{NAME}:{canary.port}"}), networks=only_the_first.networks)
        egress = Egress(allowed, resolve=rebound)
        assert await rule_of(egress.fetch("crl", f"http://{NAME}:{canary.port}/")) == "EGR-004"
        assert await rule_of(egress.fetch("crl", f"http://{NAME}:{canary.port}/")) == "EGR-003"

    assert (canary.hits, len(asked)) == (0, 2)


# EGR-004 to EGR-007: the answer.


async def refused_answer(
    play: Callable[..., Awaitable[None]], purpose: Purpose = "jwks"
) -> tuple[str, Published]:
    async with publishing(play) as there:
        egress = Egress(allowing(f"{NAME}:{there.port}"), resolve=to_loopback)
        use: Purpose = "ocsp" if purpose == "jwks" else purpose  # over http, with the limit of 64 KiB
        return await rule_of(egress.fetch(use, f"http://{NAME}:{there.port}/")), there


@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"]
)
async def test_a_redirect_leads_nowhere(status: str) -> None:
    async with publishing(answer(b"secret")) as canary:
        to = f"Location: http://127.0.0.1:{canary.port}/"
        assert (await refused_answer(answer(b"", to, status=status)))[0] == "EGR-006"
    assert canary.hits == 0


@pytest.mark.parametrize("kind", ["gzip", "deflate", "br", "GZIP", "gzip, gzip"])
async def test_nothing_is_unpacked(kind: str) -> None:
    bomb = gzip.compress(gzip.compress(b"0" * 30_000_000))
    assert len(bomb) < 2_000
    assert (await refused_answer(answer(bomb, f"Content-Encoding: {kind}")))[0] == "EGR-006"


@pytest.mark.parametrize(
    ("play", "rule"),
    [
        (endless, "EGR-007"),
        (answer(b"x" * 65_537), "EGR-007"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"), "EGR-007"),
        (raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc"), "EGR-004"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"), "EGR-004"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"), "EGR-004"),
        (raw(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 40_000), "EGR-004"),
        (raw(b"SSH-2.0-OpenSSH\r\n"), "EGR-004"),
        (raw(b""), "EGR-004"),
        (answer(b"no", status="404 Not Found"), "EGR-006"),
        (answer(b"", status="204 No Content"), "EGR-006"),
    ],
    ids=[
        "endless",
        "oversize",
        "says so",
        "coded",
        "two lengths",
        "short",
        "headers",
        "ssh",
        "gone",
        "404",
        "204",
    ],
)
async def test_an_answer_that_is_none(play: Callable[..., Awaitable[None]], rule: str) -> None:
    assert (await refused_answer(play))[0] == rule


async def test_the_largest_answer_is_taken() -> None:
    content = b"x" * table().purposes["ocsp"].limit_bytes
    async with publishing(answer(content)) as there:
        egress = Egress(allowing(f"{NAME}:{there.port}"), resolve=to_loopback)
        assert await egress.fetch("ocsp", f"http://{NAME}:{there.port}/") == content


async def test_a_server_that_dawdles_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """EGR-005: with the name, the connection and the answer together."""

    async def drop_by_drop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)

    async def never(host: str, port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    hurried = purposes.Table(0.3, table().source, table().purposes)
    monkeypatch.setattr("tilts.onboarding.egress.fetching.table", lambda: hurried)
    for play in (silent, drop_by_drop):
        assert (await refused_answer(play))[0] == "EGR-005"
    egress = Egress(Allowed(frozenset({NAME})), resolve=never)
    assert await rule_of(egress.fetch("crl", f"http://{NAME}/")) == "EGR-005"


async def test_a_server_that_cannot_prove_its_name_is_not_believed(
    authority: Vouched, tmp_path: Path
) -> None:
    """EGR-004: another name, a stranger's certificate, an expired one."""
    stranger = vouched(tmp_path)
    contexts = [
        authority.context("other.parauga-uzticamiba.example"),
        authority.context("127.0.0.1"),
        stranger.context(NAME),
        authority.context(NAME, ends=timedelta(days=-1)),
    ]
    for context in contexts:
        async with publishing(answer(b"{}"), context) as there:
            egress = Egress(allowing(f"{NAME}:{there.port}"), authority.file, to_loopback)
            assert await rule_of(egress.fetch("jwks", f"https://{NAME}:{there.port}/")) == "EGR-004"
        assert there.hits == 0


async def test_a_name_that_is_not_there() -> None:
    async def none(host: str, port: int) -> list[str]:
        raise OSError

    assert (
        await rule_of(Egress(Allowed(frozenset({NAME})), resolve=none).fetch("crl", f"http://{NAME}/"))
        == "EGR-004"
    )


# Around it.


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with publishing(answer(b"secret")) as proxy, publishing(answer(b"right")) as there:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        egress = Egress(allowing(f"{NAME}:{there.port}"), resolve=to_loopback)
        assert await egress.fetch("crl", f"http://{NAME}:{there.port}/") == b"right"
    assert proxy.hits == 0


async def test_the_log_tells_purpose_and_host_and_nothing_else() -> None:
    with capture_logs() as written:
        refusing = Egress(Allowed()).fetch("crl", "http://crl.a.lv/of/somebody?who=330190-12345")
        assert await rule_of(refusing) == "EGR-002"

    [line] = written
    assert line == {
        "event": "egress refused",
        "log_level": "warning",
        "rule": "EGR-002",
        "purpose": "crl",
        "host": "crl.a.lv",
    }
    assert "330190" not in json.dumps(written)


def test_the_settings_say_who_is_asked() -> None:
    egress = egress_from(
        Settings(
            egress_hosts="a.lv, B.lv:8443",
            egress_networks="127.0.0.0/8, ::1/128",
            trust_list_url="https://t.lv/x.xml",
        )
    )
    assert egress._allowed.hosts == {"a.lv", "b.lv:8443", "t.lv"}
    assert ip_address("::1") in egress._allowed.networks[1]
