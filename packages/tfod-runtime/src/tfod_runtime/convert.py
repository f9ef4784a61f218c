"""From a frozen graph to one for LiteRT. Needs TensorFlow, whose converter does it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tfod_runtime.freeze import FrozenGraph, node_of
from tfod_runtime.model_detector import gist


class NotConvertible(Exception):
    """The converter refuses; its own words."""


def convert(graph: FrozenGraph) -> tuple[bytes, FrozenGraph]:
    """The file for LiteRT, and the graph with the names of its tensors there.

    Only operations that LiteRT has itself are used: those of TensorFlow would bring TensorFlow with them.

    Args:
        graph: A graph that takes one picture of a fixed size.

    Raises:
        NotConvertible: When an operation has no counterpart, or the size is open.
    """
    import tensorflow as tf

    function = _for_one(graph).function()
    try:
        data = bytes(tf.lite.TFLiteConverter.from_concrete_functions([function], function).convert())
    except Exception as error:  # the converter raises whatever its parts raise
        raise NotConvertible(gist(error)) from error
    outputs = {name: node_of(tensor) for name, tensor in graph.outputs.items()}
    return data, FrozenGraph(graph.graph, node_of(graph.input), outputs)


def _for_one(graph: FrozenGraph) -> FrozenGraph:
    """The same graph for a batch of one."""
    from tensorflow.core.framework.graph_pb2 import GraphDef

    single = GraphDef()
    single.CopyFrom(graph.graph)
    (source,) = (node for node in single.node if node.name == node_of(graph.input))
    sizes: Sequence[Any] = source.attr["shape"].shape.dim
    if len(sizes) != 4 or any(size.size < 0 for size in sizes[1:]):
        raise NotConvertible(
            "the model takes pictures of any size, and resizes them in a way that is not known"
        )
    sizes[0].size = 1
    return FrozenGraph(single, graph.input, graph.outputs)
