"""How many CPUs this process may really use: a container sees all of the machine's, and gets its quota."""

from __future__ import annotations

import math
import os
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")


def available_cpus(cgroup: Path = _CGROUP) -> int:
    """CPUs by affinity and by the quota of the control group (cgroup v2, or v1), at least 1.

    Args:
        cgroup: Where the control group of this process is seen, as in a container.
    """
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _quota(cgroup)
    return max(1, min(affinity, math.floor(quota))) if quota is not None else affinity


def _quota(cgroup: Path) -> float | None:
    """The CPUs that the quota comes to, None where there is none."""
    for names in (("cpu.max",), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")):
        try:
            allowed, period = " ".join((cgroup / name).read_text() for name in names).split()
            share = float(allowed) / float(period)
        except (OSError, ValueError):
            continue
        return share if share > 0 else None
    return None
