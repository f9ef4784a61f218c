"""Runs uv, the resolver. The package index is the machine's own (``UV_DEFAULT_INDEX``, ``uv.toml``)."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import uv

from .offer import Offer
from .wheels import NEWEST_GLIBC_MINOR, Package, read_pylock, supported_tags


class ResolveError(Exception):
    """The resolver found no answer; the text is its own."""


def compile_command(
    requirements: Path, offer: Offer, machine: str, constraints: Path, output: Path
) -> list[str]:
    """The argv that resolves ``requirements`` for one machine into a pylock document."""
    return [
        *(uv.find_uv_bin(), "pip", "compile", str(requirements)),
        *("--python-version", offer.python),
        *("--python-platform", f"{machine}-manylinux_2_{NEWEST_GLIBC_MINOR}"),
        *("--only-binary", ":all:"),
        *("--constraints", str(constraints)),
        *("--format", "pylock.toml", "--quiet", "--output-file", str(output)),
    ]


def resolve(
    text: str, offer: Offer, machines: Sequence[str], pins: Sequence[str] = ()
) -> dict[str, list[Package]]:
    """Resolves the requirements in ``text`` for each machine; the later ones take the versions of the first.

    ``pins`` are versions (``numpy==2.0``) that none may leave.

    Raises ``ResolveError`` with uv's own words.
    """
    resolved: dict[str, list[Package]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "requirements.in").write_text(text, encoding="utf-8")
        constraints = folder / "constraints.txt"
        constraints.write_text("".join(f"{pin}\n" for pin in pins), encoding="utf-8")
        for machine in machines:
            output = folder / f"pylock.{machine}.toml"
            _run(compile_command(folder / "requirements.in", offer, machine, constraints, output))
            packages = read_pylock(output.read_text(encoding="utf-8"), supported_tags(offer.python, machine))
            resolved[machine] = packages
            found = [f"{package.name}=={package.version}" for package in packages]
            constraints.write_text("".join(f"{pin}\n" for pin in {*pins, *found}), encoding="utf-8")
    return resolved


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ResolveError(done.stderr.strip())
