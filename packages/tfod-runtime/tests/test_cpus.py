from __future__ import annotations

import os
from pathlib import Path

import pytest

from tfod_runtime.cpus import available_cpus


@pytest.fixture(autouse=True)
def _eight_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)


def machine(root: Path, group: str, files: dict[str, str]) -> Path:
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(group)
    for name, text in files.items():
        path = root / "sys/fs/cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_a_machine_without_control_groups(tmp_path: Path) -> None:
    assert available_cpus(tmp_path) == 8


@pytest.mark.parametrize(
    ("quota", "cores"), [("max 100000", 8), ("200000 100000", 2), ("150000 100000", 2), ("10000 100000", 1)]
)
def test_a_container_of_version_2(tmp_path: Path, quota: str, cores: int) -> None:
    assert available_cpus(machine(tmp_path, "0::/\n", {"cpu.max": quota})) == cores


def test_the_smallest_quota_on_the_way_up_counts(tmp_path: Path) -> None:
    files = {"a/cpu.max": "300000 100000", "a/b/cpu.max": "max 100000", "a/b/c/cpu.max": "400000 100000"}
    assert available_cpus(machine(tmp_path, "0::/a/b/c\n", files)) == 3


@pytest.mark.parametrize("place", ["cpu,cpuacct/docker/1f", "cpu,cpuacct", "cpu"])
def test_a_container_of_version_1(tmp_path: Path, place: str) -> None:
    files = {f"{place}/cpu.cfs_quota_us": "250000", f"{place}/cpu.cfs_period_us": "100000"}
    groups = "12:memory:/docker/1f\n4:cpu,cpuacct:/docker/1f\n0::/\n"
    assert available_cpus(machine(tmp_path, groups, files)) == 3


def test_version_1_without_a_limit(tmp_path: Path) -> None:
    files = {"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}
    assert available_cpus(machine(tmp_path, "4:cpu:/\n", files)) == 8


def test_files_that_make_no_sense(tmp_path: Path) -> None:
    assert available_cpus(machine(tmp_path, "0::/\n", {"cpu.max": "plenty"})) == 8
