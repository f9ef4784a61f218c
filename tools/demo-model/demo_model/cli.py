"""The command line: `python -m demo_model train|evaluate|samples|pictures`."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from demo_model.compose import Split
from demo_model.dataset import write_dataset
from demo_model.samples import write_samples

MODEL = Path(__file__).parents[3] / "packages" / "tfod" / "demo"
WORKERS = os.cpu_count() or 1


def main(arguments: Sequence[str]) -> None:
    """Runs one command."""
    options = _parser().parse_args(arguments)
    options.run(options)


def _parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m demo_model", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    train = commands.add_parser("train", help="render pictures, train on them, export the model")
    train.set_defaults(run=_train)
    _add_count(train, 4000)
    evaluate = commands.add_parser("evaluate", help="measure the exported model on held-out picture files")
    evaluate.set_defaults(run=_evaluate)
    _add_count(evaluate, 300)
    samples = commands.add_parser("samples", help="write the sample pictures that ship with the model")
    samples.set_defaults(run=_samples)
    for command in (train, evaluate, samples):
        command.add_argument("--model", type=Path, default=MODEL, help="model folder (default: %(default)s)")
    pictures = commands.add_parser("pictures", help="write pictures and COCO annotations to look at")
    pictures.set_defaults(run=_pictures)
    pictures.add_argument("folder", type=Path)
    pictures.add_argument("--split", choices=[split.name for split in Split], default=Split.HELD_OUT.name)
    _add_count(pictures, 20)
    return top


def _add_count(command: argparse.ArgumentParser, default: int) -> None:
    command.add_argument(
        "--count", type=int, default=default, help="number of pictures (default: %(default)s)"
    )


def _train(options: argparse.Namespace) -> None:
    from demo_model.export import export
    from demo_model.training import Recipe, train
    from demo_model.training_data import load_training_set

    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="demo-model-") as folder:
        write_dataset(Path(folder), Split.TRAINING, options.count, WORKERS)
        data = load_training_set(Path(folder))
    export(train(data, Recipe()).folded(), options.model)
    wall, processor = time.monotonic() - start, time.process_time()
    print(f"{options.model}: {wall:.0f} s in all, {processor:.0f} s of processor time without the rendering")


def _evaluate(options: argparse.Namespace) -> None:
    from demo_model.evaluation import evaluate

    with tempfile.TemporaryDirectory(prefix="demo-model-") as folder:
        write_dataset(Path(folder), Split.HELD_OUT, options.count, WORKERS)
        score = evaluate(options.model, Path(folder))
    print(f"{'class':10} {'mAP@0.5':>8} {'mAP@[.5:.95]':>13}")
    for shape, (at_half, over_ious) in score.by_shape.items():
        print(f"{shape.label:10} {at_half:8.4f} {over_ious:13.4f}")
    print(f"{'all':10} {score.at_half:8.4f} {score.over_ious:13.4f}   ({options.count} held-out pictures)")


def _samples(options: argparse.Namespace) -> None:
    write_samples(options.model / "samples")


def _pictures(options: argparse.Namespace) -> None:
    write_dataset(options.folder, Split[options.split], options.count, WORKERS)
