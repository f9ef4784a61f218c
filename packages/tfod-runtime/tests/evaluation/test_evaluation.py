from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from tfod_runtime.evaluation.__main__ import main

SIZE = {"width": 200, "height": 200}
CATEGORIES = [{"id": 3, "name": "cat"}, {"id": 7, "name": "dog"}]
Found = tuple[str, float, list[float]]


def truth(*objects: tuple[int, int, list[float]], **more: Any) -> dict[str, Any]:
    """Annotations of two pictures: picture, category, box."""
    return {
        "images": [{"id": 10, "file_name": "a.jpg", **SIZE}, {"id": 20, "file_name": "deep/b.jpg", **SIZE}],
        "categories": CATEGORIES,
        "annotations": [
            {"id": number, "image_id": image, "category_id": category, "bbox": box, **more}
            for number, (image, category, box) in enumerate(objects, 1)
        ],
    }


def lines(a: list[Found], b: list[Found]) -> str:
    rows = []
    for image_id, (name, found) in enumerate((("a.jpg", a), ("deep/b.jpg", b), ("not annotated.jpg", a)), 1):
        detections = [
            {"category_id": 1, "label": label, "score": score, "bbox": box} for label, score, box in found
        ]
        rows.append(json.dumps({"image_id": image_id, "file_name": name, "detections": detections}))
    return "\n".join(rows)


def evaluate(folder: Path, annotations: Any, detections: str, *options: str) -> dict[str, Any]:
    (folder / "truth.json").write_text(json.dumps(annotations))
    (folder / "detections.jsonl").write_text(detections)
    files = [str(folder / name) for name in ("truth.json", "detections.jsonl")]
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        assert main(["--annotations", files[0], "--detections", files[1], *options]) == 0
    document: dict[str, Any] = json.loads(printed.getvalue())
    return document


HERE, THERE, ELSEWHERE = [10.0, 10.0, 40.0, 40.0], [100.0, 100.0, 40.0, 40.0], [300.0, 10.0, 40.0, 40.0]


def test_all_that_is_right(tmp_path: Path) -> None:
    document = evaluate(
        tmp_path,
        truth((10, 3, HERE), (20, 7, THERE)),
        lines([("cat", 0.9, HERE)], [("Dog", 0.8, THERE)]),
    )
    assert document["stats"]["AP"] == pytest.approx(1)
    assert [(each["name"], each["objects"], each["AP50"]) for each in document["classes"]] == [
        ("cat", 1, pytest.approx(1)),
        ("dog", 1, pytest.approx(1)),
    ]
    assert document["confusion"]["matrix"] == [[1, 0, 0], [0, 1, 0], [0, 0, 0]]
    assert document["curves"]["precision50"] == [1.0] * 101
    assert (document["pictures"], document["detections"]) == (2, 2)


def test_what_was_taken_for_what(tmp_path: Path) -> None:
    document = evaluate(
        tmp_path,
        truth((10, 3, HERE), (10, 3, THERE), (20, 7, HERE)),
        lines([("dog", 0.9, HERE), ("cat", 0.7, ELSEWHERE), ("cat", 0.2, THERE)], []),
    )
    # Rows: cat, dog, nothing there; columns: taken for a cat, for a dog, not found.
    assert document["confusion"]["matrix"] == [[0, 1, 1], [0, 0, 1], [1, 0, 0]]
    lower = evaluate(tmp_path, truth((10, 3, THERE)), lines([("cat", 0.2, THERE)], []), "--min-score", "0.1")
    assert lower["confusion"]["matrix"][0] == [1, 0, 0]


def test_the_best_detection_takes_the_object_and_the_second_is_too_much(tmp_path: Path) -> None:
    document = evaluate(tmp_path, truth((10, 3, HERE)), lines([("dog", 0.6, HERE), ("cat", 0.9, HERE)], []))
    assert document["confusion"]["matrix"] == [[1, 0, 0], [0, 0, 0], [0, 1, 0]]


