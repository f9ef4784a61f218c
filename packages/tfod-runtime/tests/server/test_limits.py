from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from builders.a_detector import RedDetector, WaitingDetector
from builders.a_server import LIMITS, Answer, RunningServer, running_server, wait_until

from tfod_runtime.examine import Examiner
from tfod_runtime.server.uvicorn_server import listen

from .pictures import FOUND, PICTURE


@pytest.fixture
def waiting(server: RunningServer) -> Iterator[WaitingDetector]:
    detector = WaitingDetector()
    server.state.become_ready(Examiner(detector))
    yield detector
    detector.go.set()


def test_it_lives_before_it_is_ready(server: RunningServer) -> None:
    assert server.ask("GET", "/healthz").json == {"status": "ok"}
    for method, path in (("GET", "/readyz"), ("POST", "/detect"), ("GET", "/v1/models/colours")):
        answer = server.ask(method, path, PICTURE if method == "POST" else None)
        assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "NOT_READY", "1")
    server.state.become_ready(Examiner(RedDetector()))
    assert server.ask("GET", "/readyz").json == {"status": "ready"}


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_an_answer_is_not_held_back_until_its_head_is_acknowledged(host: str) -> None:
    with listen(host, 0) as listener, socket.create_connection(listener.getsockname()[:2]):
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_more_requests_than_places_are_told_to_come_again(
    server: RunningServer, waiting: WaitingDetector
) -> None:
    places = LIMITS.workers + LIMITS.waiting
    with ThreadPoolExecutor(places) as clients:
        accepted = [clients.submit(server.ask, "POST", "/detect", PICTURE) for _ in range(places)]
        wait_until(
            lambda: f"tfod_requests_under_way {places}.0" in server.ask("GET", "/metrics").body.decode()
        )
        for _ in range(5):
            answer = server.ask("POST", "/detect", PICTURE)
            assert (answer.status, answer.code, answer.headers["Retry-After"]) == (429, "BUSY", "1")
        assert server.ask("GET", "/readyz").status == 200
        waiting.go.set()
        assert [each.result().status for each in accepted] == [200] * places
    assert server.ask("POST", "/detect", PICTURE).status == 200


def test_a_body_is_not_asked_for_when_there_is_no_place(
    server: RunningServer, waiting: WaitingDetector
) -> None:
    places = LIMITS.workers + LIMITS.waiting
    with ThreadPoolExecutor(places) as clients:
        accepted = [clients.submit(server.ask, "POST", "/detect", PICTURE) for _ in range(places)]
        wait_until(
            lambda: f"tfod_requests_under_way {places}.0" in server.ask("GET", "/metrics").body.decode()
        )
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
            client.sendall(
                b"POST /detect HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
            )
            assert client.recv(100).startswith(b"HTTP/1.1 429")
        waiting.go.set()
        for each in accepted:
            each.result()


def test_a_client_that_waits_for_permission_gets_it(ready: RunningServer) -> None:
    head = b"POST /detect HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
    with socket.create_connection(("127.0.0.1", ready.port), timeout=10) as client:
        client.sendall(head % len(PICTURE))
        assert client.recv(100).startswith(b"HTTP/1.1 100")
        client.sendall(PICTURE)
        assert client.recv(100).startswith(b"HTTP/1.1 200")


def test_a_request_that_waited_too_long_is_given_up(paper: Path) -> None:
    detector = WaitingDetector()
    with running_server(paper, replace(LIMITS, workers=1, seconds=0.3)) as server:
        server.state.become_ready(Examiner(detector))
        with ThreadPoolExecutor(2) as clients:
            both = [clients.submit(server.ask, "POST", "/detect", PICTURE) for _ in range(2)]
            for each in both:
                answer = each.result()
                assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "TOO_LATE", "1")
        detector.go.set()
        wait_until(lambda: "tfod_requests_under_way 0.0" in server.ask("GET", "/metrics").body.decode())
        assert server.ask("POST", "/detect", PICTURE).status == 200


def test_a_slow_body_holds_no_place(paper: Path) -> None:
    with running_server(paper, replace(LIMITS, body_seconds=0.5)) as server:
        server.state.become_ready(Examiner(RedDetector()))
        head = b"POST /detect HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nfew"
        slow = [socket.create_connection(("127.0.0.1", server.port), timeout=10) for _ in range(10)]
        for client in slow:
            client.sendall(head)
        assert server.ask("POST", "/detect", PICTURE).json == FOUND
        for client in slow:
            assert client.recv(100).startswith(b"HTTP/1.1 408")
            client.close()


@pytest.mark.parametrize(
    ("path", "size"),
    [("/detect", LIMITS.max_body_bytes), ("/v1/models/colours:predict", LIMITS.max_json_bytes)],
)
def test_a_large_body_is_refused_and_gets_its_answer(ready: RunningServer, path: str, size: int) -> None:
    announced = ready.ask("POST", path, b"x" * (size + 1))
    assert (announced.status, announced.code) == (413, "BODY_TOO_LARGE")
    chunk = b"%x\r\n" % size + b"x" * size + b"\r\n"
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    assert ready.talk(head + chunk + chunk + b"0\r\n\r\n").startswith(b"HTTP/1.1 413")


def test_bodies_are_bounded_together(paper: Path) -> None:
    with running_server(paper, replace(LIMITS, max_bytes_held=100_000)) as server:
        server.state.become_ready(Examiner(RedDetector()))
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
            client.sendall(
                b"POST /detect HTTP/1.1\r\nHost: x\r\nContent-Length: 99000\r\n\r\n" + b"x" * 98_000
            )
            answers: list[Answer] = []

            def refused() -> bool:
                answers.append(server.ask("POST", "/detect", b"x" * 50_000))
                return answers[-1].status == 429

            wait_until(refused)
            assert answers[-1].code == "BUSY"
        wait_until(lambda: server.ask("POST", "/detect", PICTURE).status == 200)


def test_stopping_finishes_what_was_accepted(server: RunningServer, waiting: WaitingDetector) -> None:
    answers: list[Answer] = []
    client = threading.Thread(target=lambda: answers.append(server.ask("POST", "/detect", PICTURE)))
    client.start()
    assert waiting.entered.acquire(timeout=10)
    server.state.stop()
    server.http.should_exit = True
    wait_until(lambda: not server.http.servers or not server.http.servers[0].is_serving())
    assert server.thread.is_alive()
    waiting.go.set()
    client.join(10)
    server.thread.join(10)
    assert [answer.status for answer in answers] == [200]
    assert not server.thread.is_alive()
    with pytest.raises(OSError):
        server.ask("GET", "/healthz")
