"""Files by their address: of this machine, or of any store that fsspec knows (s3://, gs://, abfs://, memory://)."""

from __future__ import annotations

import contextlib
import os
import tempfile
import uuid
from collections.abc import Iterator
from typing import IO, Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from tfod_runtime.errors import OutputProblem, PictureProblem, UsageProblem


class Storage:
    """A folder.

    Args:
        address: `s3://bucket/results`, or a path.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._files, self._root = file_system(address)

    def names(self, folder: str) -> list[str]:
        """The files in one of its folders, sorted; none when it is not there."""
        path = f"{self._root}/{folder}"
        self._files.invalidate_cache()
        if not self._files.exists(path):
            return []
        return sorted(os.path.basename(name) for name in self._files.ls(path, detail=False))

    def read(self, name: str) -> bytes | None:
        """A file, whole; None when it is not there."""
        try:
            content: bytes = self._files.cat_file(f"{self._root}/{name}")
        except FileNotFoundError:
            return None
        return content

    def write(self, name: str, content: bytes) -> None:
        """Writes a file, which is there in full or not at all.

        Raises:
            OutputProblem: `OUTPUT_UNWRITABLE`.
        """
        with self.stream(name) as stream:
            stream.write(content)

    @contextlib.contextmanager
    def stream(self, name: str) -> Iterator[IO[bytes]]:
        """A file that is there in full when the block ends well, and not at all when it does not.

        Raises:
            OutputProblem: `OUTPUT_UNWRITABLE`.
        """
        path = f"{self._root}/{name}"
        local = isinstance(self._files, LocalFileSystem)
        try:
            self._files.makedirs(os.path.dirname(path), exist_ok=True)
            with _renamed(path) if local else _sent(self._files, path) as stream:
                yield stream
        except OSError as error:
            raise OutputProblem(
                "OUTPUT_UNWRITABLE",
                "the results cannot be written",
                where=f"{self.address}/{name}",
                found=error.strerror or str(error),
                remedy="give --output a place that every machine may write",
            ) from error


@contextlib.contextmanager
def _renamed(path: str) -> Iterator[IO[bytes]]:
    part = os.path.join(os.path.dirname(path), f".{uuid.uuid4().hex}.part")
    try:
        with open(part, "wb") as stream:
            yield stream
        os.replace(part, path)
    finally:
        if os.path.exists(part):
            os.unlink(part)


@contextlib.contextmanager
def _sent(files: Any, path: str) -> Iterator[IO[bytes]]:
    """Written on this machine until it is whole: a store puts there what it has when a file is closed."""
    with tempfile.NamedTemporaryFile() as stream:
        yield stream
        stream.flush()
        files.put_file(stream.name, path)


def file_system(address: str) -> tuple[Any, str]:
    """What reads an address, and the path in it.

    Raises:
        UsageProblem: `ADDRESS_UNKNOWN`: no such kind of store, or its package is not installed.
    """
    head, _, tail = address.partition("::")
    chain = head in fsspec.available_protocols() or "://" in tail
    try:
        files, path = fsspec.core.url_to_fs(address if chain else head)
    except (ImportError, ValueError) as error:
        raise UsageProblem(
            "ADDRESS_UNKNOWN",
            "nothing is installed that reads this address",
            where=address,
            found=str(error),
            remedy="install the package of the store on every machine: s3fs for s3://, gcsfs for gs://",
        ) from error
    # fsspec takes every :: for a link of a chain, also in the name of a file.
    return files, path if chain else files._strip_protocol(address)


def read_picture(address: str) -> bytes:
    """A picture file, whole.

    Raises:
        PictureProblem: `PICTURE_UNREADABLE`.
    """
    try:
        files, path = file_system(address)
        content: bytes = files.cat_file(path)
    except Exception as error:  # each store has errors of its own
        raise PictureProblem(
            "PICTURE_UNREADABLE",
            "the picture cannot be read",
            where=address,
            found=f"{type(error).__name__}: {error}",
        ) from error
    return content
