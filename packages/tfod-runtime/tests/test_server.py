from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from builders.a_detector import RedDetector, WaitingDetector
from builders.a_picture import RED, file_bytes, scene

from tfod_runtime.errors import UsageProblem
from tfod_runtime.examine import Examiner
from tfod_runtime.health import is_healthy
from tfod_runtime.health import main as health_main
from tfod_runtime.server import MAX_BODY_BYTES, DetectionServer

PICTURE = file_bytes(scene(40, 20, (RED, (10, 5, 20, 10))))


@pytest.fixture
def server() -> Iterator[DetectionServer]:
    server = DetectionServer("127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.stop()
    thread.join()


@pytest.fixture
def ready(server: DetectionServer) -> DetectionServer:
    server.examiner = Examiner(RedDetector(), max_pixels=10_000)
    return server


def ask(
    server: DetectionServer, method: str, path: str, body: bytes | None = None
) -> tuple[int, dict[str, Any], http.client.HTTPMessage]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()), answer.headers
    finally:
        connection.close()


def talk(server: DetectionServer, request: bytes) -> bytes:
    """Sends raw bytes, closes the sending side, and returns all that comes back."""
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while block := connection.recv(65_536):
            answer += block
        return answer


def test_a_picture_gives_its_detections(ready: DetectionServer) -> None:
    status, body, headers = ask(ready, "POST", "/detect", PICTURE)
    assert status == 200
    assert headers["Content-Type"] == "application/json"
    assert body == {
        "width": 40,
        "height": 20,
        "detections": [{"category_id": 1, "label": "red", "score": 0.9, "bbox": [10.0, 5.0, 20.0, 10.0]}],
    }


def test_it_lives_before_it_is_ready(server: DetectionServer) -> None:
    assert ask(server, "GET", "/healthz")[:2] == (200, {"status": "ok"})
    for method, path in (("GET", "/readyz"), ("POST", "/detect")):
        status, body, headers = ask(server, method, path, PICTURE if method == "POST" else None)
        assert (status, body["error"]["code"], headers["Retry-After"]) == (503, "NOT_READY", "1")
    server.examiner = Examiner(RedDetector())
    assert ask(server, "GET", "/readyz")[:2] == (200, {"status": "ready"})


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "PICTURE_EMPTY"),
        (b"just text", 422, "PICTURE_UNKNOWN"),
        (PICTURE[:60], 422, "PICTURE_DAMAGED"),
        (file_bytes(scene(200, 200)), 422, "PICTURE_TOO_LARGE"),
        (file_bytes(scene(10, 13)), 500, "DETECTION_FAILED"),
    ],
)
def test_pictures_that_give_none(ready: DetectionServer, body: bytes, status: int, code: str) -> None:
    answer = ask(ready, "POST", "/detect", body)
    assert (answer[0], answer[1]["error"]["code"]) == (status, code)
    assert answer[1]["error"]["reason"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("POST", "/nowhere", 404), ("GET", "/detect", 405), ("POST", "/healthz", 405)],
)
def test_other_addresses(ready: DetectionServer, method: str, path: str, status: int) -> None:
    assert ask(ready, method, path, b"x" if method == "POST" else None)[0] == status


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"", b"411"),
        (b"Transfer-Encoding: chunked\r\n", b"411"),
        (b"Content-Length: many\r\n", b"411"),
        (b"Content-Length: -5\r\n", b"411"),
        (b"Content-Length: " + b"9" * 5000 + b"\r\n", b"411"),
        (b"Content-Length: %d\r\n" % (MAX_BODY_BYTES + 1), b"413"),
        (b"Content-Length: 100\r\n", b"400"),
    ],
)
def test_lengths_that_do_not_fit(ready: DetectionServer, head: bytes, status: bytes) -> None:
    answer = talk(ready, b"POST /detect HTTP/1.1\r\nHost: x\r\n" + head + b"\r\nfew bytes")
    assert answer.split(b" ")[1] == status


def test_a_large_body_that_is_refused_still_gets_its_answer(server: DetectionServer) -> None:
    status, body, _ = ask(server, "POST", "/detect", b"x" * 20_000_000)
    assert (status, body["error"]["code"]) == (503, "NOT_READY")


@pytest.mark.parametrize("request_bytes", [b"\0\1\2\r\n\r\n", b"GET\r\n\r\n", b"x" * 70_000, b""])
def test_nonsense_does_no_harm(ready: DetectionServer, request_bytes: bytes) -> None:
    talk(ready, request_bytes)
    assert ask(ready, "POST", "/detect", PICTURE)[0] == 200


def test_a_client_that_waits_for_permission_gets_it(ready: DetectionServer) -> None:
    head = b"POST /detect HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(
        PICTURE
    )
    with socket.create_connection(("127.0.0.1", ready.server_port), timeout=10) as connection:
        connection.sendall(head)
        assert connection.recv(100).startswith(b"HTTP/1.1 100")
        connection.sendall(PICTURE)
        assert connection.recv(100).startswith(b"HTTP/1.1 200")


def test_more_pictures_than_places_are_told_to_come_again(server: DetectionServer) -> None:
    detector = WaitingDetector()
    server.examiner = Examiner(detector)
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda: statuses.append(ask(server, "POST", "/detect", PICTURE)[0]))
        for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert detector.entered.acquire(timeout=10)
    status, body, headers = ask(server, "POST", "/detect", PICTURE)
    assert (status, body["error"]["code"], headers["Retry-After"]) == (503, "BUSY", "1")
    assert ask(server, "GET", "/readyz")[0] == 200
    detector.go.set()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 16
    assert ask(server, "POST", "/detect", PICTURE)[0] == 200


def test_stopping_finishes_what_is_under_way(server: DetectionServer) -> None:
    detector = WaitingDetector()
    server.examiner = Examiner(detector)
    statuses: list[int] = []
    client = threading.Thread(target=lambda: statuses.append(ask(server, "POST", "/detect", PICTURE)[0]))
    client.start()
    assert detector.entered.acquire(timeout=10)
    stopper = threading.Thread(target=server.stop)
    stopper.start()
    time.sleep(0.2)
    assert stopper.is_alive()
    detector.go.set()
    stopper.join(10)
    client.join(10)
    assert statuses == [200]
    with pytest.raises(OSError):
        ask(server, "GET", "/healthz")


def test_a_port_that_is_taken(server: DetectionServer) -> None:
    with pytest.raises(UsageProblem) as caught:
        DetectionServer("127.0.0.1", server.server_port)
    assert caught.value.code == "SERVE_ADDRESS"
    assert caught.value.facts["where"] == f"127.0.0.1:{server.server_port}"


def test_an_address_of_another_machine() -> None:
    with pytest.raises(UsageProblem):
        DetectionServer("192.0.2.1", 0)


def test_the_health_check(server: DetectionServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TFOD_PORT", str(server.server_port))
    monkeypatch.setenv("http_proxy", "http://192.0.2.1:9")
    assert health_main() == 0


def test_the_health_check_where_nothing_listens(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
    monkeypatch.setenv("TFOD_PORT", port)
    assert health_main() == 1
    assert f"no healthy server on port {port}" in capsys.readouterr().err


@pytest.mark.parametrize(
    "answer", [b"nonsense\r\n\r\n", b"", b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"]
)
def test_the_health_check_where_something_else_listens(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:

        def answer_once() -> None:
            connection, _ = other.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(answer)

        thread = threading.Thread(target=answer_once)
        thread.start()
        assert is_healthy(str(other.getsockname()[1])) is not None
        thread.join()


def test_the_health_check_with_a_port_that_is_none() -> None:
    assert is_healthy("eighty") is not None
