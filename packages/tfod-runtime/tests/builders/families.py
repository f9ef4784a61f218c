"""A SavedModel of every family and kind, each with the signature that its exporter writes.

All of them find the boxes around red, green and blue (`builders.colours`), so that their answers are known;
each takes pictures and gives boxes in its own way.

    python -m builders.families FOLDER      writes all of them, one model folder each
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from builders.a_model import describe_model
from builders.colours import Objects, find_colours

Decode: TypeAlias = Callable[[Any], Any]
"""One element of the input's batch to float32 [height, width, 3], 0 to 255."""

_SIDE = 96  # of the network's input, where there is one
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_OPEN = (None, None, None, 3)


def save_family(name: str, folder: Path) -> Path:
    """Makes the model folder of one of `NAMES`; returns it."""
    _MODELS[name](folder / "saved_model")
    settings = {"adapter": _SETTINGS[name]} if name in _SETTINGS else {}
    return describe_model(folder, **settings)


def _od_api(
    dtype: str, decode: Decode, *, masks: bool = False, keypoints: bool = False
) -> Callable[..., None]:
    shape = (1,) if dtype == "string" else (1, *_OPEN[1:])

    def save(path: Path) -> None:
        def detect(input_tensor: Any) -> dict[str, Any]:
            found = find_colours(decode(input_tensor[0]))
            more = {**(_masks(found) if masks else {}), **(_keypoints(found) if keypoints else {})}
            return {name: value[None] for name, value in {**_four(found), **more}.items()}

        _save(detect, "input_tensor", dtype, shape, path)

    return save


def _four(found: Objects) -> dict[str, Any]:
    return {
        "detection_boxes": found.boxes,
        "detection_scores": found.scores,
        "detection_classes": found.classes,
        "num_detections": found.count,
    }


def _masks(found: Objects) -> dict[str, Any]:
    """Of each box the upper half, as Mask R-CNN gives it: a small grid over the box."""
    import tensorflow as tf

    upper = tf.concat([tf.ones((16, 32)), tf.zeros((16, 32))], 0)
    return {"detection_masks": tf.tile(upper[None], [tf.size(found.scores), 1, 1])}


def _keypoints(found: Objects) -> dict[str, Any]:
    """The upper left and the lower right corner of each box, the second less sure."""
    import tensorflow as tf

    points = tf.stack([found.boxes[:, :2], found.boxes[:, 2:]], 1)
    scores = tf.tile([[0.75, 0.5]], [tf.size(found.scores), 1])
    return {"detection_keypoints": points, "detection_keypoint_scores": scores}


def _official_vision(
    dtype: str, decode: Decode, *, normalised: bool = False, fixed: bool = False
) -> Callable[..., None]:
    """Scales the picture into a square and pads it, as `preprocess_ops.resize_and_crop_image` does."""
    shape = (None,) if dtype == "string" else ((None, _SIDE, _SIDE, 3) if fixed else _OPEN)

    def save(path: Path) -> None:
        import tensorflow as tf

        def one(element: Any) -> dict[str, Any]:
            pixels = decode(element)
            size = tf.cast(tf.shape(pixels)[:2], tf.float32)
            scale = tf.fill([2], _SIDE / tf.reduce_max(size))
            found = find_colours(pixels)
            to_input = tf.tile(size * scale, [2])
            return {
                **_four(found),
                "detection_boxes": found.boxes if normalised else found.boxes * to_input,
                "detection_classes": tf.cast(found.classes, tf.int32),
                "num_detections": tf.cast(found.count, tf.int32),
                "image_info": tf.stack([size, tf.fill([2], float(_SIDE)), scale, tf.zeros(2)]),
            }

        types = dict.fromkeys(("detection_boxes", "detection_scores", "image_info"), tf.float32)
        types |= dict.fromkeys(("detection_classes", "num_detections"), tf.int32)
        _save(lambda inputs: tf.map_fn(one, inputs, fn_output_signature=types), "inputs", dtype, shape, path)

    return save


def _tf1(dtype: str, decode: Decode) -> Callable[..., None]:
    """A graph with placeholders, as the exporter of TensorFlow 1 saved it."""

    def save(path: Path) -> None:
        import tensorflow as tf

        v1 = tf.compat.v1
        with v1.Session(graph=tf.Graph()) as session:
            given = v1.placeholder(dtype, (None,) if dtype == "string" else _OPEN, "image_tensor")
            names = ("detection_boxes", "detection_scores", "detection_classes", "num_detections")
            found = tf.map_fn(
                lambda element: _four(find_colours(decode(element))),
                given,
                fn_output_signature=dict.fromkeys(names, tf.float32),
            )
            signature = v1.saved_model.predict_signature_def({"inputs": given}, found)
            builder = v1.saved_model.Builder(str(path))
            builder.add_meta_graph_and_variables(
                session, ["serve"], signature_def_map={"serving_default": signature}
            )
            builder.save()

    return save


def _tf_hub(path: Path) -> None:
    """No batch in the outputs, no count: rows with padding are left out."""
    import tensorflow as tf

    def detect(images: Any) -> dict[str, Any]:
        found = find_colours(images[0] * 255)
        count = tf.cast(found.count, tf.int32)
        labels = tf.cast(found.classes[:count, None], tf.int64)
        return {
            "detection_boxes": found.boxes[:count],
            "detection_scores": found.scores[:count, None],
            "detection_class_labels": labels,
            "detection_class_entities": tf.as_string(labels),
        }

    _save(detect, "images", "float32", (1, *_OPEN[1:]), path, key="default")


