import pytest
from packaging.requirements import Requirement

from ...locks.offer import Release
from ..compare import differences
from ..metadata import Metadata


def release() -> Release:
    return {
        "tf_minor": "2.21",
        "latest_known_patch": "2.21.0",
        "python": {"min": "3.12", "max": "3.13", "list": ["3.12", "3.13"]},
        "cudnn_tested": "9.3",
        "known_bad_cudnn": [],
        "requires": {
            "numpy": [{"specifier": ">=1.26.0"}],
            "ml_dtypes": {"specifier": ">=0.5.1,<1.0.0"},
            "tensorboard": None,
        },
        "and_cuda_extra": {"exists": True, "pins": {"nvidia-cudnn-cu12": ">=9.3.0.75,<10.0"}},
    }


LINES = (
    "numpy>=1.26.0",
    "ml_dtypes<1.0.0,>=0.5.1",
    'nvidia-cudnn-cu12<10.0,>=9.3.0.75; extra == "and-cuda"',
    'tensorflow-io-gcs-filesystem>=0.23.1; extra == "gcs-filesystem"',
)


def compare(*lines: str, version: str = "2.21.0", pythons: tuple[str, ...] = ("3.12", "3.13")) -> list[str]:
    metadata = Metadata(version, tuple(Requirement(line) for line in lines))
    return differences(release(), {"tensorflow": metadata, "tensorflow-cpu": metadata}, pythons)


def test_no_difference() -> None:
    assert compare(*LINES) == []


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (("numpy>=2.0", *LINES[1:]), "requires of numpy >=2.0, the matrix says >=1.26.0"),
        (LINES[1:], "requires of numpy nothing, the matrix says >=1.26.0"),
        ((*LINES, "tensorboard~=2.21.0"), "requires of tensorboard ~=2.21.0, the matrix says nothing"),
        (LINES[:2], "and-cuda takes nvidia-cudnn-cu12 None, the matrix says <10.0,>=9.3.0.75"),
        (
            (*LINES, 'nvidia-nccl-cu12>=2.27.7; extra == "and-cuda"'),
            "and-cuda takes nvidia-nccl-cu12 >=2.27.7, the matrix says None",
        ),
    ],
)
def test_says_where_the_matrix_is_wrong(lines: tuple[str, ...], says: str) -> None:
    assert compare(*lines) == [f"tensorflow: {says}", f"tensorflow-cpu: {says}"]


def test_a_newer_patch() -> None:
    assert "tensorflow: newest patch is 2.21.1, the matrix knows 2.21.0" in compare(*LINES, version="2.21.1")


def test_a_python_that_is_not_listed() -> None:
    assert compare(*LINES, pythons=("3.12", "3.13", "3.14")) == [
        "Python 3.14 has wheels, and the matrix does not list it"
    ]


def test_a_wheel_that_is_not_there() -> None:
    assert differences(release(), {}, ()) == ["no wheel of tensorflow", "no wheel of tensorflow-cpu"]
