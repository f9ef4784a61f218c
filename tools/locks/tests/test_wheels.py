import pytest

from ..wheels import platform_tags, read_pylock, supported_tags

DIGEST = {letter: letter * 64 for letter in "abcdef"}


def wheel(file_name: str, digest: str) -> str:
    return f'{{ url = "https://index.invalid/x/{file_name}", hashes = {{ sha256 = "{digest}" }} }}'


def pylock(*wheels: str) -> str:
    return (
        f'lock-version = "1.0"\n[[packages]]\nname = "p"\nversion = "1.0"\nwheels = [{", ".join(wheels)}]\n'
    )


def test_keeps_only_wheels_of_this_python_and_machine() -> None:
    text = pylock(
        wheel("p-1.0-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", DIGEST["a"]),
        wheel("p-1.0-cp313-cp313-manylinux_2_17_aarch64.whl", DIGEST["b"]),
        wheel("p-1.0-cp312-cp312-manylinux_2_17_x86_64.whl", DIGEST["c"]),
        wheel("p-1.0-cp313-cp313t-manylinux_2_17_x86_64.whl", DIGEST["d"]),
        wheel("p-1.0-cp313-cp313-musllinux_1_2_x86_64.whl", DIGEST["e"]),
        wheel("p-1.0-cp313-cp313-manylinux_2_39_x86_64.whl", DIGEST["f"]),
    )
    assert read_pylock(text, supported_tags("3.13", "x86_64"))[0].hashes == {DIGEST["a"]}


@pytest.mark.parametrize(
    "file_name",
    ["p-1.0-py3-none-any.whl", "p-1.0-py2.py3-none-any.whl", "p-1.0-cp39-abi3-manylinux_2_28_x86_64.whl"],
)
def test_keeps_wheels_that_serve_many_pythons(file_name: str) -> None:
    packages = read_pylock(pylock(wheel(file_name, DIGEST["a"])), supported_tags("3.13", "x86_64"))
    assert packages[0].hashes == {DIGEST["a"]}


def test_reads_escaped_file_names() -> None:
    text = pylock(wheel("p-1.0%2Bcpu-py3-none-any.whl", DIGEST["a"]))
    assert read_pylock(text, supported_tags("3.10", "x86_64"))[0].hashes == {DIGEST["a"]}


def test_names_every_package_without_a_fitting_wheel() -> None:
    text = pylock(wheel("p-1.0-cp313-cp313-win_amd64.whl", DIGEST["a"]))
    with pytest.raises(ValueError, match=r"p 1\.0"):
        read_pylock(text, supported_tags("3.13", "x86_64"))


def test_platform_tags_go_from_new_to_old_with_the_legacy_names() -> None:
    tags = platform_tags("aarch64")
    assert tags[0] == "manylinux_2_28_aarch64"
    assert tags.index("manylinux_2_17_aarch64") + 1 == tags.index("manylinux2014_aarch64")
