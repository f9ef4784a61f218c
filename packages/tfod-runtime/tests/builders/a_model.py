"""Model folders around small real SavedModels."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builders.colours import SCORES, find_colours
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
            self.scores = tf.Variable(SCORES)

        @tf.function(input_signature=[PICTURE.spec()])  # type: ignore[untyped-decorator]
        def detect(self, input_tensor: Any) -> dict[str, Any]:
            tf.debugging.assert_none_equal(tf.shape(input_tensor)[1], 13, message="thirteen rows")
            found = find_colours(input_tensor[0], self.scores)
            return {
                "detection_boxes": found.boxes[None],
                "detection_scores": found.scores[None],
                "detection_classes": found.classes[None],
                "num_detections": found.count[None],
                "raw_detection_scores": tf.tile(found.scores[None, :, None], [1, 1, 5]),
            }

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


def describe_model(folder: Path, **more: Any) -> Path:
    """Writes the label map and a fitting `model.json`."""
    (folder / "labels.pbtxt").write_text(LABELS)
    digest = tree_digest(folder / "saved_model")
    description = {"name": "colours", "family": "tf-od-api", "digest": digest, **more}
    (folder / "model.json").write_text(json.dumps(description))
    return folder
