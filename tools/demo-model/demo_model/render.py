"""From a scene to pixels, and to the boxes of what can be seen in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from demo_model.background import Field, paint, smooth_noise
from demo_model.scene import Bar, Fill, Item, Light, Scene
from demo_model.shapes import Polygon, Shape

SUPERSAMPLING = 3
_NOBODY = -1


@dataclass(frozen=True)
class Sighting:
    """One visible shape: pixel edges ymin, xmin, ymax, xmax of its visible part, as COCO boxes are drawn."""

    shape: Shape
    box: tuple[int, int, int, int]
    visible: float
    """The part of the shape inside the picture that nothing hides, 0..1."""


@dataclass(frozen=True)
class Rendering:
    """A picture and what is in it."""

    pixels: NDArray[np.uint8]
    """[height, width, 3] RGB."""
    sightings: tuple[Sighting, ...]


@dataclass(frozen=True)
class _Patch:
    """A polygon as coverage 0..1 on its own rectangle of the picture."""

    top: int
    left: int
    alpha: Field

    @property
    def area(self) -> tuple[slice, slice]:
        height, width = self.alpha.shape
        return slice(self.top, self.top + height), slice(self.left, self.left + width)


def render(scene: Scene) -> Rendering:
    """Paints the scene, bottom to top, and records who owns which pixel."""
    rng = np.random.default_rng(scene.grain_seed)
    canvas = paint(scene.texture, scene.ground, rng, (scene.height, scene.width))
    owner = np.full(canvas.shape[:2], _NOBODY, np.int16)
    whole: list[int] = []
    for number, item in enumerate(scene.items):
        patch = _coverage(item.polygon(), canvas.shape[:2])
        _cast_shadow(canvas, patch, item.radius, scene.light)
        _blend(canvas, patch, _fill(item, patch, rng))
        if item.border:
            rim = _coverage(item.polygon(1 - item.border), canvas.shape[:2], like=patch)
            edge = _Patch(
                patch.top, patch.left, np.asarray(np.clip(patch.alpha - rim.alpha, 0, 1), np.float32)
            )
            _blend(canvas, edge, np.array(item.accent, np.float32))
        owner[patch.area][patch.alpha >= 0.5] = number
        whole.append(int((patch.alpha >= 0.5).sum()))
    for bar in scene.bars:
        _lay(canvas, owner, bar)
    pixels = _photograph(canvas, scene.light, rng)
    return Rendering(pixels, _sightings(scene, owner, whole))


def _coverage(polygon: Polygon, size: tuple[int, ...], like: _Patch | None = None) -> _Patch:
    """The polygon's share of every pixel of its rectangle (or that of `like`), clipped to `size`."""
    if like is None:
        left, top = np.maximum(np.floor(polygon.min(axis=0)).astype(int), 0)
        right, bottom = np.minimum(np.ceil(polygon.max(axis=0)).astype(int), [size[1], size[0]])
        right, bottom = max(right, left + 1), max(bottom, top + 1)
    else:
        top, left = like.top, like.left
        bottom, right = top + like.alpha.shape[0], left + like.alpha.shape[1]
    fine = Image.new("L", ((right - left) * SUPERSAMPLING, (bottom - top) * SUPERSAMPLING))
    # A vertex of ImageDraw names the middle of a pixel, one of ours the corner between pixels.
    vertices = (polygon - np.array([left, top])) * SUPERSAMPLING - 0.5
    ImageDraw.Draw(fine).polygon([(float(x), float(y)) for x, y in vertices], fill=255)
    alpha = np.asarray(fine.reduce(SUPERSAMPLING), np.float32) / np.float32(255)
    return _Patch(int(top), int(left), alpha)


def _blend(canvas: Field, patch: _Patch, colour: NDArray[np.float32]) -> None:
    alpha = patch.alpha[..., None]
    canvas[patch.area] += (colour - canvas[patch.area]) * alpha


def _cast_shadow(canvas: Field, patch: _Patch, radius: float, light: Light) -> None:
    if light.shadow == 0:
        return
    height, width = canvas.shape[:2]
    margin = int(np.ceil(0.5 * radius))
    top, left = max(patch.top - margin, 0), max(patch.left - margin, 0)
    bottom = min(patch.top + patch.alpha.shape[0] + margin, height)
    right = min(patch.left + patch.alpha.shape[1] + margin, width)
    shape = Image.fromarray((patch.alpha * 255).astype(np.uint8))
    sheet = Image.new("L", (right - left, bottom - top))
    offset = 0.13 * radius
    x = round(patch.left - left - offset * np.cos(light.angle))
    y = round(patch.top - top - offset * np.sin(light.angle))
    sheet.paste(shape, (x, y))
    soft = np.asarray(sheet.filter(ImageFilter.GaussianBlur(0.09 * radius)), np.float32) / 255
    canvas[top:bottom, left:right] *= 1 - light.shadow * soft[..., None]


def _fill(item: Item, patch: _Patch, rng: np.random.Generator) -> NDArray[np.float32]:
    """The item's colours [height, width, 3] (or [3]) on its patch."""
    colour, accent = np.array(item.colour, np.float32), np.array(item.accent, np.float32)
    if item.fill is Fill.PLAIN:
        return colour
    height, width = patch.alpha.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (x + patch.left - item.x) / item.radius, (y + patch.top - item.y) / item.radius
    along = x * np.cos(item.rotation) + y * np.sin(item.rotation)
    if item.fill is Fill.SHADED:
        mix = np.clip(0.5 + 0.5 * along, 0, 1)
    elif item.fill is Fill.STRIPED:
        mix = (np.mod(along * 2.5, 1.0) < 0.4).astype(np.float32)
    else:
        mix = np.clip(smooth_noise(rng, (height, width), (12, 12)), 0, 1)
    return np.asarray(colour + (accent - colour) * mix[..., None], np.float32)


def _lay(canvas: Field, owner: NDArray[np.int16], bar: Bar) -> None:
    polygon = bar.polygon()
    if (polygon.max(axis=0) <= 0).any() or (polygon.min(axis=0) >= [canvas.shape[1], canvas.shape[0]]).any():
        return
    patch = _coverage(polygon, canvas.shape[:2])
    _blend(canvas, patch, np.array(bar.colour, np.float32))
    owner[patch.area][patch.alpha >= 0.5] = _NOBODY


def _photograph(canvas: Field, light: Light, rng: np.random.Generator) -> NDArray[np.uint8]:
    height, width = canvas.shape[:2]
    y, x = np.mgrid[-1 : 1 : complex(height), -1 : 1 : complex(width)].astype(np.float32)
    towards = (x * np.cos(light.angle) + y * np.sin(light.angle)) / np.sqrt(2)
    lit = canvas * (light.exposure * (1 + light.slope * towards))[..., None]
    picture = Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8))
    if light.blur:
        picture = picture.filter(ImageFilter.GaussianBlur(light.blur))
    grain = rng.standard_normal((height, width, 3), dtype=np.float32) * light.noise
    return np.clip(np.asarray(picture, np.float32) + grain, 0, 255).round().astype(np.uint8)


def _sightings(scene: Scene, owner: NDArray[np.int16], whole: list[int]) -> tuple[Sighting, ...]:
    found = []
    for number, item in enumerate(scene.items):
        rows, columns = np.nonzero(owner == number)
        if len(rows):
            box = (int(rows.min()), int(columns.min()), int(rows.max()) + 1, int(columns.max()) + 1)
            found.append(Sighting(item.shape, box, len(rows) / whole[number]))
    return tuple(found)
