"""Which pictures a run over many machines looks at, and the shards that they come in."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fsspec.implementations.local import LocalFileSystem

from tfod_runtime.cluster.storage import file_system
from tfod_runtime.decode import SUFFIXES
from tfod_runtime.errors import UsageProblem, raise_problems
from tfod_runtime.pictures import unique_names
from tfod_runtime.pipeline import annotated_names

_MAGIC = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture at an address.

    Attributes:
        image_id: Its place in the run, from 1, in the order of the names: COCO's `image_id`.
        name: What the outputs call it: unique, relative, with forward slashes.
        address: Where its bytes are, for any machine.
        annotated: Where it is drawn with its detections, below the results: unique, as the name.
    """

    image_id: int
    name: str
    address: str
    annotated: str


@dataclass(frozen=True, slots=True)
class PictureShard:
    """Pictures that one worker looks at, one after the other."""

    index: int
    pictures: tuple[StoredPicture, ...]


def find_stored(inputs: Sequence[str], leave_out: str | None = None) -> list[StoredPicture]:
    """The pictures that addresses name, sorted by name: folders to the bottom by suffix, patterns, files.

    Args:
        inputs: Addresses. What is there is no pattern, whatever its name.
        leave_out: A folder that is not searched: earlier results that lie among the pictures.

    Raises:
        UsageProblem: `INPUT_MISSING`, `INPUT_EMPTY`, for each address at fault.
    """
    left_out = leave_out and _place(*file_system(leave_out))
    problems: list[UsageProblem] = []
    found: dict[str, str] = {}
    for each in inputs:
        try:
            for name, address in _expand(each, left_out):
                found.setdefault(address, name)
        except UsageProblem as problem:
            problems.append(problem)
    raise_problems(problems)
    named = sorted((name, address) for address, name in found.items())
    names = unique_names([name for name, _ in named])
    return [
        StoredPicture(number, name, address, annotated)
        for number, (name, (_, address), annotated) in enumerate(
            zip(names, named, annotated_names(names), strict=True), 1
        )
    ]


def in_shards(pictures: Sequence[StoredPicture], size: int) -> list[PictureShard]:
    """The pictures in their order, `size` of them in each shard; the last may have fewer."""
    starts = range(0, len(pictures), size)
    return [PictureShard(index, tuple(pictures[at : at + size])) for index, at in enumerate(starts)]


def _expand(address: str, left_out: str | None) -> Iterator[tuple[str, str]]:
    files, path = file_system(address)
    if files.isdir(path):
        root = path
        found = [each for each in files.find(path) if _is_picture(each, root)]
        paths = _without(left_out, files, root, found)
    elif files.exists(path):
        root, paths = os.path.dirname(path), [path]
    elif _MAGIC & set(path):
        root = _fixed_part(path)
        found = [each for each in files.glob(path) if not files.isdir(each)]
        paths = _without(left_out, files, root, found)
    else:
        raise UsageProblem("INPUT_MISSING", "there is nothing at this address", where=address)
    if not paths:
        raise UsageProblem("INPUT_EMPTY", "there is no picture", where=address)
    for each in paths:
        yield os.path.relpath(each, root).replace(os.sep, "/"), files.unstrip_protocol(each)


def _without(left_out: str | None, files: Any, root: str, paths: list[str]) -> list[str]:
    """The files that do not lie in a folder, unless the search starts in there."""

    def inside(folder: str) -> bool:
        return f"{_place(files, folder)}/".startswith(f"{left_out}/")

    if left_out is None or inside(root):
        return paths
    folders = {folder for folder in map(os.path.dirname, paths) if inside(folder)}
    return [path for path in paths if os.path.dirname(path) not in folders]


def _place(files: Any, path: str) -> str:
    """The address of a folder, the same by whatever links it is reached."""
    address: str = files.unstrip_protocol(
        os.path.realpath(path) if isinstance(files, LocalFileSystem) else path
    )
    return address


def _is_picture(path: str, root: str) -> bool:
    below = os.path.relpath(path, root).split("/")
    return os.path.splitext(path)[1].lower() in SUFFIXES and not any(part.startswith(".") for part in below)


def _fixed_part(pattern: str) -> str:
    parts = pattern.split("/")
    fixed = next(number for number, part in enumerate(parts) if _MAGIC & set(part))
    return "/".join(parts[:fixed])
