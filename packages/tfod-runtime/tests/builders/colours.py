"""What test models find: the boxes around all red, green and blue pixels, as a graph of TensorFlow."""

from __future__ import annotations

from typing import Any, NamedTuple


class Objects(NamedTuple):
    """What was found in one picture, best score first, two rows of padding at the end that must not show.

    Attributes:
        boxes: float32 [5, 4]: ymin, xmin, ymax, xmax, normalised.
        scores: float32 [5]: 0.9 for red, 0.8 for green, 0.3 for blue.
        classes: float32 [5]: 1 for red, 2 for green, 4 for blue.
        count: float32 []: how many rows are no padding.
    """

    boxes: Any
    scores: Any
    classes: Any
    count: Any


SCORES = (0.9, 0.8, 0.3)
_STRONG, _PADDING = 160, 2


def find_colours(pixels: Any, scores: Any = SCORES) -> Objects:
    """The objects in [height, width, 3], 0 to 255; `scores` may be a variable."""
    import tensorflow as tf

    strong = pixels > tf.cast(_STRONG, pixels.dtype)
    masks = [tf.reduce_all(tf.equal(strong, tf.equal(tf.range(3), channel)), axis=-1) for channel in range(3)]
    present = tf.cast(tf.stack([tf.reduce_any(mask) for mask in masks]), tf.float32)
    found = tf.convert_to_tensor(scores) * present
    best_first = tf.argsort(found, direction="DESCENDING", stable=True)
    boxes = tf.gather(tf.stack([_around(mask) for mask in masks]), best_first)
    more = [[0, _PADDING]]
    return Objects(
        tf.pad(boxes, [*more, [0, 0]], constant_values=1.0),
        tf.pad(tf.gather(found, best_first), more, constant_values=0.99),
        tf.pad(tf.gather([1.0, 2.0, 4.0], best_first), more, constant_values=1.0),
        tf.reduce_sum(present),
    )


def _around(mask: Any) -> Any:
    """The normalised box around what is true in bool [height, width]; zeros where nothing is."""
    import tensorflow as tf

    rows, columns = (tf.where(tf.reduce_any(mask, axis))[:, 0] for axis in (1, 0))
    starts = [tf.reduce_min(rows), tf.reduce_min(columns)]
    ends = [tf.reduce_max(rows) + 1, tf.reduce_max(columns) + 1]
    sides = tf.cast(tf.stack(starts + ends), tf.float32)
    shares = sides / tf.cast(tf.tile(tf.shape(mask), [2]), tf.float32)
    return tf.where(tf.reduce_any(mask), shares, tf.zeros(4))
