"""The command `serve`: listen at once, load the model meanwhile, answer until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any

from tfod_runtime.allocator import keep_memory
from tfod_runtime.detector import DetectorOptions, load_detector
from tfod_runtime.errors import UsageProblem
from tfod_runtime.examine import Examiner
from tfod_runtime.model import open_model
from tfod_runtime.options import ServeOptions
from tfod_runtime.run_prepare import ensure_prepared
from tfod_runtime.selection import Select

try:
    from tfod_runtime.server.app import make_app
    from tfod_runtime.server.limits import ServerLimits
    from tfod_runtime.server.log import LogProgress, ServerLog
    from tfod_runtime.server.state import ServerState
    from tfod_runtime.server.uvicorn_server import HttpServer, listen
except ModuleNotFoundError as error:
    raise UsageProblem(
        "SERVER_PACKAGES_MISSING",
        "the packages of the server are not installed",
        found=f"no {error.name}",
        remedy="take tf.in and tf.lock (or gpu.in and gpu.lock) of a new service into requirements/",
    ) from error

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run_serve(options: ServeOptions, select: Select) -> int:
    """Runs the command until SIGTERM or Ctrl-C, then finishes what was accepted; a second Ctrl-C does not.

    Returns:
        The exit code: 0, having stopped as asked. Where work goes on that nobody waits for any more, the
        process ends here, with 0 as well.

    Raises:
        RuntimeProblem: What is wrong with the model, or the address.
    """
    model = open_model(options.model)
    limits = ServerLimits(options.workers, options.waiting, options.seconds)
    state = ServerState(model, limits)
    with listen(options.host, options.port) as listener, contextlib.closing(ServerLog()) as log:
        log.adopt("uvicorn.error")
        log.adopt("asyncio")
        log.silence("python_multipart")
        server = HttpServer(make_app(state, log), limits)

        def load() -> Examiner:
            keep_memory()
            ensure_prepared(model, options.prepared, LogProgress(log))
            how = DetectorOptions(options.limits, options.verbose, options.prepared, options.workers)
            detector = load_detector(model, how)
            return Examiner(detector, select, options.limits.max_pixels)

        host, port = listener.getsockname()[:2]
        with _Stopping(server, state, log) as stopping:
            log.write("listening", url=f"http://{host}:{port}", model=model.name, workers=limits.workers)
            asyncio.run(_serve(server, listener, state, load, log, stopping))
            if state.workers.is_busy:
                _end_process()
    return 0


def _end_process() -> None:
    """Ends the process with 0 while threads still work: Python would wait for them, nobody else does."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


async def _serve(
    server: HttpServer,
    listener: socket.socket,
    state: ServerState,
    load: Callable[[], Examiner],
    log: ServerLog,
    stopping: _Stopping,
) -> None:
    stopping.begin(asyncio.get_running_loop())
    loading = _in_thread(load)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    first: tuple[asyncio.Future[Any], ...] = (serving, loading)
    await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
    try:
        if loading.done() and not server.should_exit:
            state.become_ready(loading.result())
            log.write("ready", model=state.model.name, digest=state.model.digest)
    finally:
        if loading.done() and loading.exception():
            server.should_exit = True
        await serving
        state.workers.close()
    log.write("stopped")


def _in_thread(load: Callable[[], Examiner]) -> asyncio.Future[Examiner]:
    """What `load` returns, or raises. Its thread does not hold up the end of the process."""
    loop = asyncio.get_running_loop()
    loaded: asyncio.Future[Examiner] = loop.create_future()

    def tell(act: Callable[..., None], value: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(lambda: None if loaded.cancelled() else act(value))

    def run() -> None:
        try:
            tell(loaded.set_result, load())
        except BaseException as error:
            tell(loaded.set_exception, error)

    threading.Thread(target=run, name="load", daemon=True).start()
    return loaded


class _Stopping:
    """While it is entered, a signal stops the server; one that comes before the event loop waits for it."""

    def __init__(self, server: HttpServer, state: ServerState, log: ServerLog) -> None:
        self._server, self._state, self._log = server, state, log
        self._loop: asyncio.AbstractEventLoop | None = None
        self._early: list[int] = []
        self._asked = False
        self._earlier: dict[int, Any] = {}

    def __enter__(self) -> _Stopping:
        if threading.current_thread() is threading.main_thread():
            self._earlier = {number: signal.signal(number, self._hear) for number in _SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._earlier.items():
            signal.signal(number, handler)

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Hands to the loop what comes from now on and what has come."""
        self._loop = loop
        for number in self._early:
            self._stop(number)

    def _hear(self, number: int, frame: object) -> None:
        if self._loop is None:
            self._early.append(number)
        else:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._stop, number)

    def _stop(self, number: int) -> None:
        # A terminal sends SIGINT to all of a group, whose leader sends SIGTERM on: that is no second wish.
        self._server.force_exit = self._asked and number == signal.SIGINT
        self._asked = self._asked or number == signal.SIGINT
        self._server.should_exit = True
        self._state.stop()
        self._log.write("stopping", signal=signal.Signals(number).name)
