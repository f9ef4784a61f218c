"""Which TensorFlow minors and Python versions the plugin offers, read from the compatibility matrix."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypedDict, cast

Variant = Literal["tf", "gpu", "lite", "ray"]
VARIANTS: tuple[Variant, ...] = ("tf", "gpu", "lite", "ray")
"""`ray` comes on top of one of the others; it is compiled last, to their versions."""

PYTHONS = ("3.10", "3.11", "3.12", "3.13")
FIRST_TENSORFLOW = (2, 19)


class Specifier(TypedDict):
    """One version range, in PEP 440 syntax."""

    specifier: str


class KnownBad(TypedDict):
    """cuDNN versions (PEP 440 specifier) that load and then fail, and the reason."""

    versions: str
    why: str


class PythonRange(TypedDict):
    """The Python minors for which wheels exist."""

    min: str
    max: str
    list: list[str]


class AndCuda(TypedDict):
    """The ``and-cuda`` extra: distribution name to specifier, or null where nobody looked."""

    exists: bool
    pins: dict[str, str] | None


class Release(TypedDict):
    """What this tool reads of one row of ``packages/tfod/data/compat.json``."""

    tf_minor: str
    latest_known_patch: str
    python: PythonRange
    cudnn_tested: str
    known_bad_cudnn: list[KnownBad]
    requires: dict[str, Specifier | list[Specifier] | None]
    and_cuda_extra: AndCuda


@dataclass(frozen=True, order=True)
class Offer:
    """One TensorFlow minor (``"2.21"``) on one Python minor (``"3.13"``)."""

    tensorflow: str
    python: str

    @property
    def folder(self) -> Path:
        """Where its locks lie, relative to ``packages/tfod/locks``."""
        return Path(self.tensorflow) / f"py{self.python}"


def read_releases(matrix: Path) -> dict[str, Release]:
    """The matrix' rows by TensorFlow minor; raises ``OSError`` or ``ValueError`` when it cannot be read."""
    rows = cast(list[Release], json.loads(matrix.read_text(encoding="utf-8"))["releases"])
    return {row["tf_minor"]: row for row in rows}


def offered(releases: Iterable[Release]) -> list[Offer]:
    """Every pair that the plugin offers, oldest first."""
    return [
        Offer(release["tf_minor"], python)
        for release in releases
        if _numbers(release["tf_minor"]) >= FIRST_TENSORFLOW
        for python in PYTHONS
        if python in release["python"]["list"]
    ]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
