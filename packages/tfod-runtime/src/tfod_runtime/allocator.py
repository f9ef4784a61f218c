"""Tells the C library to keep the memory of large pictures instead of giving it back after each.

By default glibc asks the kernel for every block of more than 32 MiB at most, and for a full HD picture in
floats again and again: each time its pages are cleared, one fault at a time. Source: mallopt(3).
"""

from __future__ import annotations

import contextlib
import ctypes

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_LARGEST_MMAP_THRESHOLD = 32 * 2**20  # DEFAULT_MMAP_THRESHOLD_MAX on 64 bits
_KEPT = 256 * 2**20


def keep_memory() -> None:
    """Does so where there is glibc, and nothing elsewhere."""
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_MMAP_THRESHOLD, _LARGEST_MMAP_THRESHOLD)
        mallopt(_M_TRIM_THRESHOLD, _KEPT)
