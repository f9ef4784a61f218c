"""Detection over HTTP, on the standard library alone.

    GET  /healthz   200 as long as the process answers
    GET  /readyz    200 once the model is loaded and has run; 503 until then and while stopping
    POST /detect    one picture file as the body; the answer is its width, height and detections

A detection is {"category_id", "label", "score", "bbox"}, its box COCO's x, y, width, height in pixels of the
upright picture. An error is {"error": {"code", "reason"}}. Every connection carries one request.
"""

from __future__ import annotations

import contextlib
import json
import socketserver
import sys
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tfod_runtime.coco import to_objects
from tfod_runtime.errors import PictureProblem, UsageProblem
from tfod_runtime.examine import Examiner
from tfod_runtime.report import printable

MAX_BODY_BYTES = 64 * 2**20
"""The largest picture file that is taken."""

_MAX_AT_ONCE = 16  # pictures in memory; further ones are told to come again
_SOCKET_SECONDS = 30.0  # a client that is silent for longer is dropped
_DISCARD_SECONDS = 2.0
_DRAIN_SECONDS = 8.0  # docker stop kills after ten
_LENGTH_DIGITS = 16
_METHODS = {"/healthz": "GET", "/readyz": "GET", "/detect": "POST"}
_OUR_FAULT = ("DETECTION_FAILED", "MODEL_OUTPUT", "SELECT_FAILED")


class DetectionServer(ThreadingHTTPServer):
    """Listens from the start, and detects from the moment it is given an examiner.

    Args:
        host: The address to listen on; 0.0.0.0 for all.
        port: 1 to 65535, or 0 for any that is free.

    Attributes:
        examiner: What examines the pictures; None as long as the model is being loaded.
        places: One for each picture that may be in memory.

    Raises:
        UsageProblem: `SERVE_ADDRESS` when the address is taken or not this machine's.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, host: str, port: int) -> None:
        self.examiner: Examiner | None = None
        self.places = threading.BoundedSemaphore(_MAX_AT_ONCE)
        self._connections = 0
        self._quiet = threading.Condition()
        try:
            super().__init__((host, port), _Handler)
        except OSError as error:
            raise UsageProblem(
                "SERVE_ADDRESS",
                "the server cannot listen there",
                where=f"{host}:{port}",
                found=error.strerror or str(error),
                remedy="choose another --port, or stop what uses it",
            ) from error

    @property
    def url(self) -> str:
        """Where the server listens."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def stop(self) -> None:
        """Takes no more, and waits a few seconds for what is under way.

        Not to be called from the thread that runs `serve_forever`.
        """
        self.examiner = None
        self.shutdown()
        self.server_close()
        with self._quiet:
            self._quiet.wait_for(lambda: self._connections == 0, _DRAIN_SECONDS)

    def server_bind(self) -> None:
        """Binds without looking up the host's name, which takes seconds where there is no name server."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """Counts the connection in, before its thread starts."""
        with self._quiet:
            self._connections += 1
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serves the connection and counts it out."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._quiet:
                self._connections -= 1
                self._quiet.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is its own business; anything else is told on stderr."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


class _Refusal(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: HTTPStatus, code: str, reason: str) -> None:
        super().__init__(code)
        self.status, self.code, self.reason = status, code, reason


class _Handler(BaseHTTPRequestHandler):
    server: DetectionServer
    protocol_version = "HTTP/1.1"  # for Expect: 100-continue, with which curl announces a large picture
    server_version = "tfod"
    sys_version = ""
    timeout = _SOCKET_SECONDS
    _read = 0

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def _answer(self, method: str) -> None:
        began = time.monotonic()
        try:
            status, body = HTTPStatus.OK, self._respond(method)
        except _Refusal as refusal:
            status, body = refusal.status, {"error": {"code": refusal.code, "reason": refusal.reason}}
        self._send(status, body)
        if status != HTTPStatus.OK:
            self._discard_body()
        if status != HTTPStatus.OK or method != "GET":
            millis = (time.monotonic() - began) * 1000
            print(
                f"{method} {printable(self.path)} {status.value} {millis:.0f} ms", file=sys.stderr, flush=True
            )

    def _respond(self, method: str) -> dict[str, Any]:
        path = self.path.split("?", 1)[0]
        wanted = _METHODS.get(path)
        if wanted is None:
            raise _Refusal(HTTPStatus.NOT_FOUND, "NOT_FOUND", f"there is {', '.join(_METHODS)}")
        if wanted != method:
            raise _Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", f"use {wanted} {path}")
        if path == "/healthz":
            return {"status": "ok"}
        examiner = self.server.examiner
        if examiner is None:
            raise _Refusal(
                HTTPStatus.SERVICE_UNAVAILABLE, "NOT_READY", "the model is being loaded, or the server stops"
            )
        return {"status": "ready"} if path == "/readyz" else self._detect(examiner)

    def _detect(self, examiner: Examiner) -> dict[str, Any]:
        length = self._body_length()
        if not self.server.places.acquire(blocking=False):
            raise _Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "BUSY", f"{_MAX_AT_ONCE} pictures are under way")
        try:
            data = self.rfile.read(length)
            self._read = len(data)
            if len(data) < length:
                raise _Refusal(HTTPStatus.BAD_REQUEST, "BODY_CUT", f"{len(data)} of {length} bytes came")
            examined = examiner.examine(data, "upload")
        except PictureProblem as problem:
            status = (
                HTTPStatus.INTERNAL_SERVER_ERROR
                if problem.code in _OUR_FAULT
                else HTTPStatus.UNPROCESSABLE_ENTITY
            )
            raise _Refusal(status, problem.code, problem.reason) from problem
        finally:
            self.server.places.release()
        width, height = examined.picture.width, examined.picture.height
        return {
            "width": width,
            "height": height,
            "detections": to_objects(examined.detections, width, height),
        }

    def _body_length(self) -> int:
        if self._length is None:
            raise _Refusal(
                HTTPStatus.LENGTH_REQUIRED, "LENGTH_REQUIRED", "send the picture with a Content-Length"
            )
        if self._length > MAX_BODY_BYTES:
            raise _Refusal(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                "BODY_TOO_LARGE",
                f"{self._length:,} bytes; at most {MAX_BODY_BYTES:,} are taken",
            )
        return self._length

    @property
    def _length(self) -> int | None:
        text = self.headers.get("Content-Length", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < _LENGTH_DIGITS else None

    def _discard_body(self) -> None:
        """Reads what the client still sends: closing on unread bytes would destroy the answer on its way."""
        rest = min(self._length or 0, MAX_BODY_BYTES) - self._read
        self.connection.settimeout(_DISCARD_SECONDS)
        with contextlib.suppress(OSError):
            while rest > 0 and (block := self.rfile.read1(min(rest, 2**16))):
                rest -= len(block)

    def _send(self, status: HTTPStatus, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Connection", "close")
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            self.send_header("Retry-After", "1")
        self.end_headers()
        self.wfile.write(data)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: `_answer` logs, with the time it took."""

    def log_error(self, format: str, *args: Any) -> None:
        """Malformed requests and time-outs, one line each."""
        print(f"request refused: {format % args}", file=sys.stderr, flush=True)
