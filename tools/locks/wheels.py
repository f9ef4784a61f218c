"""Reads a resolver's ``pylock.toml`` (PEP 751) and keeps the wheels that an image can install."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlparse

import tomllib
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import parse_wheel_filename

NEWEST_GLIBC_MINOR = 28
OLDEST_GLIBC_MINOR = 5
LEGACY = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}


@dataclass(frozen=True)
class Package:
    """One locked distribution: its normalised name, exact version and the SHA-256 (hex) of its wheels."""

    name: str
    version: str
    hashes: frozenset[str]


def platform_tags(machine: str) -> list[str]:
    """Platform tags of a glibc Linux on ``machine`` (PEP 600), newest first."""
    tags: list[str] = []
    for minor in range(NEWEST_GLIBC_MINOR, OLDEST_GLIBC_MINOR - 1, -1):
        tags.append(f"manylinux_2_{minor}_{machine}")
        if minor in LEGACY:
            tags.append(f"{LEGACY[minor]}_{machine}")
    return tags


def supported_tags(python: str, machine: str) -> frozenset[Tag]:
    """Every wheel tag that CPython ``python`` (``"3.13"``) on a glibc Linux installs."""
    major, minor = (int(part) for part in python.split("."))
    platforms = platform_tags(machine)
    interpreter = f"cp{major}{minor}"
    return frozenset(
        [
            *cpython_tags((major, minor), abis=[interpreter], platforms=platforms),
            *compatible_tags((major, minor), interpreter, platforms),
        ]
    )


def read_pylock(text: str, tags: frozenset[Tag]) -> list[Package]:
    """The packages of a pylock document, each with the hashes of the wheels that carry one of ``tags``.

    Raises ``ValueError`` naming every package that has no such wheel.
    """
    rows: list[dict[str, Any]] = tomllib.loads(text)["packages"]
    packages = [Package(row["name"], row["version"], _hashes(row, tags)) for row in rows]
    bare = [f"{package.name} {package.version}" for package in packages if not package.hashes]
    if bare:
        raise ValueError(f"no wheel that an image can install for: {', '.join(bare)}")
    return packages


def _hashes(row: dict[str, Any], tags: frozenset[Tag]) -> frozenset[str]:
    wheels: list[dict[str, Any]] = row.get("wheels", [])
    return frozenset(w["hashes"]["sha256"] for w in wheels if parse_wheel_filename(_file_name(w))[3] & tags)


def _file_name(wheel: dict[str, Any]) -> str:
    location: str = wheel.get("name") or wheel.get("path") or urlparse(wheel["url"]).path
    return unquote(location.rsplit("/", 1)[-1])
