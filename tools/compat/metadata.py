"""Reads the metadata of one wheel from the package index, without the wheel."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from packaging.requirements import Requirement

PLATFORMS = ("manylinux_2_17_x86_64", "manylinux_2_27_x86_64", "manylinux_2_28_x86_64")


@dataclass(frozen=True)
class Metadata:
    """The version that a specifier found, and what it requires."""

    version: str
    requires: tuple[Requirement, ...]


def report_command(specifier: str, python: str) -> list[str]:
    """The argv that has pip describe, but not install, the newest wheel of ``specifier`` for ``python``."""
    return [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--no-deps"),
        *("--only-binary", ":all:", "--python-version", python, "--target", "nowhere"),
        *(argument for platform in PLATFORMS for argument in ("--platform", platform)),
        *("--report", "-", specifier),
    ]


def fetch(specifier: str, python: str) -> Metadata | None:
    """What the index says of the newest wheel of ``specifier`` for ``python``, or None when it has none.

    Raises ``RuntimeError`` with pip's words when the index cannot be asked.
    """
    done = _run(report_command(specifier, python))
    if done.returncode != 0:
        if "No matching distribution" in done.stderr:
            return None
        raise RuntimeError(done.stderr.strip())
    return read_report(done.stdout)


def read_report(text: str) -> Metadata:
    """The one package of a pip installation report."""
    (package,) = json.loads(text)["install"]
    metadata = package["metadata"]
    return Metadata(
        metadata["version"], tuple(Requirement(line) for line in metadata.get("requires_dist", ()))
    )


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)
