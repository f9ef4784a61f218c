from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tfod_runtime.detections import Detection, Limits
from tfod_runtime.errors import PictureProblem
from tfod_runtime.families.adapter import Adapter, Settings
from tfod_runtime.families.od_api import TfOdApi
from tfod_runtime.labels import Labels
from tfod_runtime.signature import Signature, Tensor

INPUT = Tensor("input_tensor", "uint8", (1, None, None, 3))
OUTPUTS = (
    Tensor("detection_boxes", "float32", (1, 100, 4)),
    Tensor("detection_classes", "float32", (1, 100)),
    Tensor("detection_scores", "float32", (1, 100)),
    Tensor("num_detections", "float32", (1,)),
)
EXTRAS = (
    Tensor("detection_keypoint_scores", "float32", (1, 100, 2)),
    Tensor("detection_keypoints", "float32", (1, 100, 2, 2)),
    Tensor("detection_masks", "float32", (1, 100, 33, 33)),
    Tensor("raw_detection_boxes", "float32", (1, 1917, 4)),
)
LABELS = Labels({1: "cat", 3: "dog"})
ANY = Limits(min_score=0.0)

Row = tuple[tuple[float, float, float, float], float, float]


def adapter(*more: Tensor, **settings: Any) -> Adapter:
    signature = Signature("serving_default", (INPUT,), (*OUTPUTS, *more))
    return TfOdApi().adapt(signature, Settings(**settings))


def outputs(rows: Sequence[Row], count: int | None = None) -> dict[str, NDArray[np.float32]]:
    return {
        "detection_boxes": np.array([[box for box, _, _ in rows]], np.float32).reshape(1, -1, 4),
        "detection_scores": np.array([[score for _, score, _ in rows]], np.float32),
        "detection_classes": np.array([[class_id for _, _, class_id in rows]], np.float32),
        "num_detections": np.array([len(rows) if count is None else count], np.float32),
    }


def read(rows: Sequence[Row], count: int | None = None, limits: Limits = Limits()) -> list[Detection]:  # noqa: B008
    (found,) = adapter().read(outputs(rows, count), [(10, 20)])
    return found.cut(limits).to_detections(LABELS)


def test_rows_become_detections() -> None:
    (found,) = read([((0.1, 0.2, 0.5, 0.6), 0.75, 3.0)])
    assert (found.class_id, found.label, found.score) == (3, "dog", 0.75)
    assert [found.box.ymin, found.box.xmin, found.box.ymax, found.box.xmax] == pytest.approx(
        [0.1, 0.2, 0.5, 0.6]
    )
    assert (found.mask, found.keypoints) == (None, ())


def test_an_id_without_a_label() -> None:
    assert read([((0, 0, 1, 1), 0.9, 2.0)])[0].label == "id:2"


def test_padding_past_the_count_does_not_show() -> None:
    assert len(read([((0, 0, 1, 1), 0.9, 1.0), ((0, 0, 1, 1), 0.9, 1.0)], count=1)) == 1


def test_the_score_is_inclusive_and_the_order_is_best_first() -> None:
    rows = [((0.0, 0.0, 1.0, 1.0), score, 1.0) for score in (0.5, 0.25, 0.875, 0.75)]
    assert [found.score for found in read(rows, limits=Limits(min_score=0.5))] == [0.875, 0.75, 0.5]
    best = read(rows, limits=Limits(min_score=0, max_detections=2))
    assert [found.score for found in best] == [0.875, 0.75]


def test_equal_scores_keep_the_order_of_the_model() -> None:
    rows = [((0.0, 0.0, 1.0, 1.0), 0.5, float(class_id)) for class_id in (3, 1, 2)]
    assert [found.class_id for found in read(rows)] == [3, 1, 2]


def test_boxes_end_at_the_edges_of_the_picture() -> None:
    (found,) = read([((-0.5, -0.25, 1.5, 0.5), 0.9, 1.0)])
    assert found.box.ymin == found.box.xmin == 0.0
    assert (found.box.ymax, found.box.xmax) == (1.0, 0.5)


@pytest.mark.parametrize("box", [(1.2, 0.0, 1.5, 1.0), (0.5, 0.5, 0.5, 0.9), (0.8, 0.1, 0.2, 0.9)])
def test_a_box_without_area_is_left_out(box: tuple[float, float, float, float]) -> None:
    assert [found.class_id for found in read([(box, 0.9, 1.0), ((0, 0, 1, 1), 0.8, 3.0)])] == [3]


