"""A few threads and a short queue in front of them: what does not fit is refused at once.

A batch would cost the CPU as much, and make every picture of it wait for the last one
(docs/measurements/service.md).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from http import HTTPStatus
from typing import Generic, TypeVar

from tfod_runtime.server.limits import ServerLimits
from tfod_runtime.server.metrics import Metrics
from tfod_runtime.server.refusal import Refusal

_Result = TypeVar("_Result")


class _Order(Generic[_Result]):
    """Work that a thread takes, or that is withdrawn: the queue keeps it, but not the body in it."""

    def __init__(self, work: Callable[[], _Result]) -> None:
        self._work: Callable[[], _Result] | None = work

    def take(self) -> Callable[[], _Result] | None:
        """The work, unless it was withdrawn."""
        work, self._work = self._work, None
        return work

    def withdraw(self) -> None:
        """Nobody waits for the work any more."""
        self._work = None


class Workers:
    """Runs work in threads. `run` and `check_room` belong to the thread of the event loop."""

    def __init__(self, limits: ServerLimits, metrics: Metrics) -> None:
        self._limits, self._metrics = limits, metrics
        self._threads = ThreadPoolExecutor(limits.workers, "worker")
        self._taken = 0

    def check_room(self) -> None:
        """Refuses a request while its body is still outside.

        Raises:
            Refusal: 429 `BUSY`.
        """
        if self._taken >= self._limits.workers + self._limits.waiting:
            raise Refusal(
                HTTPStatus.TOO_MANY_REQUESTS, "BUSY", f"{self._taken} requests are under way", retry=True
            )

    async def run(self, work: Callable[[], _Result], arrived: float) -> _Result:
        """The result of `work`, or what it raised.

        Args:
            work: Called in one of the threads.
            arrived: When the request came, by `time.monotonic()`; its time runs from there.

        Raises:
            Refusal: 429 `BUSY`; 503 `TOO_LATE` when the time is over. Work that has begun is not cut short,
                and holds its place until it ends; other work holds it until a thread has put it aside.
        """
        self.check_room()
        loop = asyncio.get_running_loop()
        order = _Order(work)
        future = self._threads.submit(self._in_time, order, time.monotonic(), arrived)
        self._taken += 1
        self._metrics.under_way.set(self._taken)
        future.add_done_callback(lambda done: self._leave(loop, done))
        try:
            left = arrived + self._limits.seconds - time.monotonic()
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(future)), left)
        except asyncio.TimeoutError:
            raise self._too_late() from None
        finally:
            order.withdraw()

    @property
    def is_busy(self) -> bool:
        """Whether anything waits or is worked on, even if nobody waits for it any more."""
        return self._taken > 0

    def close(self) -> None:
        """Lets the threads end; nothing may be run any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _in_time(self, order: _Order[_Result], queued: float, arrived: float) -> _Result:
        now = time.monotonic()
        self._metrics.queue_seconds.observe(now - queued)
        work = order.take()
        if work is None or now - arrived > self._limits.seconds:
            raise self._too_late()
        return work()

    def _leave(self, loop: asyncio.AbstractEventLoop, done: Future[_Result]) -> None:
        if done.cancelled():  # by the loop's own thread
            self._free()
        elif not loop.is_closed():
            loop.call_soon_threadsafe(self._free)

    def _free(self) -> None:
        self._taken -= 1
        self._metrics.under_way.set(self._taken)

    def _too_late(self) -> Refusal:
        seconds = self._limits.seconds
        return Refusal(
            HTTPStatus.SERVICE_UNAVAILABLE, "TOO_LATE", f"no answer within {seconds:g} s", retry=True
        )
