"""A part of the pictures, for one of several processes that share them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

_Picture = TypeVar("_Picture")
_PATTERN = re.compile(r"(\d{1,9})/(\d{1,9})")


@dataclass(frozen=True, slots=True)
class Shard:
    """Part `index`, from 0, of `count`."""

    index: int
    count: int

    def of(self, pictures: Sequence[_Picture]) -> list[_Picture]:
        """Every `count`-th of the pictures, from `index` on: the parts together are all, each once."""
        return list(pictures[self.index :: self.count])


ALL = Shard(0, 1)


def parse_shard(text: str) -> Shard:
    """Reads `3/8`.

    Raises:
        ValueError: Says what was expected.
    """
    matched = _PATTERN.fullmatch(text)
    if matched and int(matched[1]) < int(matched[2]):
        return Shard(int(matched[1]), int(matched[2]))
    raise ValueError(f"expected a part and their number, from 0/8 to 7/8, found {text!r}")
