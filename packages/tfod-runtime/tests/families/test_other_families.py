from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tfod_runtime.errors import PictureProblem
from tfod_runtime.families.adapter import Settings
from tfod_runtime.families.keras_hub import KerasHub
from tfod_runtime.families.official_vision import OfficialVision
from tfod_runtime.families.tf_hub import TfHub
from tfod_runtime.signature import Signature, Tensor

PIXELS = Signature("serving_default", (Tensor("inputs", "uint8", (None, None, None, 3)),), ())
FLOATS = Signature("serving_default", (Tensor("images", "float32", (None, None, None, 3)),), ())

# A picture of 200 × 400 in a square of 100: scaled by a quarter.
INFO = np.array([[[200, 400], [100, 100], [0.25, 0.25], [0, 0]]], np.float32)
FOUR: dict[str, Any] = {
    "detection_boxes": np.array([[[5, 10, 25, 50], [0, 0, 0, 0]]], np.float32),
    "detection_scores": np.array([[0.9, 0.0]], np.float32),
    "detection_classes": np.array([[2, 0]], np.int32),
    "num_detections": np.array([1], np.int32),
    "image_info": INFO,
}


def test_pixels_of_the_networks_input_are_brought_back_to_the_picture() -> None:
    (answer,) = OfficialVision().adapt(PIXELS, Settings()).read(FOUR, [(200, 400)])
    assert answer.boxes.tolist() == pytest.approx(np.array([[0.1, 0.1, 0.5, 0.5]]))
    assert answer.class_ids.tolist() == [2]


def test_an_offset_of_the_networks_input_counts() -> None:
    shifted = INFO.copy()
    shifted[0, 3] = [5, 0]
    (answer,) = OfficialVision().adapt(PIXELS, Settings()).read({**FOUR, "image_info": shifted}, [(200, 400)])
    assert answer.boxes.tolist() == pytest.approx(np.array([[0.2, 0.1, 0.6, 0.5]]))


def test_boxes_that_are_normalised_already_are_left_so() -> None:
    boxes = np.array([[[0.1, 0.2, 0.5, 1.0], [0, 0, 0, 0]]], np.float32)
    outputs = {**FOUR, "detection_boxes": boxes}
    for settings in (Settings(), Settings(boxes="normalised")):
        (answer,) = OfficialVision().adapt(PIXELS, settings).read(outputs, [(200, 400)])
        assert (answer.boxes == boxes[0, :1]).all()


def test_the_unit_of_the_boxes_can_be_said() -> None:
    tiny = {**FOUR, "detection_boxes": np.array([[[0, 0, 1, 2], [0, 0, 0, 0]]], np.float32)}
    (answer,) = OfficialVision().adapt(PIXELS, Settings(boxes="pixels")).read(tiny, [(200, 400)])
    assert answer.boxes.tolist() == pytest.approx(np.array([[0, 0, 0.02, 0.02]]))


@pytest.mark.parametrize("column", [True, False])
def test_the_hub_has_no_batch_and_no_count(column: bool) -> None:
    shape = (2, 1) if column else (2,)
    outputs: dict[str, Any] = {
        "detection_boxes": np.array([[0, 0, 1, 1], [0, 0, 0.5, 0.5]], np.float32),
        "detection_scores": np.array([0.9, 0.4], np.float32).reshape(shape),
        "detection_class_labels": np.array([69, 308], np.int64).reshape(shape),
    }
    (answer,) = TfHub().adapt(FLOATS, Settings()).read(outputs, [(200, 400)])
    assert (answer.class_ids.tolist(), answer.scores.shape) == ([69, 308], (2,))


def test_keras_boxes_are_pixels_of_what_the_model_was_given() -> None:
    outputs: dict[str, Any] = {
        "boxes": np.array([[[80, 160, 400, 800], [-1, -1, -1, -1]]], np.float32),
        "confidence": np.array([[0.9, -1]], np.float32),
        "labels": np.array([[3, -1]], np.int32),
        "num_detections": np.array([1], np.int32),
    }
    (answer,) = KerasHub().adapt(FLOATS, Settings(class_offset=1)).read(outputs, [(800, 1600)])
    assert answer.boxes.tolist() == pytest.approx(np.array([[0.1, 0.1, 0.5, 0.5]]))
    assert answer.class_ids.tolist() == [4]


def test_what_is_no_number_fails_the_picture_in_every_family() -> None:
    for family, outputs in (
        (OfficialVision(), {**FOUR, "image_info": INFO * np.nan}),
        (OfficialVision(), {**FOUR, "detection_boxes": FOUR["detection_boxes"] * np.nan}),
    ):
        with pytest.raises(PictureProblem, match="not numbers"):
            family.adapt(PIXELS, Settings()).read(outputs, [(200, 400)])
