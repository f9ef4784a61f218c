"""A model folder: `model.json`, `labels.pbtxt`, `saved_model/`, and `samples/` where there are some."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfod_runtime.errors import ModelProblem, RuntimeProblem, SeveralProblems, raise_problems
from tfod_runtime.families.adapter import Settings
from tfod_runtime.families.settings import parse_settings
from tfod_runtime.labels import Labels, read_labels
from tfod_runtime.prepared import PREPARED, prepared_of

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_POINTER = b"version https://git-lfs.github.com/spec/"
_POINTER_BYTES = 1024  # a pointer is smaller by the specification of Git LFS


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model whose files are all there and are those that `model.json` speaks of.

    Attributes:
        name: What `model.json` calls it.
        digest: Of the tree under `saved_model/` (`tree_digest`).
        saved_model: The folder for `tf.saved_model.load`; a lite image has none.
        labels: The names of its classes.
        settings: What `model.json` says of feeding and reading it.
        samples: Where sample pictures are; the folder may be missing.
    """

    name: str
    digest: str
    saved_model: Path
    labels: Labels
    settings: Settings
    samples: Path


def open_model(folder: Path) -> ModelFolder:
    """Checks a model folder without loading the model.

    Raises:
        ModelProblem: `MODEL_MISSING`, `MODEL_JSON_MISSING`, `MODEL_JSON_INVALID`, `SAVED_MODEL_MISSING`,
            `MODEL_LFS_POINTER`, `MODEL_DIGEST`, `LABELS_…`; `SeveralProblems` when there are more.
    """
    if not folder.is_dir():
        raise ModelProblem(
            "MODEL_MISSING", "there is no such model folder", where=folder, remedy="name one with --model"
        )
    problems: list[RuntimeProblem] = []
    saved_model = folder / "saved_model"
    labels, description, digest = Labels({}), _Description("", None, Settings()), ""
    try:
        description = _describe(folder / "model.json")
    except ModelProblem as problem:
        problems.append(problem)
    try:
        labels = read_labels(folder / "labels.pbtxt")
    except SeveralProblems as several:
        problems += several.problems
    except ModelProblem as problem:
        problems.append(problem)
    try:
        digest = _check_converted(folder, description.digest) or _check_saved_model(
            saved_model, description.digest
        )
    except ModelProblem as problem:
        problems.append(problem)
    raise_problems(problems)
    return ModelFolder(
        description.name, digest, saved_model, labels, description.settings, folder / "samples"
    )


def tree_digest(folder: Path) -> str:
    """`sha256:<hex>` of a tree: names and contents count, nothing else does.

    It is the digest of one line `<sha256 hex of the file>  <posix path>` and a newline for each regular file
    under the folder, sorted by the bytes of the path.
    """
    paths = {path.relative_to(folder).as_posix().encode(): path for path in _files(folder)}
    lines = b"".join(_sha256(paths[name]).encode() + b"  " + name + b"\n" for name in sorted(paths))
    return f"sha256:{hashlib.sha256(lines).hexdigest()}"


@dataclass(frozen=True, slots=True)
class _Description:
    name: str
    digest: str | None
    settings: Settings


def _describe(path: Path) -> _Description:
    try:
        written: Any = json.loads(path.read_bytes())
    except OSError as error:
        raise ModelProblem(
            "MODEL_JSON_MISSING",
            "the model's description cannot be read",
            where=path,
            found=error.strerror or str(error),
            remedy='write at least { "name": "…" }',
        ) from error
    except ValueError as error:
        raise ModelProblem(
            "MODEL_JSON_INVALID", "the model's description is not JSON", where=path, found=str(error)
        ) from error
    name = written.get("name") if isinstance(written, dict) else None
    if not isinstance(name, str) or not name:
        raise ModelProblem("MODEL_JSON_INVALID", "the model has no name", where=path, expected='"name": "…"')
    digest = written.get("digest")
    if digest is not None and not (isinstance(digest, str) and _DIGEST.fullmatch(digest)):
        raise ModelProblem(
            "MODEL_JSON_INVALID",
            "the digest is malformed",
            where=path,
            expected="sha256: and 64 hex digits",
            found=str(digest),
        )
    return _Description(name, digest, parse_settings(written.get("adapter"), path))


def _check_converted(folder: Path, expected: str | None) -> str | None:
    """The digest of the SavedModel that a lite image was made of and does not carry; None for others.

    Raises:
        ModelProblem: `MODEL_DIGEST` when it was made of another one.
    """
    if (folder / "saved_model").exists():
        return None
    digest = prepared_of(folder / PREPARED)
    if digest and expected not in (None, digest):
        raise ModelProblem(
            "MODEL_DIGEST",
            "what was prepared is not of the SavedModel that model.json describes",
            where=folder / PREPARED,
            expected=expected,
            found=digest,
            remedy="build the image again",
        )
    return digest


def _check_saved_model(folder: Path, expected: str | None) -> str:
    if not (folder / "saved_model.pb").is_file():
        raise ModelProblem(
            "SAVED_MODEL_MISSING",
            "there is no saved_model.pb",
            where=folder,
            found=", ".join(sorted(entry.name for entry in folder.iterdir())[:8]) or "an empty folder"
            if folder.is_dir()
            else "no folder",
            remedy="put the exported SavedModel there: saved_model.pb and variables/",
        )
    pointers = [path.relative_to(folder).as_posix() for path in _files(folder) if _is_pointer(path)]
    if pointers:
        raise ModelProblem(
            "MODEL_LFS_POINTER",
            "the weights are Git LFS pointers, not the files themselves",
            where=folder,
            found=", ".join(sorted(pointers)),
            remedy="git lfs pull",
        )
    digest = tree_digest(folder)
    if expected not in (None, digest):
        raise ModelProblem(
            "MODEL_DIGEST",
            "the SavedModel is not the one that model.json describes",
            where=folder,
            expected=expected,
            found=digest,
            remedy="restore the files, or add the model again",
        )
    return digest


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _is_pointer(path: Path) -> bool:
    if path.stat().st_size >= _POINTER_BYTES:
        return False
    return path.read_bytes().startswith(_POINTER)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(2**20):
            digest.update(block)
    return digest.hexdigest()
