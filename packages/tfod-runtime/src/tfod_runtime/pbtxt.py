"""A small reader of protobuf's text format, https://protobuf.dev/reference/protobuf/textformat-spec/.

It knows messages, strings, numbers and identifiers, which is all that a label map has, and needs no protobuf.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

_TOKEN = re.compile(
    r"""
      (?P<blank>\s+|\#[^\n]*)
    | (?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    | (?P<number>-?\s*(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fF]?))
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<mark>[{}<>\[\]:,;])
    """,
    re.VERBOSE,
)
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))")
_SIMPLE_ESCAPES = {
    b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v",
}  # fmt: skip
_CLOSING = {"{": "}", "<": ">"}

Scalar: TypeAlias = "str | int | float"
Value: TypeAlias = "Scalar | Message"


@dataclass(frozen=True, slots=True)
class Field:
    """One `name: value` or `name { … }`, with the line it starts on, from 1."""

    name: str
    value: Value
    line: int


Message: TypeAlias = "list[Field]"


class PbtxtError(ValueError):
    """The text breaks the grammar; the message says where and what was expected."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    line: int


def parse_pbtxt(text: str) -> Message:
    """Reads a text proto into its fields, in order.

    Raises:
        PbtxtError: With the line, what was expected and what was found.
    """
    try:
        fields, _ = _message(list(_tokens(text)), 0, None)
    except RecursionError:
        raise PbtxtError("messages are nested too deeply to be a label map") from None
    return fields


def _tokens(text: str) -> Iterator[_Token]:
    position, line = 0, 1
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise PbtxtError(f"line {line}: expected a field, found {_excerpt(text, position)}")
        if match.lastgroup != "blank":
            yield _Token(str(match.lastgroup), match.group(), line)
        line += match.group().count("\n")
        position = match.end()
    yield _Token("end", "the end of the file", line)


def _message(tokens: list[_Token], at: int, closing: str | None) -> tuple[Message, int]:
    fields: Message = []
    while True:
        token = tokens[at]
        if token.text == closing and token.kind == "mark":
            return fields, at + 1
        if token.kind == "end" and closing is None:
            return fields, at
        if token.kind != "word":
            wanted = "a field name" if closing is None else f"a field name or '{closing}'"
            raise PbtxtError(f"line {token.line}: expected {wanted}, found {token.text}")
        at = _field(tokens, at, fields)
        if tokens[at].kind == "mark" and tokens[at].text in ",;":
            at += 1


def _field(tokens: list[_Token], at: int, fields: Message) -> int:
    """Appends the field that starts at `at` (several for a `[list]`); returns where the next one starts."""
    name = tokens[at]
    at += 1
    colon = tokens[at].text == ":"
    at += colon
    if tokens[at].text == "[" and colon:
        at += 1
        while tokens[at].text != "]":
            value, at = _value(tokens, at)
            fields.append(Field(name.text, value, name.line))
            at += tokens[at].text == ","
        return at + 1
    if tokens[at].text not in _CLOSING and not colon:
        raise PbtxtError(
            f"line {tokens[at].line}: expected ':' or '{{' after {name.text}, found {tokens[at].text}"
        )
    value, at = _value(tokens, at)
    fields.append(Field(name.text, value, name.line))
    return at


def _value(tokens: list[_Token], at: int) -> tuple[Value, int]:
    token = tokens[at]
    if token.kind == "mark" and token.text in _CLOSING:
        return _message(tokens, at + 1, _CLOSING[token.text])
    if token.kind == "string":
        parts = []
        while tokens[at].kind == "string":  # neighbours are one string, as in C
            parts.append(_unescape(tokens[at]))
            at += 1
        return b"".join(parts).decode("utf-8", "replace"), at
    if token.kind == "number":
        return _number(token), at + 1
    if token.kind == "word":
        return token.text, at + 1
    raise PbtxtError(f"line {token.line}: expected a value, found {token.text}")


def _number(token: _Token) -> int | float:
    text = "".join(token.text.split())
    digits = text.lstrip("-")
    try:
        if digits[:2] in ("0x", "0X"):
            return int(text, 16)
        if digits.isdigit():
            return int(text, 8 if digits[0] == "0" else 10)
        return float(text.rstrip("fF"))
    except ValueError:
        raise PbtxtError(f"line {token.line}: expected a number, found {text}") from None


def _unescape(token: _Token) -> bytes:
    def replace(match: re.Match[bytes]) -> bytes:
        octal, hexadecimal, short, long, char = match.groups()
        if octal or hexadecimal:
            return bytes([int(octal or hexadecimal, 8 if octal else 16) & 0xFF])
        if short or long:
            return _character(int(short or long, 16), token.line)
        return _SIMPLE_ESCAPES.get(char, bytes(char))

    return _ESCAPE.sub(replace, token.text[1:-1].encode())


def _character(code_point: int, line: int) -> bytes:
    try:
        return chr(code_point).encode()
    except ValueError:
        raise PbtxtError(f"line {line}: expected a character, found \\u{code_point:04x}") from None


def _excerpt(text: str, position: int) -> str:
    return repr(text[position : position + 20].split("\n", 1)[0])
