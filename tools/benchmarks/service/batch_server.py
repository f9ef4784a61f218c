"""The runtime's model behind micro-batches instead of workers: which should a server have?

Requests that came while a batch was computed are the next batch, up to eight; with a window, the first of
them waits that long for more. One session computes on all cores. Everything else is as in the runtime. MODEL
must take batches (`ssd_model.py FOLDER --batch`).

Usage: python batch_server.py MODEL PREPARED PORT WINDOW_MS
"""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from tfod_runtime import graph_session
from tfod_runtime.coco import to_objects
from tfod_runtime.cpus import available_cpus
from tfod_runtime.decode import decode_picture
from tfod_runtime.detections import Limits, Picture
from tfod_runtime.detector import DetectorOptions, load_detector
from tfod_runtime.model import open_model
from tfod_runtime.server.reply import json_reply

LARGEST = 8

one_thread = graph_session.session_config
INTRA_OP_THREADS = 2 << 3  # the field of ConfigProto, of which the last value counts


def all_cores(*, fused: bool = False) -> bytes:
    """The runtime's own configuration, with as many threads for an operation as there are cores."""
    return one_thread(fused=fused) + bytes([INTRA_OP_THREADS, available_cpus()])


graph_session.session_config = all_cores

app = FastAPI()
detector = load_detector(
    open_model(Path(sys.argv[1])), DetectorOptions(Limits(), prepared=Path(sys.argv[2]), workers=1)
)
window = float(sys.argv[4]) / 1000
decoders, computer = ThreadPoolExecutor(2), ThreadPoolExecutor(1)
waiting: asyncio.Queue[tuple[Picture, asyncio.Future[Any]]] = asyncio.Queue()
batches: set[asyncio.Task[None]] = set()


async def compute() -> None:
    loop = asyncio.get_running_loop()
    while True:
        batch = [await waiting.get()]
        if window:
            await asyncio.sleep(window)
        while len(batch) < LARGEST and not waiting.empty():
            batch.append(waiting.get_nowait())
        pictures = [picture for picture, _ in batch]
        found = await loop.run_in_executor(computer, detector.detect_batch, pictures)
        for (_, answer), each in zip(batch, found, strict=True):
            answer.set_result(each)


@app.get("/readyz")
async def ready() -> dict[str, str]:
    if not batches:
        batches.add(asyncio.create_task(compute()))
    return {"status": "ready"}


@app.post("/detect")
async def find(request: Request) -> Response:
    loop = asyncio.get_running_loop()
    picture = await loop.run_in_executor(decoders, decode_picture, await request.body(), "body")
    answer: asyncio.Future[Any] = loop.create_future()
    waiting.put_nowait((picture, answer))
    found = await answer
    objects = to_objects(found, picture.width, picture.height)
    reply = json_reply({"width": picture.width, "height": picture.height, "detections": objects})
    return Response(reply.content, media_type=reply.media_type)


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[3]), log_level="error", access_log=False)
