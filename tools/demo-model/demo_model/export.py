"""The model folder: saved_model/, labels.pbtxt and model.json."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import tensorflow as tf

from demo_model.finished import Detector, Weights
from demo_model.shapes import Shape

SIGNATURE = "serving_default"
NOT_NEEDED = ("fingerprint.pb", "assets")
"""What TensorFlow writes beside a SavedModel and never needs for loading it."""


def export(weights: Weights, folder: Path) -> None:
    """Writes the model into `folder`; each of its parts is replaced whole."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".export-") as temporary:
        fresh = Path(temporary)
        save(Detector(weights), fresh / "saved_model")
        (fresh / "labels.pbtxt").write_text(label_map())
        (fresh / "model.json").write_text(_text(model_card(fresh / "saved_model")))
        shutil.rmtree(folder / "saved_model", ignore_errors=True)
        for part in sorted(fresh.iterdir()):
            part.replace(folder / part.name)


def save(detector: Detector, folder: Path) -> None:
    """Writes the SavedModel with its one signature and without what loading does not need."""
    options = tf.saved_model.SaveOptions(save_debug_info=False)
    tf.saved_model.save(detector, str(folder), signatures={SIGNATURE: detector.__call__}, options=options)
    for name in NOT_NEEDED:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def label_map() -> str:
    """The classes as a StringIntLabelMap in protobuf text format."""
    item = 'item {{\n  name: "{name}"\n  id: {id}\n  display_name: "{name}"\n}}\n'
    return "\n".join(item.format(name=shape.label, id=shape.value) for shape in Shape)


def model_card(saved_model: Path) -> dict[str, Any]:
    """What model.json says about the SavedModel in this folder, read from the folder itself."""
    signature = tf.saved_model.load(str(saved_model)).signatures[SIGNATURE]
    (name, spec), *_ = signature.structured_input_signature[1].items()
    files = sorted(path for path in saved_model.rglob("*") if path.is_file())
    return {
        "name": "demo",
        "source": "demo",
        "family": "tf-od-api",
        "digest": tree_digest(saved_model),
        "bytes": sum(path.stat().st_size for path in files),
        "input": _tensor(name, spec),
        "outputs": [_tensor(key, spec) for key, spec in sorted(signature.structured_outputs.items())],
        "classes": len(Shape),
        "licence": "MIT",
    }


def tree_digest(folder: Path) -> str:
    """`sha256:<hex>` over one line "<sha256 of the file>  <path>" a file, sorted by the bytes of the path."""
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    lines = [
        f"{hashlib.sha256(paths[name].read_bytes()).hexdigest()}  {name}\n"
        for name in sorted(paths, key=lambda name: name.encode())
    ]
    return "sha256:" + hashlib.sha256("".join(lines).encode()).hexdigest()


def _tensor(name: str, spec: Any) -> dict[str, Any]:
    return {"name": name, "dtype": spec.dtype.name, "shape": spec.shape.as_list()}


def _text(card: dict[str, Any]) -> str:
    """JSON with one line for each member of the card and for each output."""
    rows = []
    for key, value in card.items():
        text = json.dumps(value)
        if isinstance(value, list):
            text = "[\n" + ",\n".join(f"    {json.dumps(entry)}" for entry in value) + "\n  ]"
        rows.append(f"  {json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(rows) + "\n}\n"
