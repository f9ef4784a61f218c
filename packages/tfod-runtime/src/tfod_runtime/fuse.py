"""Does to a graph ahead of time what a session on a CPU does to it when it opens. Needs TensorFlow.

Each session otherwise makes its own optimized copy of the graph, which takes half of the time to the first
detection and leaves hundreds of megabytes behind in the allocator.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tfod_runtime.freeze import FrozenGraph
from tfod_runtime.grappler import optimize

_OPTIMIZERS = ("constfold", "arithmetic", "remap", "dependency", "pruning")
_CPU = "/device:CPU:0"
_ONEDNN_ALONE = "DepthwiseConv2dNative"
"""Its fused form has a kernel in oneDNN only, which TensorFlow leaves off on older CPUs."""


def fuse(graph: FrozenGraph) -> FrozenGraph | None:
    """The same function with each convolution, its bias and its activation as one operation.

    Returns:
        None for a graph that may run elsewhere than on a CPU, whose fusions are others, or that calls
        functions: a session knows better.
    """
    import tensorflow as tf

    if tf.test.is_built_with_gpu_support() or graph.graph.library.function:
        return None
    _place(graph.graph.node, _CPU)
    fused = optimize(graph, _OPTIMIZERS)
    for each in (graph, fused):
        _place(each.graph.node, "")
    return fused


def _place(nodes: Iterable[Any], device: str) -> None:
    """The optimizer fuses for CPUs what it is told to be on one, and nothing else."""
    for node in nodes:
        node.device = "" if node.op == _ONEDNN_ALONE else device
