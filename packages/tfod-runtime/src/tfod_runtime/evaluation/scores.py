"""COCO's table, the precision of each class, and the curves: what pycocotools computes, made readable."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tfod_runtime.errors import UsageProblem
from tfod_runtime.evaluation.truth import Truth

IouType: TypeAlias = Literal["bbox", "segm", "keypoints"]
IOU_TYPES: tuple[IouType, ...] = ("bbox", "segm", "keypoints")

_BOX_STATS = (
    *("AP", "AP50", "AP75", "APsmall", "APmedium", "APlarge"),
    *("AR1", "AR10", "AR100", "ARsmall", "ARmedium", "ARlarge"),
)
_KEYPOINT_STATS = ("AP", "AP50", "AP75", "APmedium", "APlarge", "AR", "AR50", "AR75", "ARmedium", "ARlarge")
_NEEDS: Mapping[str, str] = {"segm": "segmentation", "keypoints": "keypoints"}
_KEYPOINTS = 17
"""Joints of a person, for each of which pycocotools knows how exactly people mark it (`kpt_oks_sigmas`)."""
_AT_HALF, _ALL_AREAS, _MOST = 0, 0, -1  # of pycocotools' precision [IoU, recall, class, area, detections]


def score(truth: Truth, results: Sequence[Mapping[str, Any]], iou_type: IouType) -> dict[str, Any]:
    """COCO's statistics of results.

    Returns:
        `stats`: the figures of COCO's table by name, -1 where there is nothing to measure. `classes`: for
        each category its id, name, number of objects, `AP` and `AP50`. `curves`: for `recall` 0, 0.01 … 1 the
        precision at IoU 0.5 (`precision50`) and as the mean over IoU 0.5 to 0.95 (`precision`), each as the
        mean over the classes that have objects, and the former for each class (`classes`); null where there
        is nothing to measure.

    Raises:
        UsageProblem: `EVALUATE_IOU_TYPE` when the model gives no masks or keypoints, or the annotations have
            none, or they are not the keypoints of COCO's measure, or a picture has no size for its masks.
    """
    _check_type("the model gives", results, iou_type)
    _check_type("the annotations have", truth.document["annotations"], iou_type)
    if iou_type == "segm" and not all(map(_has_size, truth.document["images"])):
        raise _refusal("the annotations have no sizes", "height and width with every picture, in pixels")
    with contextlib.redirect_stdout(io.StringIO()):
        run = _evaluate(truth, results, iou_type)
    precision = run.eval["precision"][:, :, :, _ALL_AREAS, _MOST]
    names = _KEYPOINT_STATS if iou_type == "keypoints" else _BOX_STATS
    return {
        "stats": dict(zip(names, map(float, run.stats), strict=True)),
        "classes": [
            {
                "id": category,
                "name": truth.categories[category],
                "objects": _objects(truth, category),
                "AP": _mean(precision[:, :, index]),
                "AP50": _mean(precision[_AT_HALF, :, index]),
            }
            for index, category in enumerate(map(int, run.params.catIds))
        ],
        "curves": {
            "recall": [round(float(each), 2) for each in run.params.recThrs],
            "precision50": _curve(precision[_AT_HALF]),
            "precision": _curve(precision.mean(axis=0)),
            "classes": [_points(precision[_AT_HALF, :, index]) for index in range(precision.shape[2])],
        },
    }


def _evaluate(truth: Truth, results: Sequence[Mapping[str, Any]], iou_type: IouType) -> Any:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    known = COCO()
    # pycocotools writes into what it is given, and wants keys that files often lack.
    known.dataset = {"info": {}, **truth.document, "annotations": _annotations(truth)}
    known.createIndex()
    measured = ("image_id", "category_id", "score", _NEEDS.get(iou_type, "bbox"))
    # By the first of box, mask and keypoints that a result has, pycocotools tells how large the object is.
    only_measured = [{name: result[name] for name in measured} for result in results]
    found = known.loadRes(only_measured) if results else _nothing(known)
    run = COCOeval(known, found, iou_type)
    run.evaluate()
    run.accumulate()
    run.summarize()
    return run


def _annotations(truth: Truth) -> list[dict[str, Any]]:
    annotations = []
    for number, annotation in enumerate(truth.document["annotations"], 1):
        _, _, width, height = annotation["bbox"]
        added = {"iscrowd": 0, "area": width * height}
        if "keypoints" in annotation:
            added["num_keypoints"] = sum(flag > 0 for flag in annotation["keypoints"][2::3])
        # Its matching takes the id 0 for no match, and relies on it that no two objects have one.
        annotations.append({**added, **annotation, "id": number})
    return annotations


def _nothing(known: Any) -> Any:
    """Results without a detection, which `loadRes` does not take."""
    from pycocotools.coco import COCO

    found = COCO()
    found.dataset = {**known.dataset, "annotations": []}
    found.createIndex()
    return found


def _check_type(who: str, objects: Sequence[Mapping[str, Any]], iou_type: IouType) -> None:
    needed = _NEEDS.get(iou_type)
    if needed is None:
        return
    if not all(each.get(needed) for each in objects):
        raise _refusal(f"{who} no {needed}", f"{needed} with every object")
    wrong = [len(each[needed]) for each in objects if len(each[needed]) != 3 * _KEYPOINTS]
    if iou_type == "keypoints" and wrong:
        raise _refusal(f"{who} other keypoints than COCO's", f"{_KEYPOINTS}, of x, y and a flag each")


def _has_size(image: Mapping[str, Any]) -> bool:
    return all(isinstance(image.get(side), int) and image[side] > 0 for side in ("height", "width"))


def _refusal(what: str, expected: str) -> UsageProblem:
    return UsageProblem(
        "EVALUATE_IOU_TYPE", what, expected=expected, remedy="evaluate the boxes, by --iouType=bbox"
    )


def _objects(truth: Truth, category: int) -> int:
    return sum(
        annotation["category_id"] == category and not annotation.get("iscrowd")
        for annotation in truth.document["annotations"]
    )


def _mean(precision: NDArray[np.float64]) -> float:
    """The mean of what there is, -1 where there is nothing: pycocotools' own way."""
    there = precision[precision > -1]
    return float(there.mean()) if there.size else -1.0


def _curve(precision: NDArray[np.float64]) -> list[float | None]:
    """The mean over the classes that have objects, at each recall."""
    there = precision[:, (precision > -1).all(axis=0)]
    return _points(there.mean(axis=1) if there.size else np.full(len(precision), -1.0))


def _points(precision: NDArray[np.float64]) -> list[float | None]:
    return [None if each < 0 else round(float(each), 6) for each in precision]
