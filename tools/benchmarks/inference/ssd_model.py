"""Makes a detector of the size of SSD MobileNet V2 320: `python ssd_model.py FOLDER`.

The network, the anchors and what comes after are like those of `ssd_mobilenet_v2_320x320_coco17_tpu-8` of the
Object Detection API: 6 maps, 2034 anchors, 90 classes, one unrolled NonMaxSuppressionV5 a class, score
threshold 1e-8, 8 outputs. The weights are random, from a seed: nothing is learned, nothing is fetched. Batch
normalisation is calibrated on pictures, and the class bias set so that about 25 scores of a picture pass 0.3.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from pictures import picture

SIDE, CLASSES, SEED = 320, 90, 7
MAPS = ((20, 3), (10, 6), (5, 6), (3, 6), (2, 6), (1, 6))
"""Cells along a side, and anchors in a cell."""
SCALES = (0.2, 0.35, 0.5, 0.65, 0.8, 0.95)
PASSING, PASSING_SCORE = 25, 0.3
IOU, SCORE_THRESHOLD, DETECTIONS = 0.6, 1e-8, 100
CALIBRATION_PICTURES = 16


def network() -> Any:
    """From pictures [batch, 320, 320, 3], -1 to 1, to codes [batch, 2034, 4] and logits [batch, 2034, 91]."""
    keras = tf.keras
    keras.utils.set_random_seed(SEED)
    backbone = keras.applications.MobileNetV2(input_shape=(SIDE, SIDE, 3), include_top=False, weights=None)
    maps = [backbone.get_layer("block_13_expand_relu").output, backbone.output]
    for width in (512, 256, 256, 128):
        maps.append(_extra(keras, maps[-1], width))
    codes, logits = [], []
    for features, (_, anchors) in zip(maps, MAPS, strict=True):
        codes.append(_head(keras, features, anchors, 4))
        logits.append(_head(keras, features, anchors, CLASSES + 1))
    join = keras.layers.Concatenate(axis=1)
    return keras.Model(backbone.input, [join(codes), keras.layers.Concatenate(axis=1)(logits)])


def _extra(keras: Any, features: Any, width: int) -> Any:
    squeezed = keras.layers.Conv2D(width // 2, 1, use_bias=False)(features)
    squeezed = keras.layers.ReLU(6.0)(keras.layers.BatchNormalization()(squeezed))
    shrunk = keras.layers.Conv2D(width, 3, strides=2, padding="same", use_bias=False)(squeezed)
    return keras.layers.ReLU(6.0)(keras.layers.BatchNormalization()(shrunk))


def _head(keras: Any, features: Any, anchors: int, width: int) -> Any:
    answer = keras.layers.Conv2D(anchors * width, 1, kernel_initializer="glorot_normal")(features)
    return keras.layers.Reshape((-1, width))(answer)


def anchors() -> np.ndarray:
    """float32 [2034, 4]: middle y, middle x, height, width of each anchor."""
    rows = []
    for index, (cells, count) in enumerate(MAPS):
        ratios = (1.0, 2.0, 0.5, 3.0, 1 / 3, 1.0)[:count]
        for cell in range(cells * cells):
            y, x = (cell // cells + 0.5) / cells, (cell % cells + 0.5) / cells
            rows += [(y, x, SCALES[index] / math.sqrt(r), SCALES[index] * math.sqrt(r)) for r in ratios]
    return np.array(rows, np.float32)


class Detector(tf.Module):
    """The network between the OD API's preprocessing and its postprocessing."""

    def __init__(self, net: Any, batch: int | None) -> None:
        super().__init__()
        self.net, self.anchors = net, tf.constant(anchors())
        spec = tf.TensorSpec((batch, None, None, 3), tf.uint8, name="input_tensor")
        self.detect = tf.function(self._detect, input_signature=[spec])

    def _detect(self, input_tensor: Any) -> dict[str, Any]:
        small = tf.image.resize(tf.cast(input_tensor, tf.float32), (SIDE, SIDE))
        codes, logits = self.net(small * (2.0 / 255.0) - 1.0, training=False)
        boxes, scores = self._decode(codes), tf.sigmoid(logits)
        if input_tensor.shape[0] == 1:
            found = {name: value[None] for name, value in suppress(boxes[0], scores[0]).items()}
        else:
            kinds = {name: tf.float32 for name in OUTPUTS}
            found = tf.map_fn(
                lambda one: suppress(one[0], one[1]), (boxes, scores), fn_output_signature=kinds
            )
        return found | {"raw_detection_boxes": boxes, "raw_detection_scores": scores}

    def _decode(self, codes: Any) -> Any:
        y, x, height, width = tf.unstack(self.anchors, axis=-1)
        dy, dx, dh, dw = tf.unstack(codes, axis=-1)
        middle = (dy / 10.0 * height + y, dx / 10.0 * width + x)
        half = (tf.exp(dh / 5.0) * height / 2.0, tf.exp(dw / 5.0) * width / 2.0)
        sides = (middle[0] - half[0], middle[1] - half[1], middle[0] + half[0], middle[1] + half[1])
        return tf.stack(sides, axis=-1)


