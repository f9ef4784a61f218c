"""Folds what is constant in a frozen graph. Needs TensorFlow.

TensorFlow's own optimizer (Grappler) does the general part. It leaves the batch normalisation of Keras 3,
which is a product and a sum after a convolution, where it is; folded into weights and bias, the session
fuses each convolution with its bias and its activation into one operation. Nothing here depends on the
device.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfod_runtime.freeze import FrozenGraph, node_of
from tfod_runtime.grappler import optimize

_GENERAL = ("constfold", "dependency", "pruning")
"""Grappler's optimizers, in this order."""
_CONVOLUTIONS = ("Conv2D", "DepthwiseConv2dNative")
_WEIGHTS = 1
"""Which input of a convolution its weights are."""


def fold(graph: FrozenGraph) -> FrozenGraph:
    """The same function with fewer operations; values differ by the rounding of float32."""
    folded = optimize(graph, _GENERAL)
    _Folding(folded.graph, folded.outputs.values()).run()
    return folded.pruned(list(folded.outputs))


class _Folding:
    """Products and sums with constants, folded into the convolution before them.

    Args:
        graph: The GraphDef; it is changed.
        outputs: The tensors that are fetched.
    """

    def __init__(self, graph: Any, outputs: Iterable[str]) -> None:
        self._graph = graph
        self._nodes = {node.name: node for node in graph.node}
        self._uses = Counter(node_of(given) for node in graph.node for given in node.input)
        self._uses.update(map(node_of, outputs))

    def run(self) -> None:
        for node in list(self._graph.node):
            if node.op == "Mul":
                self._fold_product(node)
        for node in list(self._graph.node):
            if node.op in ("Add", "AddV2"):
                self._make_bias(node)

    def _fold_product(self, node: Any) -> None:
        """`conv(x, w) * c` becomes `conv(x, w * c)`."""
        found = self._convolution_and_constant(node)
        if found is None:
            return
        convolution, factor = found
        weights = self._nodes[node_of(convolution.input[_WEIGHTS])]
        if weights.op != "Const":
            return
        values = _array(weights)
        depthwise = convolution.op == "DepthwiseConv2dNative"
        scaled = values * (factor.reshape(values.shape[2:]) if depthwise else factor)
        convolution.input[_WEIGHTS] = self._add_constant(f"{node.name}/folded_weights", scaled)
        self._replace(node, "Identity", [convolution.name])

    def _make_bias(self, node: Any) -> None:
        """`conv(x, w) + c` becomes `BiasAdd(conv(x, w), c)`."""
        found = self._convolution_and_constant(node)
        if found:
            convolution, bias = found
            constant = self._add_constant(f"{node.name}/folded_bias", bias)
            self._replace(node, "BiasAdd", [convolution.name, constant])
            node.attr["data_format"].s = b"NHWC"

    def _convolution_and_constant(self, node: Any) -> tuple[Any, NDArray[np.float32]] | None:
        """The operands of a node: a convolution that nobody else reads, and one number for each channel."""
        if len(node.input) != 2:  # a control input
            return None
        for one, other in (tuple(node.input), tuple(reversed(node.input))):
            constant, convolution = self._nodes[node_of(other)], self._through_identities(one)
            if constant.op != "Const" or convolution is None:
                continue
            values = _array(constant)
            if values.dtype == np.float32 and values.size == self._channels(convolution) == values.shape[-1]:
                return convolution, values.ravel()
        return None

    def _through_identities(self, name: str) -> Any | None:
        node = self._nodes[node_of(name)]
        while self._uses[node.name] == 1:
            if node.op in _CONVOLUTIONS:
                return node if node.attr["data_format"].s in (b"", b"NHWC") else None
            if node.op != "Identity" or len(node.input) != 1:
                return None
            node = self._nodes[node_of(node.input[0])]
        return None

    def _channels(self, convolution: Any) -> int | None:
        weights = self._nodes[node_of(convolution.input[_WEIGHTS])]
        if weights.op != "Const":
            return None
        shape = _array(weights).shape
        return int(shape[2] * shape[3]) if convolution.op == "DepthwiseConv2dNative" else int(shape[3])

    def _add_constant(self, name: str, values: NDArray[np.float32]) -> str:
        from tensorflow import make_tensor_proto

        node = self._graph.node.add(name=name, op="Const")
        node.attr["dtype"].type = 1  # DT_FLOAT
        node.attr["value"].tensor.CopyFrom(make_tensor_proto(values))
        self._nodes[name] = node
        return name

    def _replace(self, node: Any, op: str, inputs: list[str]) -> None:
        node.op = op
        del node.input[:]
        node.input.extend(inputs)
        self._uses.update(inputs)
        self._uses[inputs[0]] -= 1


def _array(constant: Any) -> NDArray[Any]:
    from tensorflow import make_ndarray

    values: NDArray[Any] = make_ndarray(constant.attr["value"].tensor)
    return values
