"""Clients on loopback: closed loops, or arrivals at a rate whatever the answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

MAX_CONNECTIONS = 200


@dataclass
class Answers:
    """What came back: the status and the seconds of every request, in the order of their ends."""

    seconds: float = 0.0
    taken: list[tuple[int, float]] = field(default_factory=list)
    failed: int = 0
    not_sent: int = 0

    def count(self, status: int) -> int:
        """How many had that status."""
        return sum(1 for each, _ in self.taken if each == status)

    def percentile(self, share: float, status: int = 200) -> float:
        """Milliseconds, of the answers with that status; 0 when there is none."""
        times = sorted(seconds for each, seconds in self.taken if each == status)
        return times[min(len(times) - 1, int(share * len(times)))] * 1000 if times else 0.0

    @property
    def rate(self) -> float:
        """Pictures that were looked at, each second."""
        return self.count(200) / self.seconds


def closed_loop(port: int, bodies: Sequence[bytes], clients: int, seconds: float) -> Answers:
    """Some clients, each of which sends its next picture when it has its answer."""
    return asyncio.run(_closed_loop(port, bodies, clients, seconds))


def open_loop(port: int, bodies: Sequence[bytes], rate: float, seconds: float) -> Answers:
    """Arrivals at a rate; a request's time counts from when it was due, also where no connection was free."""
    return asyncio.run(_open_loop(port, bodies, rate, seconds))


async def _closed_loop(port: int, bodies: Sequence[bytes], clients: int, seconds: float) -> Answers:
    answers, began = Answers(), time.perf_counter()

    async def client(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        turn = number
        while time.perf_counter() - began < seconds:
            sent = time.perf_counter()
            status = await _ask(reader, writer, bodies[turn % len(bodies)])
            answers.taken.append((status, time.perf_counter() - sent))
            turn += clients
        writer.close()

    await asyncio.gather(*(client(number) for number in range(clients)))
    answers.seconds = time.perf_counter() - began
    return answers


async def _open_loop(port: int, bodies: Sequence[bytes], rate: float, seconds: float) -> Answers:
    answers, began = Answers(), time.perf_counter()
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    under_way: set[asyncio.Task[None]] = set()

    async def one(due: float, body: bytes) -> None:
        try:
            reader, writer = idle.pop() if idle else await asyncio.open_connection("127.0.0.1", port)
            status = await _ask(reader, writer, body)
        except (OSError, EOFError, ValueError, IndexError):
            answers.failed += 1
            return
        answers.taken.append((status, time.perf_counter() - due))
        idle.append((reader, writer))

    for number in range(int(rate * seconds)):
        due = began + number / rate
        if (pause := due - time.perf_counter()) > 0:
            await asyncio.sleep(pause)
        if len(under_way) >= MAX_CONNECTIONS:
            answers.not_sent += 1
            await asyncio.sleep(0)
            continue
        task = asyncio.create_task(one(time.perf_counter(), bodies[number % len(bodies)]))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    await asyncio.gather(*under_way)
    answers.seconds = time.perf_counter() - began
    for _, writer in idle:
        writer.close()
    return answers


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: bytes) -> int:
    head = (
        b"POST /detect HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
    )
    writer.write(head % len(body) + body)
    lines = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
    length = next(int(line[15:]) for line in lines if line.lower().startswith(b"content-length:"))
    await reader.readexactly(length)
    return int(lines[0].split()[1])
