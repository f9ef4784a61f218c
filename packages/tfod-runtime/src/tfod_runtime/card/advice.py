"""What a person who sends pictures to a model should know of its input."""

from __future__ import annotations

from tfod_runtime.families.feed import Feed, InputKind

_KINDS = {
    InputKind.UINT8: "pixels go in as they are",
    InputKind.FLOAT_255: "pixels go in as float32, 0 to 255: four times the bytes of uint8",
    InputKind.FLOAT_1: "pixels go in as float32, 0 to 1: four times the bytes of uint8",
    InputKind.FLOAT_IMAGENET: "pixels go in as float32, less ImageNet's mean, by its deviation",
    InputKind.ENCODED: "files go in as they are: upright RGB JPEG and PNG are best, others become PNG first",
    InputKind.EXAMPLE: "files go in within tf.train.Example: upright RGB JPEG and PNG are best",
}


def input_advice(feed: Feed) -> list[str]:
    """One sentence each on what goes in, on its size, and on how many pictures share a call."""
    return [_KINDS[feed.kind], _size(feed), _batch(feed)]


def _size(feed: Feed) -> str:
    height, width = feed.size
    if height is None or width is None:
        return "any size: the model resizes by itself, and a larger picture only costs time"
    return f"pictures are stretched to {width} × {height} pixels: others of that shape lose nothing"


def _batch(feed: Feed) -> str:
    if feed.batch_size is None:
        return "any number of pictures a call"
    return "one picture a call" if feed.batch_size == 1 else f"{feed.batch_size} pictures a call, always"
