"""Command line of the check."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..locks.offer import PYTHONS, Release, offered, read_releases
from .compare import RUNTIME, differences
from .metadata import Metadata, fetch

MATRIX = Path(__file__).resolve().parents[2] / "packages" / "tfod" / "data" / "compat.json"


def main(arguments: list[str]) -> int:
    """Checks every TensorFlow minor on offer; 0 when the matrix is right, 1 when it is not."""
    argparse.ArgumentParser(
        prog="python -m tools.compat",
        description="Holds packages/tfod/data/compat.json, for the TensorFlow minors on offer, against the "
        "metadata of the wheels on the package index that pip is set up for.",
    ).parse_args(arguments)
    releases = read_releases(MATRIX)
    minors = sorted({offer.tensorflow for offer in offered(releases.values())})
    wrong = 0
    for minor in minors:
        found = _check(releases[minor])
        wrong += len(found)
        print(f"{minor}: {'; '.join(found) or 'as the wheels say'}", flush=True)
    return 1 if wrong else 0


def _check(release: Release) -> list[str]:
    wheels: dict[str, Metadata] = {}
    pythons = []
    for python in PYTHONS:
        found = {name: fetch(f"{name}=={release['tf_minor']}.*", python) for name in RUNTIME}
        if all(found.values()):
            pythons.append(python)
        wheels.update({name: metadata for name, metadata in found.items() if metadata})
    missing = [python for python in release["python"]["list"] if python in PYTHONS and python not in pythons]
    listed = [f"Python {python} is listed and has no wheels" for python in missing]
    return listed + differences(release, wheels, pythons)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