def _keras_hub(*, counts_from: int, relative: bool) -> Callable[..., None]:
    """Boxes in pixels of its square input, or as shares of it; past the count all is -1."""

    def save(path: Path) -> None:
        import tensorflow as tf

        def one(pixels: Any) -> dict[str, Any]:
            found = find_colours(pixels)
            there = tf.range(tf.size(found.scores)) < tf.cast(found.count, tf.int32)
            boxes = found.boxes if relative else found.boxes * _SIDE
            return {
                "boxes": tf.where(there[:, None], boxes, -1.0),
                "confidence": tf.where(there, found.scores, -1.0),
                "labels": tf.where(there, tf.cast(found.classes, tf.int32) - 1 + counts_from, -1),
                "num_detections": tf.cast(found.count, tf.int32),
            }

        types = {
            "boxes": tf.float32,
            "confidence": tf.float32,
            "labels": tf.int32,
            "num_detections": tf.int32,
        }
        shape = (None, _SIDE, _SIDE, 3)
        _save(
            lambda images: tf.map_fn(one, images, fn_output_signature=types), "images", "float32", shape, path
        )

    return save


def _side_inputs(path: Path) -> None:
    """Context R-CNN: a picture and what other pictures showed."""
    import tensorflow as tf

    specs = [tf.TensorSpec((1, *_OPEN[1:]), tf.uint8, "input_tensor")]
    specs.append(tf.TensorSpec((1, 2000, 9), tf.float32, "context_features"))

    def detect(input_tensor: Any, context_features: Any) -> dict[str, Any]:
        four = _four(find_colours(input_tensor[0]))
        return {name: value[None] + 0 * tf.reduce_sum(context_features) for name, value in four.items()}

    _save_function(tf.function(detect, input_signature=specs), path)


def _raw_head(path: Path) -> None:
    """RetinaNet of KerasHub as `model.export()` saves it: the forward pass, of which nobody chose."""
    import tensorflow as tf

    def forward(images: Any) -> dict[str, Any]:
        count = tf.shape(images)[0]
        return {"bbox_regression": tf.zeros([count, 10, 4]), "cls_logits": tf.zeros([count, 10, 91])}

    _save(forward, "images", "float32", (None, _SIDE, _SIDE, 3), path)


def _save(
    function: Callable[[Any], dict[str, Any]],
    name: str,
    dtype: str,
    shape: tuple[int | None, ...],
    path: Path,
    key: str = "serving_default",
) -> None:
    import tensorflow as tf

    spec = tf.TensorSpec(shape, dtype, name)
    _save_function(tf.function(function, input_signature=[spec]), path, key)


def _save_function(function: Any, path: Path, key: str = "serving_default") -> None:
    import tensorflow as tf

    module = tf.Module()
    module.detect = function
    tf.saved_model.save(module, str(path), signatures={key: function})


def _as_float(element: Any) -> Any:
    import tensorflow as tf

    return tf.cast(element, tf.float32)


def _of_imagenet(element: Any) -> Any:
    return (element * _DEVIATION + _MEAN) * 255


def _of_file(element: Any) -> Any:
    import tensorflow as tf

    return _as_float(tf.io.decode_image(element, channels=3, expand_animations=False))


def _of_example(element: Any) -> Any:
    import tensorflow as tf

    features = {"image/encoded": tf.io.FixedLenFeature((), tf.string)}
    return _of_file(tf.io.parse_single_example(element, features)["image/encoded"])


_MODELS: dict[str, Callable[[Path], None]] = {
    "od-api-uint8": _od_api("uint8", _as_float),
    "od-api-float32": _od_api("float32", _as_float),
    "od-api-encoded": _od_api("string", _of_file),
    "od-api-tf-example": _od_api("string", _of_example),
    "od-api-masks": _od_api("uint8", _as_float, masks=True),
    "od-api-keypoints": _od_api("uint8", _as_float, keypoints=True),
    "official-vision-uint8": _official_vision("uint8", _as_float),
    "official-vision-normalised": _official_vision("uint8", _as_float, normalised=True),
    "official-vision-encoded": _official_vision("string", _of_file),
    "official-vision-tf-example": _official_vision("string", _of_example),
    "official-vision-float32": _official_vision("float32", _of_imagenet, fixed=True),
    "tf1-od-api-uint8": _tf1("uint8", _as_float),
    "tf1-od-api-encoded": _tf1("string", _of_file),
    "tf-hub": _tf_hub,
    "keras-hub-pixels": _keras_hub(counts_from=1, relative=False),
    "keras-hub-relative": _keras_hub(counts_from=0, relative=True),
    "side-inputs": _side_inputs,
    "raw-head": _raw_head,
}
_SETTINGS = {"keras-hub-relative": {"boxes": "normalised", "classOffset": 1}}

REFUSED = ("side-inputs", "raw-head")
DETECTORS = tuple(name for name in _MODELS if name not in REFUSED)

if __name__ == "__main__":
    for each in _MODELS:
        save_family(each, Path(sys.argv[1], each))
