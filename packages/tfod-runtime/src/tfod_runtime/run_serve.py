"""The command `serve`: listen at once, load the model meanwhile, answer until told to stop."""

from __future__ import annotations

import sys
import threading

from tfod_runtime.detector import DetectorOptions, load_detector
from tfod_runtime.examine import Examiner
from tfod_runtime.model import open_model
from tfod_runtime.options import ServeOptions
from tfod_runtime.selection import Select
from tfod_runtime.server import DetectionServer
from tfod_runtime.signals import Interrupted


def run_serve(options: ServeOptions, select: Select) -> int:
    """Runs the command until SIGTERM or Ctrl-C, then finishes what is under way.

    Returns:
        The exit code: 0, having stopped as asked.

    Raises:
        RuntimeProblem: What is wrong with the model, or the address.
    """
    model = open_model(options.model)
    server = DetectionServer(options.host, options.port)
    threading.Thread(target=server.serve_forever, name="accept", daemon=True).start()
    try:
        print(f"listening on {server.url}, loading the model", file=sys.stderr, flush=True)
        detector = load_detector(model, DetectorOptions(options.limits, options.verbose))
        server.examiner = Examiner(detector, select, options.limits.max_pixels)
        print(f"ready: {model.name} on {server.url}", file=sys.stderr, flush=True)
        threading.Event().wait()
    except Interrupted as interruption:
        print(f"{interruption.signal.name}: finishing what is under way", file=sys.stderr, flush=True)
    finally:
        server.stop()
    return 0
