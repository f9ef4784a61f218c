"""Makes a model ready for running: the fastest form of it that gives the same detections. Needs TensorFlow.

1. whole       variables become constants, unread outputs go, the score threshold becomes a place in the file
2. resized     pictures are resized before the graph, from the pixels that count
3. bare        boxes are chosen after the graph, too

Each form is run against the SavedModel on sample pictures, and the last one that agrees is kept.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tfod_runtime.agreement import Agreement, compare
from tfod_runtime.convert import NotConvertible, convert
from tfod_runtime.cut import cut_input, cut_output
from tfod_runtime.decode import SUFFIXES, decode_picture
from tfod_runtime.detections import Detection, Limits, Picture
from tfod_runtime.detector import DetectorOptions, load_prepared
from tfod_runtime.errors import ModelProblem, PictureProblem, RuntimeProblem
from tfod_runtime.fold import fold
from tfod_runtime.freeze import FrozenGraph, freeze
from tfod_runtime.fuse import fuse
from tfod_runtime.model import ModelFolder
from tfod_runtime.model_detector import ModelDetector
from tfod_runtime.prepared import DESCRIPTION, GRAPH_FILES, Engine, Prepared, refusal
from tfod_runtime.saved_model import SavedModelFunction, load_saved_model
from tfod_runtime.suppression import RAW_OUTPUTS
from tfod_runtime.suppression_nodes import open_threshold

Report = Callable[[str], None]

LIMITS = Limits(min_score=0.1)
"""What is compared: more than is mostly asked for."""
_NOISE_SIZES = ((241, 319), (480, 640), (1080, 1920))
_MOST_SAMPLES = 8


@dataclass(frozen=True, slots=True)
class Form:
    """One way to run a model.

    Attributes:
        name: `whole`, `resized` or `bare`.
        prepared: Its description.
        graph: What is run.
    """

    name: str
    prepared: Prepared
    graph: FrozenGraph


def prepare(
    model: ModelFolder, folder: Path, report: Report, engine: Engine = "tensorflow"
) -> Prepared | None:
    """Prepares a model; the folder is there in full or not at all.

    Args:
        model: A folder that was checked.
        folder: Where to; what is there is replaced.
        report: Hears what is done, a line at a time.
        engine: What is to run it: TensorFlow's C library, or LiteRT.

    Returns:
        What was made; None when the model is better run as it is, which the folder then says.

    Raises:
        UsageProblem: `TENSORFLOW_MISSING`.
        ModelProblem: `MODEL_UNLOADABLE`, `SIGNATURE_UNSUPPORTED`, `MODEL_BROKEN`; `MODEL_NOT_LITE` when
            LiteRT cannot run it, or not with the same detections.
    """
    original = load_saved_model(model, LIMITS)
    pictures = list(sample_pictures(model.samples))
    expected = detections_of(original, pictures)
    refused: list[str] = []
    for form in reversed(list(forms(model, original))):
        with scratch_beside(folder) as trial:
            try:
                prepared = _WRITERS[engine](form, trial)
            except NotConvertible as error:
                refused.append(f"{form.name}: {error}")
                report(f"not {refused[-1]}")
                continue
            agreement = verify(model, prepared, trial, pictures, expected)
            if isinstance(agreement, Agreement) and (agreement or _is_safe(form, engine, agreement)):
                place(trial, folder)
                report(f"{engine}, {form.name}: {agreement}")
                return prepared
        refused.append(f"{form.name}: {agreement}")
        report(f"not {refused[-1]}")
    refused = refused or ["the model takes files, or pictures in a way of its own"]
    if engine == "litert":
        raise ModelProblem(
            "MODEL_NOT_LITE",
            "LiteRT does not give the detections of the SavedModel",
            where=model.saved_model,
            expected="the same detections: classes, scores to a thousandth, boxes that overlap by 99 %",
            found="\n".join(refused),
            remedy='take "lite" out of the "variants" in tfod.json: the cpu image runs this model',
        )
    with scratch_beside(folder) as trial:
        trial.mkdir()
        (trial / DESCRIPTION).write_text(json.dumps(refusal(model.digest, refused), indent=2) + "\n")
        place(trial, folder)
    report("run as it is, by TensorFlow's Python")
    return None


def _is_safe(form: Form, engine: Engine, agreement: Agreement) -> bool:
    """Whether a form needs no comparing: the whole graph in TensorFlow, where there is nothing to compare."""
    return form.name == "whole" and engine == "tensorflow" and not agreement.detections


def forms(model: ModelFolder, original: ModelDetector) -> Iterator[Form]:
    """The forms that a model has, from the safest to the fastest."""
    import tensorflow as tf

    adapter = original.adapter
    if adapter.feed.takes_bytes or not isinstance(original.run, SavedModelFunction):
        return
    raw = [name for name in RAW_OUTPUTS if adapter.signature.output(name)]
    frozen = freeze(original.run.function, sorted({*adapter.outputs, *raw}))
    whole = frozen.pruned(adapter.outputs)
    base = Prepared(model.digest, tf.__version__, "tensorflow", adapter.signature, whole.input, whole.outputs)
    yield Form("whole", base, whole)
    if adapter.feed.size != (None, None) or adapter.feed.rank == 3:
        return
    resized = cut_input(whole, adapter.feed.kind.dtype)
    if resized:
        yield _form("resized", replace(base, resize=resized[1]), resized[0])
    bare = cut_output(frozen, adapter) if len(raw) == len(RAW_OUTPUTS) else None
    cut = cut_input(bare[0], adapter.feed.kind.dtype) if bare else None
    if bare and cut:
        yield _form("bare", replace(base, resize=cut[1], suppression=bare[1]), cut[0])


def _form(name: str, prepared: Prepared, graph: FrozenGraph) -> Form:
    return Form(name, replace(prepared, input=graph.input, outputs=graph.outputs), graph)


def _write_graph(form: Form, folder: Path) -> Prepared:
    """Writes a form for TensorFlow's C library into a fresh folder."""
    folded = fold(form.graph)
    fused = fuse(folded)
    threshold, data = open_threshold(fused or folded)
    prepared = replace(form.prepared, threshold=threshold, fused=fused is not None)
    write_prepared(prepared, data, folder)
    return prepared


