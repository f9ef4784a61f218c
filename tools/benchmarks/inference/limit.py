"""What the network alone could do: `python limit.py MODEL PREPARED PICTURES`.

Calls it on what pictures were turned into beforehand, on as many threads as there are cores, and prints how
many pictures a second that makes, as JSON. Nothing that also reads and decodes pictures can be faster.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tfod_runtime.cpus import available_cpus
from tfod_runtime.decode import decode_picture
from tfod_runtime.detections import Limits
from tfod_runtime.detector import DetectorOptions, load_detector
from tfod_runtime.model import open_model

MIN_SCORE = 0.3
CALLS, DIFFERENT = 200, 20


def main(model: Path, prepared: Path, pictures: Path) -> None:
    """Measures and prints."""
    workers = available_cpus()
    options = DetectorOptions(Limits(min_score=MIN_SCORE), prepared=prepared, workers=workers)
    detector = load_detector(open_model(model), options)
    files = sorted(pictures.glob("*.jpg"))[:DIFFERENT]
    decoded = [decode_picture(file.read_bytes(), file.name) for file in files]
    batches = [
        detector.resize.apply(picture.pixels)[None]
        if detector.resize
        else detector.adapter.feed.batch([picture])
        for picture in decoded
    ]
    calls = [batches[number % len(batches)] for number in range(CALLS)]
    with ThreadPoolExecutor(workers) as threads:
        list(threads.map(detector.run, calls[: 2 * workers]))
        began = time.perf_counter()
        list(threads.map(detector.run, calls))
        seconds = time.perf_counter() - began
    print(json.dumps({"rate": CALLS / seconds}))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
