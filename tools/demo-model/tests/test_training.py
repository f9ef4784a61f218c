from collections.abc import Callable

import numpy as np
import pytest
import tensorflow as tf

from demo_model import trainable
from demo_model.augment import Example, mirrored, transposed
from demo_model.compose import Split
from demo_model.dataset import write_dataset
from demo_model.finished import Detector
from demo_model.losses import box_loss, heat_loss
from demo_model.network import SIDE, flow
from demo_model.postprocess import box_edges
from demo_model.trainable import LearningNetwork
from demo_model.training import Recipe, train
from demo_model.training_data import TrainingSet, batches, load_training_set


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> TrainingSet:
    folder = tmp_path_factory.mktemp("training")
    write_dataset(folder, Split.TRAINING, 8, workers=1)
    return load_training_set(folder)


def marked(top: int, left: int, bottom: int, right: int) -> Example:
    pixels = np.zeros((20, 20, 3), np.float32)
    pixels[top:bottom, left:right] = 255
    return pixels, np.array([[top, left, bottom, right]], np.float32) / np.float32(20)


@pytest.mark.parametrize("change", [mirrored, transposed])
def test_boxes_follow_a_mirrored_or_turned_picture(change: Callable[[Example], Example]) -> None:
    pixels, boxes = change(marked(2, 5, 8, 16))
    rows, columns = np.nonzero(pixels[..., 0])
    assert (boxes[0] * 20).round().tolist() == [rows.min(), columns.min(), rows.max() + 1, columns.max() + 1]


def test_a_training_set_holds_the_boxes_of_the_files(pictures: TrainingSet) -> None:
    assert pictures.pictures.shape == (8, SIDE, SIDE, 3)
    assert all(((boxes >= 0) & (boxes <= 1)).all() for boxes in pictures.boxes)
    assert [len(boxes) for boxes in pictures.boxes] == [len(labels) for labels in pictures.labels]


def test_a_seed_gives_the_same_batches(pictures: TrainingSet) -> None:
    one, other = (list(batches(pictures, 4, steps=5, seed=3)) for _ in range(2))
    assert len(one) == 5
    for (left, left_targets), (right, right_targets) in zip(one, other, strict=True):
        assert np.array_equal(left, right)
        assert np.array_equal(left_targets.heat, right_targets.heat)


def test_a_seed_gives_the_same_weights_and_training_lowers_the_losses(pictures: TrainingSet) -> None:
    recipe = Recipe(steps=6, batch=4)
    trained, again = train(pictures, recipe), train(pictures, recipe)
    assert all(
        np.array_equal(one.numpy(), other.numpy())
        for one, other in zip(trained.variables, again.variables, strict=True)
    )
    assert total_loss(trained, pictures) < total_loss(LearningNetwork(recipe.seed), pictures)


def total_loss(network: LearningNetwork, pictures: TrainingSet) -> float:
    ((batch, targets),) = batches(pictures, 8, steps=1, seed=1)
    heat, distances = flow(network.apply, tf.constant(batch))
    boxes = box_loss(box_edges(distances), targets.boxes, targets.weight)
    return float(heat_loss(heat, targets.heat)) + float(boxes)


def test_the_finished_network_computes_what_the_learning_one_computes(
    pictures: TrainingSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without momentum the stored statistics are those of this batch; only their variance is the unbiased one.
    monkeypatch.setattr(trainable, "MOMENTUM", 0.0)
    network = LearningNetwork(1)
    batch = tf.constant(pictures.pictures.astype(np.float32))
    learning = flow(network.apply, batch)
    finished = flow(Detector(network.folded()).apply, batch)
    for one, other in zip(learning, finished, strict=True):
        assert other.numpy().ravel() == pytest.approx(one.numpy().ravel(), abs=0.1)
