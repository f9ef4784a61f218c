from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from builders.a_detector import RedDetector
from builders.a_server import LIMITS, RunningServer

from tfod_runtime.detections import Detection, Picture
from tfod_runtime.examine import Examiner

from .pictures import FOUND, PICTURE


def test_select_is_called_by_one_thread_at_a_time(server: RunningServer) -> None:
    others = threading.Barrier(LIMITS.workers)
    met = []

    def select(picture: Picture, detections: Sequence[Detection]) -> Iterable[Detection]:
        try:
            met.append(others.wait(0.2))
        except threading.BrokenBarrierError:
            others.reset()
        return detections

    server.state.become_ready(Examiner(RedDetector(), select))
    with ThreadPoolExecutor(LIMITS.workers) as clients:
        answers = [clients.submit(server.ask, "POST", "/detect", PICTURE) for _ in range(LIMITS.workers)]
    assert [answer.result().json for answer in answers] == [FOUND] * LIMITS.workers
    assert not met
