import numpy as np
import pytest

from demo_model.network import CLASSES, GRID
from demo_model.postprocess import DETECTIONS, box_edges, peak_scores, suppress
from demo_model.targets import FloatArray, Targets, encode

BOXES = np.array([[0.05, 0.1, 0.3, 0.25], [0.4, 0.45, 0.9, 0.95], [0.1, 0.6, 0.25, 0.8]], np.float32)
LABELS = np.array([4, 0, 2])


def log_distances(targets: Targets) -> FloatArray:
    """What a perfect network answers: for each cell the distances from its middle to the edges of its box."""
    middles = (np.arange(GRID, dtype=np.float32) + 0.5) / GRID
    middle = np.stack(np.meshgrid(middles, middles, indexing="ij"), axis=-1)
    distances = np.concatenate([middle - targets.boxes[..., :2], targets.boxes[..., 2:] - middle], axis=-1)
    return np.asarray(np.log(np.maximum(distances * GRID, 1e-6)), np.float32)


def logits(targets: Targets) -> FloatArray:
    heat = np.clip(targets.heat, 1e-5, 1 - 1e-5)
    return np.asarray(np.log(heat / (1 - heat)), np.float32)


def test_decoding_is_the_inverse_of_encoding() -> None:
    targets = encode(BOXES, LABELS, GRID, CLASSES)
    boxes = box_edges(log_distances(targets)[None]).numpy().reshape(-1, 4)
    scores = peak_scores(logits(targets)[None]).numpy().reshape(-1, CLASSES)
    found = suppress(boxes, scores)
    assert found["num_detections"].numpy() == [3]
    order = np.argsort(found["detection_classes"][0, :3].numpy())
    expected = np.argsort(LABELS)
    assert found["detection_boxes"].numpy()[0, order] == pytest.approx(BOXES[expected], abs=1e-5)
    assert found["detection_classes"].numpy()[0, order] == pytest.approx(LABELS[expected] + 1)
    assert found["detection_scores"].numpy()[0, :3] == pytest.approx(1, abs=1e-4)


def test_the_middle_of_a_box_is_the_one_peak_of_its_class() -> None:
    heat = encode(BOXES, LABELS, GRID, CLASSES).heat
    for box, label in zip(BOXES, LABELS, strict=True):
        middle = (box[:2] + box[2:]) / 2 * GRID
        assert np.argwhere(heat[..., label] == 1).tolist() == [np.floor(middle).astype(int).tolist()]


def test_each_object_weighs_the_same_whatever_its_size() -> None:
    targets = encode(BOXES, LABELS, GRID, CLASSES)
    for box in BOXES:
        mine = (targets.boxes == box).all(axis=-1)
        assert targets.weight[mine].sum() == pytest.approx(1, abs=1e-5)


def test_a_picture_without_objects_has_empty_targets() -> None:
    targets = encode(np.zeros((0, 4), np.float32), np.zeros(0, np.int64), GRID, CLASSES)
    assert not targets.heat.any()
    assert not targets.weight.any()


def test_a_second_box_on_the_same_object_is_suppressed_but_not_one_of_another_class() -> None:
    boxes = np.zeros((GRID * GRID, 4), np.float32)
    scores = np.zeros((GRID * GRID, CLASSES), np.float32)
    boxes[:2] = [[0.2, 0.2, 0.6, 0.6], [0.2, 0.2, 0.6, 0.58]]
    scores[0, 1], scores[1, 1], scores[1, 3] = 0.9, 0.8, 0.7
    found = suppress(boxes, scores)
    assert found["num_detections"].numpy() == [2]
    assert found["detection_classes"].numpy()[0, :2].tolist() == [2, 4]


def test_rows_after_the_last_detection_are_zero() -> None:
    boxes = np.tile(np.array([0.1, 0.1, 0.2, 0.2], np.float32), (GRID * GRID, 1))
    scores = np.zeros((GRID * GRID, CLASSES), np.float32)
    scores[7, 0] = 0.5
    found = {name: value.numpy() for name, value in suppress(boxes, scores).items()}
    assert found["detection_boxes"].shape == (1, DETECTIONS, 4)
    assert not any(found[name][0, 1:].any() for name in found if name != "num_detections")


def test_equal_scores_come_in_the_order_of_cells_and_classes() -> None:
    corners = np.linspace(0.0, 0.9, GRID * GRID, dtype=np.float32)
    boxes = np.stack([corners, corners, corners + 0.0002, corners + 0.0002], axis=1)
    scores = np.full((GRID * GRID, CLASSES), 0.5, np.float32)
    found = suppress(boxes, scores)
    expected = [cell for cell in range(DETECTIONS // CLASSES) for _ in range(CLASSES)]
    assert found["detection_boxes"].numpy()[0, :, 0] == pytest.approx(corners[expected])
    assert found["detection_classes"].numpy()[0].tolist() == [1, 2, 3, 4, 5] * (DETECTIONS // CLASSES)
