"""Requests that a server must survive: whatever a client may send by mistake or by intent."""

from __future__ import annotations

import base64
import json
import random
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from builders.a_picture import file_bytes, scene

from .pictures import PICTURE, form

DETECT, PREDICT, INFER = "/detect", "/v1/models/colours:predict", "/v2/models/colours/infer"
_SIGNATURES = {
    "JPEG": b"\xff\xd8\xff\xe0",
    "PNG": b"\x89PNG\r\n\x1a\n",
    "GIF": b"GIF89a",
    "BMP": b"BM",
    "TIFF": b"II*\0",
    "WEBP": b"RIFF\xff\xff\xff\x7fWEBPVP8 ",
    "PPM": b"P6 ",
}


@dataclass(frozen=True)
class Hostile:
    """One such request."""

    title: str
    path: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def hostile_requests() -> list[Hostile]:
    """All of them, the same in every run."""
    return [*_pictures(), *_forms(), *_json(), *_noise()]


def _pictures() -> Iterator[Hostile]:
    for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"):
        whole = file_bytes(scene(64, 64), kind)
        for share in (0.02, 0.2, 0.5, 0.7):
            yield Hostile(f"{kind} cut at {share}", DETECT, whole[: int(len(whole) * share)])
        yield Hostile(f"{kind} of zeros", DETECT, whole[:12] + bytes(len(whole) - 12))
    for kind, signature in _SIGNATURES.items():
        yield Hostile(f"only the start of {kind}", DETECT, signature)
        yield Hostile(f"{kind} of 0xff", DETECT, signature + b"\xff" * 5000)
    for width, height in ((65_535, 65_535), (2**31 - 1, 2**31 - 1), (1, 2**31 - 1), (0, 0), (20_000, 20_000)):
        yield Hostile(f"PNG of {width} × {height}", DETECT, _png(width, height, b""))
    yield Hostile("a bomb of zeros", DETECT, _png(30_000, 30_000, bytes(2**20)))
    yield Hostile(
        "a huge text chunk", DETECT, _png(1, 1, b"", _chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(2**26))))
    )
    yield Hostile("a GIF of 65535 × 65535", DETECT, b"GIF89a" + b"\xff" * 4 + bytes(20))
    yield Hostile(
        "a BMP of 2^31 rows",
        DETECT,
        b"BM" + bytes(12) + struct.pack("<IiiHH", 40, 2**30, 2**30, 1, 24) + bytes(24),
    )
    yield Hostile("a PPM of 10^9 × 10^9", DETECT, b"P6 1000000000 1000000000 255\n")
    yield Hostile(
        "a TIFF that points at itself", DETECT, b"II*\0\x08\0\0\0\x01\0" + b"\xff" * 12 + b"\x08\0\0\0"
    )
    for title, body in (
        ("nothing", b""),
        ("a zip", b"PK\x03\x04" + bytes(100)),
        ("an SVG", b"<svg onload='x'/>"),
        ("EPS", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) run"),
        ("a PDF", b"%PDF-1.7"),
        ("a script", b"#!/bin/sh\nreboot"),
        ("JSON", b'{"instances": []}'),
        ("a Git LFS pointer", b"version https://git-lfs.github.com/spec/v1\n"),
    ):
        yield Hostile(title, DETECT, body)


