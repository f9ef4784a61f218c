from __future__ import annotations

from tfod_runtime.coco import to_bbox, to_objects, to_results
from tfod_runtime.detections import Box, Detection


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
