"""A model folder around a small detector of the build of SSD: random weights, the outputs of the OD API."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from builders.a_model import describe_model
from builders.a_picture import BLUE, GREEN, RED, file_bytes, scene

SIDE, CELLS, CLASSES, DETECTIONS = 64, 8, 4, 20


@dataclass(frozen=True)
class Build:
    """What is special about a detector.

    Attributes:
        batch: How many pictures it takes; None for any number.
        looped: Whether pictures are resized in a loop over the batch, as the OD API's exporter does it.
        raw: Whether it gives the raw boxes and scores.
        sigma: Of its suppression: above 0 it is soft.
        resized: Whether it resizes pictures at all; without it they are averaged over a grid of cells.
    """

    batch: int | None = 1
    looped: bool = False
    raw: bool = True
    sigma: float = 0.0
    resized: bool = True


def small_ssd(folder: Path, build: Build | None = None) -> Path:
    """Writes the model folder, with two sample pictures."""
    import tensorflow as tf

    module = _detector(build or Build())
    tf.saved_model.save(module, str(folder / "saved_model"), signatures={"serving_default": module.detect})
    (folder / "samples").mkdir()
    for name, size in (("a.png", (160, 120)), ("b.png", (90, 200))):
        rectangles = ((RED, (10, 20, 40, 30)), (GREEN, (50, 60, 30, 50)), (BLUE, (5, 90, 20, 20)))
        (folder / "samples" / name).write_bytes(file_bytes(scene(*size, *rectangles)))
    return describe_model(folder)


def _detector(build: Build) -> Any:
    import tensorflow as tf

    random = np.random.default_rng(5)

    def variable(*shape: int, scale: float = 1.0, mean: float = 0.0) -> Any:
        return tf.Variable((random.normal(mean, scale, shape)).astype(np.float32))

    class SmallSsd(tf.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.stem, self.deep = variable(3, 3, 3, 8, scale=0.4), variable(3, 3, 8, 1, scale=0.6)
            self.gain, self.shift = variable(8, scale=0.2, mean=1.0), variable(8, scale=0.2)
            self.deep_gain, self.deep_shift = variable(8, scale=0.2, mean=1.0), variable(8, scale=0.2)
            self.codes, self.logits = (
                variable(1, 1, 8, 4, scale=0.3),
                variable(1, 1, 8, CLASSES + 1, scale=1.0),
            )
            spec = tf.TensorSpec((build.batch, None, None, 3), tf.uint8, name="input_tensor")
            self.detect = tf.function(self._detect, input_signature=[spec])

        def _detect(self, input_tensor: Any) -> Any:
            boxes, scores = self._network(self._resized(input_tensor) * (2 / 255) - 1)
            kinds = dict.fromkeys(
                ("detection_boxes", "detection_scores", "detection_classes", "num_detections"), tf.float32
            )
            found = tf.map_fn(
                lambda one: _suppressed(one[0], one[1][:, 1:], build.sigma),
                (boxes, scores),
                fn_output_signature=kinds,
            )
            if build.batch == 1:
                one = _suppressed(boxes[0], scores[0, :, 1:], build.sigma)
                found = {name: value[None] for name, value in one.items()}
            raw = {"raw_detection_boxes": boxes, "raw_detection_scores": scores}
            return found | (raw if build.raw else {})

        def _resized(self, pictures: Any) -> Any:
            if not build.resized:
                return tf.image.resize(tf.cast(pictures, tf.float32), (SIDE, SIDE), method="area")
            if not build.looped:
                return tf.image.resize(tf.cast(pictures, tf.float32), (SIDE, SIDE))
            return tf.map_fn(
                lambda one: tf.compat.v1.image.resize(tf.cast(one, tf.float32), (SIDE, SIDE)),
                pictures,
                fn_output_signature=tf.TensorSpec((SIDE, SIDE, 3), tf.float32),
            )

        def _network(self, small: Any) -> tuple[Any, Any]:
            features = tf.nn.conv2d(small, self.stem, 4, "SAME") * self.gain + self.shift
            features = tf.nn.relu6(features)
            features = tf.nn.depthwise_conv2d(features, self.deep, (1, 2, 2, 1), "SAME")
            features = tf.nn.relu6(features * self.deep_gain + self.deep_shift)
            codes, logits = (tf.nn.conv2d(features, head, 1, "SAME") for head in (self.codes, self.logits))
            count = CELLS * CELLS
            steps = (np.arange(CELLS, dtype=np.float32) + 0.5) / CELLS
            middle = np.stack(np.meshgrid(steps, steps, indexing="ij"), -1).reshape(count, 2)
            codes = tf.reshape(codes, (-1, count, 4))
            centre, half = middle + codes[..., :2] * 0.05, 0.12 * tf.exp(codes[..., 2:] * 0.3)
            boxes = tf.concat([centre - half, centre + half], -1)
            return boxes, tf.sigmoid(tf.reshape(logits, (-1, count, CLASSES + 1)))

    return SmallSsd()


def _suppressed(boxes: Any, scores: Any, sigma: float) -> dict[str, Any]:
    import tensorflow as tf

    rows = []
    for label in range(CLASSES):
        index, score, _ = tf.raw_ops.NonMaxSuppressionV5(
            boxes=boxes,
            scores=scores[:, label],
            max_output_size=DETECTIONS,
            iou_threshold=0.5,
            score_threshold=1e-8,
            soft_nms_sigma=sigma,
        )
        rows.append((tf.gather(boxes, index), score, tf.fill(tf.shape(score), label + 1.0)))
    kept, values, labels = (tf.concat(parts, 0) for parts in zip(*rows, strict=True))
    count = tf.minimum(tf.shape(values)[0], DETECTIONS)
    best, place = tf.math.top_k(values, count)
    pad = [[0, DETECTIONS - count]]
    found = {
        "detection_boxes": tf.pad(tf.gather(kept, place), [*pad, [0, 0]]),
        "detection_scores": tf.pad(best, pad),
        "detection_classes": tf.pad(tf.gather(labels, place), pad),
    }
    for name, value in found.items():
        value.set_shape((DETECTIONS, 4) if name == "detection_boxes" else (DETECTIONS,))
    return found | {"num_detections": tf.cast(count, tf.float32)}
