"""What one server takes upon itself, so that no client can make it grow."""

from __future__ import annotations

from dataclasses import dataclass

_MIB = 2**20


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """Bounds of a server.

    Attributes:
        workers: Requests that are worked on at once, each by a thread.
        waiting: Requests that may wait for a worker; the next one is told to come again.
        seconds: From the arrival of a request to its answer; one that waited longer is given up.
        body_seconds: How long the body of a request may take to come.
        max_body_bytes: The largest body.
        max_json_bytes: The largest body that is JSON, of which a byte may become twenty in memory.
        max_bytes_held: Bodies of all requests together.
        max_pictures: Pictures in one request.
        head_seconds: How long the head of a request may take to come.
        max_connections: Requests under way at once, their bodies being read or their answers written; where
            there are more connections, those on which no request is under way are closed.
    """

    workers: int
    waiting: int
    seconds: float = 30.0
    body_seconds: float = 20.0
    max_body_bytes: int = 64 * _MIB
    max_json_bytes: int = 16 * _MIB
    max_bytes_held: int = 256 * _MIB
    max_pictures: int = 64
    head_seconds: float = 20.0
    max_connections: int = 1000
