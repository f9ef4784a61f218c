from __future__ import annotations

import base64
import json
import threading
import weakref
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from builders.a_detector import RedDetector
from builders.a_server import LIMITS, RunningServer

from tfod_runtime.detections import Detection, Picture
from tfod_runtime.detector import Found
from tfod_runtime.examine import Examiner

from .pictures import FOUND, PICTURE, SCENE, form


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


class WatchfulDetector(RedDetector):
    """Notes how many of the pictures that it saw are still in memory when the next one comes."""

    def __init__(self) -> None:
        self.kept: list[int] = []
        self._seen: list[weakref.ref[object]] = []

    def detect_batch(self, pictures: Sequence[Picture]) -> list[Found]:
        self.kept.append(sum(pixels() is not None for pixels in self._seen))
        self._seen += [weakref.ref(picture.pixels) for picture in pictures]
        return super().detect_batch(pictures)


B64 = base64.b64encode(PICTURE).decode()
PIXELS = np.asarray(SCENE).tolist()
FILES = {"name": "x", "datatype": "BYTES", "shape": [3], "data": [B64] * 3}
SERIES = {
    "form": ("/detect", *form(*[("a.png", PICTURE)] * 3)),
    "files in rows": (
        "/v1/models/colours:predict",
        json.dumps({"instances": [{"b64": B64}] * 3}).encode(),
        {},
    ),
    "pixels in rows": ("/v1/models/colours:predict", json.dumps({"instances": [PIXELS] * 3}).encode(), {}),
    "files in a tensor": ("/v2/models/colours/infer", json.dumps({"inputs": [FILES]}).encode(), {}),
}


@pytest.mark.parametrize(("path", "body", "headers"), SERIES.values(), ids=list(SERIES))
def test_of_several_pictures_one_is_in_memory(
    server: RunningServer, path: str, body: bytes, headers: dict[str, str]
) -> None:
    detector = WatchfulDetector()
    server.state.become_ready(Examiner(detector))
    assert server.ask("POST", path, body, headers).status == 200
    assert detector.kept == [0, 0, 0]