def test_a_crowd_is_no_mistake(tmp_path: Path) -> None:
    crowd = truth((10, 3, HERE), iscrowd=1, segmentation={"size": [200, 200], "counts": [0, 40_000]})
    document = evaluate(tmp_path, crowd, lines([("cat", 0.9, HERE)], []))
    assert document["confusion"]["matrix"] == [[0, 0, 0]] * 3
    assert document["classes"][0]["objects"] == 0


def test_a_small_object_in_a_large_crowd_is_no_mistake(tmp_path: Path) -> None:
    crowd = truth(
        (10, 3, [0, 0, 200, 200]), iscrowd=1, segmentation={"size": [200, 200], "counts": [0, 40_000]}
    )
    half_outside = [190.0, 10.0, 21.0, 20.0]
    document = evaluate(tmp_path, crowd, lines([("cat", 0.9, HERE), ("dog", 0.8, half_outside)], []))
    assert document["confusion"]["matrix"] == [[0, 0, 0], [0, 0, 0], [0, 1, 0]]


@pytest.mark.parametrize("ids", [(0, 1), (2, None), (5, 5)])
def test_the_ids_of_annotations_decide_nothing(ids: tuple[int | None, int | None], tmp_path: Path) -> None:
    annotations = truth((10, 3, HERE), (10, 3, THERE))
    for annotation, number in zip(annotations["annotations"], ids, strict=True):
        del annotation["id"]
        annotation |= {} if number is None else {"id": number}
    document = evaluate(tmp_path, annotations, lines([("cat", 0.9, HERE), ("cat", 0.8, THERE)], []))
    assert document["stats"]["AP"] == pytest.approx(1)


def test_ids_and_boxes_that_are_text(tmp_path: Path) -> None:
    annotations = truth((10, 3, HERE))
    for thing, names in (
        ("images", ["id"]),
        ("categories", ["id"]),
        ("annotations", ["image_id", "category_id"]),
    ):
        annotations[thing] = [
            {**each, **{name: str(each[name]) for name in names}} for each in annotations[thing]
        ]
    annotations["annotations"][0]["bbox"] = list(map(str, HERE))
    document = evaluate(tmp_path, annotations, lines([("cat", 0.9, HERE)], []))
    assert document["stats"]["AP"] == pytest.approx(1)
    assert document["confusion"]["matrix"][0] == [1, 0, 0]


def test_nothing_found_and_nothing_there(tmp_path: Path) -> None:
    nothing_found = evaluate(tmp_path, truth((10, 3, HERE)), lines([], []))
    assert nothing_found["stats"]["AP"] == 0
    assert nothing_found["classes"][1] == {"id": 7, "name": "dog", "objects": 0, "AP": -1.0, "AP50": -1.0}
    assert evaluate(tmp_path, truth(), lines([("cat", 0.9, HERE)], []))["stats"]["AP"] == -1


@pytest.mark.parametrize("seed", range(3))
def test_the_figures_are_those_of_pycocotools_to_the_last_digit(seed: int, tmp_path: Path) -> None:
    generator = np.random.default_rng(seed)
    boxes = [[*generator.uniform(0, 200, 2), *generator.uniform(20, 90, 2)] for _ in range(40)]
    known = truth(*((int(generator.choice([10, 20])), int(generator.choice([3, 7])), box) for box in boxes))
    moved = [[side + generator.normal(0, 4) for side in box] for box in boxes]
    found: list[Found] = [
        (str(generator.choice(["cat", "dog"])), float(generator.random()), box) for box in moved
    ]
    document = evaluate(tmp_path, known, lines(found[:20], found[20:]))

    for annotation in known["annotations"]:
        annotation |= {"iscrowd": 0, "area": annotation["bbox"][2] * annotation["bbox"][3]}
    by_hand = COCO()
    by_hand.dataset = {"info": {}, **known}
    with contextlib.redirect_stdout(io.StringIO()):
        by_hand.createIndex()
        results = [
            {"image_id": image, "category_id": {"cat": 3, "dog": 7}[label], "score": score, "bbox": box}
            for image, part in ((10, found[:20]), (20, found[20:]))
            for label, score, box in part
        ]
        run = COCOeval(by_hand, by_hand.loadRes(results), "bbox")
        run.evaluate()
        run.accumulate()
        run.summarize()
    assert list(document["stats"].values()) == [float(each) for each in run.stats]
    assert np.mean([each["AP"] for each in document["classes"]]) == pytest.approx(run.stats[0], abs=1e-12)


