"""From a picture of any size to the network's input."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from demo_model.network import SIDE


def resized(pictures: Any) -> Any:
    """uint8 [batch, height, width, 3] to float32 [batch, SIDE, SIDE, 3], still 0..255.

    The picture is stretched to the square, as the fixed-shape resizer of the OD API's SSD models does:
    normalised boxes are then the same in both, whatever the aspect ratio, and no pixel is spent on padding.
    """
    return tf.image.resize(tf.cast(pictures, tf.float32), (SIDE, SIDE), method="bilinear")
