"""The network as it ships: plain convolutions, with the OD API's signature."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from demo_model.network import BOX_NUMBERS, CLASSES, UNITS, Kind, Unit, flow
from demo_model.postprocess import box_edges, peak_scores, suppress
from demo_model.preprocess import resized

Weights = dict[str, dict[str, NDArray[np.float32]]]
"""By unit: its kernel [height, width, in, out] and its bias [out]."""

RAW_BOXES, RAW_SCORES = "raw_detection_boxes", "raw_detection_scores"
"""Names of the graph nodes between the network and the suppression, where a converter can cut."""


class FinishedUnit(tf.Module):
    """A unit whose batch normalisation has been folded into its weights."""

    def __init__(self, unit: Unit, weights: dict[str, NDArray[np.float32]]) -> None:
        super().__init__()
        self._unit = unit
        self.kernel = tf.Variable(weights["kernel"], trainable=False, name=f"{unit.name}_kernel")
        self.bias = tf.Variable(weights["bias"], trainable=False, name=f"{unit.name}_bias")

    def __call__(self, value: Any) -> Any:
        """The unit on a tensor [batch, height, width, in]."""
        strides = [1, self._unit.stride, self._unit.stride, 1]
        value = tf.nn.bias_add(tf.nn.conv2d(value, self.kernel, strides, "SAME"), self.bias)
        return value if self._unit.linear or self._unit.kind is Kind.HEAD else tf.nn.relu6(value)


class Detector(tf.Module):
    """Picture in, detections out. `network` alone is the part that a converter can take."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self._units = {unit.name: FinishedUnit(unit, weights[unit.name]) for unit in UNITS}

    def apply(self, name: str, value: Any) -> Any:
        """The unit of that name on a tensor [batch, height, width, in]."""
        return self._units[name](value)

    def network(self, pictures: Any) -> tuple[Any, Any]:
        """Raw boxes [1, G*G, 4] and scores [1, G*G, classes] of float32 [1, SIDE, SIDE, 3], 0..255."""
        logits, distances = flow(self.apply, pictures)
        boxes, scores = box_edges(distances), peak_scores(logits)
        return tf.reshape(boxes, [1, -1, BOX_NUMBERS]), tf.reshape(scores, [1, -1, CLASSES])

    @tf.function(input_signature=[tf.TensorSpec([1, None, None, 3], tf.uint8, name="input_tensor")])
    def __call__(self, input_tensor: Any) -> dict[str, Any]:
        """The four outputs of the OD API for one RGB picture."""
        boxes, scores = self.network(resized(input_tensor))
        boxes = tf.identity(boxes, name=RAW_BOXES)
        scores = tf.identity(scores, name=RAW_SCORES)
        return suppress(boxes[0], scores[0])
