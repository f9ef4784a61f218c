"""Kills workers of a run on Ray, and counts the pictures: ``python kill_workers.py MODEL FOLDER``.

Four workers on this machine look at copies of the model's samples in FOLDER; two of them are killed while
they work. Then the run itself is killed, killed again, and started once more. Every picture must be in the
results exactly once. Needs what tf.lock and ray.lock name; takes a few minutes.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

WORKERS, KILLED = 4, 2
SHARD_SIZE = 8
SOURCE = Path(__file__).resolve().parents[3] / "packages" / "tfod-runtime" / "src"


def main() -> int:
    """Runs both, prints what came of them, and fails when a picture is missing or there twice."""
    options = _parser().parse_args()
    pictures = _copies(options.model / "samples", options.folder / "pictures", options.pictures)
    report = {
        "workers": _with_killed_workers(options.model, pictures, options.folder / "workers"),
        "run": _with_killed_runs(options.model, pictures, options.folder / "run"),
    }
    print(json.dumps(report, indent=2))
    return 0 if all(each["exactlyOnce"] for each in report.values()) else 1


def _copies(samples: Path, folder: Path, count: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    files = sorted(samples.iterdir())
    for number in range(count):
        source = files[number % len(files)]
        shutil.copy(source, folder / f"{number:05}{source.suffix}")
    return folder


def _with_killed_workers(model: Path, pictures: Path, output: Path) -> dict[str, Any]:
    with _run(model, pictures, output) as process:
        killed: list[int] = []
        while len(killed) < KILLED:
            _wait_for_parts(process, output, len(killed) + 1)
            victim = next(pid for pid in _workers_of(process.pid) if pid not in killed)
            os.kill(victim, signal.SIGKILL)
            killed.append(victim)
        code = process.wait(900)
    return {"killed": len(killed), "exitCode": code, **_count(pictures, output)}


def _with_killed_runs(model: Path, pictures: Path, output: Path) -> dict[str, Any]:
    for parts in (2, 4):
        with _run(model, pictures, output) as process:
            _wait_for_parts(process, output, parts)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    with _run(model, pictures, output) as process:
        code = process.wait(900)
    summary = json.loads((output / "summary.json").read_text())
    earlier = summary["earlierPictures"]
    return {"killed": 2, "exitCode": code, "earlierPictures": earlier, **_count(pictures, output)}


@contextlib.contextmanager
def _run(model: Path, pictures: Path, output: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A run, in a group of processes of its own."""
    argv = [sys.executable, "-m", "tfod_runtime", "ray", str(pictures), "--output", str(output)]
    argv += ["--model", str(model), "--workers", str(WORKERS), "--shard-size", str(SHARD_SIZE)]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    process = subprocess.Popen(
        [*argv, "--no-annotate", "--json"],
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _wait_for_parts(process: subprocess.Popen[bytes], output: Path, count: int) -> None:
    while len(list(output.glob("parts/*.jsonl"))) < count:
        if process.poll() is not None:
            raise SystemExit(f"the run ended with {process.returncode} before anything was killed")
        time.sleep(0.05)


def _workers_of(pid: int) -> list[int]:
    """The processes below this one that hold a ShardWorker."""
    parents = {int(entry.name): _parent(entry) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
    return [each for each in parents if "ShardWorker" in _title(each) and pid in _line(each, parents)]


def _parent(entry: Path) -> int:
    with contextlib.suppress(OSError):
        return int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
    return 0


def _title(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text()
    return ""


def _line(pid: int, parents: dict[int, int]) -> Iterator[int]:
    while pid := parents.get(pid, 0):
        yield pid


def _count(pictures: Path, output: Path) -> dict[str, Any]:
    lines = (output / "detections.jsonl").read_text().splitlines()
    times = collections.Counter(json.loads(line)["file_name"] for line in lines)
    names = {path.name for path in pictures.iterdir()}
    return {
        "pictures": len(names),
        "lines": len(lines),
        "missing": len(names - set(times)),
        "twice": sum(count > 1 for count in times.values()),
        "exactlyOnce": set(times) == names and len(lines) == len(names),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="a model folder with samples")
    parser.add_argument("folder", type=Path, help="for pictures and results; made if it is not there")
    parser.add_argument("--pictures", type=int, default=400)
    return parser


if __name__ == "__main__":
    sys.exit(main())
