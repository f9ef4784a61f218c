"""The check itself: it must refuse what a cluster would refuse or, worse, ignore."""

from typing import Any

import pytest

from ..check import KSERVE, problems


def deployment(**container: Any) -> dict[str, Any]:
    labels = {"app": "parking"}
    spec = {"containers": [{"name": "server", "image": "parking:cpu", **container}]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "parking"},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
    }


def inference_service(**predictor: Any) -> dict[str, Any]:
    spec = {"containers": [{"name": "kserve-container", "image": "parking:cpu"}], **predictor}
    return {
        "apiVersion": KSERVE,
        "kind": "InferenceService",
        "metadata": {"name": "parking"},
        "spec": {"predictor": spec},
    }


def test_what_is_right() -> None:
    assert problems(deployment(ports=[{"containerPort": 8080}])) == []
    assert problems(inference_service(minReplicas=1)) == []


@pytest.mark.parametrize(
    ("container", "named"),
    [
        ({"livenessProb": {}}, "livenessProb"),
        ({"ports": [{"containerPort": "http"}]}, "containerPort"),
        ({"resources": {"limit": {}}}, "limit"),
    ],
)
def test_what_is_wrong(container: dict[str, Any], named: str) -> None:
    (problem,) = problems(deployment(**container))
    assert named in problem


def test_a_predictor_is_a_pod() -> None:
    (problem,) = problems(inference_service(nodeSelecter={}))
    assert "nodeSelecter" in problem


def test_with_the_definition_the_rest_is_looked_at_too() -> None:
    predictor = {"type": "object", "properties": {"containers": {"type": "array"}}}
    spec = {"type": "object", "properties": {"predictor": predictor}}
    schema = {"type": "object", "properties": {"metadata": {"type": "object"}, "spec": spec}}
    crd = {"spec": {"versions": [{"name": "v1beta1", "schema": {"openAPIV3Schema": schema}}]}}
    assert problems(inference_service(), crd) == []
    assert "minReplicas" in problems(inference_service(minReplicas=1), crd)[0]
