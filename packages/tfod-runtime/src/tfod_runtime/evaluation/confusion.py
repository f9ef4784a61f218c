"""What was taken for what: each object and the detection that lies on it, of whatever class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfod_runtime.evaluation.truth import Truth

_IOU = 0.5
_NO_AREA = 1e-12


def confusion(truth: Truth, results: Sequence[Mapping[str, Any]], min_score: float) -> dict[str, Any]:
    """Counts pairs of annotated and detected boxes.

    The best detection chooses first, among the objects that are left, the one it covers best; an IoU of 0.5
    is needed. Crowds are no objects, and what lies on one by half of its area is no mistake.

    Returns:
        `minScore` and `iou`; `names`: of the categories; `matrix` [n + 1][n + 1]: rows are what is there,
        columns what was found; the last row is nothing there, the last column nothing found.
    """
    order = {category: index for index, category in enumerate(truth.categories)}
    nothing = len(order)
    matrix = np.zeros((nothing + 1, nothing + 1), np.int64)
    there, found = _by_image(truth.document["annotations"]), _by_image(results)
    for image in truth.images.values():
        objects = [each for each in there[image] if not each.get("iscrowd")]
        crowds = [each for each in there[image] if each.get("iscrowd")]
        best_first = sorted(
            (each for each in found[image] if each["score"] >= min_score), key=lambda each: -each["score"]
        )
        pairs = _match(_ious(best_first, objects))
        for row, detection in enumerate(best_first):
            if row in pairs:
                matrix[order[objects[pairs[row]]["category_id"]], order[detection["category_id"]]] += 1
            elif not (_parts_on([detection], crowds) >= _IOU).any():
                matrix[nothing, order[detection["category_id"]]] += 1
        for column in set(range(len(objects))) - set(pairs.values()):
            matrix[order[objects[column]["category_id"]], nothing] += 1
    return {
        "minScore": min_score,
        "iou": _IOU,
        "names": list(truth.categories.values()),
        "matrix": matrix.tolist(),
    }


def _by_image(things: Sequence[Mapping[str, Any]]) -> Mapping[int, list[Mapping[str, Any]]]:
    grouped: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for thing in things:
        grouped[thing["image_id"]].append(thing)
    return grouped


def _match(ious: NDArray[np.float64]) -> dict[int, int]:
    """Detections, best first, to the objects that they lie on."""
    free = ious.copy()
    pairs: dict[int, int] = {}
    for row in range(len(free)):
        column = int(free[row].argmax()) if free.shape[1] else 0
        if free.shape[1] and free[row, column] >= _IOU:
            pairs[row] = column
            free[:, column] = 0
    return pairs


def _ious(some: Sequence[Mapping[str, Any]], others: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
    """The intersections over the unions of the boxes of both: [some, others]."""
    common = _intersections(some, others)
    both = _areas(some)[:, None] + _areas(others)[None]
    return np.asarray(common / np.maximum(both - common, _NO_AREA))


def _parts_on(some: Sequence[Mapping[str, Any]], crowds: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
    """How much of each box lies on each crowd, which is COCO's measure there: [some, crowds]."""
    return np.asarray(_intersections(some, crowds) / np.maximum(_areas(some), _NO_AREA)[:, None])


def _intersections(
    some: Sequence[Mapping[str, Any]], others: Sequence[Mapping[str, Any]]
) -> NDArray[np.float64]:
    first, second = _corners(some)[:, None], _corners(others)[None]
    sides = np.minimum(first[..., 2:], second[..., 2:]) - np.maximum(first[..., :2], second[..., :2])
    return np.asarray(sides.clip(0).prod(-1))


def _areas(things: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
    corners = _corners(things)
    return np.asarray((corners[:, 2:] - corners[:, :2]).prod(-1))


def _corners(things: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
    boxes = np.array([thing["bbox"] for thing in things], np.float64).reshape(-1, 4)
    return np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)
