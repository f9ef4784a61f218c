"""`python -m tfod_runtime.card`: the card of a model."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tfod_runtime.card.card import make_card
from tfod_runtime.card.text import card_text
from tfod_runtime.errors import RuntimeProblem


def main(arguments: Sequence[str] | None = None) -> int:
    """Makes and prints a card.

    Returns:
        The exit code: 0, or 2 for a model that cannot be used, which stderr tells.
    """
    options = _parser().parse_args(arguments)
    try:
        card = make_card(options.model, verbose=options.verbose)
    except RuntimeProblem as problem:
        print(problem, file=sys.stderr)
        return 2
    print(json.dumps(card, indent=2) if options.as_json else card_text(card))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tfod_runtime.card", description="What a model is.")
    model = os.environ.get("TFOD_MODEL") or None
    parser.add_argument(
        "--model",
        type=Path,
        metavar="DIR",
        default=model,
        required=model is None,
        help="the folder with model.json, labels.pbtxt and saved_model/ (default: $TFOD_MODEL)",
    )
    parser.add_argument("--json", dest="as_json", action="store_true", help="print the card as JSON")
    parser.add_argument("--verbose", action="store_true", help="let TensorFlow's own log through to stderr")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
