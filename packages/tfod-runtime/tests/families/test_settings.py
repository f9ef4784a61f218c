from __future__ import annotations

from typing import Any

import pytest

from tfod_runtime.errors import ModelProblem
from tfod_runtime.families.adapter import Settings
from tfod_runtime.families.feed import InputKind
from tfod_runtime.families.settings import parse_settings


def test_nothing_is_settled_unless_it_is_said() -> None:
    assert parse_settings(None, "model.json") == parse_settings({}, "model.json") == Settings()


def test_what_is_said() -> None:
    written = {"input": "tf-example", "boxes": "normalised", "classOffset": 1}
    assert parse_settings(written, "model.json") == Settings(InputKind.EXAMPLE, "normalised", 1)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("tf-example", "an object"),
        ({"inputs": "uint8"}, "nothing but input, boxes, classOffset"),
        ({"input": "jpeg"}, "uint8, float32-255, float32-1, float32-imagenet, encoded, tf-example"),
        ({"boxes": "cm"}, "pixels, normalised"),
        ({"classOffset": "1"}, "a whole number"),
        ({"classOffset": True}, "a whole number"),
        ({"classOffset": 5000}, "a whole number up to 1000"),
    ],
)
def test_what_cannot_be_understood(written: Any, expected: str) -> None:
    with pytest.raises(ModelProblem) as caught:
        parse_settings(written, "model.json")
    assert caught.value.code == "MODEL_JSON_INVALID"
    assert expected in caught.value.facts["expected"]
