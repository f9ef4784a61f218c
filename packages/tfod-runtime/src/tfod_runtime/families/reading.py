"""What the families share in reading outputs: numbers that are numbers, class ids, masks, keypoints."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfod_runtime.errors import PictureProblem
from tfod_runtime.families.adapter import Frame, Outputs
from tfod_runtime.families.answer import Answer

BOXES, SCORES = "detection_boxes", "detection_scores"
CLASSES, COUNT = "detection_classes", "num_detections"
MASKS = "detection_masks"
KEYPOINTS, KEYPOINT_SCORES = "detection_keypoints", "detection_keypoint_scores"

_WHOLE_PICTURE = np.array([0, 0, 1, 1], np.float32)


def finite(outputs: Outputs, name: str) -> NDArray[Any]:
    """An output whose values are all numbers.

    Raises:
        PictureProblem: `MODEL_OUTPUT` when it holds NaN or infinity: the model is broken.
    """
    values = outputs[name]
    if not np.isfinite(values).all():
        raise PictureProblem(
            "MODEL_OUTPUT", f"the model gave {name} that are not numbers", found="NaN or infinity"
        )
    return values


def class_ids(values: NDArray[Any], offset: int) -> NDArray[np.int64]:
    """Class ids of any dtype as whole numbers, counted as the label map does."""
    ids: NDArray[np.int64] = np.rint(values).astype(np.int64) + offset
    return ids


def with_extras(answer: Answer, outputs: Outputs, index: int, frame: Frame) -> Answer:
    """The same, with masks and keypoints where the model gives them.

    `index` is the picture's place in the batch.
    """
    count = len(answer.scores)
    masks = _rows(outputs, MASKS, index, count)
    keypoints = _rows(outputs, KEYPOINTS, index, count)
    scores = _rows(outputs, KEYPOINT_SCORES, index, count)
    if keypoints is not None and scores is None:
        scores = np.ones(keypoints.shape[:2], np.float32)
    return Answer(
        answer.boxes,
        answer.scores,
        answer.class_ids,
        masks,
        None if masks is None else _mask_boxes(masks, answer.boxes, frame),
        None if keypoints is None or scores is None else np.concatenate([keypoints, scores[..., None]], -1),
    )


def _rows(outputs: Outputs, name: str, index: int, count: int) -> NDArray[np.float32] | None:
    if name not in outputs:
        return None
    return finite(outputs, name)[index, :count].astype(np.float32)


def _mask_boxes(masks: NDArray[np.float32], boxes: NDArray[np.float32], frame: Frame) -> NDArray[np.float32]:
    """The masks of Mask R-CNN are spread over their boxes; those of the picture's own size over all of it."""
    return np.tile(_WHOLE_PICTURE, (len(masks), 1)) if masks.shape[1:] == frame else boxes
