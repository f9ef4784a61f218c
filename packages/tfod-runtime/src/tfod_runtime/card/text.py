"""A card for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tfod_runtime.report import plural, printable
from tfod_runtime.signature import Tensor

_NAMES_SHOWN = 12


def card_text(card: Mapping[str, Any]) -> str:
    """The card in two columns: what, and what of it."""
    feed, latency = card["input"], card["latency"]
    rows = [
        ("model", card["name"]),
        ("source", card["source"]),
        ("licence", card["licence"]),
        ("digest", card["digest"]),
        ("size", f"{card['bytes'] / 1e6:,.1f} MB" if card["bytes"] else None),
        ("family", card["family"]),
        ("signature", card["signature"]["key"]),
        *((f"  {title}", _kind(tensor)) for title, tensor in _tensors(card["signature"])),
        ("input", f"{feed['kind']}: {feed['advice'][0]}"),
        *(("", advice) for advice in feed["advice"][1:]),
        ("classes", _classes(card["labels"])),
        ("loading", f"{card['loadSeconds']} s"),
        (
            "latency",
            f"{latency['medianMilliseconds']} ms, median of {plural(latency['runs'], 'run')}; the first "
            f"{latency['firstMilliseconds']} ms; on {card['device']}",
        ),
        ("", f"with {latency['picture']}, {latency['width']} × {latency['height']} pixels"),
    ]
    told = [(title, printable(str(words))) for title, words in rows if words is not None]
    width = max(len(title) for title, _ in told)
    return "\n".join(f"{title:<{width}}  {words}" for title, words in told)


def _tensors(signature: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return [
        *(("in", tensor) for tensor in signature["inputs"]),
        *(("out", tensor) for tensor in signature["outputs"]),
    ]


def _kind(tensor: Mapping[str, Any]) -> str:
    shape = tensor["shape"]
    kind = Tensor(tensor["name"], tensor["dtype"], None if shape is None else tuple(shape)).kind
    return f"{tensor['name']}: {kind}"


def _classes(labels: Mapping[str, Any]) -> str:
    names: Sequence[str] = list(labels["names"].values())
    some = ", ".join(names[:_NAMES_SHOWN]) + (", …" if len(names) > _NAMES_SHOWN else "")
    gaps = f", {plural(len(labels['gaps']), 'gap')}" if labels["gaps"] else ""
    return f"{labels['classes']}, ids {labels['firstId']} to {labels['lastId']}{gaps}: {some}"
