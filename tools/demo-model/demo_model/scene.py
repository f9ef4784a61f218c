"""What one synthetic picture shows: a value, complete, without pixels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from demo_model.shapes import Polygon, Shape, outline

Colour = tuple[float, float, float]
"""Red, green, blue, each 0..255."""


class Texture(Enum):
    """How a background is painted."""

    GRADIENT = "gradient"
    CLOUDS = "clouds"
    WOOD = "wood"
    PLANKS = "planks"
    TILES = "tiles"
    CLOTH = "cloth"
    TERRAZZO = "terrazzo"


class Fill(Enum):
    """How the inside of a shape is painted."""

    PLAIN = "plain"
    SHADED = "shaded"
    STRIPED = "striped"
    SPECKLED = "speckled"


@dataclass(frozen=True)
class Item:
    """One shape in a scene. Lengths are pixels, `radius` that of the circle around the unstretched shape."""

    shape: Shape
    x: float
    y: float
    radius: float
    rotation: float
    stretch: float
    colour: Colour
    accent: Colour
    fill: Fill
    border: float
    """Width of the border in the accent colour, as a fraction of the radius; 0 for none."""

    def polygon(self, scale: float = 1.0) -> Polygon:
        """Vertices [n, 2] in pixels of the picture; `scale` shrinks towards the centre."""
        vertices = outline(self.shape, self.rotation, self.stretch) * (self.radius * scale)
        return np.asarray(vertices + np.array([self.x, self.y]))


@dataclass(frozen=True)
class Bar:
    """A thin strip that lies over the shapes and hides parts of them. It is no object of any class."""

    ends: tuple[tuple[float, float], tuple[float, float]]
    width: float
    colour: Colour

    def polygon(self) -> Polygon:
        """Vertices [4, 2] in pixels of the picture."""
        start, end = np.array(self.ends[0]), np.array(self.ends[1])
        along = (end - start) / np.linalg.norm(end - start)
        aside = np.array([-along[1], along[0]]) * self.width / 2
        return np.stack([start + aside, end + aside, end - aside, start - aside])


@dataclass(frozen=True)
class Light:
    """The light on a scene and what the camera does to it."""

    angle: float
    """Where the light comes from, radians on the picture's plane."""
    slope: float
    """Brightness at the far edge: 1 - slope; at the near edge: 1 + slope."""
    exposure: float
    shadow: float
    """Darkness of the shadows that shapes cast, 0..1."""
    blur: float
    """Standard deviation of the lens blur in pixels."""
    noise: float
    """Standard deviation of the sensor noise, of 255."""


@dataclass(frozen=True)
class Scene:
    """Everything that decides a picture; the same scene gives the same pixels."""

    width: int
    height: int
    texture: Texture
    ground: tuple[Colour, Colour]
    grain_seed: int
    """Seeds the details of textures and noise, which are too many to list."""
    items: tuple[Item, ...]
    """Painted in this order: later ones hide earlier ones."""
    bars: tuple[Bar, ...]
    light: Light
    quality: int
    """JPEG quality of the file, 1..95."""
