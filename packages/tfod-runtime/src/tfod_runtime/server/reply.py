"""What a protocol answers: bytes and their kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

JSON = "application/json"
JPEG = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Reply:
    """The body of a 200, and what the head says of it."""

    content: bytes
    media_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


def json_reply(document: Any) -> Reply:
    """A document as JSON; NumPy arrays in it become nested lists."""
    return Reply(orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY))
