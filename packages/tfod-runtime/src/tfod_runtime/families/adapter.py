"""What every family gives: whether a signature is its own, and how such a model is fed and read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol, TypeAlias

from numpy.typing import NDArray

from tfod_runtime.families.answer import Answer
from tfod_runtime.families.feed import Feed, InputKind
from tfod_runtime.signature import Signature

Frame: TypeAlias = tuple[int, int]
"""Height and width in pixels of a picture as the model was given it (`Feed.frame`)."""

Outputs: TypeAlias = Mapping[str, NDArray[Any]]
"""The outputs of one call by their names, as TensorFlow gives them: with the batch, where there is one."""

Read: TypeAlias = Callable[[Outputs, Sequence[Frame]], list[Answer]]
"""The outputs of a call and the frames of its pictures to what was found in each, neither cut nor sorted."""

BoxUnit: TypeAlias = Literal["pixels", "normalised"]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a signature does not tell: `"adapter"` in `model.json`, written by a person.

    Attributes:
        input: What the input means, where its dtype leaves that open; None for what the family mostly has.
        boxes: The unit of the boxes; None to tell by their size.
        class_offset: Added to each class id that the model gives: 1 for a model that counts from 0.
    """

    input: InputKind | None = None
    boxes: BoxUnit | None = None
    class_offset: int = 0


@dataclass(frozen=True, slots=True)
class Adapter:
    """How one SavedModel is called.

    Attributes:
        family: The family's name, as `model.json` has it: `tf-od-api`.
        signature: The entry point to call.
        feed: What goes in.
        outputs: The outputs that are read; the others need not be copied out of TensorFlow.
        read: What came out, in the inner form. Raises `PictureProblem` `MODEL_OUTPUT` for NaN or infinity.
        class_offset: What `read` adds to the ids that the model gives.
    """

    family: str
    signature: Signature
    feed: Feed
    outputs: tuple[str, ...]
    read: Read
    class_offset: int = 0

    def fed_with(self, kind: InputKind) -> Adapter:
        """The same model fed with another kind: `tf-example` when it turns out not to take bare bytes."""
        return replace(self, feed=replace(self.feed, kind=kind))


class Family(Protocol):
    """One kind of SavedModel."""

    name: str
    """What `model.json` calls it: `tf-od-api`."""
    summary: str
    """What its signature looks like, for a person whose model has another."""

    def mismatches(self, signature: Signature) -> Sequence[str]:
        """Why a signature is not of this kind, one sentence a reason; empty when it is."""
        ...

    def adapt(self, signature: Signature, settings: Settings) -> Adapter:
        """How a model is called whose signature is of this kind."""
        ...
