"""What is wrong with a manifest, by the schemas of Kubernetes and of KServe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import yaml  # type: ignore[import-untyped]
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

KUBERNETES = "1.31"
KSERVE = "serving.kserve.io/v1beta1"
_OF_KSERVE = ("minReplicas", "maxReplicas")


def problems(manifest: dict[str, Any], crd: dict[str, Any] | None = None) -> list[str]:
    """All that is wrong with one manifest, unknown fields included.

    The schema of an InferenceService ships in no package: without its ``crd``, the CustomResourceDefinition
    as a document, only the pod in it is looked at.
    """
    if manifest.get("apiVersion") != KSERVE:
        return _of_kubernetes(manifest)
    found = _of_kubernetes(_pod_in(manifest))
    return found if crd is None else found + _of_crd(manifest, crd)


def _of_kubernetes(manifest: dict[str, Any]) -> list[str]:
    try:
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)
    except kubernetes_validate.ValidationError as error:
        return [f"{'/'.join(map(str, error.path))}: {error.message}"]
    return []


def _pod_in(manifest: dict[str, Any]) -> dict[str, Any]:
    """A predictor is the spec of a pod, with a few fields of KServe's own."""
    spec = {name: value for name, value in manifest["spec"]["predictor"].items() if name not in _OF_KSERVE}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": manifest["metadata"], "spec": spec}


def _of_crd(manifest: dict[str, Any], crd: dict[str, Any]) -> list[str]:
    version = manifest["apiVersion"].split("/")[1]
    schema = next(each["schema"] for each in crd["spec"]["versions"] if each["name"] == version)
    validator = Draft202012Validator(_strict(schema["openAPIV3Schema"]))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(manifest)]


def _strict(schema: Any) -> Any:
    """The schema, refusing fields that it does not name, and with its two kinds of numbers spelled out."""
    if isinstance(schema, list):
        return [_strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {name: _strict(value) for name, value in schema.items()}
    if schema.get("x-kubernetes-int-or-string") is True:
        strict = {"type": ["integer", "string"]}
    if isinstance(schema.get("properties"), dict) and "metadata" not in schema["properties"]:
        strict.setdefault("additionalProperties", False)
    return strict


def documents(texts: Iterator[str]) -> Iterator[dict[str, Any]]:
    """The manifests of some YAML texts."""
    for text in texts:
        yield from (each for each in yaml.safe_load_all(text) if each is not None)
