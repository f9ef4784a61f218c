"""The command `ray`: pictures in shards, shards on the workers of a Ray cluster, parts into one result."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

from tfod_runtime.errors import UsageProblem
from tfod_runtime.model import ModelFolder, open_model
from tfod_runtime.options import RayOptions
from tfod_runtime.output import ANNOTATED, RESULTS, SUMMARY
from tfod_runtime.progress import Progress, open_progress
from tfod_runtime.report import render_report
from tfod_runtime.run_prepare import ensure_prepared
from tfod_runtime.selection import Select
from tfod_runtime.summary import Summary
from tfod_runtime.version import VERSION

try:
    import ray
    import ray.data

    from tfod_runtime.cluster.manifest import Manifest, digest_of
    from tfod_runtime.cluster.pictures import PictureShard, StoredPicture, find_stored, in_shards
    from tfod_runtime.cluster.shard_worker import ShardJob, ShardWorker, rows_of
    from tfod_runtime.cluster.storage import Storage
except ModuleNotFoundError as error:
    raise UsageProblem(
        "RAY_MISSING",
        "Ray is not installed",
        found=f"no {error.name}",
        remedy="install ray.lock on top of the lock of the service, or use infer --engine=ray --using=python",
    ) from error


def run_ray(options: RayOptions, select: Select) -> int:
    """Runs the command, or goes on with it where an earlier run was stopped.

    Returns:
        The exit code: 0, or 1 when pictures failed and that was not allowed.

    Raises:
        RuntimeProblem: What is wrong with the pictures, the model, the output or the cluster.
    """
    model = open_model(options.model)
    pictures = find_stored(options.inputs, leave_out=f"{options.output}/{ANNOTATED}")
    shards = in_shards(pictures, options.shard_size)
    manifest = Manifest(Storage(options.output))
    manifest.begin(_identity(options, model, pictures))
    done = manifest.done()
    rest = [shard for shard in shards if shard.index not in done]
    earlier = sum(len(shard.pictures) for shard in shards) - sum(len(shard.pictures) for shard in rest)
    progress = open_progress(options.progress, sys.stderr)
    ensure_prepared(model, options.prepared, progress)
    began = time.monotonic()
    try:
        if rest:
            _work(rest, options, select, progress)
        tally = manifest.finish(len(shards))
    finally:
        progress.finish()
    summary = Summary(tally, time.monotonic() - began, options.image, model.name, model.digest, earlier)
    manifest.write_summary(summary.to_json())
    _tell(options, summary)
    return 1 if tally.failures and not options.allow_failures else 0


def _identity(options: RayOptions, model: ModelFolder, pictures: Sequence[StoredPicture]) -> dict[str, Any]:
    """What decides the results, and how they are divided."""
    return {
        "model": model.digest,
        "pictures": digest_of(pictures),
        "shardSize": options.shard_size,
        "minScore": options.limits.min_score,
        "maxDetections": options.limits.max_detections,
        "annotate": options.annotate,
        "runtime": VERSION,
    }


def _work(shards: Sequence[PictureShard], options: RayOptions, select: Select, progress: Progress) -> None:
    progress.note(f"starting {options.workers} workers")
    _connect(options)
    try:
        progress.start(sum(len(shard.pictures) for shard in shards))
        for row in _results(shards, options, select):
            for number in range(row["pictures"]):
                progress.step(failed=number < row["failed"])
    finally:
        ray.shutdown()


def _connect(options: RayOptions) -> None:
    quiet: dict[str, Any] = {"log_to_driver": options.verbose, "logging_level": logging.ERROR}
    local: dict[str, Any] = {"num_cpus": options.workers, "include_dashboard": False}
    try:
        ray.init(address=options.address or "local", **quiet, **({} if options.address else local))
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise UsageProblem(
            "RAY_UNREACHABLE",
            "there is no such Ray cluster",
            where=options.address,
            found=str(error).splitlines()[0],
            remedy="start one (ray start --head), or leave --address out",
        ) from error


def _results(shards: Sequence[PictureShard], options: RayOptions, select: Select) -> Iterator[dict[str, Any]]:
    """What the workers say of each shard when its part is there; Ray runs those of lost workers again."""
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = options.verbose
    context.print_on_execution_start = options.verbose
    job = ShardJob(
        options.model.resolve(),
        options.prepared and options.prepared.resolve(),
        options.limits,
        select,
        options.output,
        options.annotate,
    )
    data = ray.data.from_items(rows_of(shards), override_num_blocks=len(shards)).map_batches(
        ShardWorker,
        batch_size=1,
        fn_constructor_args=(job,),
        compute=ray.data.ActorPoolStrategy(
            size=min(options.workers, len(shards)), max_tasks_in_flight_per_actor=1
        ),
        num_cpus=1,
        max_restarts=-1,
        max_task_retries=-1,
    )
    yield from data.iter_rows()


def _tell(options: RayOptions, summary: Summary) -> None:
    if options.as_json:
        print(json.dumps(summary.to_json(), indent=2))
        return
    places = [(name.split(".")[0], f"{options.output}/{name}") for name in (RESULTS, SUMMARY)]
    print(render_report(summary, [("results", places[0][1]), ("summary", places[1][1])]))
