from __future__ import annotations

import io

import pytest
from builders.a_picture import file_bytes, scene
from builders.a_server import RunningServer
from PIL import Image

from .pictures import FOUND, PICTURE, form


def test_a_picture_gives_its_detections(ready: RunningServer) -> None:
    answer = ready.ask("POST", "/detect", PICTURE)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.json == FOUND


def test_a_form_gives_the_detections_of_each_picture(ready: RunningServer) -> None:
    blank = file_bytes(scene(8, 6), "JPEG")
    answer = ready.ask("POST", "/detect", *form(("a.png", PICTURE), ("b.jpg", blank)))
    assert answer.status == 200
    assert answer.json == {
        "pictures": [
            {"name": "a.png", **FOUND},
            {"name": "b.jpg", "width": 8, "height": 6, "detections": []},
        ]
    }


def parts(*each: tuple[bytes, bytes]) -> tuple[bytes, dict[str, str]]:
    """A multipart body of parts with these headers, and its own header."""
    body = b"".join(b"--edge\r\n" + head + b"\r\n\r\n" + content + b"\r\n" for head, content in each)
    return body + b"--edge--\r\n", {"Content-Type": "multipart/form-data; boundary=edge"}


FIELD = b'Content-Disposition: form-data; name="note"'
FILE = b'Content-Disposition: form-data; name="file"; filename="a.png"'


@pytest.mark.parametrize("field", [FIELD, FIELD + b"\r\nContent-Type: text/plain; charset=utf-8"])
def test_text_fields_of_a_form_are_passed_over(ready: RunningServer, field: bytes) -> None:
    answer = ready.ask("POST", "/detect", *parts((field, b"a"), (FILE, PICTURE), *[(field, b"b")] * 5))
    assert (answer.status, answer.json) == (200, {"pictures": [{"name": "a.png", **FOUND}]})


def test_a_file_without_a_name(ready: RunningServer) -> None:
    answer = ready.ask("POST", "/detect", *parts((FIELD + b"\r\nContent-Type: image/png", PICTURE)))
    assert answer.json == {"pictures": [{"name": "picture 1", **FOUND}]}


@pytest.mark.parametrize(("count", "code"), [(1, "FORM_EMPTY"), (101, "FORM_MALFORMED")])
def test_a_form_of_text_fields(ready: RunningServer, count: int, code: str) -> None:
    answer = ready.ask("POST", "/detect", *parts(*[(FIELD, b"hello")] * count))
    assert (answer.status, answer.code) == (400, code)


@pytest.mark.parametrize("accept", ["image/jpeg", "image/*", "image/jpeg, application/json;q=0.5"])
def test_the_annotated_picture_on_request(ready: RunningServer, accept: str) -> None:
    for body, headers in ((PICTURE, {}), form(("a.png", PICTURE))):
        answer = ready.ask("POST", "/detect", body, {**headers, "Accept": accept})
        assert (answer.status, answer.headers["Content-Type"]) == (200, "image/jpeg")
        with Image.open(io.BytesIO(answer.body)) as image:
            assert image.size == (40, 20)


@pytest.mark.parametrize(
    "accept", ["*/*", "application/json", "image/jpeg;q=0.1, */*", "text/html, */*;q=0.8"]
)
def test_json_otherwise(ready: RunningServer, accept: str) -> None:
    assert ready.ask("POST", "/detect", PICTURE, {"Accept": accept}).json == FOUND


def test_what_cannot_be_had(ready: RunningServer) -> None:
    for accept in ("text/html", "application/json;q=0"):
        assert ready.ask("POST", "/detect", PICTURE, {"Accept": accept}).status == 406
    body, headers = form(("a.png", PICTURE), ("b.png", PICTURE))
    answer = ready.ask("POST", "/detect", body, {**headers, "Accept": "image/jpeg"})
    assert (answer.status, answer.code) == (406, "NOT_ACCEPTABLE")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "PICTURE_EMPTY"),
        (b"just text", 422, "PICTURE_UNKNOWN"),
        (PICTURE[:60], 422, "PICTURE_DAMAGED"),
        (file_bytes(scene(200, 200)), 422, "PICTURE_TOO_LARGE"),
        (file_bytes(scene(10, 13)), 500, "DETECTION_FAILED"),
    ],
)
def test_pictures_that_give_none(ready: RunningServer, body: bytes, status: int, code: str) -> None:
    answer = ready.ask("POST", "/detect", body)
    assert (answer.status, answer.code) == (status, code)
    assert answer.json["error"]["reason"]


def test_of_several_pictures_the_bad_one_is_named(ready: RunningServer) -> None:
    answer = ready.ask("POST", "/detect", *form(("good.png", PICTURE), ("bad.png", b"text")))
    assert (answer.status, answer.code) == (422, "PICTURE_UNKNOWN")
    assert answer.json["error"]["reason"].startswith("bad.png: ")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("POST", "/nowhere", 404), ("GET", "/detect", 405), ("POST", "/healthz", 405), ("GET", "/docs/x", 404)],
)
def test_other_addresses(ready: RunningServer, method: str, path: str, status: int) -> None:
    answer = ready.ask(method, path, b"x" if method == "POST" else None)
    assert (answer.status, answer.code) == (status, {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}[status])
