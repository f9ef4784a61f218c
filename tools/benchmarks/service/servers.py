"""The servers that are compared, each in a process of its own."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SOURCE = HERE.parents[2] / "packages" / "tfod-runtime" / "src"
READY_SECONDS = 120


@dataclass(frozen=True)
class Running:
    """A server that is ready."""

    port: int
    pid: int

    def resident(self) -> float:
        """Its memory, MiB."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024

    def cpu_seconds(self) -> float:
        """What it has computed so far, on all cores."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def command(kind: str, model: Path, prepared: Path, port: int) -> list[str]:
    """How a kind of server is started."""
    if kind == "naive":
        return [sys.executable, str(HERE / "naive_server.py"), str(model), str(port)]
    if kind.startswith("batches"):
        window = kind.rsplit(" ", 1)[1]
        return [sys.executable, str(HERE / "batch_server.py"), str(model), str(prepared), str(port), window]
    address = ["--host", "127.0.0.1", "--port", str(port)]
    return [
        sys.executable,
        "-m",
        "tfod_runtime",
        "serve",
        "--model",
        str(model),
        "--prepared",
        str(prepared),
        *address,
    ]


@contextlib.contextmanager
def running(kind: str, model: Path, prepared: Path) -> Iterator[Running]:
    """Starts a server, waits until it is ready, stops it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "TF_CPP_MIN_LOG_LEVEL": "3"}
    argv = command(kind, model, prepared, port)
    process = subprocess.Popen(argv, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _until_ready(process, port)
        yield Running(port, process.pid)
    finally:
        process.terminate()
        process.wait(30)


def _until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2),
        ):
            return
        time.sleep(0.1)
    raise SystemExit(f"{process.args!r} did not become ready")
