"""Does to a graph ahead of time what a session on a CPU does to it when it opens. Needs TensorFlow.

Each session otherwise makes its own optimized copy of the graph, which takes half of the time to the first
detection and leaves hundreds of megabytes behind in the allocator.

    python -m tfod_runtime.fuse INPUT OUTPUT … < graph.pb > fused.pb
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from tfod_runtime.freeze import FrozenGraph
from tfod_runtime.grappler import optimize

_OPTIMIZERS = ("constfold", "arithmetic", "remap", "dependency", "pruning")
_CPU = "/device:CPU:0"


def fuse(graph: FrozenGraph) -> FrozenGraph | None:
    """The same function with each convolution, its bias and its activation as one operation.

    It is done by a process without oneDNN: with it, the optimizer also makes operations that have no kernel
    elsewhere, and TensorFlow leaves oneDNN off on older CPUs, where the graph may be run.

    Returns:
        None for a graph that may run elsewhere than on a CPU, whose fusions are others, or that calls
        functions: a session knows better. The same where it cannot be done.
    """
    import tensorflow as tf

    if tf.test.is_built_with_gpu_support() or graph.graph.library.function:
        return None
    ended = subprocess.run(
        [sys.executable, "-m", "tfod_runtime.fuse", graph.input, *graph.outputs.values()],
        input=graph.graph.SerializeToString(),
        capture_output=True,
        env={**os.environ, "TF_ENABLE_ONEDNN_OPTS": "0"},
    )
    if ended.returncode:
        return None
    return replace(graph, graph=type(graph.graph).FromString(ended.stdout))


def main(tensors: Sequence[str]) -> None:
    """Fuses a graph from stdin to stdout; the tensors are its input and its outputs."""
    from tensorflow.core.framework.graph_pb2 import GraphDef

    given = GraphDef.FromString(sys.stdin.buffer.read())
    _place(given.node, _CPU)
    graph = FrozenGraph(given, tensors[0], {tensor: tensor for tensor in tensors[1:]})
    fused = optimize(graph, _OPTIMIZERS).graph
    _place(fused.node, "")
    sys.stdout.buffer.write(fused.SerializeToString())


def _place(nodes: Iterable[Any], device: str) -> None:
    """The optimizer fuses for CPUs what it is told to be on one, and nothing else."""
    for node in nodes:
        node.device = device


if __name__ == "__main__":
    main(sys.argv[1:])
