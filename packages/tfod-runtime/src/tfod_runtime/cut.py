"""Takes the two ends off a frozen graph: what comes before the network, and what comes after it.

Needs TensorFlow. What comes before is found by trying it, not by reading it: exporters write it as a chain
of operations, or as a loop over the batch that no reader of graphs sees through. A tensor of a fixed size
through which all of the picture goes is a resized picture if it equals `Resize` on pictures of several
sizes, and nothing else is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfod_runtime.families.adapter import Adapter
from tfod_runtime.freeze import FrozenGraph, behind, node_of
from tfod_runtime.resize import GRIDS, Resize
from tfod_runtime.suppression import RAW_OUTPUTS, Suppression
from tfod_runtime.suppression_nodes import read_suppression

_PROBES = ((97, 131), (480, 640), (211, 64))
"""Heights and widths of the pictures that are tried: odd, usual, upright."""
_TOLERANCE = 1e-5
"""Of the range of values: two roundings of float32, and no difference that a pixel of 8 bits could make."""
_FIRST_TENSORS = 12
_BOXES = "detection_boxes"
_CHOSEN = {_BOXES, "detection_scores", "detection_classes", "num_detections"}


def cut_input(graph: FrozenGraph, dtype: str) -> tuple[FrozenGraph, Resize] | None:
    """The graph from the resized picture on, and the resizing; None when there is no such place.

    Args:
        graph: A frozen graph that takes pictures [1, any, any, 3].
        dtype: Of its input.
    """
    probes = [_noise(seed, *size, dtype) for seed, size in enumerate(_PROBES)]
    for tensor, shape in _candidates(graph):
        before = FrozenGraph(graph.graph, graph.input, {"small": tensor}).pruned(["small"])
        values = [before.run(probe)["small"][0] for probe in probes]
        resize = _fit(shape, probes, values)
        if resize:
            return _from(graph, tensor, shape), resize
    return None


def cut_output(graph: FrozenGraph, adapter: Adapter) -> tuple[FrozenGraph, Suppression] | None:
    """The graph up to the raw boxes and scores, and the suppression after it; None when it has none.

    Args:
        graph: A frozen graph with the raw outputs and those that are read.
        adapter: How the model is read.
    """
    signature = adapter.signature
    if not _CHOSEN.issuperset(adapter.outputs):
        return None
    raw = [signature.output(name) for name in RAW_OUTPUTS]
    chosen = signature.output(_BOXES)
    shapes = [tensor.shape if tensor else None for tensor in (*raw, chosen)]
    if any(shape is None or len(shape) != 3 or None in shape[1:] for shape in shapes):
        return None
    boxes, _, rows = shapes
    assert boxes and rows
    suppression = read_suppression(graph, int(rows[1] or 0), background=True)
    return (graph.pruned(RAW_OUTPUTS), suppression) if suppression and boxes[2] == 4 else None


def _candidates(graph: FrozenGraph) -> Iterator[tuple[str, tuple[int | None, ...]]]:
    """Tensors [one or any, h, w, 3], in the order of the graph, through which all of the picture goes."""
    import tensorflow as tf

    found = 0
    with tf.Graph().as_default() as space:
        tf.graph_util.import_graph_def(graph.graph, name="")
    for operation in space.get_operations():
        shape = operation.outputs[0].shape if len(operation.outputs) == 1 else None
        if shape is None or shape.rank != 4 or operation.outputs[0].dtype != tf.float32:
            continue
        sizes = tuple(shape.as_list())
        if (
            sizes[0] in (None, 1)
            and sizes[3] == 3
            and None not in sizes[1:]
            and _is_gate(graph, operation.name)
        ):
            found += 1
            yield operation.outputs[0].name, sizes
            if found == _FIRST_TENSORS:
                return


def _is_gate(graph: FrozenGraph, name: str) -> bool:
    """Whether the outputs do not read the picture but through this node, and the node does read it."""
    source = node_of(graph.input)
    outputs = [node_of(tensor) for tensor in graph.outputs.values()]
    return source not in behind(graph.graph, outputs, without=name) and source in behind(graph.graph, [name])


def _fit(
    shape: tuple[int | None, ...], probes: Sequence[NDArray[Any]], values: Sequence[NDArray[np.float32]]
) -> Resize | None:
    """The resizing that makes each value of its probe, if there is one."""
    for grid in GRIDS:
        plain = Resize(int(shape[1] or 0), int(shape[2] or 0), grid)
        scale, offset = _affine(plain.apply(probes[0][0]), values[0])
        resize = replace(plain, scale=scale, offset=offset)
        spread = max(map(abs, scale)) * 255
        if all(
            np.abs(resize.apply(probe[0]) - value).max() <= _TOLERANCE * spread
            for probe, value in zip(probes, values, strict=True)
        ):
            return resize
    return None


def _affine(
    plain: NDArray[np.float32], value: NDArray[np.float32]
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """For each colour the scale and the offset that come closest, rounded to what a person would write."""
    fits = [
        np.polynomial.Polynomial.fit(plain[..., colour].ravel(), value[..., colour].ravel(), 1)
        .convert()
        .coef.tolist()
        for colour in range(3)
    ]
    offsets, scales = zip(*((fit[0], fit[1]) if len(fit) > 1 else (fit[0], 0.0) for fit in fits), strict=True)
    scale, offset = ([_rounded(number) for number in numbers] for numbers in (scales, offsets))
    return (scale[0], scale[1], scale[2]), (offset[0], offset[1], offset[2])


def _rounded(number: float) -> float:
    return float(f"{number:.6g}") if abs(number - round(number)) > 1e-5 else float(round(number))


def _from(graph: FrozenGraph, tensor: str, shape: tuple[int | None, ...]) -> FrozenGraph:
    """The graph with a placeholder in place of a tensor."""
    from tensorflow.core.framework.graph_pb2 import GraphDef

    name = node_of(tensor)
    rest = GraphDef()
    rest.CopyFrom(graph.graph)
    (node,) = (node for node in rest.node if node.name == name)
    node.Clear()
    node.name, node.op = name, "Placeholder"
    node.attr["dtype"].type = 1  # DT_FLOAT
    for size in shape:
        node.attr["shape"].shape.dim.add(size=-1 if size is None else size)
    return FrozenGraph(rest, f"{name}:0", graph.outputs).pruned(list(graph.outputs))


def _noise(seed: int, height: int, width: int, dtype: str) -> NDArray[Any]:
    pixels = np.random.default_rng(seed).integers(0, 256, (1, height, width, 3), np.uint8)
    return pixels.astype(dtype)
