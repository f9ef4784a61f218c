"""The network's shape: which units there are and how a picture flows through them.

Nothing here knows whether a unit is being trained (with batch statistics) or is a finished convolution, so
the trained and the exported network cannot differ. Only convolutions, additions, relu6 and nearest-neighbour
resizing are used: operations that every converter knows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import tensorflow as tf

from demo_model.shapes import Shape

SIDE = 192
"""Height and width of the picture as the network sees it."""
STRIDE = 4
"""Pixels of that picture in a cell of the answer."""
GRID = SIDE // STRIDE
CLASSES = len(Shape)
BOX_NUMBERS = 4


class Kind(Enum):
    """What a unit computes."""

    FULL = "full"
    """3 x 3 convolution, batch normalisation, relu6."""
    POINT = "point"
    """1 x 1 convolution, batch normalisation, relu6."""
    HEAD = "head"
    """1 x 1 convolution with bias, nothing after it."""


@dataclass(frozen=True)
class Unit:
    """One step of the network: `channels` are (in, out)."""

    name: str
    kind: Kind
    channels: tuple[int, int]
    stride: int = 1
    linear: bool = False
    """Whether relu6 is left out: what is added to something else must be able to lower it."""


UNITS: tuple[Unit, ...] = (
    Unit("stem", Kind.FULL, (3, 16), stride=2),
    Unit("down4", Kind.FULL, (16, 32), stride=2),
    Unit("keep4", Kind.FULL, (32, 32), linear=True),
    Unit("down8", Kind.FULL, (32, 48), stride=2),
    Unit("keep8a", Kind.FULL, (48, 48), linear=True),
    Unit("keep8b", Kind.FULL, (48, 48), linear=True),
    Unit("down16", Kind.FULL, (48, 64), stride=2),
    Unit("keep16a", Kind.FULL, (64, 64), linear=True),
    Unit("keep16b", Kind.FULL, (64, 64), linear=True),
    Unit("down32", Kind.FULL, (64, 80), stride=2),
    Unit("keep32a", Kind.FULL, (80, 80), linear=True),
    Unit("keep32b", Kind.FULL, (80, 80), linear=True),
    Unit("side32", Kind.POINT, (80, 64), linear=True),
    Unit("merge16", Kind.FULL, (64, 64)),
    Unit("side16", Kind.POINT, (64, 48), linear=True),
    Unit("merge8", Kind.FULL, (48, 48)),
    Unit("side8", Kind.POINT, (48, 32), linear=True),
    Unit("merge4", Kind.FULL, (32, 32)),
    Unit("answer4", Kind.FULL, (32, 32)),
    Unit("heat", Kind.HEAD, (32, CLASSES)),
    Unit("distances", Kind.HEAD, (32, BOX_NUMBERS)),
)

Apply = Callable[[str, Any], Any]
"""Applies the unit of that name to a tensor [batch, height, width, channels]."""


def flow(apply: Apply, pictures: Any) -> tuple[Any, Any]:
    """Heat logits [batch, G, G, classes] and log distances [batch, G, G, 4] of `pictures`.

    `pictures` is float32 [batch, SIDE, SIDE, 3], RGB 0..255. The distances are from a cell's middle to the
    top, left, bottom and right edge of the box, as natural logarithms of cells.
    """
    scaled = pictures * (1 / 127.5) - 1.0
    four = _residual(apply, apply("down4", apply("stem", scaled)), "keep4")
    eight = _residual(apply, apply("down8", four), "keep8a", "keep8b")
    sixteen = _residual(apply, apply("down16", eight), "keep16a", "keep16b")
    lowest = _residual(apply, apply("down32", sixteen), "keep32a", "keep32b")
    sixteen = apply("merge16", sixteen + _doubled(apply("side32", lowest)))
    eight = apply("merge8", eight + _doubled(apply("side16", sixteen)))
    four = apply("merge4", four + _doubled(apply("side8", eight)))
    answer = apply("answer4", four)
    return apply("heat", answer), apply("distances", answer)


def _residual(apply: Apply, value: Any, *names: str) -> Any:
    for name in names:
        value = tf.nn.relu6(value + apply(name, value))
    return value


def _doubled(value: Any) -> Any:
    side = 2 * value.shape[1]
    return tf.image.resize(value, (side, side), method="nearest")
