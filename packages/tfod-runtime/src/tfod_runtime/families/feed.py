"""What goes into a model: pictures as the one array that its input takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tfod_runtime.detections import Picture
from tfod_runtime.families.file_bytes import to_example, to_file
from tfod_runtime.signature import Tensor

# ImageNet's mean and deviation of red, green and blue, as official/vision's preprocess_ops has them.
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


class InputKind(Enum):
    """What a model takes for a picture; the values are the words of `model.json`."""

    UINT8 = "uint8"
    """uint8 [height, width, 3], 0 to 255."""
    FLOAT_255 = "float32-255"
    """float32 [height, width, 3], 0 to 255: the model does the rest."""
    FLOAT_1 = "float32-1"
    """float32 [height, width, 3], 0 to 1."""
    FLOAT_IMAGENET = "float32-imagenet"
    """float32 [height, width, 3], 0 to 1 less ImageNet's mean, by its deviation."""
    ENCODED = "encoded"
    """The bytes of a JPEG or PNG file."""
    EXAMPLE = "tf-example"
    """Those bytes in a serialised `tf.train.Example`."""

    @property
    def dtype(self) -> str:
        """TensorFlow's name of the dtype."""
        if self in (InputKind.ENCODED, InputKind.EXAMPLE):
            return "string"
        return "uint8" if self is InputKind.UINT8 else "float32"


Size: TypeAlias = "tuple[int | None, int | None]"


@dataclass(frozen=True, slots=True)
class Feed:
    """What a model wants.

    Attributes:
        name: The input's name in the signature.
        kind: What it takes for a picture.
        size: The height and the width that a picture must have; None for any. Others are stretched to it.
        batch_size: How many pictures one call takes; None for any number. Where it is not 1, the pictures of
            a call must have one frame, unless they go in as bytes. Where it is more than 1, a call with fewer
            is filled up with the last one; what comes out for that is nobody's.
        rank: 4 or 1 as a rule; 3 or 0 where the input takes one picture without a batch; None if it is open.
    """

    name: str
    kind: InputKind
    size: Size = (None, None)
    batch_size: int | None = 1
    rank: int | None = None

    @property
    def takes_bytes(self) -> bool:
        """Whether pictures go in as files and not as pixels."""
        return self.kind.dtype == "string"

    def for_one(self) -> Feed:
        """The same for a model that looks at one picture a call, whatever its input would take."""
        return replace(self, batch_size=1)

    def frame(self, height: int, width: int) -> tuple[int, int]:
        """The height and width in pixels in which the model gets a picture of this height and width."""
        return self.size[0] or height, self.size[1] or width

    def batch(self, pictures: Sequence[Picture]) -> NDArray[Any]:
        """The pictures of one call as its input: [n, height, width, 3], or an object array [n] of bytes."""
        rows = [self._one(picture) for picture in pictures]
        rows += rows[-1:] * ((self.batch_size or 0) - len(rows))
        if self.takes_bytes:
            array = np.empty(len(rows), object)
            array[:] = rows
        else:
            array = rows[0][None] if len(rows) == 1 else np.stack(rows)
        return array.reshape(array.shape[1:]) if self.rank in (0, 3) else array

    def _one(self, picture: Picture) -> Any:
        if self.kind is InputKind.ENCODED:
            return to_file(picture)
        if self.kind is InputKind.EXAMPLE:
            return to_example(picture)
        return _scaled(_resized(picture.pixels, self.size), self.kind)


def feed_of(tensor: Tensor, kind: InputKind) -> Feed:
    """The feed of an input whose shape says how many pictures of which size it takes."""
    shape = tensor.shape
    if shape is None:
        return Feed(tensor.name, kind)
    if len(shape) in (0, 3):
        return Feed(tensor.name, kind, (shape[0], shape[1]) if shape else (None, None), 1, len(shape))
    size = (shape[1], shape[2]) if len(shape) == 4 else (None, None)
    return Feed(tensor.name, kind, size, shape[0], len(shape))


def _resized(pixels: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    height, width = size[0] or pixels.shape[0], size[1] or pixels.shape[1]
    if (height, width) == pixels.shape[:2]:
        return pixels
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.BILINEAR))


def _scaled(pixels: NDArray[np.uint8], kind: InputKind) -> NDArray[Any]:
    if kind is InputKind.UINT8:
        return pixels
    values = pixels.astype(np.float32)
    if kind is InputKind.FLOAT_255:
        return values
    values /= np.float32(255)
    return values if kind is InputKind.FLOAT_1 else (values - _MEAN) / _DEVIATION
