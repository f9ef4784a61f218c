"""The locks in ``packages/tfod/locks``, held against the matrix and against their own ``.in`` files."""

from pathlib import Path

import pytest
from packaging.requirements import Requirement

from ..inputs import input_text
from ..offer import VARIANTS, Offer, Variant, offered, read_releases
from ..verify import MACHINES, parse_lock, problems

PLUGIN = Path(__file__).resolve().parents[3] / "packages" / "tfod"
RELEASES = read_releases(PLUGIN / "data" / "compat.json")
OFFERS = offered(RELEASES.values())

each_lock = pytest.mark.parametrize(
    ("offer", "variant"),
    [(offer, variant) for offer in OFFERS for variant in VARIANTS],
    ids=lambda value: f"{value.tensorflow}-py{value.python}" if isinstance(value, Offer) else value,
)


def shipped(offer: Offer, variant: Variant, suffix: str) -> str:
    return (PLUGIN / "locks" / offer.folder / f"{variant}.{suffix}").read_text(encoding="utf-8")


def test_the_three_newest_minors_and_nothing_else_are_there() -> None:
    on_disk = {
        Offer(path.parent.parent.name, path.parent.name[2:]) for path in (PLUGIN / "locks").rglob("tf.lock")
    }
    assert on_disk == set(OFFERS)
    assert {offer.tensorflow for offer in OFFERS} == {"2.19", "2.20", "2.21"}


@each_lock
def test_is_fit_to_ship(offer: Offer, variant: Variant) -> None:
    assert problems(offer, variant, shipped(offer, variant, "lock"), RELEASES[offer.tensorflow]) == []


@each_lock
def test_comes_from_the_input_beside_it(offer: Offer, variant: Variant) -> None:
    asked = shipped(offer, variant, "in")
    assert asked == input_text(offer, variant)
    wanted = [Requirement(line) for line in asked.splitlines() if not line.startswith("#")]
    for machine in MACHINES[variant]:
        locked = {
            item.requirement.name: item.version
            for item in parse_lock(shipped(offer, variant, "lock"))
            if item.applies(machine)
        }
        for requirement in wanted:
            if requirement.marker is None or requirement.marker.evaluate(
                {"platform_machine": machine, "python_version": offer.python}
            ):
                version = locked[requirement.name]
                assert version is not None and version in requirement.specifier


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: f"{offer.tensorflow}-py{offer.python}")
def test_ray_comes_on_top_of_the_others(offer: Offer) -> None:
    below = {item.requirement.name: item.version for item in parse_lock(shipped(offer, "tf", "lock"))}
    for item in parse_lock(shipped(offer, "ray", "lock")):
        assert item.version == below.get(item.requirement.name, item.version), item.requirement.name
