"""What a run came to: counted as it goes, told at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tfod_runtime.coco import FoundObject
from tfod_runtime.errors import PictureProblem


@dataclass(slots=True)
class LabelCount:
    """What was found of one label: objects, pictures that have it, and the best score, from 0.0 to 1.0."""

    objects: int = 0
    pictures: int = 0
    best_score: float = 0.0


@dataclass(frozen=True, slots=True)
class Failure:
    """A picture that gave no result, and why."""

    file_name: str
    code: str
    reason: str


@dataclass(slots=True)
class Tally:
    """Counts of a run that is going on."""

    pictures: int = 0
    labels: dict[str, LabelCount] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)

    def add(self, objects: Sequence[FoundObject]) -> None:
        """Counts a picture that was examined, by what stands in its line."""
        self.pictures += 1
        for label, number in Counter(found["label"] for found in objects).items():
            count = self.labels.setdefault(label, LabelCount())
            count.objects += number
            count.pictures += 1
        for found in objects:
            count = self.labels[found["label"]]
            count.best_score = max(count.best_score, found["score"])

    def fail(self, file_name: str, problem: PictureProblem) -> None:
        """Counts a picture that could not be examined."""
        self.pictures += 1
        self.failures.append(Failure(file_name, problem.code, problem.reason))

    @property
    def detections(self) -> int:
        """Objects in all pictures."""
        return sum(count.objects for count in self.labels.values())

    def by_label(self) -> list[tuple[str, LabelCount]]:
        """The labels that were found, the most frequent first."""
        return sorted(self.labels.items(), key=lambda entry: (-entry[1].objects, entry[0]))


@dataclass(frozen=True, slots=True)
class Summary:
    """A run that is over.

    Attributes:
        tally: What was counted. Failed pictures count as pictures.
        seconds: From the first picture's reading to the last one's writing; loading the model is not in it.
        image: The reference of the container image that ran, if it knows.
        model_name: The model's name.
        model_digest: The digest of its SavedModel.
        earlier: How many of the pictures were done by an earlier run, which this one went on with.
    """

    tally: Tally
    seconds: float
    image: str | None
    model_name: str
    model_digest: str
    earlier: int = 0

    @property
    def pictures_per_second(self) -> float:
        """Pictures, failed ones too, for each second of this run."""
        return (self.tally.pictures - self.earlier) / self.seconds if self.seconds > 0 else 0.0

    def to_json(self) -> dict[str, Any]:
        """The document that `summary.json` holds."""
        return {
            "pictures": self.tally.pictures,
            "earlierPictures": self.earlier,
            "detections": self.tally.detections,
            "failures": [
                {"file_name": failure.file_name, "code": failure.code, "reason": failure.reason}
                for failure in self.tally.failures
            ],
            "seconds": round(self.seconds, 3),
            "picturesPerSecond": round(self.pictures_per_second, 3),
            "image": self.image,
            "model": {"name": self.model_name, "digest": self.model_digest},
            "byLabel": {label: count.objects for label, count in self.tally.by_label()},
        }
