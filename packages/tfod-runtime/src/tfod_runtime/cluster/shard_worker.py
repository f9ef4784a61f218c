"""What one worker does: looks at the pictures of a shard, and writes its part."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from tfod_runtime.annotate import annotate, to_jpeg
from tfod_runtime.cluster.manifest import Manifest
from tfod_runtime.cluster.pictures import PictureShard, StoredPicture
from tfod_runtime.cluster.storage import Storage, read_picture
from tfod_runtime.coco import to_objects
from tfod_runtime.detections import Limits
from tfod_runtime.errors import PictureProblem
from tfod_runtime.examine import Examiner
from tfod_runtime.selection import Select


@dataclass(frozen=True, slots=True)
class ShardJob:
    """What every worker of a run is told.

    Attributes:
        model: The model folder, at the same place on every machine.
        prepared: The folder of the prepared model, likewise; None for `prepared/` in the model folder.
        limits: Bounds on pictures and detections.
        select: The service's own say in which detections are reported.
        output: The address of the results.
        annotate: Whether annotated pictures are written.
    """

    model: Path
    prepared: Path | None
    limits: Limits
    select: Select
    output: str
    annotate: bool


class ShardWorker:
    """Holds a loaded model, and takes one shard after the other.

    Args:
        job: What it is told.
    """

    def __init__(self, job: ShardJob) -> None:
        # Here and not at the top: the process that only hands out shards needs no model.
        from tfod_runtime.allocator import keep_memory
        from tfod_runtime.detector import DetectorOptions, load_detector
        from tfod_runtime.model import open_model

        keep_memory()
        detector = load_detector(
            open_model(job.model), DetectorOptions(job.limits, prepared=job.prepared, workers=1)
        )
        self._job = job
        self._examiner = Examiner(detector, job.select, job.limits.max_pixels)
        self._storage = Storage(job.output)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Looks at the one shard of a batch of rows (`rows_of`)."""
        (shard,), (pictures,) = batch["shard"], batch["pictures"]
        lines = [self._line(StoredPicture(*each)) for each in json.loads(str(pictures))]
        Manifest(self._storage).write_part(int(shard), lines)
        failed = sum("failure" in line for line in lines)
        return {"shard": [int(shard)], "pictures": [len(lines)], "failed": [failed]}

    def _line(self, stored: StoredPicture) -> dict[str, Any]:
        line: dict[str, Any] = {"image_id": stored.image_id, "file_name": stored.name}
        try:
            examined = self._examiner.examine(read_picture(stored.address), stored.name)
        except PictureProblem as problem:
            return {**line, "failure": {"code": problem.code, "reason": problem.reason}}
        picture = examined.picture
        if self._job.annotate:
            self._storage.write(stored.annotated, to_jpeg(annotate(picture, examined.detections)))
            line["annotated"] = stored.annotated
        return {
            **line,
            "width": picture.width,
            "height": picture.height,
            "detections": to_objects(examined.detections, picture.width, picture.height),
        }


def rows_of(shards: Sequence[PictureShard]) -> list[dict[str, Any]]:
    """Shards as Ray Data carries them: pictures as JSON, which has names that Arrow takes for no text."""
    return [
        {"shard": shard.index, "pictures": json.dumps([astuple(each) for each in shard.pictures])}
        for shard in shards
    ]