def test_masks_where_a_model_gives_them(tmp_path: Path) -> None:
    square = {"size": [200, 200], "counts": [0, 100, 39_900]}
    annotations = truth((10, 3, [0, 0, 1, 100]), segmentation=square, keypoints=[5, 5, 2], num_keypoints=1)
    (line,) = lines([("cat", 0.9, [0, 0, 1, 100])], []).splitlines()[:1]
    with_mask = json.loads(line)
    from pycocotools import mask

    counts = mask.frPyObjects(square, 200, 200)["counts"].decode()
    with_mask["detections"][0]["segmentation"] = {"size": [200, 200], "counts": counts}
    document = evaluate(tmp_path, annotations, json.dumps(with_mask), "--iou-type", "segm")
    assert document["stats"]["AP"] == pytest.approx(1)


def test_the_size_of_a_mask_is_that_of_its_pixels(tmp_path: Path) -> None:
    """COCO takes no box with masks: a thin line is a small object, however large the box around it."""
    from pycocotools import mask

    lines_of_pixels = np.zeros((200, 200, 2), np.uint8, order="F")
    lines_of_pixels[range(100), range(100), 0] = 1
    lines_of_pixels[range(100), range(199, 99, -1), 1] = 1
    there, wrong = [{**each, "counts": each["counts"].decode()} for each in mask.encode(lines_of_pixels)]
    line = json.loads(lines([("cat", 0.8, HERE), ("cat", 0.9, THERE)], []).splitlines()[0])
    line["detections"][0] |= {"bbox": [0, 0, 100, 100], "segmentation": there}
    line["detections"][1] |= {"bbox": [100, 0, 100, 100], "segmentation": wrong}
    annotations = truth((10, 3, [0, 0, 100, 100]), segmentation=there, area=100)
    document = evaluate(tmp_path, annotations, json.dumps(line), "--iou-type", "segm")
    assert document["stats"]["APsmall"] == pytest.approx(0.5)


BODY = [coordinate for joint in range(17) for coordinate in (20 + 2 * joint, 30 + joint, 2)]


def with_keypoints(keypoints: Sequence[float]) -> str:
    line = json.loads(lines([("cat", 0.9, HERE)], []).splitlines()[0])
    line["detections"][0]["keypoints"] = keypoints
    return json.dumps(line)


def test_keypoints_where_a_model_gives_them(tmp_path: Path) -> None:
    annotations = truth((10, 3, HERE), keypoints=BODY)  # without the count of them, which many files lack
    document = evaluate(tmp_path, annotations, with_keypoints(BODY), "--iou-type", "keypoints")
    assert document["stats"]["AP"] == pytest.approx(1)
    far = [value + 30 * (index % 3 < 2) for index, value in enumerate(BODY)]
    document = evaluate(tmp_path, annotations, with_keypoints(far), "--iou-type", "keypoints")
    assert document["stats"]["AP"] == 0
    assert set(document["stats"]) >= {"AP75", "AR", "ARlarge"}


