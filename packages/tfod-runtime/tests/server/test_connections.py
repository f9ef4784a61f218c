from __future__ import annotations

import contextlib
import http.client
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from builders.a_detector import RedDetector
from builders.a_server import DEADLINE, LIMITS, RunningServer, running_server

from tfod_runtime.examine import Examiner
from tfod_runtime.server.concurrency import WATCHED
from tfod_runtime.server.limits import ServerLimits

from .pictures import FOUND, PICTURE

FEW = replace(LIMITS, max_connections=3)
HASTY = replace(LIMITS, head_seconds=0.2)
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
ASKING = b"POST /detect HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"


@contextlib.contextmanager
def finding_red(paper: Path, limits: ServerLimits) -> Iterator[RunningServer]:
    with running_server(paper, limits) as server:
        server.state.become_ready(Examiner(RedDetector()))
        yield server


@pytest.fixture
def few(paper: Path) -> Iterator[RunningServer]:
    """A server of three connections."""
    with finding_red(paper, FEW) as server:
        yield server


@pytest.fixture
def hasty(paper: Path) -> Iterator[RunningServer]:
    """A server that waits a fifth of a second for a head."""
    with finding_red(paper, HASTY) as server:
        yield server


def connect(server: RunningServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=DEADLINE)


def status(client: socket.socket) -> int:
    """The status of the answer that comes, which is read to its end."""
    with http.client.HTTPResponse(client) as answer:
        answer.begin()
        answer.read()
        return answer.status


def is_closed(client: socket.socket) -> bool:
    """Whether nothing but the end comes; fails where nothing at all does."""
    try:
        return client.recv(1) == b""
    except ConnectionError:
        return True


@pytest.mark.parametrize("begun", [b"", HEALTH[:8], HEALTH[:-2]])
def test_a_head_that_does_not_come_ends_the_connection(hasty: RunningServer, begun: bytes) -> None:
    with connect(hasty) as client:
        client.sendall(begun)
        assert is_closed(client)


def test_a_head_that_comes_drop_by_drop_does_so_too(hasty: RunningServer) -> None:
    with connect(hasty) as client, pytest.raises(ConnectionError):
        client.sendall(HEALTH)
        assert status(client) == 200
        client.sendall(HEALTH[:-2] + b"X: ")
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            client.sendall(b"x")
            time.sleep(0.01)


def test_what_is_no_head_may_take_longer(hasty: RunningServer) -> None:
    longer = HASTY.head_seconds * 1.5
    with connect(hasty) as client:
        client.sendall(ASKING % len(PICTURE))
        assert client.recv(1000).startswith(b"HTTP/1.1 100")
        time.sleep(longer)  # in a body
        client.sendall(PICTURE)
        assert status(client) == 200
        time.sleep(longer)  # between requests
        client.sendall(HEALTH)
        assert status(client) == 200


def test_silent_connections_give_way_the_oldest_first(few: RunningServer) -> None:
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(connect(few)) for _ in range(10)]
        assert few.ask("GET", "/healthz").status == 200
        assert few.ask("POST", "/detect", PICTURE).json == FOUND
        assert all(map(is_closed, silent[:7]))
        last = stack.enter_context(connect(few))
        last.sendall(HEALTH)
        assert status(last) == 200


def test_kept_connections_give_way_too(few: RunningServer) -> None:
    with contextlib.ExitStack() as stack:
        kept = [http.client.HTTPConnection("127.0.0.1", few.port, timeout=DEADLINE) for _ in range(3)]
        for connection in kept:
            stack.callback(connection.close)
            connection.request("GET", "/healthz")
            assert connection.getresponse().read()
        assert few.ask("POST", "/detect", PICTURE).json == FOUND
        assert is_closed(kept[0].sock)
        kept[2].request("GET", "/healthz")
        assert kept[2].getresponse().status == 200


def test_requests_under_way_are_bounded_and_health_is_told_all_the_same(few: RunningServer) -> None:
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(connect(few)) for _ in range(3)]
        for client in slow:
            client.sendall(ASKING % len(PICTURE))
            assert client.recv(1000).startswith(b"HTTP/1.1 100")
        for path in ("/detect", "/v2/models/colours/infer"):
            answer = few.ask("POST", path, PICTURE)
            assert (answer.status, answer.code, answer.headers["Retry-After"]) == (429, "BUSY", "1")
        assert {few.ask("GET", path).status for path in WATCHED} == {200}
        for client in slow:
            client.sendall(PICTURE)
            assert status(client) == 200
        assert few.ask("POST", "/detect", PICTURE).json == FOUND
