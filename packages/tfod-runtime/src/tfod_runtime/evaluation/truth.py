"""What is in the pictures: a COCO annotation file, checked, and the detections of a run in its terms."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfod_runtime.errors import UsageProblem

_LISTS = ("images", "annotations", "categories")


@dataclass(frozen=True, slots=True)
class Truth:
    """A COCO annotation file.

    Attributes:
        document: The file, with numbers for all ids of pictures and categories and for all boxes.
        images: The id of each picture, by its file name.
        categories: The name of each category, by its id, sorted by id.
    """

    document: Mapping[str, Any]
    images: Mapping[str, int]
    categories: Mapping[int, str]


def read_truth(path: Path) -> Truth:
    """Reads an annotation file.

    Raises:
        UsageProblem: `ANNOTATIONS_INVALID`.
    """
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise _invalid(path, str(error)) from error
    if not isinstance(document, dict) or not all(isinstance(document.get(name), list) for name in _LISTS):
        raise _invalid(path, "no COCO annotations", f"an object with the lists {', '.join(_LISTS)}")
    try:
        document |= {
            "images": [_numbered(image, "id") for image in document["images"]],
            "categories": [_numbered(category, "id") for category in document["categories"]],
            "annotations": [_object(annotation) for annotation in document["annotations"]],
        }
        images = {image["file_name"]: image["id"] for image in document["images"]}
        pairs = sorted((category["id"], str(category["name"])) for category in document["categories"])
        _check_categories(document["annotations"], {category for category, _ in pairs})
    except (KeyError, TypeError, ValueError) as error:
        raise _invalid(
            path, f"{type(error).__name__}: {error}", "ids, names, file names and boxes"
        ) from error
    if not images or not pairs:
        raise _invalid(path, "no picture or no category")
    return Truth(document, images, dict(pairs))


def _numbered(thing: Mapping[str, Any], *ids: str) -> dict[str, Any]:
    """With its ids as numbers: some tools write them as text, and pycocotools compares them as they are."""
    return {**thing, **{name: int(thing[name]) for name in ids}}


def _object(annotation: Mapping[str, Any]) -> dict[str, Any]:
    """Raises KeyError, TypeError or ValueError for what is no object in a picture."""
    box = list(map(float, annotation["bbox"]))
    if len(box) != 4:
        raise ValueError(f"the box {annotation['bbox']}")
    return {**_numbered(annotation, "image_id", "category_id"), "bbox": box}


def _check_categories(annotations: Sequence[Mapping[str, Any]], categories: Collection[int]) -> None:
    """Raises ValueError for an object of no category."""
    for annotation in annotations:
        if annotation["category_id"] not in categories:
            raise ValueError(f"an object of category {annotation['category_id']}, which is not there")


def read_results(path: Path, truth: Truth) -> list[dict[str, Any]]:
    """The detections of a run as COCO results: pictures and categories are found by their names.

    Detections in pictures without annotations, and of classes that are not annotated, are left out, as
    pycocotools leaves them out.

    Raises:
        UsageProblem: `DETECTIONS_INVALID`; `EVALUATE_CLASSES` when not one class has the name of a category.
    """
    lines = list(_lines(path, truth))
    by_name = {name.casefold(): category for category, name in truth.categories.items()}
    found = {each["label"] for line in lines for each in line["detections"]}
    if found and not any(label.casefold() in by_name for label in found):
        raise UsageProblem(
            "EVALUATE_CLASSES",
            "no class that was found has the name of a category of the annotations",
            expected=_few(list(truth.categories.values())),
            found=_few(sorted(found)),
            remedy="give the model the labels that the annotations have, by nx g tfod:model … --labels=…",
        )
    return [
        {**_result(each), "image_id": truth.images[line["file_name"]], "category_id": category}
        for line in lines
        for each in line["detections"]
        if (category := by_name.get(each["label"].casefold())) is not None
    ]


def _lines(path: Path, truth: Truth) -> Iterator[dict[str, Any]]:
    try:
        with path.open("rb") as stream:
            for text in stream:
                line = json.loads(text)
                if line["file_name"] in truth.images:
                    yield line
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise UsageProblem(
            "DETECTIONS_INVALID",
            "the detections cannot be used",
            where=path,
            expected="the detections.jsonl of a run that ended",
            found=str(error),
            remedy="give --detections the file that `detect` has written",
        ) from error


def _result(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: found[name] for name in ("bbox", "score", "segmentation", "keypoints") if name in found}


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (", …" if len(names) > 8 else "")


def _invalid(path: Path, found: str, expected: str = "a COCO annotation file") -> UsageProblem:
    return UsageProblem(
        "ANNOTATIONS_INVALID",
        "the annotations cannot be used",
        where=path,
        expected=expected,
        found=found,
        remedy="give --annotations a file in COCO's format, https://cocodataset.org/#format-data",
    )
