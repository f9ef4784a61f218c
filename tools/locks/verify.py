"""What must be true of every lock that ships; says all that is wrong at once."""

from __future__ import annotations

import re
from dataclasses import dataclass

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from .offer import Offer, Release, Variant

HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
MACHINES: dict[Variant, tuple[str, ...]] = {
    "tf": ("x86_64", "aarch64"),
    "gpu": ("x86_64",),
    "lite": ("x86_64", "aarch64"),
    "ray": ("x86_64", "aarch64"),
}


@dataclass(frozen=True)
class Locked:
    """One requirement of a lock, and how many hashes it carries."""

    requirement: Requirement
    hashes: int

    @property
    def version(self) -> Version | None:
        """The exact version it is pinned to, if it is."""
        specifiers = list(self.requirement.specifier)
        exact = len(specifiers) == 1 and specifiers[0].operator == "==" and "*" not in specifiers[0].version
        return Version(specifiers[0].version) if exact else None

    def applies(self, machine: str) -> bool:
        """Whether pip would install it on ``machine``."""
        marker = self.requirement.marker
        return marker is None or marker.evaluate({"platform_machine": machine})


def parse_lock(text: str) -> list[Locked]:
    """The requirements of a lock; raises ``packaging.requirements.InvalidRequirement`` on anything else."""
    logical = re.sub(r"\\\n\s*", " ", text).splitlines()
    lines = [line for line in logical if line.strip() and not line.startswith("#")]
    return [Locked(Requirement(HASH.sub("", line).strip()), len(HASH.findall(line))) for line in lines]


def problems(offer: Offer, variant: Variant, text: str, release: Release) -> list[str]:
    """Everything that is wrong with a lock, as sentences; empty when it is fit to ship."""
    locked = parse_lock(text)
    found = [f"{item.requirement.name} is not pinned" for item in locked if item.version is None]
    found += [f"{item.requirement.name} has no hash" for item in locked if item.hashes == 0]
    if "://" in text:
        found.append("it holds an address")
    if variant == "ray":
        return found + [f"{name} is missing" for name in ("fsspec", "ray") if name not in _names(locked)]
    for machine in MACHINES[variant]:
        applying = [item for item in locked if item.applies(machine)]
        found += (
            _lite_problems(machine, applying)
            if variant == "lite"
            else _runtime_problems(offer, variant, machine, applying)
        )
    return found + (_cudnn_problems(locked, release) if variant == "gpu" else [])


def _names(locked: list[Locked]) -> set[str]:
    return {item.requirement.name for item in locked}


def _runtime_problems(offer: Offer, variant: Variant, machine: str, locked: list[Locked]) -> list[str]:
    names = {item.requirement.name: item for item in locked}
    wanted = "tensorflow-cpu" if (variant, machine) == ("tf", "x86_64") else "tensorflow"
    found = [f"{machine}: {name} is missing" for name in (wanted, "numpy", "pillow") if name not in names]
    surplus = {"tensorflow", "tensorflow-cpu"} - {wanted}
    found += [f"{machine}: {name} beside {wanted}" for name in surplus if name in names]
    version = names[wanted].version if wanted in names else None
    if version and f"{version.major}.{version.minor}" != offer.tensorflow:
        found.append(f"{machine}: {wanted} {version} is not {offer.tensorflow}")
    if variant == "tf":
        found += [f"{machine}: {name} in a CPU lock" for name in names if name.startswith("nvidia-")]
    return found


def _lite_problems(machine: str, locked: list[Locked]) -> list[str]:
    names = {item.requirement.name for item in locked}
    wanted = ("ai-edge-litert", "numpy", "pillow")
    found = [f"{machine}: {name} is missing" for name in wanted if name not in names]
    return found + [f"{machine}: {name} in a lite lock" for name in names if name.startswith("tensorflow")]


def _cudnn_problems(locked: list[Locked], release: Release) -> list[str]:
    version = next((item.version for item in locked if item.requirement.name == "nvidia-cudnn-cu12"), None)
    if version is None:
        return ["nvidia-cudnn-cu12 is missing"]
    built = Version(release["cudnn_tested"])
    found = [
        f"cuDNN {version} is known to be bad: {bad['why']}"
        for bad in release["known_bad_cudnn"]
        if version in SpecifierSet(bad["versions"])
    ]
    if version.major != built.major or version.minor < built.minor:
        found.append(f"cuDNN {version} does not serve what was built with {built}")
    return found
