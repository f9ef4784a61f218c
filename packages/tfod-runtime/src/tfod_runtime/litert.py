"""A converted graph at work in LiteRT, which was TensorFlow Lite: no TensorFlow is needed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray


class LiteRtPool:
    """Interpreters over one graph, each with one thread; a call takes one that is free, or waits.

    Args:
        graph: The file of the graph.
        input: The tensor that is fed.
        outputs: The tensors that are fetched, by the name that `run` gives them.
        workers: How many interpreters. Each keeps its weights in the order in which its kernels read them.

    Raises:
        ModuleNotFoundError: LiteRT is not installed.
        ValueError: The graph cannot be run, or has no such tensor.
    """

    def __init__(self, graph: Path, input: str, outputs: Mapping[str, str], workers: int) -> None:
        from ai_edge_litert.interpreter import Interpreter

        self._free: SimpleQueue[Any] = SimpleQueue()
        for _ in range(workers):
            interpreter = Interpreter(model_path=str(graph), num_threads=1)
            interpreter.allocate_tensors()
            self._free.put(interpreter)
        places = {detail["name"]: detail["index"] for detail in interpreter.get_output_details()}
        given = {detail["name"]: detail["index"] for detail in interpreter.get_input_details()}
        missing = [name for name in outputs.values() if name not in places]
        if missing or input not in given:
            raise ValueError(f"the graph has no tensor {(missing or [input])[0]}")
        self._input = given[input]
        self._outputs = {name: places[tensor] for name, tensor in outputs.items()}

    def run(self, batch: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """The outputs for one batch, which holds one picture.

        Raises:
            RuntimeError: When an operation fails.
        """
        interpreter = self._free.get()
        try:
            interpreter.set_tensor(self._input, batch)
            interpreter.invoke()
            return {name: np.asarray(interpreter.get_tensor(place)) for name, place in self._outputs.items()}
        finally:
            self._free.put(interpreter)
