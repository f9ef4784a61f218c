"""The command `detect`: gather and check, load the model, look at every picture, tell what came of it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any, TypeVar

from tfod_runtime.allocator import keep_memory
from tfod_runtime.cpus import available_cpus
from tfod_runtime.detector import DetectorOptions, load_detector
from tfod_runtime.errors import RuntimeProblem, SeveralProblems, UsageProblem, raise_problems
from tfod_runtime.examine import Examiner
from tfod_runtime.model import ModelFolder, open_model
from tfod_runtime.options import DetectOptions
from tfod_runtime.output import ANNOTATED, LINES, RESULTS, SUMMARY, OutputFolder
from tfod_runtime.pictures import FoundPictures, find_pictures, read_list
from tfod_runtime.pipeline import Crew, run_pipeline
from tfod_runtime.progress import Progress, open_progress
from tfod_runtime.report import plural, printable, render_report
from tfod_runtime.run_prepare import ensure_prepared
from tfod_runtime.selection import Select
from tfod_runtime.signals import Interrupted
from tfod_runtime.summary import Summary, Tally
from tfod_runtime.version import VERSION

_Checked = TypeVar("_Checked")


def run_detect(options: DetectOptions, select: Select) -> int:
    """Runs the command.

    Returns:
        The exit code: 0, or 1 when pictures failed and that was not allowed.

    Raises:
        RuntimeProblem: What is wrong with the options, the model or the output folder; all of it at once.
        Interrupted: When the process is told to stop. What was written stays.
    """
    model, found = _gather(options)
    progress, tally = open_progress(options.progress, sys.stderr), Tally()
    try:
        try:
            summary = _run(options, select, model, found, progress, tally)
        finally:
            progress.finish()
    except Interrupted:
        remains = f"{tally.pictures} of {plural(len(found.pictures), 'picture')} done"
        print(f"{remains}, in {options.output / LINES}", file=sys.stderr)
        raise
    _tell(options, summary, found)
    return 1 if tally.failures and not options.allow_failures else 0


def _run(
    options: DetectOptions,
    select: Select,
    model: ModelFolder,
    found: FoundPictures,
    progress: Progress,
    tally: Tally,
) -> Summary:
    with OutputFolder(options.output, _identity(options, model), options.resume) as output:
        output.check_pictures(found.pictures)
        for line in output.earlier_lines():
            tally.add(line["detections"])
        ensure_prepared(model, options.prepared, progress)
        progress.note("loading the model")
        workers = options.workers or available_cpus()
        keep_memory()
        detector = load_detector(
            model, DetectorOptions(options.limits, options.verbose, options.prepared, workers)
        )
        examiner = Examiner(detector, select, options.limits.max_pixels)
        crew = Crew(workers, options.batch or detector.best_batch)
        output.begin()
        began = time.monotonic()
        run_pipeline(found.pictures, examiner, output, progress, tally, annotated=options.annotate, crew=crew)
        seconds = time.monotonic() - began
        summary = Summary(tally, seconds, options.image, model.name, model.digest, output.earlier)
        output.write_summary(summary.to_json())
    return summary


def _identity(options: DetectOptions, model: ModelFolder) -> dict[str, Any]:
    """What decides the results of a run, apart from its pictures."""
    return {
        "model": model.digest,
        "minScore": options.limits.min_score,
        "maxDetections": options.limits.max_detections,
        "annotate": options.annotate,
        "runtime": VERSION,
    }


def _gather(options: DetectOptions) -> tuple[ModelFolder, FoundPictures]:
    problems: list[RuntimeProblem] = []
    model = _checked(lambda: open_model(options.model), problems)
    found = _checked(lambda: _pictures(options), problems)
    raise_problems(problems)
    assert model is not None and found is not None  # or there was a problem
    return model, found


def _checked(check: Callable[[], _Checked], problems: list[RuntimeProblem]) -> _Checked | None:
    try:
        return check()
    except SeveralProblems as several:
        problems += several.problems
    except RuntimeProblem as problem:
        problems.append(problem)
    return None


def _pictures(options: DetectOptions) -> FoundPictures:
    found = _all_pictures(options)
    return FoundPictures(options.shard.of(found.pictures), found.others)


def _all_pictures(options: DetectOptions) -> FoundPictures:
    if options.list_file and options.inputs:
        raise UsageProblem("USAGE", "pictures are named on the command line or in a list, not both")
    if options.list_file:
        return FoundPictures(read_list(options.list_file), [])
    samples = options.model / "samples"
    if not options.inputs and not samples.is_dir():
        raise UsageProblem(
            "INPUT_MISSING",
            "no pictures are named, and the model has no samples",
            remedy="name a folder, a pattern or files",
        )
    return find_pictures(options.inputs or [str(samples)], leave_out=options.output / ANNOTATED)


def _tell(options: DetectOptions, summary: Summary, found: FoundPictures) -> None:
    if options.as_json:
        print(json.dumps(summary.to_json(), indent=2))
        return
    outputs = [("results", str(options.output / RESULTS)), ("summary", str(options.output / SUMMARY))]
    if options.annotate:
        outputs.append(("annotated", str(options.output / ANNOTATED)))
    print(render_report(summary, outputs))
    if found.others:
        names = ", ".join(printable(str(path)) for path in found.others[:3])
        names += ", …" if len(found.others) > 3 else ""
        count = plural(len(found.others), "file")
        print(f"{count} left out, not named like pictures: {names}", file=sys.stderr)
