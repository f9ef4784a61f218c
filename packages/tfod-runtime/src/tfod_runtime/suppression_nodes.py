"""The NonMaxSuppression operations of a frozen graph: what they were told, and where that stands.

Needs TensorFlow for nothing but the values of constants.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tfod_runtime.freeze import FrozenGraph, node_of
from tfod_runtime.prepared import Threshold
from tfod_runtime.suppression import Suppression

_OPERATIONS = ("NonMaxSuppressionV3", "NonMaxSuppressionV4", "NonMaxSuppressionV5")
_SIZE, _OVERLAP, _SCORE, _SIGMA = 2, 3, 4, 5
"""Which input is `max_output_size`, `iou_threshold`, `score_threshold` (ops/image_ops.cc); and
`soft_nms_sigma`,
which only V5 has: 0 for a suppression that is greedy."""

_MARK = b"\x5a\xc3\x97\xd1"
"""A score (-8.2e10) that no model has, to be found again in the bytes of the graph."""


@dataclass(frozen=True, slots=True)
class _Node:
    """One suppression: its constant inputs, and the node that holds the score threshold."""

    size: int
    overlap: float
    score: float
    constant: Any


def read_suppression(graph: FrozenGraph, total: int, background: bool) -> Suppression | None:
    """What all suppressions of a graph were told; None when they differ, or are not greedy.

    Args:
        graph: A frozen graph.
        total: How many detections the model gives at most.
        background: Whether the scores have a column for the background.
    """
    nodes = _read(graph)
    told = {(node.size, node.overlap, node.score) for node in nodes or ()}
    if len(told) != 1:
        return None
    ((size, overlap, score),) = told
    return Suppression(overlap, score, size, total, background)


def open_threshold(graph: FrozenGraph) -> tuple[Threshold | None, bytes]:
    """The graph's bytes, and where in them the score threshold of its suppressions stands.

    There is no such place when there are none, when they differ, or when they are not greedy: soft
    suppression changes scores, and a higher threshold may then let a box through.
    """
    nodes = _read(graph) or []
    scores = {node.score for node in nodes}
    plain = graph.graph.SerializeToString(deterministic=True)
    if len(scores) != 1:
        return None, plain
    (score,) = scores
    _set(nodes, struct.unpack("<f", _MARK)[0])
    offsets = tuple(_places(graph.graph.SerializeToString(deterministic=True)))
    _set(nodes, score)
    # Chance, or weights made for it, may have put the mark elsewhere.
    found = len(offsets) == len({id(node.constant) for node in nodes})
    return (Threshold(score, offsets) if found else None), plain


def _set(nodes: Sequence[_Node], score: float) -> None:
    for node in nodes:
        _value(node.constant).float_val[:] = [score]


def _read(graph: FrozenGraph) -> list[_Node] | None:
    """All suppressions; None when one of them is told something that is no constant, or is not greedy."""
    found: list[_Node] = []
    for nodes in graph.scopes():
        constants = {node.name: node for node in nodes if node.op == "Const"}
        for node in nodes:
            if "NonMaxSuppression" not in node.op:
                continue
            read = _read_node(node, constants, nodes)
            if read is None:
                return None
            found.append(read)
    return found


def _read_node(node: Any, constants: dict[str, Any], nodes: Sequence[Any]) -> _Node | None:
    told = [constants[name] for name in map(node_of, node.input[_SIZE:]) if name in constants]
    if node.op not in _OPERATIONS or len(told) < len(node.input) - _SIZE:
        return None
    values = [_scalar(constant) for constant in told]
    if len(values) > _SIGMA - _SIZE and values[_SIGMA - _SIZE] != 0:
        return None
    constant = told[_SCORE - _SIZE]
    if len(_value(constant).float_val) != 1 or _used_elsewhere(constant.name, nodes):
        return None
    return _Node(int(values[0]), values[1], values[2], constant)


def _used_elsewhere(name: str, nodes: Sequence[Any]) -> bool:
    """Whether a constant is more than the score threshold of suppressions."""
    return any(
        node_of(given) == name and not (node.op in _OPERATIONS and position == _SCORE)
        for node in nodes
        for position, given in enumerate(node.input)
    )


def _scalar(constant: Any) -> float:
    from tensorflow import make_ndarray

    return float(make_ndarray(_value(constant)))


def _value(constant: Any) -> Any:
    return constant.attr["value"].tensor


def _places(data: bytes) -> Iterator[int]:
    at = data.find(_MARK)
    while at >= 0:
        yield at
        at = data.find(_MARK, at + 1)
