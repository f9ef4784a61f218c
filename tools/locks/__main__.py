"""Command line of the lock compiler."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from .inputs import input_text
from .lockfile import lock_text
from .offer import VARIANTS, Offer, Release, Variant, offered, read_releases
from .resolver import ResolveError, resolve
from .verify import MACHINES, parse_lock, problems

PLUGIN = Path(__file__).resolve().parents[2] / "packages" / "tfod"


def main(arguments: list[str]) -> int:
    """Compiles the locks that ``arguments`` choose; 0 when all were written, 1 when one could not be."""
    options = _parser().parse_args(arguments)
    releases = read_releases(PLUGIN / "data" / "compat.json")
    chosen = [
        offer
        for offer in offered(releases.values())
        if options.tensorflow in (None, offer.tensorflow) and options.python in (None, offer.python)
    ]
    if not chosen:
        print("nothing to compile: the matrix offers no such pair", file=sys.stderr)
        return 1
    failures = 0
    for offer in chosen:
        for variant in options.variants or VARIANTS:
            failures += not _compile(offer, variant, releases[offer.tensorflow], options.output)
    return 1 if failures else 0


def _compile(offer: Offer, variant: Variant, release: Release, output: Path) -> bool:
    target = output / offer.folder / f"{variant}.lock"
    requirements = input_text(offer, variant)
    try:
        pins = _pins(target.with_name("tf.lock")) if variant == "ray" else ()
        text = lock_text(offer, variant, resolve(requirements, offer, MACHINES[variant], pins))
    except (ResolveError, ValueError) as error:
        print(f"{target}: {error}", file=sys.stderr)
        return False
    wrong = problems(offer, variant, text, release)
    for problem in wrong:
        print(f"{target}: {problem}", file=sys.stderr)
    if wrong:
        return False
    _write(target.with_suffix(".in"), requirements)
    _write(target, text)
    print(f"{target}: {text.count('==')} packages", flush=True)
    return True


def _pins(lock: Path) -> list[str]:
    """The exact versions of a lock, as requirements."""
    locked = parse_lock(lock.read_text(encoding="utf-8"))
    return [f"{item.requirement.name}=={item.version}" for item in locked]


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = path.with_suffix(path.suffix + ".part")
    whole.write_text(text, encoding="utf-8", newline="\n")
    os.replace(whole, path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.locks",
        description="Compiles tf.lock, gpu.lock, lite.lock and ray.lock for every TensorFlow and Python that "
        "the plugin offers, with uv, from the package index that the machine is set up for.",
    )
    parser.add_argument("--tensorflow", metavar="MINOR", help="only this minor, for example 2.21")
    parser.add_argument("--python", metavar="MINOR", help="only this Python, for example 3.13")
    parser.add_argument(
        "--variants", nargs="+", choices=VARIANTS, metavar="VARIANT", help="only these of tf, gpu and ray"
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=PLUGIN / "locks",
        metavar="DIR",
        help="where to write (default: %(default)s)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
