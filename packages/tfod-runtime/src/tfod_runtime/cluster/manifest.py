"""What of a run is done: a part for each shard, which is there in full or not at all.

run.json           what decides the results; a run goes on only as the same
parts/00000.jsonl  one line for each picture of shard 0, also for one that failed
detections.jsonl   at the end: the lines of all parts, in order
detections.json    at the end: COCO results
summary.json       at the end, and last

A shard that is looked at twice, because its worker was killed before its part was whole or after, writes the
same part under the same name: so no picture is lost, and none counts twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tfod_runtime.cluster.pictures import StoredPicture
from tfod_runtime.cluster.storage import Storage
from tfod_runtime.coco import to_results
from tfod_runtime.errors import OutputProblem, PictureProblem
from tfod_runtime.output import LINES, RESULTS, SUMMARY
from tfod_runtime.summary import Tally

_RUN, _PARTS = "run.json", "parts"


class Manifest:
    """The results of one run, as far as they are there."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def begin(self, run: Mapping[str, Any]) -> None:
        """Begins a run, or goes on with the same one.

        Raises:
            OutputProblem: `OUTPUT_OF_ANOTHER_RUN` when what decides the results differs; nothing is touched.
        """
        written = self._storage.read(_RUN)
        if written is None:
            self._storage.write(_RUN, json.dumps(run, indent=2).encode() + b"\n")
            return
        earlier = json.loads(written)
        differing = sorted(name for name in {*earlier, *run} if earlier.get(name) != run.get(name))
        if differing:
            raise OutputProblem(
                "OUTPUT_OF_ANOTHER_RUN",
                "the results of another run are there",
                where=self._storage.address,
                found=f"another {', '.join(differing)}",
                remedy="give another --output, or remove what is there",
            )

    def done(self) -> set[int]:
        """The shards whose parts are there."""
        names = self._storage.names(_PARTS)
        return {int(name.split(".")[0]) for name in names if name.endswith(".jsonl")}

    def write_part(self, shard: int, lines: Sequence[Mapping[str, Any]]) -> None:
        """Writes what came of a shard, all at once."""
        text = "".join(f"{json.dumps(line)}\n" for line in lines)
        self._storage.write(f"{_PARTS}/{shard:05}.jsonl", text.encode())

    def lines(self, shards: int) -> Iterator[dict[str, Any]]:
        """The lines of all parts, in the order of the pictures."""
        for shard in range(shards):
            part = self._storage.read(f"{_PARTS}/{shard:05}.jsonl")
            assert part is not None, f"shard {shard} is not done"
            yield from (json.loads(text) for text in part.splitlines())

    def finish(self, shards: int) -> Tally:
        """Puts the parts together, and counts."""
        tally = Tally()
        with self._storage.stream(LINES) as lines, self._storage.stream(RESULTS) as results:
            separator = b"[\n"
            for line in self.lines(shards):
                if "failure" in line:
                    failure = line["failure"]
                    tally.fail(line["file_name"], PictureProblem(failure["code"], failure["reason"]))
                    continue
                tally.add(line["detections"])
                lines.write(json.dumps(line).encode() + b"\n")
                for result in to_results(line):
                    results.write(separator + json.dumps(result).encode())
                    separator = b",\n"
            results.write(b"[]\n" if separator == b"[\n" else b"\n]\n")
        return tally

    def write_summary(self, summary: Mapping[str, Any]) -> None:
        """Writes the summary, last of all."""
        self._storage.write(SUMMARY, json.dumps(summary, indent=2).encode() + b"\n")


def digest_of(pictures: Sequence[StoredPicture]) -> str:
    """`sha256:…` of the names and addresses of pictures."""
    digest = hashlib.sha256()
    for each in pictures:
        # A file's name may be bytes that are no text, which Python keeps in halves of characters.
        digest.update(f"{each.name}\0{each.address}\n".encode("utf-8", "surrogateescape"))
    return f"sha256:{digest.hexdigest()}"
