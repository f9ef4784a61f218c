"""The service that everyone writes, which the runtime's is held against: FastAPI and one handler.

Usage: python naive_server.py MODEL PORT
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
import uvicorn
from fastapi import FastAPI, Request
from PIL import Image

MIN_SCORE = 0.5

app = FastAPI()
model = tf.saved_model.load(str(Path(sys.argv[1]) / "saved_model"))
detect = model.signatures["serving_default"]


@app.get("/readyz")
async def ready() -> dict[str, str]:
    return {"status": "ready"}


@app.post("/detect")
async def find(request: Request) -> dict[str, Any]:
    picture = Image.open(io.BytesIO(await request.body())).convert("RGB")
    found = {
        name: value.numpy() for name, value in detect(tf.convert_to_tensor(np.asarray(picture)[None])).items()
    }
    rows = range(int(found["num_detections"][0]))
    return {
        "width": picture.width,
        "height": picture.height,
        "detections": [
            {
                "category_id": int(found["detection_classes"][0][row]),
                "score": float(found["detection_scores"][0][row]),
                "bbox": [float(side) for side in found["detection_boxes"][0][row]],
            }
            for row in rows
            if found["detection_scores"][0][row] >= MIN_SCORE
        ],
    }


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="error", access_log=False)
