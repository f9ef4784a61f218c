"""Writes a lock that pip reads: exact versions, hashes of wheels, no address of any package index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .offer import Offer, Variant
from .wheels import Package


def lock_text(offer: Offer, variant: Variant, resolved: Mapping[str, Sequence[Package]]) -> str:
    """The lock of one variant from what was resolved for each machine (``"x86_64"``, ``"aarch64"``).

    A package that all machines share stands once, with the hashes of all their wheels; one that only some
    have carries a ``platform_machine`` marker.
    """
    blocks = [_block(package, machines, len(resolved)) for package, machines in _merged(resolved)]
    return _header(offer, variant, sorted(resolved, reverse=True)) + "".join(blocks)


def _merged(resolved: Mapping[str, Sequence[Package]]) -> list[tuple[Package, list[str]]]:
    found: dict[tuple[str, str], tuple[Package, list[str]]] = {}
    for machine, packages in resolved.items():
        for package in packages:
            known, machines = found.get((package.name, package.version), (package, []))
            union = Package(package.name, package.version, known.hashes | package.hashes)
            found[package.name, package.version] = (union, [*machines, machine])
    return [found[key] for key in sorted(found)]


def _block(package: Package, machines: Sequence[str], all_machines: int) -> str:
    head = f"{package.name}=={package.version}"
    if len(machines) < all_machines:
        head += " ; " + " or ".join(f"platform_machine == '{machine}'" for machine in machines)
    hashes = [f"    --hash=sha256:{digest}" for digest in sorted(package.hashes)]
    return " \\\n".join([head, *hashes]) + "\n"


def _header(offer: Offer, variant: Variant, machines: Sequence[str]) -> str:
    platform = "--universal" if len(machines) > 1 else f"--python-platform {machines[0]}-manylinux_2_28"
    where = " and ".join(machines)
    return (
        f"# TensorFlow {offer.tensorflow} on Python {offer.python}, Linux {where}: "
        "exact versions, and the hash of every wheel.\n"
        f"# To change it, edit {variant}.in and compile it again in this folder (`pip install uv`):\n"
        f"#   uv pip compile {platform} --python-version {offer.python} --only-binary :all: \\\n"
        f"#     --generate-hashes --no-header --no-emit-index-url {variant}.in --output-file {variant}.lock\n"
    )
