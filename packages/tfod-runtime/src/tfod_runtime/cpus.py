"""How many CPUs this process may really use: a container's share, not the machine's count.

`os.cpu_count()` tells of the machine. A container with `--cpus=2` on 64 cores would start 64 workers, and be
throttled. Source: https://docs.kernel.org/admin-guide/cgroup-v2.html (cpu.max) and
https://docs.kernel.org/scheduler/sched-bwc.html (cpu.cfs_quota_us, version 1).
"""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path("/")


def available_cpus(root: Path = ROOT) -> int:
    """The CPUs that may be used at once, at least 1: affinity and quota together.

    Args:
        root: Where `proc` and `sys` are.
    """
    quotas = [math.ceil(quota) for quota in _quotas(root)]
    return max(1, min([_affinity(), *quotas]))


def _affinity() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1  # not Linux


def _quotas(root: Path) -> Iterator[float]:
    """Cores, of this process's control group and of each one above it."""
    for version, path in _groups(root):
        for group in (path, *path.parents):
            quota = _version_2(group) if version == 2 else _version_1(group)
            if quota:
                yield quota
            if group.name in ("cgroup", "cpu", "cpu,cpuacct"):
                break


def _groups(root: Path) -> Iterator[tuple[int, Path]]:
    """The control groups of this process that may limit its time, from /proc/self/cgroup."""
    mounted = root / "sys/fs/cgroup"
    with contextlib.suppress(OSError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            number, controllers, path = line.split(":", 2)
            below = path.lstrip("/")
            if number == "0" and not controllers:
                yield 2, mounted / below
            elif "cpu" in controllers.split(","):
                # A container sees its own group as the root, whatever its path on the host is.
                yield from ((1, mounted / controllers / place) for place in (below, ""))
                yield from ((1, mounted / "cpu" / place) for place in (below, ""))


def _version_2(group: Path) -> float | None:
    with contextlib.suppress(OSError, ValueError):
        quota, period = (group / "cpu.max").read_text().split()
        return None if quota == "max" else int(quota) / int(period)
    return None


def _version_1(group: Path) -> float | None:
    with contextlib.suppress(OSError, ValueError):
        quota = int((group / "cpu.cfs_quota_us").read_text())
        return quota / int((group / "cpu.cfs_period_us").read_text()) if quota > 0 else None
    return None
