from __future__ import annotations

import asyncio
import threading
import time
import weakref
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tfod_runtime.model import open_model
from tfod_runtime.server.limits import ServerLimits
from tfod_runtime.server.metrics import Metrics
from tfod_runtime.server.refusal import Refusal
from tfod_runtime.server.workers import Workers

LIMITS = ServerLimits(workers=1, waiting=2, seconds=0.05)


@pytest.fixture
def workers(paper: Path) -> Iterator[Workers]:
    workers = Workers(LIMITS, Metrics(open_model(paper), LIMITS.workers))
    yield workers
    workers.close()


class Body:
    """What work holds on to."""

    def look(self) -> None:
        """Nothing."""


def with_a_stuck_worker(workers: Workers, then: Callable[[], Awaitable[None]]) -> None:
    """Runs `then` while the only thread works on something that nobody waits for any more."""
    go = threading.Event()

    async def run() -> None:
        with pytest.raises(Refusal, match="TOO_LATE"):
            await workers.run(lambda: go.wait(10), time.monotonic())
        await then()
        go.set()
        while workers.is_busy:
            await asyncio.sleep(0.001)
        assert await workers.run(lambda: 7, time.monotonic()) == 7

    try:
        asyncio.run(run())
    finally:
        go.set()


def test_what_is_given_up_lets_go_of_its_body_at_once(workers: Workers) -> None:
    async def give_up(body: Body) -> str:
        try:
            await workers.run(body.look, time.monotonic())
        except Refusal as refusal:
            return refusal.code
        except asyncio.CancelledError:
            return "CANCELLED"
        return "DONE"

    async def then() -> None:
        late, cut = Body(), Body()
        bodies = [weakref.ref(late), weakref.ref(cut)]
        tasks = [asyncio.create_task(give_up(late)), asyncio.create_task(give_up(cut))]
        del late, cut
        await asyncio.sleep(0)
        tasks[1].cancel()
        assert await asyncio.gather(*tasks) == ["TOO_LATE", "CANCELLED"]
        assert [body() for body in bodies] == [None, None]

    with_a_stuck_worker(workers, then)


def test_what_is_given_up_counts_until_it_has_left_the_queue(workers: Workers) -> None:
    async def then() -> None:
        codes = []
        for _ in range(5):
            with pytest.raises(Refusal) as refused:
                await workers.run(Body().look, time.monotonic())
            codes.append(refused.value.code)
        assert codes == ["TOO_LATE", "TOO_LATE", "BUSY", "BUSY", "BUSY"]

    with_a_stuck_worker(workers, then)
