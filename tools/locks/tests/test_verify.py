import pytest

from ..offer import Offer, Release, Variant
from ..verify import problems

OFFER = Offer("2.21", "3.13")
HASH = " --hash=sha256:" + "0" * 64
GOOD: dict[Variant, list[str]] = {
    "tf": [
        "numpy==2.0",
        "pillow==12.0",
        "tensorflow==2.21.0 ; platform_machine == 'aarch64'",
        "tensorflow-cpu==2.21.0 ; platform_machine == 'x86_64'",
    ],
    "gpu": ["numpy==2.0", "nvidia-cudnn-cu12==9.24.0.43", "pillow==12.0", "tensorflow==2.21.0"],
}


def release() -> Release:
    return {
        "tf_minor": "2.21",
        "latest_known_patch": "2.21.0",
        "python": {"min": "3.13", "max": "3.13", "list": ["3.13"]},
        "cudnn_tested": "9.3",
        "known_bad_cudnn": [{"versions": "==9.5.*", "why": "convolutions fail"}],
        "requires": {},
        "and_cuda_extra": {"exists": True, "pins": None},
    }


def check(variant: Variant, lines: list[str]) -> list[str]:
    return problems(OFFER, variant, "".join(f"{line}{HASH}\n" for line in lines), release())


def swapped(variant: Variant, old: str, new: str) -> list[str]:
    return [new if line.startswith(old) else line for line in GOOD[variant]]


@pytest.mark.parametrize("variant", ["tf", "gpu"])
def test_a_good_lock_has_no_problem(variant: Variant) -> None:
    assert check(variant, GOOD[variant]) == []


@pytest.mark.parametrize(
    ("variant", "lines", "says"),
    [
        ("tf", swapped("tf", "numpy", "numpy>=2.0"), "numpy is not pinned"),
        ("tf", swapped("tf", "numpy", "numpy==2.*"), "numpy is not pinned"),
        ("tf", swapped("tf", "pillow", "six==1.0"), "pillow is missing"),
        (
            "tf",
            swapped("tf", "tensorflow==", "tensorflow==2.21.0"),
            "x86_64: tensorflow beside tensorflow-cpu",
        ),
        (
            "tf",
            swapped("tf", "tensorflow-cpu", "tensorflow-cpu==2.20.0"),
            "tensorflow-cpu 2.20.0 is not 2.21",
        ),
        ("tf", [*GOOD["tf"], "nvidia-nccl-cu12==2.0"], "nvidia-nccl-cu12 in a CPU lock"),
        ("gpu", swapped("gpu", "tensorflow", "tensorflow-cpu==2.21.0"), "tensorflow is missing"),
        ("gpu", swapped("gpu", "nvidia", "nvidia-nccl-cu12==2.0"), "nvidia-cudnn-cu12 is missing"),
        (
            "gpu",
            swapped("gpu", "nvidia", "nvidia-cudnn-cu12==9.5.1.17"),
            "known to be bad: convolutions fail",
        ),
        (
            "gpu",
            swapped("gpu", "nvidia", "nvidia-cudnn-cu12==9.2.1.18"),
            "does not serve what was built with 9.3",
        ),
        (
            "gpu",
            swapped("gpu", "nvidia", "nvidia-cudnn-cu12==8.9.7.29"),
            "does not serve what was built with 9.3",
        ),
    ],
)
def test_says_what_is_wrong(variant: Variant, lines: list[str], says: str) -> None:
    assert any(says in problem for problem in check(variant, lines))


def test_a_requirement_without_a_hash() -> None:
    assert problems(OFFER, "gpu", "\n".join(GOOD["gpu"]), release())[0] == "numpy has no hash"


def test_an_address_of_an_index() -> None:
    text = "--index-url https://index.invalid/simple\n"
    lines = "".join(f"{line}{HASH}\n" for line in GOOD["gpu"])
    assert "it holds an address" in problems(OFFER, "gpu", f"# {text}{lines}", release())
