"""How many requests are under way at once; what machines watch is answered in any case."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tfod_runtime.server.refusal import Refusal

WATCHED = ("/healthz", "/readyz", "/v2/health/live", "/v2/health/ready", "/metrics")
"""Asked every few seconds by machines, which would take a server that is busy for one that is dead."""


class ConcurrencyLimit:
    """An ASGI application around another one, which tells requests to come again when there are too many.

    Args:
        app: The application.
        most: Requests that may be under way at once.
        refuse: Makes the answer of a refusal.
    """

    def __init__(
        self, app: ASGIApp, most: int, refuse: Callable[[Request, Refusal], Awaitable[Response]]
    ) -> None:
        self._app, self._most, self._refuse = app, most, refuse
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request."""
        if self._under_way >= self._most and scope["type"] == "http" and scope["path"] not in WATCHED:
            response = await self._refuse(Request(scope), self._busy())
            await response(scope, receive, send)
            return
        self._under_way += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._under_way -= 1

    def _busy(self) -> Refusal:
        reason = f"{self._under_way} requests are under way"
        return Refusal(HTTPStatus.TOO_MANY_REQUESTS, "BUSY", reason, retry=True)
