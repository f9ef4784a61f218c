"""The script that everyone writes against the runtime, on the same pictures and model.

    python tools/benchmarks/inference/compare.py --work /tmp/inference [--rounds 3] [--pictures 300]

Makes a model of the size of SSD MobileNet V2, and pictures of 640 by 480 and 1920 by 1080, from seeds.
Then every way is run in turn, each time in a process of its own, for as many rounds as asked; what is
compared are medians of the ratios within a round, so that a machine that is busy for a while is busy for all.

Every way is run on one picture and on all of them. The first is the start; the difference is the steady
state: pictures a second, and how busy the cores were. Beside that stands what the network alone could do on
all cores (`limit.py`), which no way can exceed that runs this network. Needs the developers' environment
(`.venv`) with TensorFlow and LiteRT; OpenCV, which only the naive script wants, is installed beside it.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
RUNTIME = ROOT / "packages/tfod-runtime/src"
MIN_SCORE = "0.3"
OPENCV = "opencv-python-headless==5.0.0.93"
SIZES = {"640x480": (640, 480), "1920x1080": (1920, 1080)}
MIN_IOU = 0.99


@dataclass(frozen=True)
class Way:
    """One way to detect: its name, its command for a folder of pictures, and its environment.

    Attributes:
        limit: The command that tells how many pictures a second its network alone can do.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    limit: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Measured:
    """One process: seconds from its start to its end, CPU seconds, peak of resident memory in MB."""

    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True)
class Figures:
    """What two processes tell, one on a single picture and one on all."""

    start: float
    rate: float
    total_rate: float
    cpu_ms: float
    busy: float
    peak: float
    limit: float


def main() -> None:
    """Runs everything and prints tables."""
    options = _options()
    work: Path = options.work
    environment = prepare(work, options)
    cores = len(os.sched_getaffinity(0))
    print(f"{cores} cores, load {os.getloadavg()[0]:.1f} at the start\n")
    for model in options.models:
        for size in options.sizes:
            for annotate in (False, True) if options.annotate else (False,):
                title = f"{model}, {size}{', annotated' if annotate else ''}"
                _compare(title, ways(work, model, annotate, environment), work / size, options, cores)
    print(f"load {os.getloadavg()[0]:.1f} at the end")


