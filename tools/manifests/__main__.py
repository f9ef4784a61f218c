"""Command line of the check."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .check import KSERVE, documents, problems


def main(arguments: list[str]) -> int:
    """Checks every manifest below a folder; 0 when all are right and there is at least one."""
    options = _parser().parse_args(arguments)
    crd = next(documents(iter([options.crd.read_text("utf-8")]))) if options.crd else None
    paths = sorted(options.folder.rglob("*.yaml"))
    wrong = 0 if paths else 1
    for path in paths:
        for manifest in documents(iter([path.read_text("utf-8")])):
            found = problems(manifest, crd)
            half = manifest["apiVersion"] == KSERVE and crd is None
            print(
                f"{path.name}: {manifest['kind']}{', the pod in it' if half else ''}: {len(found)} problems"
            )
            for problem in found:
                print(f"  {problem}", file=sys.stderr)
            wrong += len(found)
    return 1 if wrong else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.manifests",
        description="Checks manifests against the schemas of Kubernetes; fields that these lack are refused.",
    )
    parser.add_argument("folder", type=Path, help="searched for *.yaml to the bottom")
    parser.add_argument(
        "--crd",
        type=Path,
        metavar="FILE",
        help="serving.kserve.io_inferenceservices.yaml of KServe's release",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
