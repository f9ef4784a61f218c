"""The command line: parse, run a command, turn what happens into an exit code.

    0        done
    1        done, but some pictures failed
    2        not done: the command line, the model or the output folder is wrong; stderr says how
    130 143  stopped by Ctrl-C or SIGTERM

Nothing heavy is imported before a command runs, so `--help` answers at once.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence

from tfod_runtime.arguments import parse_arguments
from tfod_runtime.errors import RuntimeProblem
from tfod_runtime.options import Options, PrepareOptions, RayOptions, ServeOptions
from tfod_runtime.selection import Select, keep_all
from tfod_runtime.signals import Interrupted, interruptible
from tfod_runtime.standard_streams import readers_may_leave


def main(argv: Sequence[str] | None = None, *, select: Select = keep_all) -> int:
    """Runs the command line of a service.

    Args:
        argv: The arguments; those of the process when left out.
        select: The service's own say in which detections are reported.

    Returns:
        The exit code. An expected failure is told on stderr, in full and without a traceback.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # a stream that a test or a host program put there
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    with readers_may_leave():
        try:
            with interruptible():
                return _run(parse_arguments(sys.argv[1:] if argv is None else argv, os.environ), select)
        except RuntimeProblem as problem:
            print(problem, file=sys.stderr)
            return 2
        except Interrupted as interruption:
            print(f"stopped by {interruption.signal.name}", file=sys.stderr)
            return interruption.exit_code


def _run(options: Options, select: Select) -> int:
    if isinstance(options, ServeOptions):
        from tfod_runtime.run_serve import run_serve

        return run_serve(options, select)
    if isinstance(options, PrepareOptions):
        from tfod_runtime.run_prepare import run_prepare

        return run_prepare(options)
    if isinstance(options, RayOptions):
        from tfod_runtime.cluster.run_ray import run_ray

        return run_ray(options, select)
    from tfod_runtime.run_detect import run_detect

    return run_detect(options, select)
