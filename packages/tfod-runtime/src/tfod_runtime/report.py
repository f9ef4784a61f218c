"""The table on the screen at the end of a run."""

from __future__ import annotations

from collections.abc import Sequence

from tfod_runtime.summary import Summary

_FAILURES_SHOWN = 20


def render_report(summary: Summary, outputs: Sequence[tuple[str, str]]) -> str:
    """What was found by label, what failed and why, and where the results are.

    Args:
        summary: The run.
        outputs: What was written: a title and a path each.
    """
    blocks = [_found(summary), _totals(summary), _failures(summary), _columns(outputs)]
    return "\n\n".join(block for block in blocks if block)


def plural(count: int, noun: str) -> str:
    """`1 picture`, `2 pictures`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def printable(text: str) -> str:
    """A name from outside as a terminal may be given it: control characters spelled out."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _found(summary: Summary) -> str:
    counts = summary.tally.by_label()
    if not counts:
        return "nothing was found"
    rows = [("label", "objects", "best score", "pictures")]
    rows += [
        (printable(label), f"{count.objects:,}", f"{count.best_score:.2f}", f"{count.pictures:,}")
        for label, count in counts
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0])]
            + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        )
        for row in rows
    )


def _totals(summary: Summary) -> str:
    tally = summary.tally
    failed = f", {len(tally.failures):,} failed" if tally.failures else ""
    return (
        f"{plural(tally.pictures, 'picture')}{failed}, {plural(tally.detections, 'object')} "
        f"in {summary.seconds:.1f} s ({summary.pictures_per_second:.1f} pictures/s)"
    )


def _failures(summary: Summary) -> str:
    failures = summary.tally.failures
    if not failures:
        return ""
    rows = [(printable(failure.file_name), failure.code, printable(failure.reason)) for failure in failures]
    shown = _columns(rows[:_FAILURES_SHOWN], indent="  ")
    rest = len(rows) - _FAILURES_SHOWN
    return "\n".join(["failed", shown, *([f"  and {rest:,} more, all in summary.json"] if rest > 0 else [])])


def _columns(rows: Sequence[Sequence[str]], indent: str = "") -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        indent + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