def _forms() -> Iterator[Hostile]:
    body, headers = form(("a.png", PICTURE))
    kind = headers["Content-Type"]
    for cut in range(1, len(body), max(1, len(body) // 12)):
        yield Hostile(f"a form cut at {cut}", DETECT, body[:cut], headers)
    for title, content_type in (
        ("no boundary", "multipart/form-data"),
        ("an empty boundary", "multipart/form-data; boundary="),
        ("another boundary", "multipart/form-data; boundary=other"),
        ("a boundary of 10 kB", f"multipart/form-data; boundary={'b' * 10_000}"),
        ("a boundary of quotes", 'multipart/form-data; boundary="""'),
        ("mixed", "multipart/mixed; boundary=other"),
    ):
        yield Hostile(title, DETECT, body, {"Content-Type": content_type})
    yield Hostile("five pictures", DETECT, *form(*[("a.png", PICTURE)] * 5))
    yield Hostile("a hundred empty parts", DETECT, *form(*[("", b"")] * 100))
    yield Hostile("a form of nothing", DETECT, b"--edge--\r\n", {"Content-Type": kind})
    yield Hostile("a name of 100 kB", DETECT, *form(("n" * 100_000, b"x")))
    yield Hostile("a name with line breaks", DETECT, *form(("a\r\nX: y", b"x")))
    yield Hostile("a form in a form", DETECT, *form(("a.png", body)))
    yield Hostile("a picture and an empty one", DETECT, *form(("a.png", PICTURE), ("b.png", b"")))
    header = b"--edge\r\n" + b"X-Y: " + b"z" * 50_000 + b"\r\n\r\nx\r\n--edge--\r\n"
    yield Hostile("a part with a long header", DETECT, header, {"Content-Type": kind})


def _json() -> Iterator[Hostile]:
    b64 = base64.b64encode(PICTURE).decode()
    bomb = base64.b64encode(_png(30_000, 30_000, b"")).decode()
    odd: list[Any] = [None, True, 0, -1, 1e308, "", "x" * 1000, [], {}, [[]], [{}], {"b64": None}]
    values: list[tuple[str, Any]] = [
        *((repr(each)[:30], each) for each in odd),
        ("a bomb", {"b64": bomb}),
        ("text as a picture", {"b64": base64.b64encode(b"text").decode()}),
        ("half a quantum", {"b64": b64[:-3]}),
        ("spaces", {"b64": f" {b64}"}),
        ("url-safe", {"b64": "_-_-"}),
        ("deep", _nested(40)),
        ("ragged", [[[1, 2, 3]], [[1, 2, 3], [4, 5, 6]]]),
        ("words", [[["1", "2", "3"]]]),
        ("negative", [[[-1, 0, 0]]]),
        ("huge", [[[2**70, 0, 0]]]),
        ("wide", [[[0] * 3] * 12_000]),
        ("thirteen rows of four", [[[0] * 4]] * 13),
    ]
    for title, value in values:
        yield Hostile(f"instances of {title}", PREDICT, json.dumps({"instances": [value]}).encode())
        tensor = {"name": "x", "datatype": "UINT8", "shape": [1, 1, 1, 3], "data": value}
        yield Hostile(f"data of {title}", INFER, json.dumps({"inputs": [tensor]}).encode())
    for title, text in (
        ("nothing", b""),
        ("half an object", b'{"instances": ['),
        ("brackets", b"[" * 100_000),
        ("braces", b'{"a":' * 50_000),
        ("NaN", b'{"instances": [NaN]}'),
        ("UTF-16", '{"instances": []}'.encode("utf-16")),
        ("a lone surrogate", b'{"instances": ["\\ud800"]}'),
        ("a key twice", b'{"instances": 1, "instances": 2}'),
        ("zero bytes", bytes(1000)),
    ):
        for path in (PREDICT, INFER):
            yield Hostile(f"{title} at {path}", path, text)
    for shape in ([-1], [2**40], [1.5], ["1"], [1] * 500, "1", {"a": 1}):
        tensor = {"name": "x", "datatype": "BYTES", "shape": shape, "data": [b64]}
        yield Hostile(f"shape {str(shape)[:20]}", INFER, json.dumps({"inputs": [tensor]}).encode())
    for size in (-1, 10**18, "7", None, [1]):
        tensor = {"name": "x", "datatype": "BYTES", "shape": [1], "parameters": {"binary_data_size": size}}
        head = json.dumps({"inputs": [tensor]}).encode()
        length = {"Inference-Header-Content-Length": str(len(head))}
        yield Hostile(f"binary size {size}", INFER, head + b"\x05\0\0\0", length)


def _noise() -> Iterator[Hostile]:
    source = random.Random(7)
    for number in range(30):
        yield Hostile(
            f"noise {number}", source.choice([DETECT, PREDICT, INFER]), source.randbytes(200 * number)
        )
    for number in range(30):
        damaged = bytearray(file_bytes(scene(300, 300), "PNG"))
        damaged[16:24] = source.randbytes(4) + b"\xff\xff\xff\xff"
        yield Hostile(f"a PNG with a wild size {number}", DETECT, bytes(damaged))


def _nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def _png(width: int, height: int, raw: bytes, *more: bytes) -> bytes:
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    data = _chunk(b"IDAT", zlib.compress(raw))
    return b"".join([_SIGNATURES["PNG"], head, *more, data, _chunk(b"IEND", b"")])


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
