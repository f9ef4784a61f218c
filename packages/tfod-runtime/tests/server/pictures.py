"""The picture of these tests, and what a detector of red finds in it."""

from __future__ import annotations

from typing import Any

from builders.a_picture import RED, file_bytes, scene

SCENE = scene(40, 20, (RED, (10, 5, 20, 10)))
PICTURE = file_bytes(SCENE)
FOUND: dict[str, Any] = {
    "width": 40,
    "height": 20,
    "detections": [{"category_id": 1, "label": "red", "score": 0.9, "bbox": [10.0, 5.0, 20.0, 10.0]}],
}
BOX = [0.25, 0.25, 0.75, 0.75]
"""The same as shares: ymin, xmin, ymax, xmax."""


def form(*parts: tuple[str, bytes], boundary: str = "edge") -> tuple[bytes, dict[str, str]]:
    """A multipart body with these files, and its headers."""
    body = b""
    for name, content in parts:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body += head.encode() + content + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), {
        "Content-Type": f"multipart/form-data; boundary={boundary}"
    }
