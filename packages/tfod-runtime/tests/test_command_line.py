from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tfod_runtime.arguments import parse_arguments
from tfod_runtime.cli import main
from tfod_runtime.detections import Limits
from tfod_runtime.errors import UsageProblem
from tfod_runtime.options import DetectOptions, ServeOptions
from tfod_runtime.version import VERSION

SOURCE = Path(__file__).parents[1] / "src"


def run(*arguments: str, module: str = "tfod_runtime") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env={"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
    )


def test_help_names_the_commands() -> None:
    answer = run("--help")
    assert answer.returncode == 0
    assert answer.stdout.startswith("usage: python -m tfod_runtime ")
    assert re.search(r"detect +find objects", answer.stdout)
    assert re.search(r"serve +find objects", answer.stdout)


@pytest.mark.parametrize("command", ["detect", "serve"])
def test_help_of_a_command(command: str) -> None:
    answer = run(command, "--help")
    assert answer.returncode == 0
    assert "--min-score" in answer.stdout and "default: 0.5" in answer.stdout


@pytest.mark.parametrize("module", ["tfod_runtime", "tfod_runtime.health"])
def test_nothing_heavy_is_imported_before_it_is_needed(module: str) -> None:
    """What makes `--help` and the health check quick, without a stopwatch."""
    code = f"""
import atexit, runpy, sys
atexit.register(lambda: print("IMPORTED", *sys.modules, file=sys.stderr))
sys.argv[1:] = ["--help"]
runpy.run_module({module!r}, run_name="__main__")
"""
    answer = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(SOURCE)}, capture_output=True, text=True
    )
    imported = answer.stderr.split("IMPORTED")[1].split()
    assert "tfod_runtime" in imported
    assert not {"numpy", "PIL", "tensorflow"} & set(imported)


def test_the_version() -> None:
    assert run("--version").stdout == f"tfod-runtime {VERSION}\n"


def test_nothing_at_all_is_a_usage_error() -> None:
    answer = run()
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr == (
        "USAGE: the following arguments are required: COMMAND\n  next step python -m tfod_runtime --help\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["paint"],
        ["detect", "--model", "m"],
        ["detect", "--output", "out"],
        ["detect", "--model", "m", "--output", "out", "--min-score", "1.5"],
        ["detect", "--model", "m", "--output", "out", "--min-score", "nan"],
        ["detect", "--model", "m", "--output", "out", "--max-detections", "0"],
        ["detect", "--model", "m", "--output", "out", "--max-pixels", "many"],
        ["detect", "--model", "m", "--output", "out", "--progress", "loud"],
        ["serve", "--model", "m", "--port", "65536"],
        ["serve", "--model", "m", "a.jpg"],
        ["serve", "--model", "m", "--workers", "0"],
        ["serve", "--model", "m", "--queue", "-1"],
        ["serve", "--model", "m", "--timeout", "0"],
    ],
)
def test_wrong_usage(arguments: list[str]) -> None:
    with pytest.raises(UsageProblem) as caught:
        parse_arguments(arguments, {})
    assert caught.value.code == "USAGE"


def test_a_port_of_the_environment_that_is_none() -> None:
    with pytest.raises(UsageProblem, match="eighty"):
        parse_arguments(["serve", "--model", "m"], {"TFOD_PORT": "eighty"})


def test_the_defaults_of_detect() -> None:
    options = parse_arguments(
        ["detect", "a.jpg", "b", "--output", "out"],
        {"TFOD_MODEL": "/models/demo", "TFOD_IMAGE_REF": "parking:cpu"},
    )
    assert options == DetectOptions(
        inputs=["a.jpg", "b"],
        list_file=None,
        output=Path("out"),
        model=Path("/models/demo"),
        limits=Limits(0.5, 100, 100_000_000),
        annotate=True,
        allow_failures=False,
        progress="auto",
        as_json=False,
        verbose=False,
        prepared=None,
        resume=False,
        workers=None,
        batch=None,
        image="parking:cpu",
    )


