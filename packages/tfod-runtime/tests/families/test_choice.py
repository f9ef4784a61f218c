from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tfod_runtime.errors import ModelProblem
from tfod_runtime.families import choose_adapter
from tfod_runtime.families.adapter import Settings
from tfod_runtime.signature import Shape, Signature, Tensor

INPUT = Tensor("input_tensor", "uint8", (1, None, None, 3))
OUTPUTS = (
    Tensor("detection_boxes", "float32", (1, 100, 4)),
    Tensor("detection_classes", "float32", (1, 100)),
    Tensor("detection_scores", "float32", (1, 100)),
    Tensor("num_detections", "float32", (1,)),
)
MANY = Tensor("inputs", "uint8", (None, None, None, 3))
INFO = Tensor("image_info", "float32", (None, 4, 2))
RAW = Tensor("raw_detection_boxes", "float32", (1, 1917, 4))
FLAT = (
    Tensor("detection_boxes", "float32", (None, 4)),
    Tensor("detection_class_labels", "int64", (None, 1)),
    Tensor("detection_scores", "float32", (None, 1)),
)
KERAS = (
    Tensor("boxes", "float32", (None, 100, 4)),
    Tensor("confidence", "float32", (None, 100)),
    Tensor("labels", "int64", (None, 100)),
    Tensor("num_detections", "int64", (None,)),
)


def picture(dtype: str, shape: Shape, name: str = "input_tensor") -> Tensor:
    return Tensor(name, dtype, shape)


@pytest.mark.parametrize(
    ("given", "outputs", "family", "kind", "size", "batch_size"),
    [
        (INPUT, OUTPUTS, "tf-od-api", "uint8", (None, None), 1),
        (INPUT, (*OUTPUTS, RAW), "tf-od-api", "uint8", (None, None), 1),
        (picture("uint8", None), OUTPUTS, "tf-od-api", "uint8", (None, None), 1),
        (picture("uint8", (None, None, 3)), OUTPUTS, "tf-od-api", "uint8", (None, None), 1),
        (picture("float32", (1, None, None, 3)), OUTPUTS, "tf-od-api", "float32-255", (None, None), 1),
        (picture("string", (1,)), OUTPUTS, "tf-od-api", "encoded", (None, None), 1),
        (MANY, OUTPUTS, "tf1-od-api", "uint8", (None, None), None),
        (picture("string", (None,), "inputs"), OUTPUTS, "tf1-od-api", "encoded", (None, None), None),
        (
            picture("uint8", (8, 640, 480, 3), "inputs"),
            (*OUTPUTS, INFO),
            "official-vision",
            "uint8",
            (640, 480),
            8,
        ),
        (
            picture("float32", (None, 640, 640, 3), "inputs"),
            (*OUTPUTS, INFO),
            "official-vision",
            "float32-imagenet",
            (640, 640),
            None,
        ),
        (picture("float32", (1, None, None, 3), "images"), FLAT, "tf-hub", "float32-1", (None, None), 1),
        (picture("float32", (None, None, None, 3), "images"), FLAT, "tf-hub", "float32-1", (None, None), 1),
        (
            picture("float32", (None, 800, 800, 3), "images"),
            KERAS,
            "keras-hub",
            "float32-255",
            (800, 800),
            None,
        ),
    ],
)
def test_signatures_of_each_family(
    given: Tensor,
    outputs: tuple[Tensor, ...],
    family: str,
    kind: str,
    size: tuple[int | None, int | None],
    batch_size: int | None,
) -> None:
    signature = Signature("serving_default", (given,), outputs)
    adapter = choose_adapter([Signature("train", (), ()), signature], Settings(), "saved_model")
    assert (adapter.family, adapter.signature) == (family, signature)
    assert (adapter.feed.name, adapter.feed.kind.value) == (given.name, kind)
    assert (adapter.feed.size, adapter.feed.batch_size) == (size, batch_size)


