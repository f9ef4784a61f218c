"""Which pictures a run over many machines looks at, and the shards that they come in."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tfod_runtime.cluster.storage import file_system
from tfod_runtime.decode import SUFFIXES
from tfod_runtime.errors import UsageProblem, raise_problems
from tfod_runtime.pictures import unique_names

_MAGIC = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture at an address.

    Attributes:
        image_id: Its place in the run, from 1, in the order of the names: COCO's `image_id`.
        name: What the outputs call it: unique, relative, with forward slashes.
        address: Where its bytes are, for any machine.
    """

    image_id: int
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class PictureShard:
    """Pictures that one worker looks at, one after the other."""

    index: int
    pictures: tuple[StoredPicture, ...]


def find_stored(inputs: Sequence[str]) -> list[StoredPicture]:
    """The pictures that addresses name, sorted by name: folders to the bottom by suffix, patterns, files.

    Raises:
        UsageProblem: `INPUT_MISSING`, `INPUT_EMPTY`, for each address at fault.
    """
    problems: list[UsageProblem] = []
    found: dict[str, str] = {}
    for each in inputs:
        try:
            for name, address in _expand(each):
                found.setdefault(address, name)
        except UsageProblem as problem:
            problems.append(problem)
    raise_problems(problems)
    named = sorted((name, address) for address, name in found.items())
    names = unique_names([name for name, _ in named])
    return [
        StoredPicture(number, name, address)
        for number, (name, (_, address)) in enumerate(zip(names, named, strict=True), 1)
    ]


def in_shards(pictures: Sequence[StoredPicture], size: int) -> list[PictureShard]:
    """The pictures in their order, `size` of them in each shard; the last may have fewer."""
    starts = range(0, len(pictures), size)
    return [PictureShard(index, tuple(pictures[at : at + size])) for index, at in enumerate(starts)]


def _expand(address: str) -> Iterator[tuple[str, str]]:
    files, path = file_system(address)
    if _MAGIC & set(path):
        root = _fixed_part(path)
        paths = [each for each in files.glob(path) if not files.isdir(each)]
    elif files.isdir(path):
        root = path
        paths = [each for each in files.find(path) if _is_picture(each, root)]
    elif files.exists(path):
        root, paths = os.path.dirname(path), [path]
    else:
        raise UsageProblem("INPUT_MISSING", "there is nothing at this address", where=address)
    if not paths:
        raise UsageProblem("INPUT_EMPTY", "there is no picture", where=address)
    for each in paths:
        yield os.path.relpath(each, root).replace(os.sep, "/"), files.unstrip_protocol(each)


def _is_picture(path: str, root: str) -> bool:
    below = os.path.relpath(path, root).split("/")
    return os.path.splitext(path)[1].lower() in SUFFIXES and not any(part.startswith(".") for part in below)


def _fixed_part(pattern: str) -> str:
    parts = pattern.split("/")
    fixed = next(number for number, part in enumerate(parts) if _MAGIC & set(part))
    return "/".join(parts[:fixed])
