"""SavedModels of the Object Detection API of TensorFlow 1: the same four outputs, the input `inputs`.

Source: `exporter.py` of tensorflow/models. The input takes any number of pictures of one size, or of files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tfod_runtime.families.adapter import Adapter, Settings
from tfod_runtime.families.od_api import TfOdApi
from tfod_runtime.families.rules import FOUR_OUTPUTS, mismatches
from tfod_runtime.signature import Signature

_INPUT = "inputs"
_DTYPES = ("uint8", "string")


class Tf1OdApi:
    """The family `tf1-od-api`."""

    name = "tf1-od-api"
    summary = (
        f"one input {_INPUT}, {' or '.join(_DTYPES)}, outputs {', '.join(FOUR_OUTPUTS)} "
        "(Object Detection API of TensorFlow 1)"
    )

    def mismatches(self, signature: Signature) -> Sequence[str]:
        """Why a signature is not of this kind, one sentence a reason; empty when it is."""
        misnamed = [
            f"the input must be called {_INPUT}, not {tensor.name}"
            for tensor in signature.inputs[:1]
            if tensor.name != _INPUT
        ]
        return [*mismatches(signature, _DTYPES, FOUR_OUTPUTS), *misnamed]

    def adapt(self, signature: Signature, settings: Settings) -> Adapter:
        """Fed and read as what its successor exports."""
        adapter = TfOdApi().adapt(signature, settings)
        return replace(adapter, family=self.name)
