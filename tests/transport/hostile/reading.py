"""Requests as bytes, and answers read from a line that stays open."""

import socket
import ssl

import httpx


def request(host: str, headers: dict[str, str] | None = None, first: str = "GET /fhir/r4/x") -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
    return f"{first} HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n".encode("latin-1")


def answer_on(line: socket.socket) -> httpx.Response:
    """One answer, read by its length."""
    got = b""
    while b"\r\n\r\n" not in got:
        piece = line.recv(65_536)
        assert piece, f"closed without an answer after {got!r}"
        got += piece
    head, _, body = got.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = httpx.Headers([(name, value) for name, _, value in (each.partition(": ") for each in lines)])
    while len(body) < int(headers.get("content-length", "0")):
        body += line.recv(65_536)
    return httpx.Response(int(first.split(" ")[1]), headers=headers, content=body)


def closed(line: socket.socket) -> bytes:
    """What comes until the other side closes; a timeout of the socket is a failure."""
    got = b""
    try:
        while piece := line.recv(65_536):
            got += piece
    except (ConnectionError, ssl.SSLEOFError):
        pass
    return got
