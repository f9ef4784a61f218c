"""Which pictures to look at: folders, globs, files or a list, as one sorted run with unique names."""

from __future__ import annotations

import glob
import json
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from tfod_runtime.decode import SUFFIXES
from tfod_runtime.errors import PictureProblem, UsageProblem, raise_problems

_MAX_FILE_BYTES = 2**30


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture that is to be looked at.

    Attributes:
        image_id: Its place in the run, from 1, in the order of the names: COCO's `image_id`.
        name: What the outputs call it: unique, relative, with forward slashes.
        path: Where its bytes are.
    """

    image_id: int
    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class FoundPictures:
    """What a command line names.

    Attributes:
        pictures: Sorted by name.
        others: Files of the folders that do not end like pictures and are left out.
    """

    pictures: list[PictureFile]
    others: list[Path]


def find_pictures(inputs: Sequence[str], leave_out: Path | None = None) -> FoundPictures:
    """The pictures that a command line names.

    A folder stands for every picture file in it, at any depth, by suffix and without hidden ones, in folders
    that it links to as well; a pattern with `*`, `?`, `[…]` or `**` for the files it matches; a file for
    itself, whatever its suffix. A picture that is named twice is taken once. Names are relative to the
    folder, or to the fixed part of the pattern; where two are the same, the later one gets a number
    (`a-2.jpg`).

    Args:
        inputs: Folders, patterns, files.
        leave_out: A folder that is not searched: earlier results that lie among the pictures.

    Raises:
        UsageProblem: `INPUT_MISSING`, `INPUT_UNREADABLE`, `INPUT_EMPTY`, for every input at fault.
    """
    problems: list[UsageProblem] = []
    named: dict[Path, str] = {}
    others: list[Path] = []
    for text in inputs:
        try:
            for name, path in _expand(text, leave_out, others):
                named.setdefault(path.absolute(), name)
        except UsageProblem as problem:
            problems.append(problem)
        except OSError as error:
            problems.append(
                UsageProblem("INPUT_UNREADABLE", "a folder cannot be read", where=text, found=str(error))
            )
    raise_problems(problems)
    return FoundPictures(_in_order((name, path) for path, name in named.items()), others)


def read_list(path: Path) -> list[PictureFile]:
    """The pictures of a list file: one JSON object a line, `{"path": "/pictures/0/a.jpg", "name": "a.jpg"}`.

    Whether the pictures exist is not asked here: one that is missing is reported like one that is damaged.

    Raises:
        UsageProblem: `LIST_MISSING`, `LIST_INVALID` for every line at fault, `INPUT_EMPTY`.
    """
    try:
        # Not splitlines(): JSON may hold U+2028 and the like within a line.
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageProblem("LIST_MISSING", "the list cannot be read", where=path, found=str(error)) from error
    named: list[tuple[str, Path]] = []
    problems: list[UsageProblem] = []
    taken: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            name, picture = _entry(line)
            if name in taken:
                raise ValueError(f"the name {name!r} stands on line {taken[name]} too")
            taken[name] = number
            named.append((name, picture))
        except ValueError as error:
            problems.append(
                UsageProblem(
                    "LIST_INVALID", "a line of the list is wrong", where=f"{path}:{number}", found=str(error)
                )
            )
    if not named and not problems:
        problems.append(UsageProblem("INPUT_EMPTY", "the list names no picture", where=path))
    raise_problems(problems)
    return _in_order(named)


def read_bytes(path: Path) -> bytes:
    """A picture file, whole.

    Raises:
        PictureProblem: `PICTURE_UNREADABLE`: it is gone, forbidden, no regular file, or larger than 1 GiB.
    """
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise PictureProblem("PICTURE_UNREADABLE", "the path is not a regular file", where=path)
        if facts.st_size > _MAX_FILE_BYTES:
            raise PictureProblem(
                "PICTURE_UNREADABLE", "the file is too large", where=path, found=f"{facts.st_size:,} bytes"
            )
        return path.read_bytes()
    except OSError as error:
        raise PictureProblem(
            "PICTURE_UNREADABLE", "the file cannot be read", where=path, found=error.strerror or str(error)
        ) from error


def unique_names(names: Iterable[str], reserved: Iterable[str] = ()) -> list[str]:
    """The same names, each changed that stands before it already: `a.jpg`, `a.jpg` → `a.jpg`, `a-2.jpg`.

    Args:
        names: Relative paths.
        reserved: Names that are given to none.
    """
    taken = set(reserved)
    unique = []
    following: dict[str, int] = {}
    for name in names:
        path, number, candidate = PurePosixPath(name), following.get(name, 2), name
        while candidate in taken:
            candidate, number = str(path.with_name(f"{path.stem}-{number}{path.suffix}")), number + 1
        following[name] = number
        taken.add(candidate)
        unique.append(candidate)
    return unique


def _expand(text: str, leave_out: Path | None, others: list[Path]) -> list[tuple[str, Path]]:
    path = Path(text)
    if path.is_dir():
        files = list(_walk(path, leave_out))
        found = [(file.relative_to(path).as_posix(), file) for file in files if _looks_like_picture(file)]
        others += [file for file in files if not _looks_like_picture(file)]
    elif path.exists():
        found = [(path.name, path)]
    elif glob.has_magic(text):
        base = _fixed_part(path)
        matches = [Path(match) for match in glob.glob(text, recursive=True)]
        files = [file for file in _without(leave_out, base, matches) if file.is_file()]
        found = [(file.relative_to(base).as_posix(), file) for file in files]
    else:
        raise UsageProblem("INPUT_MISSING", "there is no such file or folder", where=text)
    if not found:
        raise UsageProblem(
            "INPUT_EMPTY",
            "no picture was found there",
            where=text,
            expected=f"files that end in {' '.join(sorted(SUFFIXES))}",
        )
    return found


def _walk(folder: Path, leave_out: Path | None) -> Iterator[Path]:
    """The files in a folder and in those that it links to, each folder once, links after all else."""
    left_out = leave_out.resolve() if leave_out else None
    waiting, seen = [folder], set[Path]()
    for start in waiting:
        for parent, folders, files in os.walk(start, onerror=_refuse):
            here = Path(parent)
            if here.resolve() in seen:
                folders.clear()
                continue
            seen.add(here.resolve())
            folders[:] = sorted(
                name for name in folders if name[0] != "." and (here / name).resolve() != left_out
            )
            waiting += (here / name for name in folders if (here / name).is_symlink())
            yield from (here / name for name in files if name[0] != ".")


def _without(leave_out: Path | None, base: Path, files: list[Path]) -> list[Path]:
    """The files that do not lie in a folder, unless the pattern that they match asks for it by name."""
    left_out = leave_out.resolve() if leave_out else None
    if left_out is None or base.resolve().is_relative_to(left_out):
        return files
    inside = {
        parent for parent in {file.parent for file in files} if parent.resolve().is_relative_to(left_out)
    }
    return [file for file in files if file.parent not in inside]


def _refuse(error: OSError) -> None:
    raise error


def _looks_like_picture(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES


def _fixed_part(pattern: Path) -> Path:
    """The folders before the first wildcard: names start after it."""
    fixed = []
    for part in pattern.parts[:-1]:
        if glob.has_magic(part):
            break
        fixed.append(part)
    return Path(*fixed)


def _entry(line: str) -> tuple[str, Path]:
    entry: Any = json.loads(line)
    if not isinstance(entry, dict) or not isinstance(entry.get("path"), str) or not entry["path"]:
        raise ValueError('expected {"path": "…", "name": "…"}')
    name = entry.get("name", PurePosixPath(entry["path"]).name)
    pure = PurePosixPath(name) if isinstance(name, str) else PurePosixPath()
    if not pure.name or pure.is_absolute() or ".." in pure.parts or "\0" in name:
        raise ValueError(f"the name {name!r} must be a relative path that stays in its folder")
    if "\0" in entry["path"]:
        raise ValueError(f"the path {entry['path']!r} cannot be")
    os.fsencode(name + entry["path"])  # a UnicodeEncodeError, which is a ValueError, for half a character
    return str(pure), Path(entry["path"])


def _in_order(named: Iterable[tuple[str, Path]]) -> list[PictureFile]:
    ordered = sorted(named, key=lambda entry: (entry[0], str(entry[1])))
    names = unique_names(name for name, _ in ordered)
    # A number may change a name's place, and ids follow the names.
    pairs = sorted(zip(names, (path for _, path in ordered), strict=True))
    return [PictureFile(image_id, name, path) for image_id, (name, path) in enumerate(pairs, 1)]
