"""From a seed to a scene: all random choices about a picture, none of its pixels."""

from __future__ import annotations

from enum import Enum

import numpy as np

from demo_model.palette import either, ground_colours, shade, standing_out
from demo_model.scene import Bar, Colour, Fill, Item, Light, Scene, Texture
from demo_model.shapes import Shape

DEPTH = 0.4
"""How far two shapes may reach into each other, as a fraction of the smaller radius."""


class Split(Enum):
    """What a picture is for. Splits never share a seed."""

    TRAINING = 0
    HELD_OUT = 1
    SAMPLE = 2


def generator(split: Split, index: int) -> np.random.Generator:
    """The random stream of picture `index` of a split; the same on every machine."""
    return np.random.default_rng([split.value, index])


def compose(split: Split, index: int) -> Scene:
    """The scene of picture `index` of `split`: 200 to 900 pixels a side, one to nine shapes."""
    rng = generator(split, index)
    width, height = _size(rng)
    ground = ground_colours(rng)
    items = _items(rng, width, height, ground)
    return Scene(
        width=width,
        height=height,
        texture=list(Texture)[rng.integers(len(Texture))],
        ground=ground,
        grain_seed=int(rng.integers(2**32)),
        items=items,
        bars=tuple(_bar(rng, item, ground) for item in items if rng.uniform() < 0.08),
        light=_light(rng),
        quality=int(rng.integers(60, 96)),
    )


def _size(rng: np.random.Generator) -> tuple[int, int]:
    side = float(np.exp(rng.uniform(np.log(260), np.log(720))))
    aspect = float(np.exp(rng.uniform(np.log(0.55), np.log(1.8))))
    width, height = np.clip([side * np.sqrt(aspect), side / np.sqrt(aspect)], 200, 900)
    return round(width), round(height)


def _light(rng: np.random.Generator) -> Light:
    return Light(
        angle=rng.uniform(0, 2 * np.pi),
        slope=rng.uniform(0, 0.3),
        exposure=rng.uniform(0.75, 1.12),
        shadow=rng.uniform(0.0, 0.55),
        blur=either(rng, 0.0, rng.uniform(0.3, 1.1)),
        noise=either(rng, rng.uniform(0, 3), rng.uniform(3, 11)),
    )


def _items(
    rng: np.random.Generator, width: int, height: int, ground: tuple[Colour, Colour]
) -> tuple[Item, ...]:
    items: list[Item] = []
    crowd = int(rng.integers(1, 9))
    for _ in range(crowd * 6):
        item = _item(rng, width, height, [*ground, *(other.colour for other in items)])
        if all(_apart(item, other) for other in items):
            items.append(item)
        if len(items) == crowd:
            break
    return tuple(items)


def _item(rng: np.random.Generator, width: int, height: int, others: list[Colour]) -> Item:
    side = float(np.sqrt(width * height))
    diameter = side * float(np.exp(rng.uniform(np.log(0.1), np.log(0.45))))
    radius = float(np.clip(diameter, 26, 0.7 * min(width, height))) / 2
    reach = 0.9 * radius
    colour = standing_out(rng, others)
    return Item(
        shape=list(Shape)[rng.integers(len(Shape))],
        x=rng.uniform(reach, width - reach),
        y=rng.uniform(reach, height - reach),
        radius=radius,
        rotation=rng.uniform(0, 2 * np.pi),
        stretch=float(np.exp(rng.uniform(-0.2, 0.2))),
        colour=colour,
        accent=shade(colour, either(rng, rng.uniform(0.5, 0.8), rng.uniform(1.2, 1.5))),
        fill=list(Fill)[rng.integers(len(Fill))],
        border=either(rng, 0.0, rng.uniform(0.06, 0.16)),
    )


def _apart(one: Item, other: Item) -> bool:
    gap = np.hypot(one.x - other.x, one.y - other.y) - one.radius - other.radius
    return bool(gap >= -DEPTH * min(one.radius, other.radius))


def _bar(rng: np.random.Generator, item: Item, ground: tuple[Colour, Colour]) -> Bar:
    angle = rng.uniform(0, np.pi)
    along = np.array([np.cos(angle), np.sin(angle)]) * item.radius * rng.uniform(1.2, 2.0)
    middle = np.array([item.x, item.y]) + rng.uniform(-0.5, 0.5, size=2) * item.radius
    (x0, y0), (x1, y1) = middle - along, middle + along
    return Bar(
        ends=((float(x0), float(y0)), (float(x1), float(y1))),
        width=item.radius * rng.uniform(0.12, 0.3),
        colour=standing_out(rng, [*ground, item.colour]),
    )
