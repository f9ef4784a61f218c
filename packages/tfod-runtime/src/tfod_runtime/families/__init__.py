"""The kinds of SavedModel that are understood, one module for each, and the choice among them.

    family.mismatches(signature)         is it of this kind?
    family.adapt(signature, settings)    → Adapter: how it is fed (`adapter.feed`) and read (`adapter.read`)
    adapter.feed.batch(pictures)         → the array for one call, of at most `feed.batch_size` pictures
    adapter.read(outputs, frames)        → one `Answer` for each picture: arrays in the inner form
    answer.cut(limits)                   → what is reported of it; `to_detections` gives it names

All of it is NumPy; none of it imports TensorFlow but the wrapping into `tf.train.Example`.
"""

from __future__ import annotations

from collections.abc import Sequence

from tfod_runtime.errors import ModelProblem
from tfod_runtime.families.adapter import Adapter, Family, Settings
from tfod_runtime.families.keras_hub import KerasHub
from tfod_runtime.families.od_api import TfOdApi
from tfod_runtime.families.official_vision import OfficialVision
from tfod_runtime.families.tf1_od_api import Tf1OdApi
from tfod_runtime.families.tf_hub import TfHub
from tfod_runtime.signature import Signature

FAMILIES: tuple[Family, ...] = (OfficialVision(), Tf1OdApi(), TfOdApi(), TfHub(), KerasHub())
"""All are tried in order, the most special first."""

_RAW_HEADS = frozenset(
    {"decoded_boxes", "raw_detection_boxes", "bbox_regression", "cls_logits", "pred_boxes"}
)


def choose_adapter(signatures: Sequence[Signature], settings: Settings, where: object) -> Adapter:
    """How a SavedModel is fed and read.

    Args:
        signatures: All that the SavedModel has.
        settings: What its `model.json` says that no signature tells.
        where: The SavedModel, as an error should name it.

    Raises:
        ModelProblem: `SIGNATURE_UNSUPPORTED`, which prints the signatures found and what is supported.
    """
    for family in FAMILIES:
        for signature in signatures:
            if not family.mismatches(signature):
                return family.adapt(signature, settings)
    strangers = [remark for signature in signatures for remark in _strange(signature)]
    reasons = [
        f"{family.name}: {reason}"
        for family in FAMILIES
        for signature in signatures
        for reason in family.mismatches(signature)
    ]
    raise ModelProblem(
        "SIGNATURE_UNSUPPORTED",
        "; ".join(["the SavedModel has a signature that is not supported", *strangers]),
        where=where,
        expected="\n".join(f"{family.name}: {family.summary}" for family in FAMILIES),
        found="\n".join([*map(str, signatures), *reasons]) or "no signature at all",
        remedy="export the model again in a supported form",
    )


def _strange(signature: Signature) -> list[str]:
    """In a few words what a signature is that is of no family: it asks for too much, or gives too little."""
    names = {tensor.name for tensor in signature.outputs}
    if len(signature.inputs) > 1 and "detection_boxes" in names:
        side = ", ".join(f"{tensor.name} ({tensor.kind})" for tensor in signature.inputs)
        return [f"{signature.key} takes side inputs: {side}"]
    raw = sorted(_RAW_HEADS & names)
    if raw and "detection_boxes" not in names:
        return [
            f"{signature.key} gives the raw head ({', '.join(raw)}), from which no boxes were chosen: "
            "export it with its NMS"
        ]
    return []
