"""Label maps: the names of class ids, `StringIntLabelMap` of the TF Object Detection API as text.

    item { id: 1 name: "/m/01g317" display_name: "person" }

Ids start at 1 and may have gaps (COCO has 80 names on ids 1 to 90), so they are looked up and never counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tfod_runtime.errors import ModelProblem, raise_problems
from tfod_runtime.pbtxt import Field, Message, PbtxtError, parse_pbtxt

_BACKGROUND = 0


@dataclass(frozen=True, slots=True)
class Labels:
    """The names of the classes that a model knows, by id."""

    names: Mapping[int, str]

    def name(self, class_id: int) -> str:
        """The name of a class, or `id:7` for an id that has none."""
        return self.names.get(class_id, f"id:{class_id}")

    def check_head(self, head_classes: int | None, offset: int) -> None:
        """Holds the ids to the classes that the head of a model scores, where that is known.

        Args:
            head_classes: How many, without the background.
            offset: What is added to the ids that the model gives.

        Raises:
            ModelProblem: `LABELS_BEYOND_HEAD`.
        """
        last = None if head_classes is None else head_classes + offset
        beyond = [class_id for class_id in sorted(self.names) if last is not None and class_id > last]
        if beyond:
            raise ModelProblem(
                "LABELS_BEYOND_HEAD",
                "there are labels for ids that the model never gives",
                expected=f"ids up to {last}: its head scores {head_classes} classes",
                found=", ".join(f"{class_id} {self.names[class_id]}" for class_id in beyond[:5]),
                remedy="give it the label map that it was trained with",
            )


def read_labels(path: Path) -> Labels:
    """Reads a label map file.

    Raises:
        ModelProblem: `LABELS_MISSING`, `LABELS_SYNTAX`, `LABELS_INVALID` (all of its faults at once, as
            `SeveralProblems` when there are more).
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ModelProblem(
            "LABELS_MISSING",
            "the label map cannot be read",
            where=path,
            found=error.strerror or str(error),
            remedy='write one: item { id: 1 name: "person" } for each class',
        ) from error
    except UnicodeDecodeError as error:
        raise ModelProblem("LABELS_SYNTAX", "the label map is not UTF-8 text", where=path) from error
    return parse_labels(text, path)


def parse_labels(text: str, where: object) -> Labels:
    """Reads the text of a label map; `where` is what an error calls it.

    `display_name` wins over `name`; an item with neither keeps its id and is shown as `id:7`.

    Raises:
        ModelProblem: `LABELS_SYNTAX` or `LABELS_INVALID`.
    """
    try:
        fields = parse_pbtxt(text)
    except PbtxtError as error:
        raise ModelProblem("LABELS_SYNTAX", f"the label map cannot be read: {error}", where=where) from error
    names: dict[int, str] = {}
    first_line: dict[int, int] = {}
    problems: list[ModelProblem] = []
    for field in fields:
        try:
            class_id, name = _item(field, where)
            if class_id in first_line:
                raise _invalid(
                    f"id {class_id} is given twice", where, field, f"line {first_line[class_id]} too"
                )
            first_line[class_id] = field.line
            if name and class_id != _BACKGROUND:
                names[class_id] = name
        except ModelProblem as problem:
            problems.append(problem)
    if not fields:
        problems.append(ModelProblem("LABELS_INVALID", "the label map has no item", where=where))
    raise_problems(problems)
    return Labels(names)


def _item(field: Field, where: object) -> tuple[int, str | None]:
    if field.name != "item" or not isinstance(field.value, list):
        raise _invalid("a label map is made of item { … }", where, field, field.name)
    class_id = _last(field.value, "id")
    if class_id is None:
        raise _invalid("an item has no id", where, field)
    if not isinstance(class_id, int) or class_id < _BACKGROUND:
        raise _invalid("an id must be a whole number from 1", where, field, str(class_id))
    name = _last(field.value, "display_name") or _last(field.value, "name")
    if name is not None and not isinstance(name, str):
        raise _invalid(f"the name of id {class_id} must be in quotes", where, field, str(name))
    return class_id, name


def _last(item: Message, name: str) -> object:
    """The value of a field; where it is repeated the last one counts, as protobuf has it."""
    values = [field.value for field in item if field.name == name]
    return values[-1] if values else None


def _invalid(what: str, where: object, field: Field, found: str | None = None) -> ModelProblem:
    return ModelProblem("LABELS_INVALID", what, where=f"{where}:{field.line}", found=found)
