"""The body of a request, whole and in memory, within bounds that hold for each and for all together."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from http import HTTPStatus

from starlette.requests import ClientDisconnect, Request

from tfod_runtime.server.limits import ServerLimits
from tfod_runtime.server.refusal import Refusal, bad_request

_LENGTH_DIGITS = 16


class Bodies:
    """Reads bodies, and knows how many bytes of them are held. Belongs to the thread of the event loop."""

    def __init__(self, limits: ServerLimits) -> None:
        self._limits = limits
        self._held = 0

    @contextlib.asynccontextmanager
    async def read(self, request: Request, most: int) -> AsyncIterator[bytes]:
        """The body, which counts as held until the block ends.

        Args:
            request: Whose body was not read yet.
            most: The most bytes that it may have.

        Raises:
            Refusal: 413 `BODY_TOO_LARGE`, 408 `BODY_SLOW`, 429 `BUSY`, 400 `BODY_CUT`.
        """
        _check_announced(request, most)
        parts: list[bytes] = []
        try:
            try:
                await asyncio.wait_for(self._fill(parts, request, most), self._limits.body_seconds)
            except asyncio.TimeoutError:
                raise Refusal(
                    HTTPStatus.REQUEST_TIMEOUT,
                    "BODY_SLOW",
                    f"the body did not come within {self._limits.body_seconds:g} s",
                ) from None
            except ClientDisconnect:
                raise bad_request("BODY_CUT", "the body breaks off") from None
            yield b"".join(parts)
        finally:
            self._held -= sum(map(len, parts))

    async def _fill(self, parts: list[bytes], request: Request, most: int) -> None:
        size = 0
        async for part in request.stream():
            size += len(part)
            if size > most:
                raise _too_large(f"more than {most:,}", most)
            if self._held + len(part) > self._limits.max_bytes_held:
                raise Refusal(
                    HTTPStatus.TOO_MANY_REQUESTS,
                    "BUSY",
                    f"{self._held:,} bytes of requests are under way",
                    retry=True,
                )
            self._held += len(part)
            parts.append(part)


def _check_announced(request: Request, most: int) -> None:
    text = request.headers.get("content-length", "0")
    if not (text.isascii() and text.isdigit()):
        raise bad_request("BODY_LENGTH", "Content-Length is not a number")
    if len(text) > _LENGTH_DIGITS or int(text) > most:
        raise _too_large(text[:_LENGTH_DIGITS], most)


def _too_large(size: str, most: int) -> Refusal:
    return Refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "BODY_TOO_LARGE",
        f"{size} bytes; at most {most:,} are taken here",
    )
