"""Model folders around small real SavedModels."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfod_runtime.model import tree_digest

LABELS = """
item { id: 1 name: "red" }
item { id: 2 name: "/m/0green" display_name: "green" }
item { id: 4 name: "blue" }
"""


@dataclass(frozen=True)
class Given:
    """An input of a SavedModel."""

    dtype: str
    shape: tuple[int | None, ...]

    def spec(self) -> Any:
        """The input as TensorFlow wants to hear of it."""
        import tensorflow as tf

        return tf.TensorSpec(self.shape, self.dtype, name="input_tensor")


PICTURE = Given("uint8", (1, None, None, 3))
"""The OD API's input."""


def colour_model(folder: Path) -> Path:
    """A model whose detector finds the box around all red (0.9), green (0.8) and blue (0.3) pixels.

    Its signature is the OD API's. Ids are 1, 2 and 4. Rows past `num_detections` are padding that must not
    show. A picture 13 pixels high makes an operation of the graph fail.
    """
    import tensorflow as tf

    class ColourDetector(tf.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.scores = tf.Variable([0.9, 0.8, 0.3])

        @tf.function(input_signature=[PICTURE.spec()])  # type: ignore[untyped-decorator]
        def detect(self, input_tensor: Any) -> dict[str, Any]:
            tf.debugging.assert_none_equal(tf.shape(input_tensor)[1], 13, message="thirteen rows")
            strong = input_tensor[0] > 160
            masks = [tf.reduce_all(strong == (tf.range(3) == channel), axis=-1) for channel in range(3)]
            present = tf.cast(tf.stack([tf.reduce_any(mask) for mask in masks]), tf.float32)
            scores = self.scores * present
            best_first = tf.argsort(scores, direction="DESCENDING", stable=True)
            boxes = tf.gather(tf.stack([_around(mask) for mask in masks]), best_first)
            padding = [[0, 2]]
            scores = tf.pad(tf.gather(scores, best_first), padding, constant_values=0.99)
            classes = tf.pad(tf.gather([1.0, 2.0, 4.0], best_first), padding, constant_values=1.0)
            return {
                "detection_boxes": tf.pad(boxes, [*padding, [0, 0]], constant_values=1.0)[None],
                "detection_scores": scores[None],
                "detection_classes": classes[None],
                "num_detections": tf.reduce_sum(present)[None],
                "raw_detection_scores": present[None, :, None],
            }

    def _around(mask: Any) -> Any:
        """The normalised box around what is true in bool [height, width]; zeros where nothing is."""
        rows, columns = (tf.where(tf.reduce_any(mask, axis))[:, 0] for axis in (1, 0))
        starts = [tf.reduce_min(rows), tf.reduce_min(columns)]
        ends = [tf.reduce_max(rows) + 1, tf.reduce_max(columns) + 1]
        sides = tf.cast(tf.stack(starts + ends), tf.float32)
        shares = sides / tf.cast(tf.tile(tf.shape(mask), [2]), tf.float32)
        return tf.where(tf.reduce_any(mask), shares, tf.zeros(4))

    module = ColourDetector()
    tf.saved_model.save(module, str(folder / "saved_model"), signatures=module.detect)
    return describe_model(folder)


def constant_model(
    folder: Path, outputs: dict[str, Any], given: Given = PICTURE, key: str = "serving_default"
) -> Path:
    """A model folder whose SavedModel gives the same outputs for every picture, under any signature."""
    import tensorflow as tf

    @tf.function(input_signature=[given.spec()])  # type: ignore[untyped-decorator]
    def detect(input_tensor: Any) -> dict[str, Any]:
        return {name: tf.constant(value, tf.float32) for name, value in outputs.items()}

    module = tf.Module()
    module.detect = detect
    tf.saved_model.save(module, str(folder / "saved_model"), signatures={key: detect})
    return describe_model(folder)


def paper_model(folder: Path) -> Path:
    """A model folder that passes every check that needs no TensorFlow; nothing could load it."""
    (folder / "saved_model" / "variables").mkdir(parents=True)
    (folder / "saved_model" / "saved_model.pb").write_bytes(b"graph")
    (folder / "saved_model" / "variables" / "variables.index").write_bytes(b"index")
    return describe_model(folder)


def describe_model(folder: Path) -> Path:
    """Writes the label map and a fitting `model.json`."""
    (folder / "labels.pbtxt").write_text(LABELS)
    digest = tree_digest(folder / "saved_model")
    description = {"name": "colours", "family": "tf-od-api", "digest": digest}
    (folder / "model.json").write_text(json.dumps(description))
    return folder
