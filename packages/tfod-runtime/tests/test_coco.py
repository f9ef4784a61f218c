from __future__ import annotations

import numpy as np
from pycocotools import mask as coco_mask

from tfod_runtime.coco import to_bbox, to_objects, to_results
from tfod_runtime.detections import Box, Detection, Keypoint
from tfod_runtime.masks import Mask


def test_a_box_in_pixels() -> None:
    assert to_bbox(Box(0.25, 0.1, 0.75, 0.4), 640, 480) == [64.0, 120.0, 192.0, 240.0]
    assert to_bbox(Box(0, 0, 1, 1), 640, 480) == [0.0, 0.0, 640.0, 480.0]
    assert to_bbox(Box(0, 1 / 3, 1, 2 / 3), 100, 1) == [33.333, 0.0, 33.333, 1.0]


def test_the_outer_form_of_a_detection() -> None:
    found = Detection(Box(0, 0, 0.5, 0.5), 0.8999999761581421, 4, "blue")
    assert to_objects([found], 10, 20) == [
        {"category_id": 4, "label": "blue", "score": 0.9, "bbox": [0.0, 0.0, 5.0, 10.0]}
    ]


def test_a_line_as_coco_results() -> None:
    line = {
        "image_id": 3,
        "file_name": "a.jpg",
        "width": 10,
        "height": 20,
        "detections": to_objects([Detection(Box(0, 0, 0.5, 0.5), 0.9, 4, "blue")], 10, 20),
    }
    assert list(to_results(line)) == [
        {"image_id": 3, "category_id": 4, "bbox": [0.0, 0.0, 5.0, 10.0], "score": 0.9, "file_name": "a.jpg"}
    ]


def test_a_mask_is_a_segmentation_that_pycocotools_reads() -> None:
    mask = Mask(np.ones((2, 2), np.float32), Box(0.25, 0.5, 0.75, 1))
    (found,) = to_objects([Detection(Box(0.25, 0.5, 0.75, 1), 0.9, 1, "cat", mask)], 10, 20)
    assert found["segmentation"]["size"] == [20, 10]
    wanted = np.zeros((20, 10), np.uint8)
    wanted[5:15, 5:] = 1
    assert found["segmentation"]["counts"] == coco_mask.encode(np.asfortranarray(wanted))["counts"].decode()


def test_keypoints_are_triples_in_pixels() -> None:
    points = (Keypoint(0.25, 0.5, 0.75), Keypoint(0.0, 0.0, 0.0))
    detection = Detection(Box(0, 0, 1, 1), 0.9, 1, "cat", keypoints=points)
    line = {"image_id": 3, "file_name": "a.jpg", "detections": to_objects([detection], 10, 20)}
    (result,) = to_results(line)
    assert result["keypoints"] == [5.0, 5.0, 0.75, 0.0, 0.0, 0.0]
    assert "segmentation" not in result


def test_a_segmentation_goes_into_the_results() -> None:
    mask = Mask(np.ones((1, 1), np.float32), Box(0, 0, 1, 1))
    objects = to_objects([Detection(Box(0, 0, 1, 1), 0.9, 1, "cat", mask)], 4, 4)
    (result,) = to_results({"image_id": 3, "file_name": "a.jpg", "detections": objects})
    assert result["segmentation"] == objects[0]["segmentation"]
