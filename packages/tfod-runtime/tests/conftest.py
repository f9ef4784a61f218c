from __future__ import annotations

import os
from pathlib import Path

import pytest

# The suite's own TensorFlow, and every process that it starts.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@pytest.fixture(autouse=True)
def _no_environment_of_the_developer(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TFOD_MODEL", "TFOD_PORT", "TFOD_IMAGE_REF"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def colours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder that finds red, green and blue: `builders.a_model.colour_model`."""
    from builders.a_model import colour_model

    return colour_model(tmp_path_factory.mktemp("colours"))
