from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from demo_model.compose import Split, compose
from demo_model.render import render
from demo_model.scene import Fill, Item, Light, Scene, Texture
from demo_model.shapes import Shape

STUDIO = Light(angle=0, slope=0, exposure=1, shadow=0, blur=0, noise=0)
"""No shadow, blur or noise: every pixel that differs belongs to a shape."""


def changed(scene: Scene, number: int) -> NDArray[np.bool_]:
    """The pixels that differ when item `number` is taken out."""
    without = replace(scene, items=scene.items[:number] + scene.items[number + 1 :])
    difference = render(scene).pixels.astype(int) - render(without).pixels.astype(int)
    return np.asarray(np.abs(difference).max(axis=2) > 0)


def extent(mask: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(mask)
    return rows.min(), columns.min(), rows.max() + 1, columns.max() + 1


def plain(scene: Scene) -> Scene:
    items = tuple(replace(item, fill=Fill.PLAIN) for item in scene.items)
    return replace(scene, light=STUDIO, items=items, texture=Texture.GRADIENT)


@pytest.mark.parametrize("index", range(12))
def test_boxes_are_as_tight_as_the_pixels_that_each_shape_changes(index: int) -> None:
    scene = plain(compose(Split.HELD_OUT, index))
    for number, sighting in enumerate(render(scene).sightings):
        # A pixel that a shape covers by less than a half changes colour but is not yet the shape's.
        assert sighting.box == pytest.approx(extent(changed(scene, number)), abs=2)


@pytest.mark.parametrize("shape", list(Shape))
def test_the_box_of_a_lone_shape_is_the_extent_of_its_polygon(shape: Shape) -> None:
    item = lone(shape, x=100, y=80)
    (sighting,) = render(studio(item)).sightings
    (xmin, ymin), (xmax, ymax) = item.polygon().min(axis=0), item.polygon().max(axis=0)
    assert sighting.box == pytest.approx((ymin, xmin, ymax, xmax), abs=1.5)
    assert sighting.visible == 1


def test_a_shape_at_the_edge_has_a_box_inside_the_picture() -> None:
    (sighting,) = render(studio(lone(Shape.CIRCLE, x=10, y=100))).sightings
    assert sighting.box[1] == 0
    assert sighting.box[3] == pytest.approx(50, abs=1)


def test_a_hidden_part_is_outside_the_box() -> None:
    below, above = lone(Shape.SQUARE, x=80, y=100, rotation=0), lone(Shape.SQUARE, x=110, y=100, rotation=0)
    hidden, whole = render(studio(below, above)).sightings
    assert hidden.box[3] == pytest.approx(whole.box[1], abs=1)
    assert hidden.visible < 1 == whole.visible


def test_no_shape_of_the_held_out_pictures_is_hidden_by_half() -> None:
    renderings = [render(compose(Split.HELD_OUT, index)) for index in range(40)]
    assert min(sighting.visible for rendering in renderings for sighting in rendering.sightings) > 0.5


def lone(shape: Shape, x: float, y: float, rotation: float = 0.4) -> Item:
    return Item(
        shape,
        x,
        y,
        40,
        rotation,
        stretch=1,
        colour=(250, 20, 20),
        accent=(90, 0, 0),
        fill=Fill.PLAIN,
        border=0,
    )


def studio(*items: Item) -> Scene:
    grounds = ((20.0, 60.0, 90.0), (30.0, 80.0, 80.0))
    return Scene(
        200, 180, Texture.CLOUDS, grounds, grain_seed=1, items=items, bars=(), light=STUDIO, quality=90
    )
