"""Colours that can be told apart."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence

import numpy as np

from demo_model.scene import Colour


def from_hsv(hue: float, saturation: float, value: float) -> Colour:
    """RGB 0..255 from hue, saturation and value, each 0..1 (the hue wraps)."""
    red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, saturation, value)
    return (255 * red, 255 * green, 255 * blue)


def distance(one: Colour, other: Colour) -> float:
    """How different two colours look: the "redmean" weighting of RGB, 0 to about 765."""
    red_mean = (one[0] + other[0]) / 2
    weights = (2 + red_mean / 256, 4.0, 2 + (255 - red_mean) / 256)
    return float(np.sqrt(sum(w * (a - b) ** 2 for w, a, b in zip(weights, one, other, strict=True))))


def shade(colour: Colour, factor: float) -> Colour:
    """The colour made darker (factor < 1) or lighter towards white (factor > 1, 2 is white)."""
    if factor <= 1:
        red, green, blue = (channel * factor for channel in colour)
    else:
        red, green, blue = (channel + (255 - channel) * (factor - 1) for channel in colour)
    return (red, green, blue)


def either(rng: np.random.Generator, one: float, other: float) -> float:
    """One of the two, with equal chances."""
    return one if rng.uniform() < 0.5 else other


def ground_colours(rng: np.random.Generator) -> tuple[Colour, Colour]:
    """Two related, rather pale or rather dark colours for a background."""
    hue, value = rng.uniform(), either(rng, rng.uniform(0.15, 0.4), rng.uniform(0.6, 0.95))
    saturation = rng.uniform(0.05, 0.5)
    first = from_hsv(hue, saturation, value)
    nearby = from_hsv(hue + rng.uniform(-0.08, 0.08), saturation * rng.uniform(0.5, 1.2), value)
    return first, shade(nearby, either(rng, rng.uniform(0.65, 0.9), rng.uniform(1.1, 1.35)))


def standing_out(rng: np.random.Generator, others: Sequence[Colour], gap: float = 150.0) -> Colour:
    """A strong colour at least `gap` away from `others`, or the farthest of forty tries."""
    best, best_distance = (0.0, 0.0, 0.0), -1.0
    for _ in range(40):
        candidate = from_hsv(rng.uniform(), rng.uniform(0.35, 1.0), rng.uniform(0.25, 1.0))
        nearest = min(distance(candidate, other) for other in others)
        if nearest >= gap:
            return candidate
        if nearest > best_distance:
            best, best_distance = candidate, nearest
    return best
