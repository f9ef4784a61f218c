"""Tensors as bytes behind the JSON of a request, in the order of the inputs."""

from __future__ import annotations

from typing import TypeAlias

from tfod_runtime.server.refusal import Refusal, bad_request

BinaryPart: TypeAlias = "memoryview[int]"
_LENGTH_BYTES = 4


def split_body(body: bytes, header_length: str | None) -> tuple[bytes, BinaryPart]:
    """The JSON of a body and what stands behind it.

    Raises:
        Refusal: 400 `BINARY_MALFORMED`.
    """
    if header_length is None:
        return body, memoryview(b"")
    if not (header_length.isascii() and header_length.isdigit() and len(header_length) < len(str(2**63))):
        raise _malformed("Inference-Header-Content-Length is not a number")
    end = int(header_length)
    if end > len(body):
        raise _malformed(f"Inference-Header-Content-Length is {end}, and the body has {len(body)} bytes")
    return body[:end], memoryview(body)[end:]


def binary_part(rest: BinaryPart, size: object) -> BinaryPart | None:
    """What stands behind the JSON, if the only tensor is there; None where its values are in the JSON.

    Args:
        rest: All that stands there.
        size: The tensor's `binary_data_size`, if it has one.

    Raises:
        Refusal: 400 `BINARY_MALFORMED` when another number of bytes came than was announced.
    """
    if size is None and not rest:
        return None
    if type(size) is not int or size != len(rest):
        raise _malformed(f"binary_data_size is {size!r}, and {len(rest)} bytes are there")
    return rest


def split_strings(part: BinaryPart, most: int) -> list[bytes]:
    """The elements of a BYTES tensor: each its length, 4 bytes little-endian, and that many bytes.

    Args:
        part: The tensor.
        most: How many elements it may have.

    Raises:
        Refusal: 400 `BINARY_MALFORMED`.
    """
    strings: list[bytes] = []
    at = 0
    while at < len(part):
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(part[at:start], "little")
        if at > len(part):
            raise _malformed("an element of a BYTES tensor is longer than the tensor")
        if len(strings) == most:
            raise _malformed(f"a BYTES tensor has more elements than its shape says, {most}")
        strings.append(bytes(part[start:at]))
    return strings


def _malformed(reason: str) -> Refusal:
    return bad_request("BINARY_MALFORMED", reason)