def test_no_detection() -> None:
    assert read([]) == []


@pytest.mark.parametrize(
    "name", ["detection_boxes", "detection_scores", "detection_classes", "num_detections"]
)
def test_what_is_no_number_fails_the_picture(name: str) -> None:
    broken = outputs([((0, 0, 1, 1), 0.9, 1.0)])
    broken[name][...] = np.nan
    with pytest.raises(PictureProblem, match=name) as caught:
        adapter().read(broken, [(10, 20)])
    assert caught.value.code == "MODEL_OUTPUT"


def test_each_picture_of_a_batch_has_its_own_count() -> None:
    one = outputs([((0, 0, 1, 1), 0.9, 1.0), ((0, 0, 0.5, 0.5), 0.8, 3.0)])
    other = outputs([((0.5, 0.5, 1, 1), 0.7, 3.0), ((0, 0, 1, 1), 0.0, 1.0)], count=1)
    both = {name: np.concatenate([one[name], other[name]]) for name in one}
    first, second = adapter().read(both, [(10, 20), (10, 20)])
    assert first.class_ids.tolist() == [1, 3]
    assert second.class_ids.tolist() == [3]
    assert second.boxes.tolist() == [[0.5, 0.5, 1, 1]]


def test_an_offset_moves_the_ids() -> None:
    (found,) = adapter(class_offset=1).read(outputs([((0, 0, 1, 1), 0.9, 2.0)]), [(10, 20)])
    assert found.cut(ANY).to_detections(LABELS)[0].label == "dog"


def test_only_what_is_read_is_asked_for() -> None:
    four = ("detection_boxes", "detection_scores", "detection_classes", "num_detections")
    assert adapter().outputs == four
    assert set(adapter(*EXTRAS).outputs) == {
        *four,
        "detection_masks",
        "detection_keypoints",
        "detection_keypoint_scores",
    }


def test_masks_are_spread_over_their_boxes_as_the_model_gave_them() -> None:
    rows: list[Row] = [((0.0, 0.0, 0.5, 0.5), 0.6, 1.0), ((-0.5, 0.0, 0.5, 1.0), 0.9, 3.0)]
    masks = np.zeros((1, 2, 2, 2), np.float32)
    masks[0, 1, 1] = 1.0
    (found,) = adapter(*EXTRAS).read({**outputs(rows), "detection_masks": masks}, [(4, 4)])
    best, other = found.cut(Limits()).to_detections(LABELS)
    assert best.mask is not None and other.mask is not None
    # The lower half of a box of which the upper half lies above the picture.
    assert best.mask.pixels(4, 4).tolist() == [[True] * 4, [True] * 4, [False] * 4, [False] * 4]
    assert not other.mask.pixels(4, 4).any()


def test_masks_of_the_size_of_the_picture_cover_it() -> None:
    masks = np.zeros((1, 1, 4, 6), np.float32)
    masks[0, 0, 3, 5] = 1.0
    rows: list[Row] = [((0.5, 0.5, 1.0, 1.0), 0.9, 1.0)]
    (found,) = adapter(*EXTRAS).read({**outputs(rows), "detection_masks": masks}, [(4, 6)])
    (detection,) = found.cut(Limits()).to_detections(LABELS)
    assert detection.mask is not None
    assert np.argwhere(detection.mask.pixels(4, 6)).tolist() == [[3, 5]]


def test_keypoints_go_with_their_detection() -> None:
    rows: list[Row] = [((0, 0, 1, 1), 0.6, 1.0), ((0, 0, 1, 1), 0.9, 3.0)]
    points = {
        "detection_keypoints": np.array([[[[0.1, 0.2], [0, 0]], [[0.25, 0.5], [0.75, 1.0]]]], np.float32),
        "detection_keypoint_scores": np.array([[[0.9, 0.0], [0.5, 0.25]]], np.float32),
    }
    (found,) = adapter(*EXTRAS).read({**outputs(rows), **points}, [(4, 6)])
    best, _ = found.cut(Limits()).to_detections(LABELS)
    assert [(each.y, each.x, each.score) for each in best.keypoints] == [(0.25, 0.5, 0.5), (0.75, 1.0, 0.25)]
