from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tfod_runtime.freeze import FrozenGraph, freeze
from tfod_runtime.fuse import fuse

SHAPE = (1, 8, 8, 4)
RUN = """
import json, sys
import numpy as np
from tfod_runtime.c_library import library_paths, load_library
from tfod_runtime.graph_session import Graph, GraphSession
graph = Graph(load_library(library_paths()), open(sys.argv[1], "rb").read())
session = GraphSession(graph, [sys.argv[2]], {"out": sys.argv[3]}, fused=True)
print(json.dumps(session.run(np.load(sys.argv[4]))["out"].ravel().tolist()))
"""


def network() -> FrozenGraph:
    """What detectors are made of. oneDNN alone fuses the residual, the depthwise and the swish."""
    random = np.random.default_rng(3)
    weights, depthwise, bias = (
        tf.constant(random.normal(size=size).astype(np.float32))
        for size in ((3, 3, 4, 4), (3, 3, 4, 1), (4,))
    )

    def call(x: tf.Tensor) -> dict[str, tf.Tensor]:
        first = tf.nn.relu6(tf.nn.bias_add(tf.nn.conv2d(x, weights, 1, "SAME"), bias))
        second = tf.nn.depthwise_conv2d(first, depthwise, (1, 1, 1, 1), "SAME")
        third = tf.nn.relu6(tf.nn.bias_add(second, bias))
        residual = tf.nn.relu6(tf.nn.bias_add(tf.nn.conv2d(third, weights, 1, "SAME"), bias) + first)
        last = tf.nn.bias_add(tf.nn.conv2d(residual, weights, 1, "SAME"), bias)
        return {"out": tf.sigmoid(last) * last}

    function = tf.function(call, input_signature=[tf.TensorSpec(SHAPE, tf.float32, name="x")])
    return freeze(function.get_concrete_function(), ["out"])


@pytest.mark.parametrize("onednn", ["0", "1"])
def test_a_fused_graph_runs_on_every_cpu(onednn: str, tmp_path: Path) -> None:
    graph = network()
    fused = fuse(graph)
    assert fused and "_FusedConv2D" in {node.op for node in fused.graph.node}
    given = np.random.default_rng(5).normal(size=SHAPE).astype(np.float32)
    (tmp_path / "graph.pb").write_bytes(fused.graph.SerializeToString())
    np.save(tmp_path / "given.npy", given)
    command = [sys.executable, "-c", RUN, "graph.pb", fused.input, fused.outputs["out"], "given.npy"]
    environment = {**os.environ, "TF_ENABLE_ONEDNN_OPTS": onednn}
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    expected = graph.run(given)["out"].ravel()
    np.testing.assert_allclose(json.loads(ended.stdout), expected, rtol=1e-4, atol=1e-4)
