from __future__ import annotations

import pytest

from tfod_runtime.shard import Shard, parse_shard


@pytest.mark.parametrize("count", [1, 3, 8])
def test_all_parts_together_are_everything_once(count: int) -> None:
    parts = [Shard(index, count).of(range(20)) for index in range(count)]
    assert sorted(number for part in parts for number in part) == list(range(20))


def test_what_is_read() -> None:
    assert parse_shard("3/8") == Shard(3, 8)


@pytest.mark.parametrize("text", ["8/8", "-1/8", "1", "1/0", "a/b", "1/2/3", ""])
def test_what_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a part"):
        parse_shard(text)
