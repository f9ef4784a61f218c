"""Units that learn: convolutions with batch normalisation."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from demo_model.network import UNITS, Kind, Unit

FloatArray = NDArray[np.float32]

EPSILON = 1e-3
MOMENTUM = 0.97
PRIOR = 0.1
"""The heat that an untrained network gives everywhere, as RetinaNet starts its classifier."""


class LearningUnit(tf.Module):
    """A unit of the network with the variables that training changes."""

    def __init__(self, unit: Unit, rng: np.random.Generator) -> None:
        super().__init__()
        self._unit = unit
        inputs, outputs = unit.channels
        side = 3 if unit.kind is Kind.FULL else 1
        self._shape = (side, side, inputs, outputs)
        if unit.kind is Kind.HEAD:
            start = np.log(PRIOR / (1 - PRIOR)) if unit.name == "heat" else np.log(4.0)
            self.kernel = _variable(rng, self._shape, fan=inputs, name="kernel")
            self.bias = tf.Variable(tf.fill([outputs], float(start)), name="bias")
            return
        # Two axes: Keras' Muon takes a variable for a matrix by their number.
        fan = side * side * inputs
        self.kernel = _variable(rng, (fan, outputs), fan=fan, name="kernel")
        self.scale = tf.Variable(tf.ones([outputs]), name="scale")
        self.shift = tf.Variable(tf.zeros([outputs]), name="shift")
        self.mean = tf.Variable(tf.zeros([outputs]), trainable=False, name="mean")
        self.variance = tf.Variable(tf.ones([outputs]), trainable=False, name="variance")

    def __call__(self, value: Any) -> Any:
        """The unit on a batch [batch, height, width, in], with the batch's own statistics."""
        strides = [1, self._unit.stride, self._unit.stride, 1]
        if self._unit.kind is Kind.HEAD:
            return tf.nn.conv2d(value, self.kernel, strides, "SAME") + self.bias
        value = tf.nn.conv2d(value, tf.reshape(self.kernel, self._shape), strides, "SAME")
        value, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            value, self.scale, self.shift, epsilon=EPSILON, is_training=True
        )
        self.mean.assign(MOMENTUM * self.mean + (1 - MOMENTUM) * mean)
        self.variance.assign(MOMENTUM * self.variance + (1 - MOMENTUM) * variance)
        return value if self._unit.linear else tf.nn.relu6(value)

    def folded(self) -> dict[str, FloatArray]:
        """The weights of the same unit as plain convolutions: the normalisation goes into kernel and bias."""
        kernel = self.kernel.numpy().reshape(self._shape)
        if self._unit.kind is Kind.HEAD:
            return {"kernel": kernel, "bias": self.bias.numpy()}
        factor = self.scale.numpy() / np.sqrt(self.variance.numpy() + EPSILON)
        return {"kernel": kernel * factor, "bias": self.shift.numpy() - self.mean.numpy() * factor}


class LearningNetwork(tf.Module):
    """All units, with weights drawn from `seed`."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        rng = np.random.default_rng(seed)
        self._units = {unit.name: LearningUnit(unit, rng) for unit in UNITS}

    def apply(self, name: str, value: Any) -> Any:
        """The unit of that name on a batch."""
        return self._units[name](value)

    def folded(self) -> dict[str, dict[str, FloatArray]]:
        """The weights of every unit as plain convolutions."""
        return {name: unit.folded() for name, unit in self._units.items()}


def _variable(rng: np.random.Generator, shape: tuple[int, ...], fan: int, name: str) -> Any:
    values = rng.standard_normal(shape) * np.sqrt(2 / fan)
    return tf.Variable(values.astype(np.float32), name=name)
