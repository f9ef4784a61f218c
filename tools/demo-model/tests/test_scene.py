import numpy as np
import pytest

from demo_model.compose import Split, compose
from demo_model.render import render
from demo_model.shapes import Shape, outline

SCENES = [compose(Split.TRAINING, index) for index in range(12)]


@pytest.mark.parametrize("shape", list(Shape))
def test_an_outline_lies_in_the_unit_circle_and_touches_it(shape: Shape) -> None:
    assert np.linalg.norm(outline(shape, 0.3, 1.0), axis=1).max() == pytest.approx(1.0)


@pytest.mark.parametrize("shape", list(Shape))
def test_stretching_keeps_the_area(shape: Shape) -> None:
    def area(stretch: float) -> float:
        x, y = outline(shape, 1.1, stretch).T
        return 0.5 * abs(float(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))))

    assert area(1.2) == pytest.approx(area(1.0))


def test_a_rotation_turns_clockwise_on_the_screen() -> None:
    tip = outline(Shape.TRIANGLE, np.pi / 2, 1.0)[0]
    assert tip == pytest.approx([1.0, 0.0])


def test_a_seed_gives_the_same_scene_and_the_same_pixels() -> None:
    assert compose(Split.TRAINING, 3) == SCENES[3]
    assert np.array_equal(render(compose(Split.TRAINING, 3)).pixels, render(SCENES[3]).pixels)


def test_another_index_or_split_gives_another_scene() -> None:
    scenes = {*SCENES, *(compose(Split.HELD_OUT, index) for index in range(12))}
    assert len(scenes) == 24


def test_pictures_are_200_to_900_pixels_a_side_and_show_shapes() -> None:
    for scene in SCENES:
        rendering = render(scene)
        assert rendering.pixels.shape == (scene.height, scene.width, 3)
        assert rendering.pixels.dtype == np.uint8
        assert min(scene.width, scene.height) >= 200
        assert max(scene.width, scene.height) <= 900
        assert len(rendering.sightings) == len(scene.items) >= 1
