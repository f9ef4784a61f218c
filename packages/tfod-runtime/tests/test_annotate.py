from __future__ import annotations

import io

import numpy as np
import pytest
from builders.a_picture import GREY, scene
from PIL import Image

from tfod_runtime.annotate import annotate, class_colour, to_jpeg
from tfod_runtime.detections import Box, Detection, Keypoint, Picture
from tfod_runtime.masks import Mask


def picture(width: int, height: int) -> Picture:
    return Picture("grey", np.asarray(scene(width, height)))


def detection(box: Box, class_id: int = 1, score: float = 0.9, label: str = "cat") -> Detection:
    return Detection(box, score, class_id, label)


def pixels_of(class_id: int, *detections: Detection) -> int:
    """How many pixels have the colour of a class after these were drawn on 640 × 480."""
    drawn = np.asarray(annotate(picture(640, 480), detections))
    return int((drawn == class_colour(class_id)).all(-1).sum())


def test_the_box_is_drawn_where_it_is_in_the_colour_of_its_class() -> None:
    image = annotate(picture(200, 200), [detection(Box(0.5, 0.25, 0.75, 0.5), class_id=7)])
    for corner in ((50, 100), (99, 100), (50, 149), (99, 149)):
        assert image.getpixel(corner) == class_colour(7)
    for outside_or_within in ((45, 100), (104, 149), (75, 125), (50, 156)):
        assert image.getpixel(outside_or_within) == GREY


def test_the_picture_itself_is_left_alone() -> None:
    original = picture(50, 50)
    annotate(original, [detection(Box(0, 0, 1, 1))])
    assert (original.pixels == GREY).all()


def test_nothing_found_changes_nothing() -> None:
    assert (np.asarray(annotate(picture(50, 50), [])) == GREY).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (9, 7), (64, 48), (640, 480), (4000, 3000)])
@pytest.mark.parametrize(
    "box", [Box(0, 0, 1, 1), Box(0.999, 0.999, 1, 1), Box(0, 0, 1e-6, 1e-6), Box(0.4, 0.4, 0.6, 0.6)]
)
def test_any_box_on_any_size(size: tuple[int, int], box: Box) -> None:
    image = annotate(picture(*size), [detection(box, label="a rather long label")])
    assert image.size == size
    assert (np.asarray(image) != GREY).any()


EDGES = [
    *(Box(0, 0, 0.1, 0.1), Box(0.9, 0.9, 1, 1), Box(0, 0.9, 0.1, 1), Box(0.9, 0, 1, 0.1)),
    Box(0, 0, 1, 1),
]


@pytest.mark.parametrize("box", EDGES)
def test_the_tag_is_whole_wherever_the_box_is(box: Box) -> None:
    middle = Box(0.45, 0.45, 0.55, 0.55)
    tag = pixels_of(1, detection(middle)) - pixels_of(1, detection(middle, label="x" * 400))
    here = pixels_of(1, detection(box)) - pixels_of(1, detection(box, label="x" * 400))
    # Inside its box a tag lies on a part of the outline, which has its colour: that part counts once.
    assert tag * 0.7 < here <= tag


def test_tags_do_not_cover_each_other() -> None:
    box = Box(0.4, 0.4, 0.6, 0.6)
    labelled = pixels_of(2, detection(box, 2, 0.8))
    outline = pixels_of(2, detection(box, 2, 0.8, label="x" * 400))
    # The better one's outline hides the other's, but both tags are seen.
    assert pixels_of(2, detection(box, 1, 0.9), detection(box, 2, 0.8)) == labelled - outline


@pytest.mark.parametrize(
    ("label", "written"),
    [
        *(("人", "id:3"), ("автомобиль", "id:3"), ("سيارة", "id:3"), ("\ud800", "id:3")),
        *(("car 汽车", "car id:3"), ("café", "cafe id:3")),
    ],
)
def test_a_label_that_the_font_cannot_write_is_told_by_its_class_id(label: str, written: str) -> None:
    box = Box(0.3, 0.3, 0.9, 0.9)
    drawn, expected = (
        annotate(picture(640, 480), [detection(box, 3, 0.9, text)]) for text in (label, written)
    )
    assert drawn.tobytes() == expected.tobytes()


def test_classes_differ_in_colour() -> None:
    colours = np.array([class_colour(class_id) for class_id in range(1, 13)]).astype(int)
    distances = np.abs(colours[:, None] - colours[None, :]).sum(-1)
    assert distances[~np.eye(len(colours), dtype=bool)].min() > 60


def test_a_picture_longer_than_a_jpeg_can_be_is_made_smaller() -> None:
    saved = Image.open(io.BytesIO(to_jpeg(Image.new("RGB", (131_000, 2)))))
    assert saved.size == (65_500, 1)
    assert saved.format == "JPEG"


def test_a_mask_tints_what_it_covers_and_nothing_else() -> None:
    left = Mask(np.array([[1, 0]], np.float32), Box(0, 0, 1, 1))
    drawn = np.asarray(annotate(picture(100, 100), [Detection(Box(0, 0, 1, 1), 0.9, 3, "cat", left)]))
    tinted = [GREY[channel] // 2 + class_colour(3)[channel] // 2 for channel in range(3)]
    assert drawn[60, 25].tolist() == tinted
    assert drawn[60, 75].tolist() == list(GREY)


def test_keypoints_are_dots_where_they_were_found() -> None:
    points = (Keypoint(0.5, 0.25, 0.9), Keypoint(0.5, 0.75, 0.0))
    image = annotate(picture(100, 100), [Detection(Box(0, 0, 1, 1), 0.9, 3, "cat", keypoints=points)])
    assert image.getpixel((25, 50)) == class_colour(3)
    assert image.getpixel((75, 50)) == GREY
