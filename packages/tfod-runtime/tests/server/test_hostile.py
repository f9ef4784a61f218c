from __future__ import annotations

from pathlib import Path

import pytest
from builders.a_server import RunningServer

from .hostile import hostile_requests
from .pictures import FOUND, PICTURE

_POST, _GET = b"POST /detect HTTP/1.1\r\nHost: x\r\n", b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
RAW = {
    "zero bytes": b"\0\1\2\r\n\r\n",
    "a method alone": b"GET\r\n\r\n",
    "a long line": b"x" * 200_000,
    "nothing": b"",
    "a long head": b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 1_000_000 + b"\r\n\r\n",
    "a length that is none": _POST + b"Content-Length: many\r\n\r\nx",
    "a negative length": _POST + b"Content-Length: -5\r\n\r\nx",
    "a length of 5000 digits": _POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nx",
    "two lengths": _POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nx",
    "length and chunks": _POST + b"Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "chunks of no size": _POST + b"Transfer-Encoding: chunked\r\n\r\nZZZ\r\n",
    "a body that breaks off": _POST + b"Content-Length: 100\r\n\r\nfew bytes",
    "HTTP/2 in the open": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
    "a path that climbs": b"GET /docs/../../../etc/passwd" + _GET,
    "a path in code": b"GET /docs/%2e%2e%2f%2e%2e%2fetc/passwd" + _GET,
}


def test_at_least_two_hundred_bad_bodies_each_get_a_reason(ready: RunningServer) -> None:
    requests = hostile_requests()
    assert len(requests) >= 200
    for each in requests:
        answer = ready.ask("POST", each.path, each.body, each.headers)
        assert 400 <= answer.status < 500, (each.title, answer.status, answer.body[:200])
        assert answer.code.isupper(), each.title
        assert answer.body.count(b"\n") == 0 and len(answer.body) < 2000, each.title
    assert ready.ask("POST", "/detect", PICTURE).json == FOUND


@pytest.mark.parametrize("request_", RAW.values(), ids=list(RAW))
def test_nonsense_does_no_harm(ready: RunningServer, request_: bytes) -> None:
    answer = ready.talk(request_)
    assert not answer or answer.startswith(b"HTTP/1.1 4"), answer[:200]
    assert b"root:" not in answer
    assert ready.ask("POST", "/detect", PICTURE).json == FOUND


def test_memory_stays_where_it_was(ready: RunningServer) -> None:
    for each in hostile_requests():
        ready.ask("POST", each.path, each.body, each.headers)
    before = resident_mebibytes()
    for each in hostile_requests():
        ready.ask("POST", each.path, each.body, each.headers)
    assert resident_mebibytes() < before + 60


def resident_mebibytes() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20
