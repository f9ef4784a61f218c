"""What a person wrote into `model.json` for a model whose signature does not tell all.

"adapter": {"input": "tf-example", "boxes": "normalised", "classOffset": 1}
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from tfod_runtime.errors import ModelProblem
from tfod_runtime.families.adapter import BoxUnit, Settings
from tfod_runtime.families.feed import InputKind

_INPUT, _BOXES, _OFFSET = "input", "boxes", "classOffset"
_KEYS = (_INPUT, _BOXES, _OFFSET)
_MOST_OFFSET = 1000


def parse_settings(written: Any, where: object) -> Settings:
    """Reads the value of `"adapter"`; None is an empty one. `where` is what an error calls the file.

    Raises:
        ModelProblem: `MODEL_JSON_INVALID`.
    """
    if written is None:
        return Settings()
    if not isinstance(written, dict):
        raise _invalid("", "an object", written, where)
    for key in written:
        if key not in _KEYS:
            raise _invalid("", f"nothing but {', '.join(_KEYS)}", key, where)
    kind = _one_of(written, _INPUT, [kind.value for kind in InputKind], where)
    boxes: BoxUnit | None = _one_of(written, _BOXES, get_args(BoxUnit), where)
    offset = written.get(_OFFSET, 0)
    if not isinstance(offset, int) or isinstance(offset, bool) or abs(offset) > _MOST_OFFSET:
        raise _invalid(f".{_OFFSET}", f"a whole number up to {_MOST_OFFSET}", offset, where)
    return Settings(None if kind is None else InputKind(kind), boxes, offset)


def _one_of(written: dict[str, Any], key: str, words: Sequence[str], where: object) -> Any:
    value = written.get(key)
    if value is not None and value not in words:
        raise _invalid(f".{key}", f"one of {', '.join(words)}", value, where)
    return value


def _invalid(key: str, expected: str, found: object, where: object) -> ModelProblem:
    return ModelProblem(
        "MODEL_JSON_INVALID",
        f'"adapter"{key} cannot be understood',
        where=where,
        expected=expected,
        found=repr(found),
    )