def test_every_option_of_detect() -> None:
    text = (
        "detect --list l --output o --model m --min-score 0 --max-detections 5 --max-pixels 9 --no-annotate"
    )
    text += " --allow-failures --progress none --json --verbose --prepared p --resume --workers 3 --batch 4"
    assert parse_arguments(text.split(), {"TFOD_MODEL": "/other"}) == DetectOptions(
        inputs=[],
        list_file=Path("l"),
        output=Path("o"),
        model=Path("m"),
        limits=Limits(0.0, 5, 9),
        annotate=False,
        allow_failures=True,
        progress="none",
        as_json=True,
        verbose=True,
        prepared=Path("p"),
        resume=True,
        workers=3,
        batch=4,
        image=None,
    )


@pytest.mark.parametrize(
    ("arguments", "environment", "port"),
    [
        ([], {}, 8080),
        ([], {"TFOD_PORT": "9000"}, 9000),
        (["--port", "0"], {"TFOD_PORT": "9000"}, 0),
    ],
)
def test_the_port(arguments: list[str], environment: dict[str, str], port: int) -> None:
    options = parse_arguments(["serve", *arguments], {"TFOD_MODEL": "m", **environment})
    assert isinstance(options, ServeOptions)
    assert (options.host, options.port, options.model, options.limits, options.verbose) == (
        *("0.0.0.0", port, Path("m"), Limits(), False),
    )


@pytest.mark.parametrize(
    ("arguments", "environment", "expected"),
    [
        ([], {"TFOD_WORKERS": "3"}, (3, 12, 30.0)),
        (["--workers", "5"], {"TFOD_WORKERS": "3"}, (5, 20, 30.0)),
        (["--workers", "2", "--queue", "0", "--timeout", "1.5"], {}, (2, 0, 1.5)),
    ],
)
def test_the_bounds_of_a_server(
    arguments: list[str], environment: dict[str, str], expected: tuple[int, int, float]
) -> None:
    options = parse_arguments(["serve", *arguments], {"TFOD_MODEL": "m", **environment})
    assert isinstance(options, ServeOptions)
    assert (options.workers, options.waiting, options.seconds) == expected


def test_all_that_is_wrong_is_told_at_once_before_tensorflow_is_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out"
    arguments = ["detect", f"{tmp_path}/gone.jpg", "--model", f"{tmp_path}/model", "--output", str(output)]
    assert main(arguments) == 2
    streams = capsys.readouterr()
    assert streams.out == ""
    assert re.findall(r"^[A-Z_]+(?=:)", streams.err, re.M) == ["MODEL_MISSING", "INPUT_MISSING"]
    assert not output.exists()


@pytest.mark.parametrize("name", ["stdout", "stderr"])
@pytest.mark.parametrize("code", [0, 1])
def test_a_reader_that_leaves_changes_no_exit_code(
    monkeypatch: pytest.MonkeyPatch, name: str, code: int
) -> None:
    told: list[str] = []

    def run_and_tell(options: object, select: object) -> int:
        print("words", file=getattr(sys, name), flush=True)
        told.append("all of it")
        return code

    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as unread:
        monkeypatch.setattr(sys, name, unread)
        monkeypatch.setattr("tfod_runtime.cli._run", run_and_tell)
        assert main(["detect", "a", "--output", "out", "--model", "m"]) == code
    assert told == ["all of it"]


def test_a_connection_that_breaks_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(options: object, select: object) -> int:
        raise BrokenPipeError

    monkeypatch.setattr("tfod_runtime.cli._run", run)
    with pytest.raises(BrokenPipeError):
        main(["detect", "a", "--output", "out", "--model", "m"])


def test_inputs_and_a_list_exclude_each_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["detect", "a", "--list", "b", "--output", str(tmp_path), "--model", "m"]) == 2
    assert "not both" in capsys.readouterr().err


def test_the_public_names() -> None:
    import tfod_runtime

    assert sorted(tfod_runtime.__all__) == [
        *("Box", "Detection", "Picture", "RuntimeProblem", "Select", "__version__", "main")
    ]
    assert all(hasattr(tfod_runtime, name) for name in tfod_runtime.__all__)