def _write_converted(form: Form, folder: Path) -> Prepared:
    """Writes a form for LiteRT into a fresh folder. Raises `NotConvertible`."""
    data, graph = convert(form.graph)
    prepared = replace(form.prepared, engine="litert", input=graph.input, outputs=graph.outputs)
    write_prepared(prepared, data, folder)
    return prepared


_WRITERS: Mapping[Engine, Callable[[Form, Path], Prepared]] = {
    "tensorflow": _write_graph,
    "litert": _write_converted,
}


def write_prepared(prepared: Prepared, data: bytes, folder: Path) -> None:
    """Writes the two files of what was prepared into a fresh folder."""
    folder.mkdir()
    (folder / GRAPH_FILES[prepared.engine]).write_bytes(data)
    (folder / DESCRIPTION).write_text(json.dumps(prepared.to_json(), indent=2) + "\n")


def verify(
    model: ModelFolder,
    prepared: Prepared,
    folder: Path,
    pictures: Sequence[Picture],
    expected: Sequence[Sequence[Detection]],
) -> Agreement | str:
    """Runs what was prepared on pictures and compares; why it does not run when it does not."""
    try:
        detector = load_prepared(model, prepared, folder, DetectorOptions(LIMITS))
    except RuntimeProblem as problem:
        return problem.reason
    if detector is None:
        return f"{prepared.engine} cannot open it here"
    return compare(expected, detections_of(detector, pictures), LIMITS)


def detections_of(detector: ModelDetector, pictures: Sequence[Picture]) -> list[list[Detection]]:
    """What a detector finds; nothing in a picture that it fails on."""
    found = [detector.detect_batch([picture])[0] for picture in pictures]
    return [[] if isinstance(one, PictureProblem) else one for one in found]


def sample_pictures(folder: Path) -> Iterator[Picture]:
    """The model's own samples, some of them turned into other sizes, and noise: odd, usual, full HD."""
    paths = [path for path in sorted(folder.glob("*")) if path.suffix.lower() in SUFFIXES]
    for path in paths[:_MOST_SAMPLES]:
        with contextlib.suppress(PictureProblem, OSError):
            picture = decode_picture(path.read_bytes(), path.name)
            yield picture
            yield Picture(
                f"half of {path.name}", np.ascontiguousarray(picture.pixels[: picture.height // 2 + 1])
            )
    for seed, (height, width) in enumerate(_NOISE_SIZES):
        yield Picture(f"noise {height} × {width}", _clouds(seed, height, width))


def _clouds(seed: int, height: int, width: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """uint8 [height, width, 3]: coarse and fine noise."""
    from PIL import Image

    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 256, (9, 9, 3), np.uint8)).resize((width, height))
    fine = random.integers(-20, 21, (height, width, 3))
    return (np.asarray(coarse).astype(np.int64) + fine).clip(0, 255).astype(np.uint8)


def place(made: Path, folder: Path) -> None:
    """Puts a finished folder where it belongs, in one step."""
    old = folder.with_name(f".{folder.name}-{os.getpid()}.old")
    with contextlib.suppress(FileNotFoundError):
        folder.replace(old)
    made.replace(folder)
    shutil.rmtree(old, ignore_errors=True)


@contextlib.contextmanager
def scratch_beside(folder: Path) -> Iterator[Path]:
    """A name for a folder that is to take the place of `folder`; what is left there at the end goes."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".prepared-") as scratch:
        yield Path(scratch) / folder.name
