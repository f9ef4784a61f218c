"""A SavedModel as one graph: variables become constants, what nobody reads goes. Needs TensorFlow.

A graph without variables loads faster, and lets TensorFlow fold what is constant: batch normalisation goes
into the convolutions before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class FrozenGraph:
    """A GraphDef without variables.

    Attributes:
        graph: The GraphDef.
        input: The tensor that is fed: `input_tensor:0`.
        outputs: The tensors that are fetched, by the name of the signature's output.
    """

    graph: Any
    input: str
    outputs: Mapping[str, str]

    def scopes(self) -> Iterator[Sequence[Any]]:
        """All nodes: those of the graph, and those of each function."""
        yield self.graph.node
        for function in self.graph.library.function:
            yield function.node_def

    def pruned(self, outputs: Sequence[str]) -> FrozenGraph:
        """The part of it that some of its outputs need."""
        from tensorflow.core.framework.graph_pb2 import GraphDef

        kept = {name: self.outputs[name] for name in outputs}
        needed = behind(self.graph, [node_of(tensor) for tensor in kept.values()]) | {node_of(self.input)}
        part = GraphDef(versions=self.graph.versions, library=self.graph.library)
        part.node.extend(node for node in self.graph.node if node.name in needed)
        return FrozenGraph(part, self.input, kept)

    def function(self) -> Any:
        """A function of TensorFlow's Python that runs it."""
        import tensorflow as tf

        def imported() -> None:
            tf.graph_util.import_graph_def(self.graph, name="")

        wrapped = tf.compat.v1.wrap_function(imported, [])
        feeds = wrapped.graph.as_graph_element(self.input)
        fetches = {name: wrapped.graph.as_graph_element(tensor) for name, tensor in self.outputs.items()}
        return wrapped.prune(feeds, fetches)

    def run(self, batch: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Its outputs for one batch, by TensorFlow's Python."""
        import tensorflow as tf

        return {name: value.numpy() for name, value in self.function()(tf.constant(batch)).items()}


def freeze(function: Any, outputs: Sequence[str]) -> FrozenGraph:
    """Freezes one signature.

    Args:
        function: An entry of `loaded.signatures`, with one input.
        outputs: Those of its outputs that are wanted.
    """
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    frozen = convert_variables_to_constants_v2(function, lower_control_flow=False)
    names = sorted(function.structured_outputs)  # as tf.nest flattens a dictionary
    tensors = dict(zip(names, (tensor.name for tensor in frozen.outputs), strict=True))
    assert [tensor.dtype for tensor in frozen.outputs] == [
        spec.dtype for spec in tf.nest.flatten(function.structured_outputs)
    ]
    (given,) = frozen.inputs
    return FrozenGraph(frozen.graph.as_graph_def(), given.name, tensors).pruned(outputs)


def behind(graph: Any, starts: Sequence[str], without: str = "") -> set[str]:
    """The names of the nodes that some nodes need, themselves too; `without` one, and what only it needs."""
    nodes = {node.name: node for node in graph.node}
    waiting, seen = list(starts), {without}
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += [node_of(given) for given in nodes[name].input]
    return seen - {without}


def node_of(tensor: str) -> str:
    """The node that a tensor, or an input of a node, comes from: `^a`, `a:1` → `a`."""
    return tensor.removeprefix("^").partition(":")[0]
