from __future__ import annotations

import socket
import threading

import pytest

from tfod_runtime.health import is_healthy
from tfod_runtime.health import main as health_main


def answering(other: socket.socket, answer: bytes) -> threading.Thread:
    def answer_once() -> None:
        connection, _ = other.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(answer)

    thread = threading.Thread(target=answer_once)
    thread.start()
    return thread


def test_the_health_check(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("TFOD_PORT", str(server.getsockname()[1]))
        monkeypatch.setenv("http_proxy", "http://192.0.2.1:9")
        thread = answering(server, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        assert health_main() == 0
        thread.join()


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
        thread = answering(other, answer)
        assert is_healthy(str(other.getsockname()[1])) is not None
        thread.join()


def test_the_health_check_with_a_port_that_is_none() -> None:
    assert is_healthy("eighty") is not None
