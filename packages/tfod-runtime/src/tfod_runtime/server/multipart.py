"""The files of a multipart/form-data body (RFC 7578)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from tfod_runtime.server.refusal import Refusal, bad_request

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

_MAX_HEADER_BYTES = 8192
_MAX_FIELDS = 100
_HEADERS = (b"content-disposition", b"content-type")


@dataclass(slots=True)
class Part:
    """One file of the form: what the client calls it, and its bytes."""

    name: str
    content: bytes = b""


def is_multipart(content_type: str) -> bool:
    """Whether a body of this type is a form with files."""
    return content_type.lower().startswith("multipart/")


def read_parts(body: bytes, content_type: str, most: int) -> list[Part]:
    """The files of a form, in their order; its text fields are passed over.

    A part without a file name is a file where it says that it is no text.

    Args:
        body: All of it.
        content_type: With the boundary.
        most: The most files that are taken.

    Raises:
        Refusal: 400 `FORM_MALFORMED`, `FORM_EMPTY`, `TOO_MANY_PICTURES`.
    """
    boundary = parse_options_header(content_type)[1].get(b"boundary")
    if not boundary:
        raise bad_request("FORM_MALFORMED", "the Content-Type of the form has no boundary")
    reader = _Reader(most)
    try:
        parser = MultipartParser(boundary, reader.callbacks())
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise bad_request("FORM_MALFORMED", f"the form cannot be read: {error}") from error
    if reader.open:
        raise bad_request("FORM_MALFORMED", "the form breaks off before its last boundary")
    if not reader.parts:
        raise bad_request("FORM_EMPTY", "the form holds no file")
    return reader.parts


@dataclass(slots=True)
class _Reader:
    most: int
    parts: list[Part] = field(default_factory=list)
    open: bool = False
    _fields: int = 0
    _headers: dict[bytes, bytes] = field(default_factory=dict)
    _header: bytes = b""
    _value: bytes = b""
    _content: list[bytes] | None = None

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._field,
            "on_header_value": self._add_value,
            "on_header_end": self._end_header,
            "on_headers_finished": self._end_headers,
            "on_part_data": self._add_content,
            "on_part_end": self._end,
        }

    def _begin(self) -> None:
        self.open, self._headers, self._content = True, {}, None

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _add_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        if len(self._value) > _MAX_HEADER_BYTES:
            raise bad_request("FORM_MALFORMED", "a header of a part is too long")

    def _end_header(self) -> None:
        if (name := self._header.lower()) in _HEADERS:
            self._headers[name] = self._value
        self._header = self._value = b""

    def _end_headers(self) -> None:
        name = parse_options_header(self._headers.get(b"content-disposition"))[1].get(b"filename")
        if name is None and self._headers.get(b"content-type", b"text/plain").lower().startswith(b"text/"):
            self._pass_over()
            return
        if len(self.parts) == self.most:
            raise too_many_pictures(self.most)
        self.parts.append(Part((name or b"").decode("utf-8", "replace") or f"picture {len(self.parts) + 1}"))
        self._content = []

    def _pass_over(self) -> None:
        self._fields += 1
        if self._fields > _MAX_FIELDS:
            raise bad_request("FORM_MALFORMED", f"the form has more than {_MAX_FIELDS} text fields")

    def _add_content(self, data: bytes, start: int, end: int) -> None:
        if self._content is not None:
            self._content.append(data[start:end])

    def _end(self) -> None:
        if self._content is not None:
            self.parts[-1].content = b"".join(self._content)
        self.open, self._content = False, None


def too_many_pictures(most: int) -> Refusal:
    """400: the request holds more pictures than one request may."""
    return bad_request("TOO_MANY_PICTURES", f"at most {most} pictures are taken in one request")