def prepare(work: Path, options: argparse.Namespace) -> dict[str, str]:
    """Makes what is not there yet: models, their prepared forms, pictures, OpenCV. The environment of all."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(RUNTIME)}
    work.mkdir(parents=True, exist_ok=True)
    if not (work / "opencv").is_dir():
        _call(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--target", work / "opencv", OPENCV)
    if not (work / "ssd/labels.pbtxt").is_file():
        _call(sys.executable, HERE / "ssd_model.py", work / "ssd", environment=environment)
    if not (work / "demo").exists():
        (work / "demo").symlink_to(ROOT / "packages/tfod/demo")
    for size in options.sizes:
        folder = work / size
        if len(list(folder.glob("*.jpg"))) != options.pictures:
            width, height = SIZES[size]
            _call(sys.executable, HERE / "pictures.py", folder, options.pictures, width, height)
        one = work / f"{size}-one"
        one.mkdir(exist_ok=True)
        (one / "00000.jpg").write_bytes((folder / "00000.jpg").read_bytes())
    lite = work / "lite"
    if not lite.is_dir():
        packages = lite / "lib/python3/site-packages"
        packages.mkdir(parents=True)
        from ai_edge_litert import __file__ as installed

        (packages / "ai_edge_litert").symlink_to(Path(installed).parent)
    for model in options.models:
        command = (sys.executable, "-m", "tfod_runtime", "prepare", "--model", work / model)
        _call(*command, "--output", work / f"{model}-tf", environment=environment)
        packages = ("--environment", lite / "lib/python3/site-packages")
        _call(*command, "--output", work / f"{model}-lite", *packages, environment=environment)
    return environment


def ways(work: Path, model: str, annotate: bool, environment: dict[str, str]) -> list[Way]:
    """The naive script, and the runtime on both engines."""
    python = sys.executable
    naive = (python, str(HERE / "naive.py"), str(work / model), "{pictures}", "{output}")
    ours = (
        *(python, "-m", "tfod_runtime", "detect", "{pictures}", "--model", str(work / model)),
        *("--output", "{output}", "--min-score", MIN_SCORE, "--progress", "none"),
        *(() if annotate else ("--no-annotate",)),
    )
    limit = (python, str(HERE / "limit.py"), str(work / model))
    return [
        Way(
            "naive",
            (*naive, "--annotate") if annotate else naive,
            {**environment, "PYTHONPATH": str(work / "opencv")},
        ),
        *(
            Way(
                name, (*ours, "--prepared", str(prepared)), environment, (*limit, str(prepared), "{pictures}")
            )
            for name, prepared in (
                ("runtime, TensorFlow", work / f"{model}-tf"),
                ("runtime, LiteRT", work / f"{model}-lite"),
            )
        ),
    ]


def _compare(
    title: str, found: Sequence[Way], pictures: Path, options: argparse.Namespace, cores: int
) -> None:
    count = len(list(pictures.glob("*.jpg")))
    one = pictures.with_name(f"{pictures.name}-one")
    rounds: list[list[Figures]] = []
    for _ in range(options.rounds):
        rounds.append([])
        for way in found:
            alone, all_of_them = (
                run(way, folder, options.work / "out" / way.name) for folder in (one, pictures)
            )
            rounds[-1].append(figures(alone, all_of_them, count, cores, limit_of(way, pictures)))
    naive = read_results(options.work / "out" / "naive")
    print(f"## {title}: {count} pictures, {options.rounds} rounds\n")
    print(
        "| way | pictures/s | / naive | network alone | / naive | with start | start s | / naive "
        "| CPU ms | busy | peak MB | / naive |"
    )
    print(f"|---|{'---:|' * 11}")
    for index, way in enumerate(found):
        own = [each[index] for each in rounds]
        print(f"| {way.name} | {_row(own, [each[0] for each in rounds])} |")
    for way in found[1:]:
        print(f"\n{way.name}: {agreement(naive, read_results(options.work / 'out' / way.name))}")
    print(flush=True)


def _row(own: Sequence[Figures], naive: Sequence[Figures]) -> str:
    def median(name: str) -> float:
        return statistics.median(getattr(figure, name) for figure in own)

    def ratio(name: str) -> float:
        return statistics.median(getattr(a, name) / getattr(b, name) for a, b in zip(own, naive, strict=True))

    def bound() -> float:
        return statistics.median(a.limit / b.rate for a, b in zip(own, naive, strict=True))

    return " | ".join(
        (
            *(f"{median('rate'):.1f}", f"{ratio('rate'):.2f}"),
            *(f"{median('limit'):.1f}", f"{bound():.2f}", f"{ratio('total_rate'):.2f}"),
            *(f"{median('start'):.2f}", f"{ratio('start'):.2f}"),
            *(f"{median('cpu_ms'):.1f}", f"{median('busy'):.2f}"),
            *(f"{median('peak'):.0f}", f"{ratio('peak'):.2f}"),
        )
    )


def run(way: Way, pictures: Path, output: Path) -> Measured:
    """Runs a way once, to its end."""
    names = {"{pictures}": str(pictures), "{output}": str(output)}
    command = [names.get(part, part) for part in way.command]
    began = time.perf_counter()
    with subprocess.Popen(
        command, env=dict(way.environment), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        told = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{way.name} failed:\n{told.decode()}")
    seconds = time.perf_counter() - began
    return Measured(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def limit_of(way: Way, pictures: Path) -> float:
    """Pictures a second of the network alone; not a number for a way that has none of its own."""
    if way.limit is None:
        return math.nan
    command = [str(pictures) if part == "{pictures}" else part for part in way.limit]
    told = subprocess.run(
        command, env=dict(way.environment), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
    )
    return float(json.loads(told.stdout)["rate"])


def figures(alone: Measured, all_of_them: Measured, count: int, cores: int, limit: float) -> Figures:
    """What the two processes tell."""
    wall, cpu = all_of_them.wall - alone.wall, all_of_them.cpu - alone.cpu
    return Figures(
        start=alone.wall,
        rate=(count - 1) / wall,
        total_rate=count / all_of_them.wall,
        cpu_ms=cpu / (count - 1) * 1000,
        busy=cpu / wall / cores,
        peak=all_of_them.peak,
        limit=limit,
    )


def read_results(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The detections of each picture in COCO's form."""
    found: dict[str, list[dict[str, Any]]] = {}
    for result in json.loads((folder / "detections.json").read_text()):
        found.setdefault(result["file_name"], []).append(result)
    return found


def agreement(
    naive: Mapping[str, Sequence[dict[str, Any]]], ours: Mapping[str, Sequence[dict[str, Any]]]
) -> str:
    """How many detections have a twin of the same class that covers them by 99 %."""
    count = sum(map(len, naive.values()))
    twins, worst = 0, 1.0
    for name, found in naive.items():
        left = list(ours.get(name, ()))
        for one in found:
            same = [other for other in left if other["category_id"] == one["category_id"]]
            best = max(same, key=lambda other: iou(one["bbox"], other["bbox"]), default=None)
            if best is not None and iou(one["bbox"], best["bbox"]) >= MIN_IOU:
                left.remove(best)
                twins, worst = twins + 1, min(worst, iou(one["bbox"], best["bbox"]))
    total = sum(map(len, ours.values()))
    return f"{twins} of {count} detections found again among {total}, worst IoU {worst:.4f}"


def iou(one: Sequence[float], other: Sequence[float]) -> float:
    """Intersection over union of two boxes x, y, width, height."""
    wide = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    high = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    common = max(0.0, wide) * max(0.0, high)
    union = one[2] * one[3] + other[2] * other[3] - common
    return common / union if union > 0 else 1.0


def _call(*command: object, environment: Mapping[str, str] | None = None) -> None:
    subprocess.run([str(part) for part in command], check=True, env=environment and dict(environment))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="a folder that is kept")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--models", nargs="+", choices=("ssd", "demo"), default=("ssd", "demo"))
    parser.add_argument("--sizes", nargs="+", choices=tuple(SIZES), default=tuple(SIZES))
    parser.add_argument("--annotate", action="store_true", help="measure with annotated pictures, too")
    return parser.parse_args()


if __name__ == "__main__":
    main()
