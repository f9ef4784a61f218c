from __future__ import annotations

import pytest

from tfod_runtime.coco import FoundObject
from tfod_runtime.errors import PictureProblem
from tfod_runtime.report import plural, printable, render_report
from tfod_runtime.summary import Summary, Tally


def found(label: str, score: float) -> FoundObject:
    return {"category_id": 1, "label": label, "score": score, "bbox": [0, 0, 1, 1]}


def tally() -> Tally:
    counts = Tally()
    counts.add(
        [
            found("traffic light", 0.9),
            found("car", 0.7),
            found("car", 0.6),
        ]
    )
    counts.add([found("car", 0.8)])
    counts.add([])
    counts.fail("bad\n.jpg", PictureProblem("PICTURE_EMPTY", "the file is empty", found="0 bytes"))
    return counts


def summary(counts: Tally) -> Summary:
    return Summary(counts, 2.0, "registry/parking:cpu", "demo", "sha256:0")


def test_the_table() -> None:
    assert render_report(
        summary(tally()), [("results", "out/detections.json"), ("annotated", "out/annotated")]
    ) == (
        "label          objects  best score  pictures\n"
        "car                  3        0.80         2\n"
        "traffic light        1        0.90         1\n"
        "\n"
        "4 pictures, 1 failed, 4 objects in 2.0 s (2.0 pictures/s)\n"
        "\n"
        "failed\n"
        "  bad\\n.jpg  PICTURE_EMPTY  the file is empty (found 0 bytes)\n"
        "\n"
        "results    out/detections.json\n"
        "annotated  out/annotated"
    )


def test_nothing_found() -> None:
    assert render_report(summary(Tally()), []).splitlines()[0] == "nothing was found"


def test_a_thousand_failures_do_not_fill_the_screen() -> None:
    counts = Tally()
    for number in range(1000):
        counts.fail(f"{number}.jpg", PictureProblem("PICTURE_EMPTY", "the file is empty"))
    text = render_report(summary(counts), [])
    assert len(text.splitlines()) < 30
    assert "and 980 more" in text


def test_the_summary_document() -> None:
    assert summary(tally()).to_json() == {
        "pictures": 4,
        "earlierPictures": 0,
        "detections": 4,
        "failures": [
            {"file_name": "bad\n.jpg", "code": "PICTURE_EMPTY", "reason": "the file is empty (found 0 bytes)"}
        ],
        "seconds": 2.0,
        "picturesPerSecond": 2.0,
        "image": "registry/parking:cpu",
        "model": {"name": "demo", "digest": "sha256:0"},
        "byLabel": {"car": 3, "traffic light": 1},
    }


@pytest.mark.parametrize(("count", "text"), [(0, "0 pictures"), (1, "1 picture"), (2000, "2,000 pictures")])
def test_plural(count: int, text: str) -> None:
    assert plural(count, "picture") == text


def test_names_cannot_steer_the_terminal() -> None:
    assert printable("a\x1b[2Jb\udc80ü") == "a\\x1b[2Jb\\udc80ü"
