"""uvicorn, set up for this application: which bounds it holds, how it is told to stop."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from tfod_runtime.errors import UsageProblem
from tfod_runtime.server.connection import Connection, Connections
from tfod_runtime.server.limits import ServerLimits

DRAIN_SECONDS = 8
"""How long a server that stops waits for what it accepted; `docker stop` kills after ten."""

_KEEP_ALIVE_SECONDS = 75  # longer than the pools of clients and proxies keep a connection
_HEAD_BYTES = 64 * 2**10
_BACKLOG = 512


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Args:
        host: The address; 0.0.0.0 for all.
        port: 1 to 65535, or 0 for any that is free.

    Raises:
        UsageProblem: `SERVE_ADDRESS` when the address is taken or not this machine's.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise UsageProblem(
            "SERVE_ADDRESS",
            "the server cannot listen there",
            where=f"{host}:{port}",
            found=os.strerror(error.errno) if error.errno else str(error),
            remedy="choose another --port, or stop what uses it",
        ) from error
    # Connections inherit it. asyncio sets it for sockets that say IPPROTO_TCP, which this one does not;
    # without it the body of an answer waits 40 ms for the client to acknowledge its head.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


class HttpServer(uvicorn.Server):
    """uvicorn without handlers of signals: whoever runs it sets `should_exit`, and `force_exit` for haste.

    h11 parses, since it bounds the head of a request; httptools took one of 26 MB and kept it. uvicorn's own
    limit counts connections on which nothing is asked, and refuses who asks for the server's health:
    `Connections` and `ConcurrencyLimit` stand in for it.
    """

    def __init__(self, app: ASGIApp, limits: ServerLimits) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=Connection,
                h11_max_incomplete_event_size=_HEAD_BYTES,
                loop="asyncio",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                backlog=_BACKLOG,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=DRAIN_SECONDS,
            )
        )
        self.server_state = Connections(limits)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures none."""
        yield
