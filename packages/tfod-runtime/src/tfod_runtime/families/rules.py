"""How a family knows its signatures: the input's dtype and shape, the outputs' names and shapes."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tfod_runtime.families.feed import InputKind
from tfod_runtime.signature import Shape, Signature, Tensor

FOUR_OUTPUTS: Mapping[str, Shape] = {
    "detection_boxes": (None, None, 4),
    "detection_scores": (None, None),
    "detection_classes": (None, None),
    "num_detections": (None,),
}
"""What the Object Detection API and official/vision give, the batch in front."""


def mismatches(signature: Signature, dtypes: Collection[str], outputs: Mapping[str, Shape]) -> list[str]:
    """Why a signature does not take a picture so and give these outputs, one sentence a reason."""
    return [*_input_faults(signature, dtypes), *_output_faults(signature, outputs)]


def chosen_kind(tensor: Tensor, kinds: Mapping[str, InputKind], wanted: InputKind | None) -> InputKind:
    """What an input means: what `model.json` says where it fits the dtype, else what is usual for it."""
    return wanted if wanted is not None and wanted.dtype == tensor.dtype else kinds[tensor.dtype]


def _input_faults(signature: Signature, dtypes: Collection[str]) -> list[str]:
    if len(signature.inputs) != 1:
        return [f"there must be one input, not {len(signature.inputs)}"]
    (tensor,) = signature.inputs
    if tensor.dtype not in dtypes or not _is_picture(tensor):
        wanted = " or ".join(Tensor("", dtype, _picture_shape(dtype)).kind for dtype in dtypes)
        return [f"the input must be {wanted}, not {tensor.kind}"]
    return []


def _output_faults(signature: Signature, outputs: Mapping[str, Shape]) -> list[str]:
    reasons = []
    for name, shape in outputs.items():
        tensor = signature.output(name)
        if tensor is None:
            reasons.append(f"there is no output {name}")
        elif not _fits(tensor.shape, shape):
            reasons.append(f"{name} must be {Tensor(name, tensor.dtype, shape).kind}, not {tensor.kind}")
    return reasons


def _picture_shape(dtype: str) -> Shape:
    return (None,) if dtype == "string" else (None, None, None, 3)


def _is_picture(tensor: Tensor) -> bool:
    """Whether pixels fit, or the bytes of a file; with a batch in front or without."""
    if tensor.shape is None:
        return True
    shape = _picture_shape(tensor.dtype)
    return _fits(tensor.shape, shape) or (shape is not None and _fits(tensor.shape, shape[1:]))


def _fits(shape: Shape, pattern: Shape) -> bool:
    """Whether a shape is the pattern's, or leaves open what the pattern settles."""
    if shape is None or pattern is None:
        return True
    return len(shape) == len(pattern) and all(
        size is None or wanted is None or size == wanted for size, wanted in zip(shape, pattern, strict=True)
    )
