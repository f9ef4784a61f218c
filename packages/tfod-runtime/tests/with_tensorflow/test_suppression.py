from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tfod_runtime.suppression import Suppression

CLASSES, ANCHORS = 5, 400


def candidates(seed: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Boxes in heaps, some without area, some upside down; scores with ties."""
    random = np.random.default_rng(seed)
    middle = random.choice([0.2, 0.5, 0.8], (ANCHORS, 2)) + random.normal(0, 0.05, (ANCHORS, 2))
    side = random.uniform(0.0, 0.3, (ANCHORS, 2)) * (random.random((ANCHORS, 1)) > 0.05)
    boxes = np.concatenate([middle - side, middle + side], 1)
    boxes[:7] = boxes[:7, [2, 1, 0, 3]]
    scores = np.round(random.random((ANCHORS, CLASSES)) ** 4, 2)
    return boxes.astype(np.float32), scores.astype(np.float32)


def by_tensorflow(
    boxes: NDArray[np.float32], scores: NDArray[np.float32], told: Suppression, min_score: float
) -> list[tuple[int, float, tuple[float, ...]]]:
    """What the OD API's postprocessing gives: every class by itself, then the best of all."""
    import tensorflow as tf

    rows: list[tuple[int, float, tuple[float, ...]]] = []
    for label in range(CLASSES):
        kept, values, _ = tf.raw_ops.NonMaxSuppressionV5(
            boxes=boxes,
            scores=scores[:, label],
            max_output_size=told.per_class,
            iou_threshold=told.max_overlap,
            score_threshold=told.score_threshold,
            soft_nms_sigma=0.0,
        )
        rows += [
            (label + 1, float(value), tuple(boxes[index].tolist()))
            for index, value in zip(kept.numpy(), values.numpy(), strict=True)
        ]
    rows.sort(key=lambda row: -row[1])
    return [row for row in rows[: told.total] if row[1] >= np.float32(min_score)]


@pytest.mark.parametrize("min_score", [0.0, 0.01, 0.3, 0.5, 0.99])
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    "told", [Suppression(0.6, 1e-8, 100, 100, False), Suppression(0.3, 0.05, 4, 15, False)]
)
def test_the_rows_are_those_of_tensorflow(told: Suppression, seed: int, min_score: float) -> None:
    boxes, scores = candidates(seed)
    found = told.apply(boxes, scores, min_score)
    rows = zip(
        found["detection_classes"][0].astype(int).tolist(),
        found["detection_scores"][0].tolist(),
        map(tuple, found["detection_boxes"][0].tolist()),
        strict=True,
    )
    expected = by_tensorflow(boxes, scores, told, min_score)
    assert list(rows) == expected
    assert found["num_detections"].tolist() == [len(expected)]


def test_the_background_is_left_out() -> None:
    boxes = np.array([[0, 0, 1, 1]], np.float32)
    scores = np.array([[0.9, 0.1, 0.8]], np.float32)
    found = Suppression(0.6, 1e-8, 100, 100, True).apply(boxes, scores, 0.5)
    assert found["detection_classes"].tolist() == [[2.0]]
    assert found["detection_scores"][0].tolist() == pytest.approx([0.8])


def test_there_and_back_as_json() -> None:
    told = Suppression(0.6, 1e-8, 100, 50, True)
    assert Suppression.from_json(told.to_json()) == told
