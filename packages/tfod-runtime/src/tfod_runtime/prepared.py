"""A model made ready for running: a graph that holds its weights, and what stands around it.

prepared.json   what follows here, as JSON
graph.pb        a GraphDef without variables, for TensorFlow's C library; or
graph.tflite    the same for LiteRT

It is made once (`prepare.py`), where there is TensorFlow: when the image is built, or at the first run
elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

from tfod_runtime.resize import Resize
from tfod_runtime.signature import Signature, Tensor
from tfod_runtime.suppression import Suppression

SCHEMA = 2
DESCRIPTION = "prepared.json"
PREPARED = "prepared"
"""The folder beside `saved_model/`."""

Engine: TypeAlias = Literal["tensorflow", "litert"]
GRAPH_FILES: Mapping[Engine, str] = {"tensorflow": "graph.pb", "litert": "graph.tflite"}


@dataclass(frozen=True, slots=True)
class Threshold:
    """Where the score threshold of the graph's own suppression stands in the file of the graph.

    Attributes:
        value: What the model was exported with. A lower one must not be set.
        offsets: Bytes from the start, of a float32 in little endian each.
    """

    value: float
    offsets: tuple[int, ...]

    def raise_to(self, score: float, graph: bytearray) -> None:
        """Sets the threshold in the bytes of a graph, so that boxes which will not be reported cost nothing.

        Suppression is greedy, and a box never suppresses a better one: what is left are the same detections.
        It keeps scores *above* its threshold, and a score that is reached counts, hence the next lower float.
        """
        wanted = np.nextafter(np.float32(score), np.float32(-1))
        for offset in self.offsets if wanted > self.value else ():
            graph[offset : offset + 4] = wanted.tobytes()


@dataclass(frozen=True, slots=True)
class Prepared:
    """What `prepared.json` says.

    Attributes:
        model: The digest of the SavedModel that it was made of.
        tensorflow: The version of TensorFlow that made it.
        engine: What runs it.
        signature: The entry point that it stands for.
        input: The tensor that is fed.
        outputs: The tensors that are fetched, by the name of the signature's output.
        resize: What is done to a picture first; None when the graph takes pictures of any size.
        suppression: What is done to the answer; None when the graph ends with the signature's own outputs.
        threshold: What may be raised in the graph; None when there is no such place.
        fused: Whether the graph is as a session would make it, which then has not to.
    """

    model: str
    tensorflow: str
    engine: Engine
    signature: Signature
    input: str
    outputs: Mapping[str, str]
    resize: Resize | None = None
    suppression: Suppression | None = None
    threshold: Threshold | None = None
    fused: bool = False

    @property
    def takes_batches(self) -> bool:
        """Whether more than one picture can be fed at once."""
        shape = self.signature.inputs[0].shape
        return shape is None or shape[0] is None

    def to_json(self) -> dict[str, Any]:
        """The document."""
        return {
            "schema": SCHEMA,
            "model": self.model,
            "tensorflow": self.tensorflow,
            "engine": self.engine,
            "signature": {
                "key": self.signature.key,
                "inputs": [_tensor_to_json(tensor) for tensor in self.signature.inputs],
                "outputs": [_tensor_to_json(tensor) for tensor in self.signature.outputs],
            },
            "input": self.input,
            "outputs": dict(self.outputs),
            "resize": self.resize.to_json() if self.resize else None,
            "suppression": self.suppression.to_json() if self.suppression else None,
            "threshold": {"value": self.threshold.value, "offsets": list(self.threshold.offsets)}
            if self.threshold
            else None,
            "fused": self.fused,
        }


def read_prepared(folder: Path, model_digest: str) -> Prepared | None:
    """What was prepared in a folder for the model of that digest; None when nothing fits."""
    try:
        written = json.loads((folder / DESCRIPTION).read_bytes())
        if written["schema"] != SCHEMA or written["model"] != model_digest:
            return None
        prepared = _from_json(written)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return prepared if (folder / GRAPH_FILES[prepared.engine]).is_file() else None


def prepared_of(folder: Path) -> str | None:
    """The digest of the SavedModel that the graph in a folder was made of; None where there is no graph."""
    try:
        written = json.loads((folder / DESCRIPTION).read_bytes())
        return str(written["model"]) if (folder / GRAPH_FILES[written["engine"]]).is_file() else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_prepared(folder: Path, model_digest: str, engine: Engine | None = None) -> bool:
    """Whether a model was prepared in a folder, or found to be better run as it is.

    Args:
        folder: Where to look.
        model_digest: Of its SavedModel.
        engine: For which engine; None for any.
    """
    try:
        written = json.loads((folder / DESCRIPTION).read_bytes())
        ours = written["schema"] == SCHEMA and written["model"] == model_digest
        return bool(ours and ("refused" in written or engine in (None, written["engine"])))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def refusal(model_digest: str, reasons: Sequence[str]) -> dict[str, Any]:
    """The document for a model that is better run as it is."""
    return {"schema": SCHEMA, "model": model_digest, "refused": list(reasons)}


def _from_json(written: Any) -> Prepared:
    signature, threshold = written["signature"], written["threshold"]
    return Prepared(
        model=written["model"],
        tensorflow=written["tensorflow"],
        engine=written["engine"],
        signature=Signature(
            signature["key"],
            tuple(map(_tensor_from_json, signature["inputs"])),
            tuple(map(_tensor_from_json, signature["outputs"])),
        ),
        input=written["input"],
        outputs=written["outputs"],
        resize=Resize.from_json(written["resize"]) if written["resize"] else None,
        suppression=Suppression.from_json(written["suppression"]) if written["suppression"] else None,
        threshold=Threshold(threshold["value"], tuple(threshold["offsets"])) if threshold else None,
        fused=written["fused"],
    )


def _tensor_to_json(tensor: Tensor) -> dict[str, Any]:
    shape = None if tensor.shape is None else list(tensor.shape)
    return {"name": tensor.name, "dtype": tensor.dtype, "shape": shape}


def _tensor_from_json(written: Any) -> Tensor:
    shape = written["shape"]
    return Tensor(written["name"], written["dtype"], None if shape is None else tuple(shape))
