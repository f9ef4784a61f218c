from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from tfod_runtime.detections import Detection, Limits
from tfod_runtime.errors import ModelProblem, PictureProblem
from tfod_runtime.families import choose_family
from tfod_runtime.labels import Labels
from tfod_runtime.od_api import TfOdApi
from tfod_runtime.signature import Signature, Tensor

INPUT = Tensor("input_tensor", "uint8", (1, None, None, 3))
OUTPUTS = (
    Tensor("detection_boxes", "float32", (1, 100, 4)),
    Tensor("detection_classes", "float32", (1, 100)),
    Tensor("detection_scores", "float32", (1, 100)),
    Tensor("num_detections", "float32", (1,)),
)
RAW = Tensor("raw_detection_boxes", "float32", (1, 1917, 4))
FLAT_BOXES = Tensor("detection_boxes", "float32", (100, 4))
LABELS = Labels({1: "cat", 3: "dog"})

Row = tuple[tuple[float, float, float, float], float, float]


def outputs(rows: Sequence[Row], count: int | None = None) -> dict[str, NDArray[np.float32]]:
    return {
        "detection_boxes": np.array([[box for box, _, _ in rows]], np.float32).reshape(1, -1, 4),
        "detection_scores": np.array([[score for _, score, _ in rows]], np.float32),
        "detection_classes": np.array([[class_id for _, _, class_id in rows]], np.float32),
        "num_detections": np.array([len(rows) if count is None else count], np.float32),
    }


def read(rows: Sequence[Row], count: int | None = None, limits: Limits = Limits()) -> list[Detection]:  # noqa: B008
    return TfOdApi().detections(outputs(rows, count), LABELS, limits)


def test_rows_become_detections() -> None:
    (found,) = read([((0.1, 0.2, 0.5, 0.6), 0.75, 3.0)])
    assert (found.class_id, found.label, found.score) == (3, "dog", 0.75)
    assert [found.box.ymin, found.box.xmin, found.box.ymax, found.box.xmax] == pytest.approx(
        [0.1, 0.2, 0.5, 0.6]
    )


def test_an_id_without_a_label() -> None:
    assert read([((0, 0, 1, 1), 0.9, 2.0)])[0].label == "id:2"


def test_padding_past_the_count_does_not_show() -> None:
    assert len(read([((0, 0, 1, 1), 0.9, 1.0), ((0, 0, 1, 1), 0.9, 1.0)], count=1)) == 1


def test_the_score_is_inclusive_and_the_order_is_best_first() -> None:
    rows = [((0.0, 0.0, 1.0, 1.0), score, 1.0) for score in (0.5, 0.25, 0.875, 0.75)]
    assert [found.score for found in read(rows, limits=Limits(min_score=0.5))] == [0.875, 0.75, 0.5]
    assert [found.score for found in read(rows, limits=Limits(min_score=0, max_detections=2))] == [
        0.875,
        0.75,
    ]


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
        TfOdApi().detections(broken, LABELS, Limits())
    assert caught.value.code == "MODEL_OUTPUT"


@pytest.mark.parametrize(
    "signature",
    [
        Signature("serving_default", (INPUT,), OUTPUTS),
        Signature("serving_default", (INPUT,), (*OUTPUTS, RAW)),
        Signature("serving_default", (Tensor("image", "uint8", (None, None, None, 3)),), OUTPUTS),
        Signature(
            "serving_default", (INPUT,), tuple(Tensor(each.name, each.dtype, None) for each in OUTPUTS)
        ),
    ],
)
def test_signatures_of_the_family(signature: Signature) -> None:
    family, chosen = choose_family([Signature("train", (), ()), signature], "saved_model")
    assert family.name == "tf-od-api"
    assert chosen is signature


@pytest.mark.parametrize(
    ("signature", "says"),
    [
        (Signature("predict", (INPUT,), OUTPUTS), "the key must be serving_default, not predict"),
        (Signature("serving_default", (), OUTPUTS), "there must be one input, not 0"),
        (Signature("serving_default", (INPUT, Tensor("context", "float32", None)), OUTPUTS), "not 2"),
        (
            Signature("serving_default", (Tensor("x", "float32", (1, None, None, 3)),), OUTPUTS),
            "the input must be uint8 [1, ?, ?, 3], not float32 [1, ?, ?, 3]",
        ),
        (
            Signature("serving_default", (Tensor("x", "uint8", (1, 320, 320, 3)),), OUTPUTS),
            "not uint8 [1, 320, 320, 3]",
        ),
        (Signature("serving_default", (INPUT,), OUTPUTS[1:]), "there is no output detection_boxes"),
        (
            Signature("serving_default", (INPUT,), (*OUTPUTS[:3], Tensor("num_detections", "int32", (1,)))),
            "num_detections must be float32 [1], not int32 [1]",
        ),
        (
            Signature("serving_default", (INPUT,), (FLAT_BOXES, *OUTPUTS[1:])),
            "detection_boxes must be float32 [1, ?, 4], not float32 [100, 4]",
        ),
    ],
)  # fmt: skip
def test_other_signatures_are_refused_with_the_reason(signature: Signature, says: str) -> None:
    with pytest.raises(ModelProblem) as caught:
        choose_family([signature], "saved_model")
    assert caught.value.code == "SIGNATURE_UNSUPPORTED"
    assert says in caught.value.facts["found"]
    assert str(signature) in caught.value.facts["found"]
    assert "tf-od-api: serving_default, one input uint8 [1, ?, ?, 3]" in caught.value.facts["expected"]


def test_no_signature_at_all() -> None:
    with pytest.raises(ModelProblem, match="signature") as caught:
        choose_family([], "saved_model")
    assert caught.value.facts["found"] == "no signature at all"


def test_a_signature_prints_every_tensor() -> None:
    assert str(Signature("serving_default", (INPUT,), (RAW,))) == (
        "signature serving_default\n"
        "  in   input_tensor: uint8 [1, ?, ?, 3]\n"
        "  out  raw_detection_boxes: float32 [1, 1917, 4]"
    )
