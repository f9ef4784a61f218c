"""The command `prepare`, and the same at the first run where no image was built."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from pathlib import Path

from tfod_runtime.errors import UsageProblem
from tfod_runtime.model import ModelFolder, open_model
from tfod_runtime.options import PrepareOptions
from tfod_runtime.prepared import PREPARED, Engine, is_prepared
from tfod_runtime.progress import Progress
from tfod_runtime.tensorflow_log import quiet_tensorflow

_SECONDS_TO_STOP = 5.0  # Docker grants a container ten


def run_prepare(options: PrepareOptions) -> int:
    """Runs the command.

    Returns:
        The exit code: 0, also when TensorFlow had better run the model as it is.

    Raises:
        RuntimeProblem: What is wrong with the model, or with the environment.
    """
    from tfod_runtime.prepare import prepare

    model = open_model(options.model)
    engine = _engine_of(options.environment)
    folder = options.bundle / PREPARED if options.bundle else options.output
    assert folder is not None  # one of the two, as the parser sees to
    if options.output and is_prepared(folder, model.digest, engine):
        return 0
    lines: list[str] = []
    with quiet_tensorflow(options.verbose):
        prepare(model, folder, lines.append, engine)
    if options.bundle:
        _add_rest(options.model, options.bundle, engine)
    print("\n".join(f"{model.name}: {line}" for line in lines))
    return 0


def _engine_of(environment: Path | None) -> Engine:
    """What an environment runs models with. What it has beside this one can be imported from then on.

    Raises:
        UsageProblem: `ENGINE_MISSING`.
    """
    if environment is None:
        return "tensorflow"
    packages = next(environment.glob("lib/python3.*/site-packages"), environment)
    if (packages / "tensorflow").is_dir():
        return "tensorflow"
    if (packages / "ai_edge_litert").is_dir():
        sys.path.append(str(packages))
        return "litert"
    raise UsageProblem(
        "ENGINE_MISSING",
        "the environment has nothing that runs a model",
        where=environment,
        expected="the package tensorflow or ai_edge_litert",
    )


def _add_rest(model: Path, bundle: Path, engine: Engine) -> None:
    """Adds to a bundle what is read of a model folder beside the prepared graph."""
    for name in ("model.json", "labels.pbtxt"):
        shutil.copyfile(model / name, bundle / name)
    if engine == "tensorflow":
        shutil.copytree(model / "saved_model", bundle / "saved_model", dirs_exist_ok=True)


def ensure_prepared(model: ModelFolder, folder: Path | None, progress: Progress) -> None:
    """Prepares a model in a process of its own, unless it was tried before.

    A failure is told and is no failure of the run: the model can be run as it is.

    Args:
        model: A folder that was checked.
        folder: Where to; None for nowhere.
        progress: Hears of it, since it takes a while.
    """
    if folder is None or is_prepared(folder, model.digest):
        return
    progress.note("preparing the model, once")
    command = [sys.executable, "-m", "tfod_runtime", "prepare", "--model", str(model.saved_model.parent)]
    with subprocess.Popen(
        [*command, "--output", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C would be its first signal, and the second one kills at once
    ) as process:
        try:
            _, said = process.communicate()
        except BaseException:
            _stop(process)
            raise
    if process.returncode:
        print(f"the model is run as it is, for it cannot be prepared:\n{said}", file=sys.stderr)


def _stop(process: subprocess.Popen[str]) -> None:
    """Ends a process, which has a moment to remove what it has begun."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_SECONDS_TO_STOP)
    process.kill()
