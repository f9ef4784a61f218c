"""What may be typed: the commands, their options, their help."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn, TypeVar

from tfod_runtime.cpus import available_cpus
from tfod_runtime.detections import Limits
from tfod_runtime.errors import UsageProblem
from tfod_runtime.options import DetectOptions, Options, PrepareOptions, RayOptions, ServeOptions
from tfod_runtime.shard import ALL, Shard, parse_shard
from tfod_runtime.version import VERSION

_DEFAULTS = Limits()
_DEFAULT_PORT = "8080"
_WAITING_PER_WORKER = 4
_DEFAULT_TIMEOUT = 30.0
_DEFAULT_SHARD_SIZE = 64

_Number = TypeVar("_Number", int, float)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageProblem("USAGE", message, remedy=f"{self.prog} --help")


def parse_arguments(arguments: Sequence[str], environment: Mapping[str, str]) -> Options:
    """Parses a command line. `--help` and `--version` print and end the process.

    Args:
        arguments: Without the program's name.
        environment: TFOD_MODEL and TFOD_PORT are defaults, TFOD_IMAGE_REF is passed on.

    Raises:
        UsageProblem: `USAGE`.
    """
    parsed = _parser(environment).parse_args(arguments)
    if parsed.model is None:
        raise UsageProblem("USAGE", "no model is named", remedy="give --model, or set TFOD_MODEL")
    if parsed.command == "prepare":
        return PrepareOptions(parsed.model, parsed.output, parsed.bundle, parsed.environment, parsed.verbose)
    limits = Limits(parsed.min_score, parsed.max_detections, parsed.max_pixels)
    if parsed.command == "ray":
        return RayOptions(
            inputs=parsed.inputs,
            output=parsed.output,
            model=parsed.model,
            prepared=parsed.prepared,
            limits=limits,
            address=parsed.address,
            workers=parsed.workers,
            shard_size=parsed.shard_size,
            annotate=parsed.annotate,
            allow_failures=parsed.allow_failures,
            progress=parsed.progress,
            as_json=parsed.as_json,
            verbose=parsed.verbose,
            image=environment.get("TFOD_IMAGE_REF") or None,
        )
    if parsed.command == "serve":
        return ServeOptions(
            host=parsed.host,
            port=parsed.port,
            model=parsed.model,
            limits=limits,
            verbose=parsed.verbose,
            prepared=parsed.prepared,
            workers=parsed.workers,
            waiting=_WAITING_PER_WORKER * parsed.workers if parsed.queue is None else parsed.queue,
            seconds=parsed.timeout,
        )
    return DetectOptions(
        inputs=parsed.inputs,
        list_file=parsed.list_file,
        output=parsed.output,
        model=parsed.model,
        limits=limits,
        annotate=parsed.annotate,
        allow_failures=parsed.allow_failures,
        progress=parsed.progress,
        as_json=parsed.as_json,
        verbose=parsed.verbose,
        prepared=parsed.prepared,
        resume=parsed.resume,
        workers=parsed.workers,
        batch=parsed.batch,
        shard=parsed.shard,
        image=environment.get("TFOD_IMAGE_REF") or None,
    )


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog=_program(),
        description="Find objects in pictures with a TensorFlow SavedModel.",
        epilog="See `detect --help` and `serve --help` for the options of each command.",
    )
    parser.add_argument("--version", action="version", version=f"tfod-runtime {VERSION}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    source, model = _source_options(environment), _model_options(environment)
    _add_detect(
        commands.add_parser(
            "detect",
            parents=[source, model],
            help="find objects in picture files; write COCO results and annotated pictures",
            description="Find objects in picture files. Writes detections.json (COCO results), "
            "detections.jsonl (one line a picture, as it goes), annotated/ and summary.json; prints a table. "
            "A picture that cannot be read is reported at the end, and the others are done.",
        )
    )
    _add_ray(
        commands.add_parser(
            "ray",
            parents=[source, model],
            help="find objects in picture files with many machines, by Ray",
            description="Find objects in picture files with many machines. Every shard of pictures has a "
            "part of the results, which is there in full or not at all: a worker that is killed costs no "
            "picture and gives none twice; the same command goes on where a run was stopped. Needs ray.lock.",
        )
    )
    _add_serve(
        commands.add_parser(
            "serve",
            parents=[source, model],
            help="find objects in pictures that are sent over HTTP",
            description="Answer POST /detect (a picture, or a form with several) with detections as JSON or "
            "drawn in; the REST API of TensorFlow Serving under /v1, the Open Inference Protocol under /v2. "
            "GET / is a page to try it, GET /docs says the rest. GET /healthz says that the process lives, "
            "GET /readyz that the model is loaded. SIGTERM finishes what was accepted and exits 0.",
        ),
        environment,
    )
    _add_prepare(
        commands.add_parser(
            "prepare",
            parents=[source],
            help="make the model ready for running: one graph without variables",
            description="Freeze the model, cut off what nobody reads, and keep the fastest form "
            "whose detections are those of the SavedModel on the model's samples. `detect` and `serve` "
            "run it from then on. Needs TensorFlow.",
        )
    )
    return parser


def _source_options(environment: Mapping[str, str]) -> _Parser:
    parser = _Parser(add_help=False)
    parser.add_argument(
        "--model",
        type=Path,
        metavar="DIR",
        default=environment.get("TFOD_MODEL") or None,
        help="the folder with model.json, labels.pbtxt and saved_model/ (default: $TFOD_MODEL)",
    )
    parser.add_argument("--verbose", action="store_true", help="let TensorFlow's own log through to stderr")
    return parser


def _model_options(environment: Mapping[str, str]) -> _Parser:
    parser = _Parser(add_help=False)
    group = parser.add_argument_group("model")
    group.add_argument(
        "--prepared",
        type=Path,
        metavar="DIR",
        default=environment.get("TFOD_PREPARED") or None,
        help="the folder of the prepared model, which is made if it is not there "
        "(default: $TFOD_PREPARED, or prepared/ beside saved_model/ if it is there)",
    )
    group.add_argument(
        "--min-score",
        type=_between(float, 0.0, 1.0),
        default=_DEFAULTS.min_score,
        metavar="S",
        help="the lowest score to report, 0 to 1 (default: %(default)s)",
    )
    group.add_argument(
        "--max-detections",
        type=_between(int, 1, 100_000),
        default=_DEFAULTS.max_detections,
        metavar="N",
        help="how many of one picture to report, best first (default: %(default)s)",
    )
    group.add_argument(
        "--max-pixels",
        type=_between(int, 1, 10**10),
        default=_DEFAULTS.max_pixels,
        metavar="N",
        help="refuse pictures with more pixels, width times height (default: %(default)s)",
    )
    return parser


def _add_detect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "inputs",
        nargs="*",
        metavar="INPUT",
        help="a folder (searched to the bottom), a pattern in quotes ('shots/**/*.png') or a file; "
        "without any, the model's own samples",
    )
    parser.add_argument(
        "--list",
        dest="list_file",
        type=Path,
        metavar="FILE",
        help='instead of INPUT: a file with {"path": "…", "name": "…"} on each line',
    )
    parser.add_argument(
        "--output", type=Path, required=True, metavar="DIR", help="the folder for the results"
    )
    parser.add_argument(
        "--shard",
        type=_shard,
        default=ALL,
        metavar="I/N",
        help="look at part I of N, from 0/N, of the pictures: N processes, each with an --output, share them",
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on with the run in --output: leave out the pictures that it has done",
    )
    parser.add_argument(
        "--workers",
        type=_between(int, 1, 1024),
        metavar="N",
        help="how many pictures are looked at at once (default: the cores that this process may use)",
    )
    parser.add_argument(
        "--batch",
        type=_between(int, 1, 1024),
        metavar="N",
        help="how many pictures a worker takes at once (default: 1, or 8 on a GPU where the model allows it)",
    )
    _add_outcome(parser)


def _add_outcome(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-annotate", dest="annotate", action="store_false", help="write no annotated pictures"
    )
    parser.add_argument("--allow-failures", action="store_true", help="exit 0 even when some pictures failed")
    parser.add_argument(
        "--progress",
        choices=("auto", "plain", "none"),
        default="auto",
        help="on stderr: a bar where it is a terminal, else a line now and then (default: %(default)s)",
    )
    parser.add_argument(
        "--json", dest="as_json", action="store_true", help="print the summary as JSON, not as a table"
    )


def _add_ray(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "inputs",
        nargs="+",
        metavar="INPUT",
        help="a folder (searched to the bottom), a pattern in quotes or a file: a path that all machines "
        "have, or an address such as s3://bucket/pictures",
    )
    parser.add_argument(
        "--output",
        required=True,
        metavar="ADDRESS",
        help="the folder for the results, of which the same is true",
    )
    parser.add_argument(
        "--address",
        metavar="ADDRESS",
        help="the Ray cluster, such as auto or ray://head:10001 (default: one on this machine, for this run)",
    )
    parser.add_argument(
        "--workers",
        type=_between(int, 1, 100_000),
        default=str(available_cpus()),
        metavar="N",
        help="how many shards are looked at at once, each on a CPU (default: %(default)s)",
    )
    parser.add_argument(
        "--shard-size",
        type=_between(int, 1, 100_000),
        default=_DEFAULT_SHARD_SIZE,
        metavar="N",
        help="pictures that are done again when their worker is killed (default: %(default)s)",
    )
    _add_outcome(parser)


def _add_serve(parser: argparse.ArgumentParser, environment: Mapping[str, str]) -> None:
    parser.add_argument(
        "--host", default="0.0.0.0", metavar="ADDRESS", help="where to listen (default: %(default)s)"
    )
    parser.add_argument(
        "--port",
        type=_between(int, 0, 65_535),
        default=environment.get("TFOD_PORT") or _DEFAULT_PORT,
        metavar="PORT",
        help="where to listen; 0 for any that is free (default: $TFOD_PORT or 8080)",
    )
    parser.add_argument(
        "--workers",
        type=_between(int, 1, 1024),
        default=environment.get("TFOD_WORKERS") or str(available_cpus()),
        metavar="N",
        help="requests that are worked on at once (default: $TFOD_WORKERS or one for each CPU, %(default)s)",
    )
    parser.add_argument(
        "--queue",
        type=_between(int, 0, 100_000),
        metavar="N",
        help="requests that may wait for a worker; further ones are answered 429 "
        f"(default: {_WAITING_PER_WORKER} for each worker)",
    )
    parser.add_argument(
        "--timeout",
        type=_between(float, 0.1, 3600.0),
        default=_DEFAULT_TIMEOUT,
        metavar="SECONDS",
        help="from a request's arrival to its answer, or it is answered 503 (default: %(default)s)",
    )


def _shard(text: str) -> Shard:
    try:
        return parse_shard(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _add_prepare(parser: argparse.ArgumentParser) -> None:
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--output", type=Path, metavar="DIR", help="the folder for the prepared model")
    place.add_argument(
        "--bundle",
        type=Path,
        metavar="DIR",
        help="instead: a model folder with all that an image needs, the prepared model among it",
    )
    parser.add_argument(
        "--environment",
        type=Path,
        metavar="DIR",
        help="the virtual environment that will run it: with TensorFlow, or with LiteRT (default: this one)",
    )


def _between(kind: Callable[[str], _Number], low: _Number, high: _Number) -> Callable[[str], _Number]:
    def parse(text: str) -> _Number:
        with contextlib.suppress(ValueError):
            number = kind(text)
            if low <= number <= high:
                return number
        raise argparse.ArgumentTypeError(f"expected a number from {low} to {high}, found {text!r}")

    return parse


def _program() -> str:
    """What was typed to get here: `python -m parking.detect`, or the name of the script."""
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    if spec is None:
        return Path(sys.argv[0]).name
    return f"python -m {spec.name.removesuffix('.__main__')}"
