"""TensorFlow's own optimizer of graphs, asked ahead of time. Needs TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tfod_runtime.freeze import FrozenGraph


def optimize(graph: FrozenGraph, optimizers: Sequence[str]) -> FrozenGraph:
    """The same function, by some of Grappler's optimizers in their order.

    Args:
        graph: A frozen graph; it is left as it is.
        optimizers: Their names in `MetaOptimizer::MakeNewOptimizer`: `constfold`, `remap`.
    """
    import tensorflow as tf
    from tensorflow.core.protobuf.config_pb2 import ConfigProto
    from tensorflow.core.protobuf.meta_graph_pb2 import CollectionDef
    from tensorflow.python.grappler.tf_optimizer import OptimizeGraph

    with tf.Graph().as_default() as space:
        tf.graph_util.import_graph_def(graph.graph, name="")
    meta_graph = tf.compat.v1.train.export_meta_graph(graph_def=graph.graph, graph=space)
    kept = CollectionDef()
    kept.node_list.value.extend([graph.input, *graph.outputs.values()])
    meta_graph.collection_def["train_op"].CopyFrom(kept)
    config = ConfigProto()
    config.graph_options.rewrite_options.optimizers.extend(optimizers)
    config.graph_options.rewrite_options.min_graph_nodes = -1  # small graphs, too
    return replace(graph, graph=OptimizeGraph(config, meta_graph))
