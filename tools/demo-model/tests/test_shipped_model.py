import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from demo_model.cli import MODEL
from demo_model.compose import Split
from demo_model.dataset import ANNOTATIONS, write_dataset
from demo_model.evaluation import evaluate, read_picture
from demo_model.export import SIGNATURE, label_map, model_card, tree_digest
from demo_model.finished import RAW_BOXES, RAW_SCORES
from demo_model.network import SIDE
from demo_model.samples import SAMPLES, TURNED, write_samples

SAVED_MODEL = MODEL / "saved_model"
LIMIT = 2_000_000


@pytest.fixture(scope="module")
def loaded() -> Any:
    return tf.saved_model.load(str(SAVED_MODEL))


@pytest.fixture(scope="module")
def picture() -> Any:
    return read_picture(MODEL / "samples" / next(iter(SAMPLES)))


def test_the_signature_is_exactly_the_od_apis(loaded: Any) -> None:
    assert list(loaded.signatures) == [SIGNATURE]
    signature = loaded.signatures[SIGNATURE]
    positional, named = signature.structured_input_signature
    assert positional == ()
    assert named == {"input_tensor": tf.TensorSpec([1, None, None, 3], tf.uint8, name="input_tensor")}
    outputs = {
        name: (spec.dtype, spec.shape.as_list()) for name, spec in signature.structured_outputs.items()
    }
    assert outputs == {
        "detection_boxes": (tf.float32, [1, 100, 4]),
        "detection_scores": (tf.float32, [1, 100]),
        "detection_classes": (tf.float32, [1, 100]),
        "num_detections": (tf.float32, [1]),
    }


def test_detections_are_sorted_counted_and_filled_up_with_zeros(loaded: Any, picture: Any) -> None:
    output = {name: value.numpy() for name, value in run(loaded, picture).items()}
    count = int(output["num_detections"][0])
    scores, boxes = output["detection_scores"][0], output["detection_boxes"][0]
    assert 0 < count < 100
    assert (np.diff(scores) <= 0).all()
    assert (scores[:count] > 0).all()
    assert not scores[count:].any()
    assert not boxes[count:].any()
    assert not output["detection_classes"][0, count:].any()
    assert set(output["detection_classes"][0, :count]) <= {1, 2, 3, 4, 5}
    assert ((boxes >= 0) & (boxes <= 1)).all()
    assert (boxes[:count, :2] < boxes[:count, 2:]).all()


def test_the_same_picture_gives_the_same_bits(loaded: Any, picture: Any) -> None:
    first, second = run(loaded, picture), run(loaded, picture)
    assert all(np.array_equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (37, 5), (256, 256), (2000, 3000)])
def test_pictures_of_any_size_are_taken(loaded: Any, size: tuple[int, int]) -> None:
    output = run(loaded, np.zeros((*size, 3), np.uint8))
    assert output["detection_boxes"].shape == (1, 100, 4)


def test_a_session_of_tensorflow_1_finds_the_weights(loaded: Any, picture: Any) -> None:
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        graph = tf.compat.v1.saved_model.load(session, ["serve"], str(SAVED_MODEL))
        signature = graph.signature_def[SIGNATURE]
        scores = session.run(
            signature.outputs["detection_scores"].name,
            {signature.inputs["input_tensor"].name: picture[None]},
        )
    assert scores == pytest.approx(run(loaded, picture)["detection_scores"].numpy(), abs=1e-5)


@pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter is deprecated:UserWarning")
def test_the_network_converts_with_the_builtins_of_tflite(loaded: Any, picture: Any) -> None:
    network = cut_network(loaded)
    content = tf.lite.TFLiteConverter.from_concrete_functions([network]).convert()
    interpreter = tf.lite.Interpreter(model_content=content)
    interpreter.allocate_tensors()
    pixels = tf.image.resize(tf.cast(picture[None], tf.float32), (SIDE, SIDE)).numpy()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], pixels)
    interpreter.invoke()
    outputs = [interpreter.get_tensor(row["index"]) for row in interpreter.get_output_details()]
    expected = {value.shape[-1]: value.numpy() for value in network(tf.constant(pixels))}
    for output in outputs:
        assert output.ravel() == pytest.approx(expected[output.shape[-1]].ravel(), abs=1e-3)


def test_the_files_are_what_model_json_says() -> None:
    card = json.loads((MODEL / "model.json").read_text())
    assert card == model_card(SAVED_MODEL)
    assert card["digest"] == tree_digest(SAVED_MODEL)
    assert card["bytes"] <= LIMIT
    assert (MODEL / "labels.pbtxt").read_text() == label_map()


def test_nothing_of_the_machine_that_trained_is_in_the_files() -> None:
    for path in SAVED_MODEL.rglob("*"):
        assert path.is_dir() or str(MODEL.parents[2]).encode() not in path.read_bytes()


def test_the_samples_come_from_their_seeds(tmp_path: Path) -> None:
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples" / "stale.jpg").write_bytes(b"")
    write_samples(tmp_path / "samples")
    shipped = sorted(path.name for path in (MODEL / "samples").iterdir())
    assert shipped == sorted(SAMPLES) == sorted(path.name for path in (tmp_path / "samples").iterdir())
    assert (tmp_path / ANNOTATIONS).read_text() == (MODEL / ANNOTATIONS).read_text()
    for name in shipped:
        assert read_picture(tmp_path / "samples" / name).shape == read_picture(MODEL / "samples" / name).shape
    assert sum((MODEL / "samples" / name).stat().st_size for name in shipped) <= 400_000


def test_one_sample_lies_on_its_side_until_its_orientation_is_honoured() -> None:
    with Image.open(MODEL / "samples" / TURNED) as stored:
        assert stored.getexif()[0x0112] == 6
        assert read_picture(MODEL / "samples" / TURNED).shape[:2] == stored.size


def test_the_model_finds_what_the_samples_show(tmp_path: Path) -> None:
    for name in SAMPLES:
        (tmp_path / name).write_bytes((MODEL / "samples" / name).read_bytes())
    (tmp_path / ANNOTATIONS).write_text((MODEL / ANNOTATIONS).read_text())
    assert evaluate(MODEL, tmp_path).at_half >= 0.95


def test_the_model_reaches_its_map_on_held_out_picture_files(tmp_path: Path) -> None:
    write_dataset(tmp_path, Split.HELD_OUT, 60, workers=2)
    score = evaluate(MODEL, tmp_path)
    assert score.at_half >= 0.9
    assert min(at_half for at_half, _ in score.by_shape.values()) >= 0.85


def run(loaded: Any, pixels: Any) -> Any:
    return loaded.signatures[SIGNATURE](input_tensor=tf.constant(pixels[None]))


def cut_network(loaded: Any) -> Any:
    """The part of the shipped graph between its one resize and its raw boxes and scores."""
    frozen = convert_variables_to_constants_v2(loaded.signatures[SIGNATURE]).graph.as_graph_def()
    (resize,) = [node.name for node in frozen.node if node.op == "ResizeBilinear"]
    raw = [node.name for node in frozen.node if node.name.endswith((RAW_BOXES, RAW_SCORES))]
    whole = tf.compat.v1.wrap_function(lambda: tf.import_graph_def(frozen, name=""), [])
    tensor = whole.graph.get_tensor_by_name
    return whole.prune(tensor(f"{resize}:0"), [tensor(f"{name}:0") for name in raw])
