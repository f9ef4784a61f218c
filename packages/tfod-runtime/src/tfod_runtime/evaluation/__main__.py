"""`python -m tfod_runtime.evaluation`: one file of detections against one of annotations."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tfod_runtime.errors import RuntimeProblem
from tfod_runtime.evaluation.confusion import confusion
from tfod_runtime.evaluation.scores import IOU_TYPES, score
from tfod_runtime.evaluation.truth import read_results, read_truth


def main(arguments: Sequence[str] | None = None) -> int:
    """Evaluates and prints one JSON document.

    Returns:
        The exit code: 0, or 2 for files that cannot be used, which stderr tells.
    """
    options = _parser().parse_args(arguments)
    try:
        truth = read_truth(options.annotations)
        results = read_results(options.detections, truth)
        document = {
            "iouType": options.iou_type,
            "pictures": len(truth.images),
            "detections": len(results),
            **score(truth, results, options.iou_type),
            "confusion": confusion(truth, results, options.min_score),
        }
        print(json.dumps(document))
    except RuntimeProblem as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tfod_runtime.evaluation", description="COCO's evaluation of the detections of a run."
    )
    parser.add_argument(
        "--annotations",
        type=Path,
        required=True,
        metavar="FILE",
        help="what is in the pictures, in COCO's format",
    )
    parser.add_argument(
        "--detections", type=Path, required=True, metavar="FILE", help="the detections.jsonl of `detect`"
    )
    parser.add_argument(
        "--iou-type", choices=IOU_TYPES, default=IOU_TYPES[0], help="what is compared (default: %(default)s)"
    )
    parser.add_argument(
        "--min-score",
        type=float,
        default=0.5,
        metavar="S",
        help="what counts in the confusion matrix (default: %(default)s)",
    )
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
