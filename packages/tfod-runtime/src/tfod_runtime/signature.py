"""What a SavedModel takes and gives, as plain values that can be compared, printed and tested."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Shape: TypeAlias = "tuple[int | None, ...] | None"
"""A tensor's shape: None for a size that is open, None for the whole when even the rank is."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """One input or output: its name in the signature, its dtype by TensorFlow's name, its shape."""

    name: str
    dtype: str
    shape: Shape

    @property
    def kind(self) -> str:
        """Dtype and shape on one line: `uint8 [1, ?, ?, 3]`."""
        if self.shape is None:
            return f"{self.dtype} of any shape"
        sizes = ", ".join("?" if size is None else str(size) for size in self.shape)
        return f"{self.dtype} [{sizes}]"


@dataclass(frozen=True, slots=True)
class Signature:
    """One entry point of a SavedModel: its key (`serving_default`) and its tensors, sorted by name."""

    key: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]

    def output(self, name: str) -> Tensor | None:
        """The output of that name, if there is one."""
        return next((tensor for tensor in self.outputs if tensor.name == name), None)

    @property
    def head_classes(self) -> int | None:
        """How many classes the head of the model scores, without the background, where an output tells.

        Those are the outputs of the Object Detection API before the choice of the best class.
        """
        for name in ("detection_multiclass_scores", "raw_detection_scores"):
            tensor = self.output(name)
            if tensor is not None and tensor.shape and tensor.shape[-1] is not None:
                return tensor.shape[-1] - 1
        return None

    def __str__(self) -> str:
        """Every tensor on its own line, for a person to compare with what they expected."""
        lines = [f"signature {self.key}"]
        for title, tensors in (("in", self.inputs), ("out", self.outputs)):
            lines += [f"  {title:<4} {tensor.name}: {tensor.kind}" for tensor in tensors]
            lines += [] if tensors else [f"  {title:<4} nothing"]
        return "\n".join(lines)


def read_signature(key: str, function: Any) -> Signature:
    """Describes a signature function of a loaded SavedModel (an entry of `loaded.signatures`)."""
    return Signature(
        key,
        _tensors(function.structured_input_signature[1]),
        _tensors(function.structured_outputs),
    )


def _tensors(specs: Mapping[str, Any]) -> tuple[Tensor, ...]:
    return tuple(
        Tensor(name, spec.dtype.name, None if spec.shape.rank is None else tuple(spec.shape.as_list()))
        for name, spec in sorted(specs.items())
    )
