"""Connections that wait for the head of a request: not for ever, and not in the way of others."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from tfod_runtime.server.limits import ServerLimits


class Connections(ServerState):
    """All connections of a server.

    Args:
        limits: How many they are to be, and how long the head of a request may take to come.
    """

    def __init__(self, limits: ServerLimits) -> None:
        super().__init__()
        self.limits = limits
        self.waiting: dict[Connection, None] = {}  # for a head; the longest first

    def make_room(self) -> None:
        """Gives up the connection that has waited longest, where there are more than are to be."""
        if len(self.connections) > self.limits.max_connections and self.waiting:
            next(iter(self.waiting)).give_up()


class Connection(H11Protocol):
    """uvicorn's connection, which may be given up while no request is under way on it."""

    def __init__(
        self,
        config: Config,
        server_state: Connections,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._all = server_state
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to wait for the first head."""
        super().connection_made(transport)
        self._all.make_room()
        self._all.waiting[self] = None
        self._start_timer()

    def data_received(self, data: bytes) -> None:
        """Takes what came: part of a head, or of a body."""
        super().data_received(data)
        if not self._waits():
            self._all.waiting.pop(self, None)
            self._stop_timer()
        elif self._head_timer is None:  # the head has begun, and is not whole
            self._start_timer()

    def on_response_complete(self) -> None:
        """Begins to wait for the next head, unless it is there already."""
        super().on_response_complete()
        if self._waits():
            self._all.waiting[self] = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Waits no more."""
        super().connection_lost(exc)
        self._all.waiting.pop(self, None)
        self._stop_timer()

    def give_up(self) -> None:
        """Ends the connection, whatever the client has not read yet."""
        self._all.waiting.pop(self, None)
        self.transport.abort()

    def _waits(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _start_timer(self) -> None:
        self._head_timer = self.loop.call_later(self._all.limits.head_seconds, self.give_up)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
