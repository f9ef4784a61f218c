from ..lockfile import lock_text
from ..offer import Offer
from ..wheels import Package

OFFER = Offer("2.21", "3.13")


def package(name: str, *digests: str, version: str = "1.0") -> Package:
    return Package(name, version, frozenset(digests))


def body(text: str) -> str:
    return "".join(line + "\n" for line in text.splitlines() if not line.startswith("#"))


def test_a_shared_package_stands_once_with_the_hashes_of_both_machines() -> None:
    text = lock_text(OFFER, "tf", {"x86_64": [package("numpy", "b")], "aarch64": [package("numpy", "a")]})
    assert body(text) == "numpy==1.0 \\\n    --hash=sha256:a \\\n    --hash=sha256:b\n"


def test_a_package_of_one_machine_carries_its_marker() -> None:
    text = lock_text(OFFER, "tf", {"x86_64": [package("tensorflow-cpu", "a")], "aarch64": []})
    assert body(text) == "tensorflow-cpu==1.0 ; platform_machine == 'x86_64' \\\n    --hash=sha256:a\n"


def test_two_versions_stand_apart() -> None:
    resolved = {"x86_64": [package("p", "a")], "aarch64": [package("p", "b", version="2.0")]}
    assert body(lock_text(OFFER, "tf", resolved)).splitlines()[::2] == [
        "p==1.0 ; platform_machine == 'x86_64' \\",
        "p==2.0 ; platform_machine == 'aarch64' \\",
    ]


def test_one_machine_needs_no_markers_and_says_so_in_the_command() -> None:
    text = lock_text(OFFER, "gpu", {"x86_64": [package("nvidia-cudnn-cu12", "a")]})
    assert body(text) == "nvidia-cudnn-cu12==1.0 \\\n    --hash=sha256:a\n"
    assert "--python-platform x86_64-manylinux_2_28 --python-version 3.13" in text
    assert "gpu.in --output-file gpu.lock" in text
