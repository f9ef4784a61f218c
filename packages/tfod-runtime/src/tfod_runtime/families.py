"""The kinds of SavedModel that are understood: a registry, one module for each kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tfod_runtime import od_api
from tfod_runtime.detections import Detection, Limits
from tfod_runtime.errors import ModelProblem
from tfod_runtime.labels import Labels
from tfod_runtime.signature import Signature


class Family(Protocol):
    """How one kind of SavedModel is recognised, fed and read."""

    name: str
    """What `model.json` calls it: `tf-od-api`."""
    summary: str
    """What its signature looks like, for a person whose model has another."""
    outputs: tuple[str, ...]
    """The outputs that are read; the others are not even copied out of TensorFlow."""

    def mismatches(self, signature: Signature) -> Sequence[str]:
        """Why a signature is not of this kind, one sentence a reason; empty when it is."""
        ...

    def batch(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """One picture, uint8 [height, width, 3] RGB, in the shape that the input wants."""
        ...

    def detections(
        self, outputs: Mapping[str, NDArray[np.float32]], labels: Labels, limits: Limits
    ) -> list[Detection]:
        """What the outputs say, in the inner form: cut at `limits`, best score first."""
        ...


FAMILIES: tuple[Family, ...] = (od_api.TfOdApi(),)


def choose_family(signatures: Sequence[Signature], where: object) -> tuple[Family, Signature]:
    """The family of a SavedModel and the signature to call.

    Args:
        signatures: All that the SavedModel has.
        where: The SavedModel, as an error should name it.

    Raises:
        ModelProblem: `SIGNATURE_UNSUPPORTED`, which prints the signatures found and what is supported.
    """
    for family in FAMILIES:
        for signature in signatures:
            if not family.mismatches(signature):
                return family, signature
    reasons = [
        f"{family.name}: {reason}"
        for family in FAMILIES
        for signature in signatures
        for reason in family.mismatches(signature)
    ]
    raise ModelProblem(
        "SIGNATURE_UNSUPPORTED",
        "the SavedModel has a signature that is not supported",
        where=where,
        expected="\n".join(f"{family.name}: {family.summary}" for family in FAMILIES),
        found="\n".join([*map(str, signatures), *reasons]) or "no signature at all",
        remedy="export the model again in a supported form",
    )