def test_the_size_of_a_body_is_that_of_its_keypoints(tmp_path: Path) -> None:
    """COCO takes no box with keypoints: a wrong body whose joints reach over 100 x 100 pixels is large."""
    wide = [value + 80 * (index // 3) * (index % 3 < 2) / 16 for index, value in enumerate(BODY)]
    line = json.loads(with_keypoints(BODY))
    line["detections"].append({**line["detections"][0], "score": 0.95, "keypoints": wide, "bbox": HERE})
    annotations = truth((10, 3, HERE), keypoints=BODY)
    document = evaluate(tmp_path, annotations, json.dumps(line), "--iou-type", "keypoints")
    assert (document["stats"]["APmedium"], document["stats"]["AP"]) == (pytest.approx(1), pytest.approx(0.5))


def without_sizes(document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "images": [{**image, "height": None} for image in document["images"]]}


def with_mask() -> str:
    line = json.loads(lines([("cat", 0.9, HERE)], []).splitlines()[0])
    line["detections"][0]["segmentation"] = {"size": [200, 200], "counts": "0"}
    return json.dumps(line)


POLYGON = [[10, 10, 50, 10, 50, 50]]


@pytest.mark.parametrize(
    ("annotations", "detections", "options", "code"),
    [
        ([], "", [], "ANNOTATIONS_INVALID"),
        ({"images": [], "annotations": [], "categories": []}, "", [], "ANNOTATIONS_INVALID"),
        ({"images": [{}], "annotations": [], "categories": CATEGORIES}, "", [], "ANNOTATIONS_INVALID"),
        ({**truth(), "annotations": [{"image_id": 10, "category_id": 3}]}, "", [], "ANNOTATIONS_INVALID"),
        (truth((10, 99, HERE)), "", [], "ANNOTATIONS_INVALID"),
        (truth(), lines([("person", 0.9, HERE)], []), [], "EVALUATE_CLASSES"),
        (truth(), lines([("cat", 0.9, HERE)], []), ["--iou-type", "segm"], "EVALUATE_IOU_TYPE"),
        (truth((10, 3, HERE)), with_keypoints(BODY), ["--iou-type", "keypoints"], "EVALUATE_IOU_TYPE"),
        (
            without_sizes(truth((10, 3, HERE), segmentation=POLYGON)),
            with_mask(),
            ["--iou-type", "segm"],
            "EVALUATE_IOU_TYPE",
        ),
        (truth((10, 3, HERE), segmentation=[]), with_mask(), ["--iou-type", "segm"], "EVALUATE_IOU_TYPE"),
        ({**truth(), "images": [{"id": "first", "file_name": "a.jpg"}]}, "", [], "ANNOTATIONS_INVALID"),
        (truth((10, 3, HERE)), lines([("cat", 0.9, HERE)], [])[:-1], [], "DETECTIONS_INVALID"),
        (truth((10, 3, HERE)), "[]\n", [], "DETECTIONS_INVALID"),
        (
            truth((10, 3, HERE), keypoints=BODY),
            with_keypoints(BODY[:15]),
            ["--iou-type", "keypoints"],
            "EVALUATE_IOU_TYPE",
        ),
    ],
)
def test_what_cannot_be_evaluated(
    annotations: Any,
    detections: str,
    options: list[str],
    code: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "truth.json").write_text(json.dumps(annotations))
    (tmp_path / "detections.jsonl").write_text(detections)
    arguments = ["--annotations", str(tmp_path / "truth.json")]
    assert main([*arguments, "--detections", str(tmp_path / "detections.jsonl"), *options]) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith(code)
    assert printed.out == ""


def test_annotations_that_are_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = str(tmp_path / "none.json")
    assert main(["--annotations", missing, "--detections", missing]) == 2
    assert "ANNOTATIONS_INVALID" in capsys.readouterr().err


def test_detections_that_are_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "truth.json").write_text(json.dumps(truth((10, 3, HERE))))
    files = ["--annotations", str(tmp_path / "truth.json"), "--detections", str(tmp_path / "none.jsonl")]
    assert main(files) == 2
    assert capsys.readouterr().err.startswith("DETECTIONS_INVALID")
