from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor, Future
from pathlib import Path

import pytest

from probe.an_image import Compiler, Image
from probe.catalogue import FAILURES, Failure
from tfod_runtime.probe import FINDINGS, Report

Reports = Mapping[str, "Future[Report]"]


def report_of(failure: Failure, root: Path, compiler: Compiler) -> Report:
    image = Image(root, compiler).build()
    failure.spoil(image)
    return image.probe(**failure.options)


@pytest.fixture(scope="module")
def reports(compiler: Compiler, pool: Executor, tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """Every failure's report."""
    folder = tmp_path_factory.mktemp("images")
    return {
        failure.name: pool.submit(report_of, failure, folder / str(number), compiler)
        for number, failure in enumerate(FAILURES)
    }


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.name)
def test_the_cause_is_named(reports: Reports, failure: Failure) -> None:
    report = reports[failure.name].result()
    ids = [check.id for check in report.checks]
    assert ids == [id for id in FINDINGS if id in ids]
    wrong = [check for check in report.checks if check.status == failure.status]
    assert wrong, [f"{check.id} {check.status}: {check.found}" for check in report.checks]
    first = wrong[0]
    assert (first.id, first.owner) == (failure.id, failure.owner), (first.found, first.hint)
    assert failure.says in first.found + first.hint, (first.found, first.hint)
    assert first.hint
    if failure.status == "fail":
        assert report.result == "fail"
    else:
        assert not [check.id for check in report.checks if check.status == "fail"]


def test_no_stage_runs_on_a_stage_that_failed(reports: Reports) -> None:
    checks = {check.id: check for check in reports["cuDNN 9.1"].result().checks}
    assert checks["image.ptxas"].status == "pass"
    checks = {check.id: check for check in reports["cuInit 802, no fabric manager"].result().checks}
    later = [check for id, check in checks.items() if id.startswith(("framework.", "work."))]
    assert {check.status for check in later} == {"skip"}
    assert {check.found for check in later} == {"not reached: see image.cuda-init"}
