"""The command `prepare`, and the same at the first run where no image was built."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tfod_runtime.model import ModelFolder, open_model
from tfod_runtime.options import PrepareOptions
from tfod_runtime.prepared import is_prepared
from tfod_runtime.progress import Progress
from tfod_runtime.tensorflow_log import quiet_tensorflow


def run_prepare(options: PrepareOptions) -> int:
    """Runs the command.

    Returns:
        The exit code: 0, also when the model is better run as it is.

    Raises:
        RuntimeProblem: What is wrong with the model.
    """
    from tfod_runtime.prepare import prepare

    model = open_model(options.model)
    lines: list[str] = []
    with quiet_tensorflow(options.verbose):
        prepare(model, options.output, lines.append)
    print("\n".join(f"{model.name}: {line}" for line in lines))
    return 0


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
    ended = subprocess.run([*command, "--output", str(folder)], capture_output=True, text=True)
    if ended.returncode:
        print(f"the model is run as it is, for it cannot be prepared:\n{ended.stderr}", file=sys.stderr)
