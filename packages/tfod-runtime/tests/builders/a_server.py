"""A real server on a port of its own, in a thread, around a detector that needs no model."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfod_runtime.model import open_model
from tfod_runtime.server.app import make_app
from tfod_runtime.server.limits import ServerLimits
from tfod_runtime.server.log import ServerLog
from tfod_runtime.server.state import ServerState
from tfod_runtime.server.uvicorn_server import HttpServer, listen

LIMITS = ServerLimits(workers=2, waiting=2, max_body_bytes=300_000, max_json_bytes=200_000, max_pictures=4)
DEADLINE = 20.0


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of an error, whatever its form."""
        error = self.json["error"]
        return str(error["code"] if isinstance(error, dict) else error.split(":")[0])


@dataclass(frozen=True)
class RunningServer:
    """A server that listens."""

    state: ServerState
    port: int
    http: HttpServer
    thread: threading.Thread

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Sends one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def post(self, path: str, document: object) -> Answer:
        """Sends JSON."""
        return self.ask("POST", path, json.dumps(document).encode())

    def talk(self, request: bytes) -> bytes:
        """Sends raw bytes, closes the sending side, and returns all that comes back."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE) as connection:
            answer = b""
            with contextlib.suppress(OSError):  # it may hang up on nonsense
                connection.sendall(request)
                connection.shutdown(socket.SHUT_WR)
                while block := connection.recv(65_536):
                    answer += block
            return answer


@contextlib.contextmanager
def running_server(model: Path, limits: ServerLimits = LIMITS) -> Iterator[RunningServer]:
    """Starts a server that is not ready; stops it when the block ends."""
    state = ServerState(open_model(model), limits)
    with listen("127.0.0.1", 0) as listener, contextlib.closing(ServerLog()) as log:
        server = HttpServer(make_app(state, log), limits)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
        thread.start()
        wait_until(lambda: server.started)
        try:
            yield RunningServer(state, int(listener.getsockname()[1]), server, thread)
        finally:
            server.should_exit = True
            thread.join(DEADLINE)
            state.workers.close()


def wait_until(condition: Any) -> None:
    """Waits for what must become true."""
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, "it never became true"
        time.sleep(0.01)
