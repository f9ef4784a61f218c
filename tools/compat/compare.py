"""Compares a row of the matrix with what the wheels say; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from ..locks.offer import Release
from .metadata import Metadata

RUNTIME = ("tensorflow", "tensorflow-cpu")


def differences(release: Release, wheels: Mapping[str, Metadata], pythons: Iterable[str]) -> list[str]:
    """Every point in which the matrix is wrong about one TensorFlow minor, as sentences.

    Args:
        release: The row.
        wheels: The newest wheel of the minor by distribution name.
        pythons: Of the Python minors on offer, those for which the index has wheels of all of ``RUNTIME``.
    """
    found = [f"no wheel of {name}" for name in RUNTIME if name not in wheels]
    expected = [python for python in pythons if python not in release["python"]["list"]]
    found += [f"Python {python} has wheels, and the matrix does not list it" for python in expected]
    for name, metadata in wheels.items():
        if metadata.version != release["latest_known_patch"]:
            known = release["latest_known_patch"]
            found.append(f"{name}: newest patch is {metadata.version}, the matrix knows {known}")
        found += [f"{name}: {line}" for line in _requirement_differences(release, metadata)]
        found += [f"{name}: {line}" for line in _cuda_differences(release, metadata)]
    return found


def _requirement_differences(release: Release, metadata: Metadata) -> list[str]:
    wheel = _specifiers(requirement for requirement in metadata.requires if requirement.marker is None)
    found = []
    for name, listed in release["requires"].items():
        rows = listed if isinstance(listed, list) else [listed] if listed else []
        ours = {str(SpecifierSet(row["specifier"])) for row in rows} or {"nothing"}
        theirs = wheel.get(name.replace("_", "-"), "nothing")
        if theirs not in ours:
            found.append(f"requires of {name} {theirs}, the matrix says {', '.join(sorted(ours))}")
    return found


def _cuda_differences(release: Release, metadata: Metadata) -> list[str]:
    wheel = _specifiers(
        requirement
        for requirement in metadata.requires
        if requirement.marker is not None and requirement.marker.evaluate({"extra": "and-cuda"})
        if requirement.name.startswith("nvidia-")
    )
    pins = release["and_cuda_extra"]["pins"] or {}
    ours = {name: str(SpecifierSet(pin)) for name, pin in pins.items()}
    return [
        f"and-cuda takes {name} {wheel.get(name)}, the matrix says {ours.get(name)}"
        for name in sorted(wheel.keys() | ours.keys())
        if wheel.get(name) != ours.get(name)
    ]


def _specifiers(requirements: Iterable[Requirement]) -> dict[str, str]:
    return {requirement.name.replace("_", "-"): str(requirement.specifier) for requirement in requirements}
