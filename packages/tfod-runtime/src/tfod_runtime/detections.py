"""The inner form of a result: boxes as shares of the picture, class ids from 1, labels as words.

Outside, in the files and over HTTP, boxes are COCO's x, y, width, height in pixels (`coco.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tfod_runtime.masks import Mask


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle as shares of the picture's height and width, each from 0.0 to 1.0, origin top left.

    The order ymin, xmin, ymax, xmax is that of TensorFlow's `detection_boxes`.
    """

    ymin: float
    xmin: float
    ymax: float
    xmax: float

    @property
    def area(self) -> float:
        """The share of the picture that the box covers, from 0.0 to 1.0."""
        return max(0.0, self.ymax - self.ymin) * max(0.0, self.xmax - self.xmin)


@dataclass(frozen=True, slots=True)
class Keypoint:
    """A named place on an object, such as an elbow; which one is told by its place among the others.

    Attributes:
        y: As a share of the picture's height; 0.0 with a score of 0.0 where it was not found.
        x: As a share of its width.
        score: How sure the model is, from 0.0 to 1.0.
    """

    y: float
    x: float
    score: float


@dataclass(frozen=True, slots=True)
class Detection:
    """One object that was found in a picture.

    Attributes:
        box: Where, normalised.
        score: How sure the model is, from 0.0 to 1.0.
        class_id: The id in the label map, from 1; 0 is the background and never detected.
        label: The name of that id in the label map, or `id:7` where it has none.
        mask: Which pixels it covers; None where the model does not tell.
        keypoints: Its keypoints, always the same number; none where the model does not tell.
    """

    box: Box
    score: float
    class_id: int
    label: str
    mask: Mask | None = None
    keypoints: tuple[Keypoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture: upright, three colours, eight bits.

    Attributes:
        name: What the outputs call it.
        pixels: uint8 [height, width, 3], RGB. Read-only, for the annotated picture is drawn from them too.
        encoded: The bytes of its file, where every decoder of JPEG or PNG makes the same picture of them.
    """

    name: str
    pixels: NDArray[np.uint8]
    encoded: bytes | None = None

    def __post_init__(self) -> None:
        """Makes the pixels read-only here, and nowhere else that they are used."""
        pixels = self.pixels.view()
        pixels.flags.writeable = False
        object.__setattr__(self, "pixels", pixels)

    @property
    def height(self) -> int:
        """Rows of pixels, after the picture was turned upright."""
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        """Columns of pixels, after the picture was turned upright."""
        return int(self.pixels.shape[1])


MAX_PIXELS = 100_000_000
"""Pictures with more pixels are refused unless more are asked for.

These take 300 MB of RGB. Decoding them takes that for most JPEG, 700 MB for others, and 1.6 GB for WebP.
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what goes in and on what is reported.

    Attributes:
        min_score: The lowest score that counts, from 0.0 to 1.0.
        max_detections: How many of one picture are kept, best score first.
        max_pixels: The most pixels, width × height, that a picture may have.
    """

    min_score: float = 0.5
    max_detections: int = 100
    max_pixels: int = MAX_PIXELS
