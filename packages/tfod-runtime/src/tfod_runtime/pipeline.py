"""One pass over many pictures: read → decode → detect → write; one that fails does not stop the others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from tfod_runtime.annotate import annotate, to_jpeg
from tfod_runtime.coco import to_objects
from tfod_runtime.errors import PictureProblem
from tfod_runtime.examine import Examined, Examiner
from tfod_runtime.output import ANNOTATED, OutputFolder
from tfod_runtime.pictures import PictureFile, read_bytes, unique_names
from tfod_runtime.progress import Progress
from tfod_runtime.summary import Tally


def run_pipeline(
    pictures: Sequence[PictureFile],
    examiner: Examiner,
    output: OutputFolder,
    progress: Progress,
    tally: Tally,
    *,
    annotated: bool = True,
) -> None:
    """Examines every picture, in order, and writes its results before it takes the next.

    Args:
        pictures: What to look at.
        examiner: Decodes and detects.
        output: An open folder.
        progress: Is told of every picture.
        tally: Counts; it is the caller's, who may be interrupted and still wants to know.
        annotated: Whether annotated pictures are written.

    A picture's line in the JSONL is written after its annotated picture: where there is a line, the picture
    is done.

    Raises:
        OutputProblem: `OUTPUT_UNWRITABLE`. Nothing else stops the pass.
    """
    names = annotated_names([picture.name for picture in pictures]) if annotated else [None] * len(pictures)
    progress.start(len(pictures))
    for file, annotated_name in zip(pictures, names, strict=True):
        try:
            examined = examiner.examine(read_bytes(file.path), file.name)
        except PictureProblem as problem:
            tally.fail(file.name, problem)
            progress.step(failed=True)
            continue
        _write(file, examined, output, annotated_name)
        tally.add(examined.detections)
        progress.step(failed=False)
    output.write_results()


def annotated_names(names: Sequence[str]) -> list[str]:
    """Where annotated pictures go: `a.jpg` → `annotated/a.jpg`, `a.png` → `annotated/a.png.jpg`."""
    jpegs = (PurePosixPath(name).suffix.lower() in (".jpg", ".jpeg") for name in names)
    wanted = [name if jpeg else f"{name}.jpg" for name, jpeg in zip(names, jpegs, strict=True)]
    return [f"{ANNOTATED}/{name}" for name in unique_names(wanted)]


def _write(file: PictureFile, examined: Examined, output: OutputFolder, annotated_name: str | None) -> None:
    picture, detections = examined.picture, examined.detections
    line = {
        "image_id": file.image_id,
        "file_name": file.name,
        "width": picture.width,
        "height": picture.height,
        "detections": to_objects(detections, picture.width, picture.height),
    }
    if annotated_name:
        output.write_annotated(annotated_name, to_jpeg(annotate(picture, detections)))
        line["annotated"] = annotated_name
    output.write_line(line)