@pytest.mark.parametrize(
    ("signature", "says"),
    [
        (Signature("serving_default", (), OUTPUTS), "tf-od-api: there must be one input, not 0"),
        (
            Signature("serving_default", (picture("int16", (1, None, None, 3)),), OUTPUTS),
            "uint8 [?, ?, ?, 3] or float32 [?, ?, ?, 3] or string [?], not int16 [1, ?, ?, 3]",
        ),
        (
            Signature("serving_default", (picture("uint8", (1, None, None, 1)),), OUTPUTS),
            "not uint8 [1, ?, ?, 1]",
        ),
        (Signature("serving_default", (INPUT,), OUTPUTS[1:]), "there is no output detection_boxes"),
        (
            Signature("serving_default", (INPUT,), (FLAT[0], *OUTPUTS[1:])),
            "detection_boxes must be float32 [?, ?, 4], not float32 [?, 4]",
        ),
    ],
)
def test_other_signatures_are_refused_with_the_reason(signature: Signature, says: str) -> None:
    with pytest.raises(ModelProblem) as caught:
        choose_adapter([signature], Settings(), "saved_model")
    assert caught.value.code == "SIGNATURE_UNSUPPORTED"
    assert says in caught.value.facts["found"]
    assert str(signature) in caught.value.facts["found"]
    families = [line.split(":")[0] for line in caught.value.facts["expected"].splitlines()]
    assert families == ["official-vision", "tf1-od-api", "tf-od-api", "tf-hub", "keras-hub"]


def test_side_inputs_are_named() -> None:
    context = Tensor("context_features", "float32", (1, 2000, 9))
    with pytest.raises(ModelProblem) as caught:
        choose_adapter([Signature("serving_default", (context, INPUT), OUTPUTS)], Settings(), "saved_model")
    assert "serving_default takes side inputs: context_features (float32 [1, 2000, 9])" in caught.value.what


@pytest.mark.parametrize("head", ["decoded_boxes", "bbox_regression", "pred_boxes"])
def test_a_raw_head_is_named(head: str) -> None:
    raw = Tensor(head, "float32", (None, 49_104, 4))
    with pytest.raises(ModelProblem) as caught:
        choose_adapter([Signature("serving_default", (INPUT,), (raw, INFO))], Settings(), "saved_model")
    assert f"serving_default gives the raw head ({head})" in caught.value.what


def test_no_signature_at_all() -> None:
    with pytest.raises(ModelProblem, match="signature") as caught:
        choose_adapter([], Settings(), "saved_model")
    assert caught.value.facts["found"] == "no signature at all"


def test_a_signature_prints_every_tensor() -> None:
    assert str(Signature("serving_default", (INPUT,), (RAW,))) == (
        "signature serving_default\n"
        "  in   input_tensor: uint8 [1, ?, ?, 3]\n"
        "  out  raw_detection_boxes: float32 [1, 1917, 4]"
    )


PLUGIN = Path(__file__).parents[3] / "tfod"
FIXTURES = PLUGIN / "src" / "models" / "signature" / "fixtures" / "signatures.json"
FAMILY_OF = {
    "whole": "tf-od-api",
    "od-api-float": "tf-od-api",
    "od-api-string": "tf-od-api",
    "od-api-masks": "tf-od-api",
    "official-vision": "official-vision",
    "tf-hub": "tf-hub",
    "keras-hub": "keras-hub",
    "two-signatures": "tf-od-api",
}


@pytest.mark.parametrize("name", json.loads(FIXTURES.read_text()))
def test_the_plugin_and_the_runtime_agree_on_families(name: str) -> None:
    """The plugin's own specs hold its reader to the same table (`family.spec.ts`)."""
    signatures = [_signature(written) for written in json.loads(FIXTURES.read_text())[name]]
    if name in FAMILY_OF:
        assert choose_adapter(signatures, Settings(), name).family == FAMILY_OF[name]
    else:
        with pytest.raises(ModelProblem):
            choose_adapter(signatures, Settings(), name)


def _signature(written: dict[str, Any]) -> Signature:
    inputs, outputs = (
        tuple(
            Tensor(each["name"], each["dtype"], None if each["shape"] is None else tuple(each["shape"]))
            for each in written[side]
        )
        for side in ("inputs", "outputs")
    )
    return Signature(written["key"], inputs, outputs)