OUTPUTS = (
    "detection_boxes",
    "detection_scores",
    "detection_classes",
    "detection_multiclass_scores",
    "detection_anchor_indices",
    "num_detections",
)


def suppress(boxes: Any, scores: Any) -> dict[str, Any]:
    """The OD API's outputs for one picture: boxes [2034, 4], scores [2034, 91] with the background first."""
    kept, kept_scores, classes = [], [], []
    for label in range(CLASSES):
        index, score, _ = tf.raw_ops.NonMaxSuppressionV5(
            boxes=boxes,
            scores=scores[:, label + 1],
            max_output_size=DETECTIONS,
            iou_threshold=IOU,
            score_threshold=SCORE_THRESHOLD,
            soft_nms_sigma=0.0,
        )
        kept.append(index)
        kept_scores.append(score)
        classes.append(tf.fill(tf.shape(index), float(label + 1)))
    index, score, label = (tf.concat(parts, 0) for parts in (kept, kept_scores, classes))
    count = tf.minimum(tf.shape(score)[0], DETECTIONS)
    best, place = tf.math.top_k(score, count)
    index, label = tf.gather(index, place), tf.gather(label, place)
    pad = [[0, DETECTIONS - count]]
    found = {
        "detection_boxes": tf.pad(tf.clip_by_value(tf.gather(boxes, index), 0.0, 1.0), [*pad, [0, 0]]),
        "detection_scores": tf.pad(best, pad),
        "detection_classes": tf.pad(label, pad, constant_values=1.0),
        "detection_multiclass_scores": tf.pad(tf.gather(scores, index), [*pad, [0, 0]]),
        "detection_anchor_indices": tf.pad(tf.cast(index, tf.float32), pad),
    }
    shapes = {"detection_boxes": (DETECTIONS, 4), "detection_multiclass_scores": (DETECTIONS, CLASSES + 1)}
    for name, value in found.items():
        value.set_shape(shapes.get(name, (DETECTIONS,)))
    return found | {"num_detections": tf.cast(count, tf.float32)}


def calibrate(net: Any) -> None:
    """Sets means and variances from pictures, and the class bias from the logits they give."""
    batch = np.stack([picture(seed, SIDE, SIDE) for seed in range(CALIBRATION_PICTURES)])
    batch = batch.astype(np.float32) * (2 / 255) - 1
    for layer in net.layers:
        if isinstance(layer, tf.keras.layers.BatchNormalization):
            layer.momentum = 0.0
    net(batch, training=True)
    _, logits = net(batch, training=False)
    share = 1 - PASSING / (logits.shape[1] * CLASSES)
    shift = math.log(PASSING_SCORE / (1 - PASSING_SCORE)) - np.quantile(logits.numpy()[:, :, 1:], share)
    for layer in net.layers:
        if isinstance(layer, tf.keras.layers.Conv2D) and layer.filters % (CLASSES + 1) == 0:
            layer.bias.assign_add(tf.fill(layer.bias.shape, float(shift)))


def save(folder: Path, batch: int | None = 1) -> None:
    """Writes the model folder."""
    net = network()
    calibrate(net)
    detector = Detector(net, batch)
    tf.saved_model.save(
        detector, str(folder / "saved_model"), signatures={"serving_default": detector.detect}
    )
    items = (f'item {{ id: {number} name: "class {number}" }}\n' for number in range(1, CLASSES + 1))
    (folder / "labels.pbtxt").write_text("".join(items))
    digest = hashlib.sha256((folder / "saved_model" / "saved_model.pb").read_bytes()).hexdigest()[:12]
    (folder / "model.json").write_text(json.dumps({"name": f"ssd-{digest}", "family": "tf-od-api"}))


if __name__ == "__main__":
    save(Path(sys.argv[1]), None if sys.argv[2:] == ["--batch"] else 1)
