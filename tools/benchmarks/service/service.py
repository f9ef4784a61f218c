"""Measures the runtime's server against the naive one: ``python service.py MODEL PICTURES``.

MODEL is a model folder, PICTURES a folder of JPEGs (tools/benchmarks/inference makes both). All servers run
one after the other in each round, on the same pictures; what is told is the median of the rounds' ratios.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from load import Answers, closed_loop, open_loop
from servers import SOURCE, Running, running

sys.path.insert(0, str(SOURCE))

OURS, NAIVE = "workers", "naive"
BATCHES = ("batches 0", "batches 5")
OVERLOAD = 10
WARM_UP_SECONDS = 2.0


def main() -> None:
    """Runs what was asked, and prints one JSON document."""
    options = _parser().parse_args()
    bodies = [path.read_bytes() for path in sorted(options.pictures.glob("*.jpg"))]
    prepared = options.prepared
    report: dict[str, Any] = {"rounds": []}
    for _ in range(options.rounds):
        report["rounds"].append({kind: _round(kind, options, bodies) for kind in _kinds(options)})
        _note("round", report["rounds"][-1])
    report["ratios"] = _ratios(report["rounds"])
    report["modelMilliseconds"] = _model_milliseconds(options.model, prepared, bodies)
    with running(OURS, options.model, prepared) as server:
        report["overload"] = _overload(server, bodies, options.seconds)
    _note("overload", report["overload"])
    if options.soak:
        with running(OURS, options.model, prepared) as server:
            report["soak"] = _soak(server, bodies, options.soak * 60)
    print(json.dumps(report, indent=2))


def _note(what: str, figures: dict[str, Any]) -> None:
    """What is known already, on stderr: the whole takes minutes."""
    print(f"{what}: {json.dumps(figures)}", file=sys.stderr, flush=True)


def _kinds(options: argparse.Namespace) -> tuple[str, ...]:
    return (NAIVE, OURS, *(BATCHES if options.batches else ()))


def _round(kind: str, options: argparse.Namespace, bodies: list[bytes]) -> dict[str, Any]:
    with running(kind, options.model, options.prepared) as server:
        closed_loop(server.port, bodies, 2, WARM_UP_SECONDS)
        one = closed_loop(server.port, bodies, 1, options.seconds / 2)
        before = server.cpu_seconds()
        eight = closed_loop(server.port, bodies, 8, options.seconds)
        cpu = (server.cpu_seconds() - before) / max(1, eight.count(200)) * 1000
        return {
            "c1": _told(one),
            "c8": {**_told(eight), "cpuMilliseconds": cpu},
            "mebibytes": server.resident(),
        }


def _told(answers: Answers) -> dict[str, float]:
    return {
        "perSecond": answers.rate,
        "p50": answers.percentile(0.5),
        "p99": answers.percentile(0.99),
        "notAnswered": len(answers.taken) - answers.count(200) + answers.failed,
    }


def _ratios(rounds: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    def median(kind: str, clients: str, figure: str) -> float:
        return statistics.median(
            each[kind][clients][figure] / each[NAIVE][clients][figure] for each in rounds
        )

    return {
        kind: {
            "c8 per second": median(kind, "c8", "perSecond"),
            "c8 p99": median(kind, "c8", "p99"),
            "c8 CPU": median(kind, "c8", "cpuMilliseconds"),
            "c1 p50": median(kind, "c1", "p50"),
        }
        for kind in rounds[0]
        if kind != NAIVE
    }


def _model_milliseconds(model: Path, prepared: Path, bodies: list[bytes]) -> dict[str, float]:
    """Medians of decoding and of the prepared model alone, one picture after the other."""
    from tfod_runtime.decode import decode_picture
    from tfod_runtime.detector import DetectorOptions, load_detector
    from tfod_runtime.model import open_model

    detector = load_detector(open_model(model), DetectorOptions(prepared=prepared, workers=1))
    times: dict[str, list[float]] = {"decode": [], "model": []}
    for body in bodies * 2:
        began = time.perf_counter()
        picture = decode_picture(body, "picture")
        decoded = time.perf_counter()
        detector.detect_batch([picture])
        times["decode"].append(decoded - began)
        times["model"].append(time.perf_counter() - decoded)
    return {name: statistics.median(each) * 1000 for name, each in times.items()}


def _overload(server: Running, bodies: list[bytes], seconds: float) -> dict[str, Any]:
    """Ten times what it can, after what it can was measured; then one client, at once."""
    can = closed_loop(server.port, bodies, 8, seconds / 2)
    before = server.resident()
    flood = open_loop(server.port, bodies, can.rate * OVERLOAD, seconds)
    after = closed_loop(server.port, bodies, 1, 2.0)
    return {
        "canPerSecond": can.rate,
        "offeredPerSecond": (len(flood.taken) + flood.failed) / flood.seconds,
        "notSent": flood.not_sent,
        "accepted": {**_told(flood), "count": flood.count(200)},
        "refused": {
            "count": flood.count(429),
            "p50": flood.percentile(0.5, 429),
            "p99": flood.percentile(0.99, 429),
        },
        "failed": flood.failed,
        "mebibytes": {"before": before, "after": server.resident()},
        "oneClientAfterwards": _told(after),
    }


def _soak(server: Running, bodies: list[bytes], seconds: float) -> dict[str, Any]:
    """Eighty per cent of what it can, for long; memory every minute."""
    can = closed_loop(server.port, bodies, 8, 10.0).rate
    memory, refused, answered, failed, worst = [server.resident()], 0, 0, 0, 0.0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        minute = open_loop(server.port, bodies, can * 0.8, min(60.0, max(1.0, end - time.monotonic())))
        memory.append(server.resident())
        answered, refused = answered + minute.count(200), refused + minute.count(429)
        failed, worst = failed + minute.failed, max(worst, minute.percentile(0.99))
    return {
        "seconds": seconds,
        "perSecond": can * 0.8,
        "answered": answered,
        "refused": refused,
        "failed": failed,
        "worstP99": worst,
        "mebibytes": memory,
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--prepared", type=Path, required=True, help="a folder for the prepared model")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=15.0, help="of each measurement")
    parser.add_argument("--batches", action="store_true", help="micro-batches too")
    parser.add_argument("--soak", type=float, default=0.0, metavar="MINUTES")
    return parser


if __name__ == "__main__":
    main()
