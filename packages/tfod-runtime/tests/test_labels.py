from __future__ import annotations

import re

import pytest

from tfod_runtime.errors import ModelProblem, SeveralProblems
from tfod_runtime.labels import Labels, parse_labels, read_labels
from tfod_runtime.pbtxt import PbtxtError, parse_pbtxt


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('item { id: 1 name: "cat" }', {1: "cat"}),
        ("item { id: 1 name: 'cat' }", {1: "cat"}),
        ('item{id:1 name:"cat"}item{id:2 name:"dog"}', {1: "cat", 2: "dog"}),
        ('item: { id: 1, name: "cat"; } ; item: {\n id: 2\n name: "dog",\n},', {1: "cat", 2: "dog"}),
        ('item < id: 1 name: "cat" >', {1: "cat"}),
        ('# animals # all\nitem { # one\n  id: 1 # first\n  name: "c#t" }', {1: "c#t"}),
        ('item { name: "/m/01g317" id: 1 display_name: "person" }', {1: "person"}),
        ('item { display_name: "person" id: 1 name: "/m/01g317" }', {1: "person"}),
        ('item { id: 90 name: "brush" } item { id: 1 name: "cat" }', {1: "cat", 90: "brush"}),
        ('item { id: 1 name: "man" keypoints { id: 7 label: "nose" } keypoints { id: 8 } }', {1: "man"}),
        ('item { id: 1 name: "hot" " " \'dog\' }', {1: "hot dog"}),
        (r'item { id: 1 name: "say \"a\\b\"\tand \'c\'" }', {1: "say \"a\\b\"\tand 'c'"}),
        (r'item { id: 1 name: "Stra\303\237e \xc3\xa9 \u00e9 \U0001F431" }', {1: "Straße é é 🐱"}),
        ('item { id: 0x10 name: "hex" } item { id: 010 name: "octal" }', {16: "hex", 8: "octal"}),
        ('item { id: 0 name: "background" } item { id: 1 name: "cat" }', {1: "cat"}),
        ('item { id: 1 id: 2 name: "cat" name: "dog" }', {2: "dog"}),
        ("item { id: 1 ancestor_ids: [3, 4] ancestor_ids: [] name: 'cat' }", {1: "cat"}),
        ("item { id: 3 }", {}),
        ('item {\r\n  id: 1\r\n  name: "cat"\r\n}\r\n', {1: "cat"}),
    ],
)  # fmt: skip
def test_label_maps_in_every_legal_spelling(text: str, names: dict[int, str]) -> None:
    assert dict(parse_labels(text, "labels.pbtxt").names) == names


def test_an_id_without_a_name_is_shown_as_its_number() -> None:
    labels = parse_labels('item { id: 1 name: "cat" } item { id: 3 }', "labels.pbtxt")
    assert [labels.name(class_id) for class_id in (1, 2, 3)] == ["cat", "id:2", "id:3"]


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("", "LABELS_INVALID", "no item"),
        ("# nothing but a comment", "LABELS_INVALID", "no item"),
        ('item { id: 1 name: "cat"', "LABELS_SYNTAX", "line 1: expected a field name or '}', found the end"),
        ('item { id: 1 name: "cat }\n}', "LABELS_SYNTAX", "line 1: expected a field, found '\"cat }'"),
        ('item {\n id 1\n}', "LABELS_SYNTAX", "line 2: expected ':' or '{' after id, found 1"),
        ("item { id: }", "LABELS_SYNTAX", "expected a value, found }"),
        ("item { id: 09 }", "LABELS_SYNTAX", "expected a number, found 09"),
        ("cat\ndog\n", "LABELS_SYNTAX", "line 2: expected ':' or '{' after cat, found dog"),
        ("}", "LABELS_SYNTAX", "expected a field name, found }"),
        ("items { id: 1 }", "LABELS_INVALID", "items"),
        ("item: 4", "LABELS_INVALID", "item"),
        ('item {\n name: "cat" }', "LABELS_INVALID", "no id"),
        ('item { id: "1" name: "cat" }', "LABELS_INVALID", "whole number"),
        ("item { id: 1.5 }", "LABELS_INVALID", "1.5"),
        ("item { id: -1 }", "LABELS_INVALID", "-1"),
        ("item { id: 1 name: 5 }", "LABELS_INVALID", "in quotes"),
        ('item { id: 1 name: "\\ud800" }', "LABELS_SYNTAX", "expected a character"),
        ("item {" * 5000, "LABELS_SYNTAX", "nested too deeply"),
    ],
)  # fmt: skip
def test_what_is_wrong_and_where(text: str, code: str, says: str) -> None:
    with pytest.raises(ModelProblem, match=re.escape(says)) as caught:
        parse_labels(text, "labels.pbtxt")
    assert caught.value.code == code
    assert "labels.pbtxt" in str(caught.value)


def test_all_faults_are_reported_at_once() -> None:
    with pytest.raises(SeveralProblems) as caught:
        parse_labels("item { id: 1 }\nitem { id: 1 }\nitem { }\n", "labels.pbtxt")
    assert [problem.facts["where"] for problem in caught.value.problems] == [
        "labels.pbtxt:2",
        "labels.pbtxt:3",
    ]
    assert "given twice" in str(caught.value)
    assert "line 1 too" in str(caught.value)


def test_a_file_with_a_byte_order_mark(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("labels") / "labels.pbtxt"
    path.write_bytes(b'\xef\xbb\xbfitem { id: 1 name: "Stra\xc3\x9fe" }')
    assert read_labels(path).name(1) == "Straße"


def test_a_file_that_is_not_text(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("labels") / "labels.pbtxt"
    path.write_bytes(b"\xff\xfe\x00item")
    with pytest.raises(ModelProblem) as caught:
        read_labels(path)
    assert caught.value.code == "LABELS_SYNTAX"


def test_a_field_keeps_its_line() -> None:
    assert [field.line for field in parse_pbtxt("a: 1\n\nb { c:\n 2 }")] == [1, 3]


def test_angle_brackets_do_not_close_braces() -> None:
    with pytest.raises(PbtxtError, match="expected a field name or '}', found >"):
        parse_pbtxt("a { b: 1 >")


@pytest.mark.parametrize(("head", "offset"), [(None, 0), (3, 0), (2, 1), (90, 0)])
def test_labels_within_the_head(head: int | None, offset: int) -> None:
    Labels({1: "cat", 3: "dog"}).check_head(head, offset)


def test_labels_beyond_the_head() -> None:
    with pytest.raises(ModelProblem) as caught:
        Labels({1: "cat", 3: "dog", 4: "cow"}).check_head(2, 0)
    assert caught.value.code == "LABELS_BEYOND_HEAD"
    assert caught.value.facts["found"] == "3 dog, 4 cow"
    assert "up to 2" in caught.value.facts["expected"]
