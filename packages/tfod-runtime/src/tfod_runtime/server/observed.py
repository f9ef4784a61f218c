"""Around every request: its id, its line in the log, its place in the metrics."""

from __future__ import annotations

import re
import time
import traceback
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tfod_runtime.server.concurrency import WATCHED
from tfod_runtime.server.log import ServerLog
from tfod_runtime.server.metrics import Metrics

REQUEST_ID = "X-Request-ID"
_ID = re.compile(r"[\w.:-]{1,128}", re.ASCII)


class Observed:
    """An ASGI application around another one.

    Args:
        app: The application.
        log: Gets a line for each request.
        metrics: Count it.
    """

    def __init__(self, app: ASGIApp, log: ServerLog, metrics: Metrics) -> None:
        self._app, self._log, self._metrics = app, log, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.monotonic()
        asked = Headers(scope=scope).get(REQUEST_ID, "")
        request_id = asked if _ID.fullmatch(asked) else uuid.uuid4().hex
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        trace = None
        try:
            await self._app(scope, receive, send_with_id)
        except Exception:  # it was answered as `app` has it
            trace = traceback.format_exc()
        self._account(scope, status, time.monotonic() - began, request_id, trace)

    def _account(self, scope: Scope, status: int, seconds: float, request_id: str, trace: str | None) -> None:
        route = scope.get("route")
        path = route.path if route is not None and hasattr(route, "path") else "other"
        self._metrics.requests.labels(path, str(status)).inc()
        self._metrics.request_seconds.labels(path).observe(seconds)
        if trace is None and status == 200 and scope["path"] in WATCHED:
            return  # it would fill the log
        client = scope.get("client")
        self._log.write(
            "request",
            id=request_id,
            method=scope["method"],
            path=scope["path"],
            status=status,
            milliseconds=round(seconds * 1000, 1),
            client=client[0] if client else None,
            error=scope.get("tfod.error"),
            traceback=trace,
        )
