"""What the server counts and times, in the text format of Prometheus."""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from tfod_runtime.model import ModelFolder
from tfod_runtime.version import VERSION

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The metrics of one server, in a registry of its own."""

    def __init__(self, model: ModelFolder, workers: int) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each counter, which says when it began
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "tfod_requests", "Requests that were answered", ["path", "status"], registry=self._registry
        )
        self.errors = Counter(
            "tfod_errors", "Requests that were refused or failed", ["code"], registry=self._registry
        )
        self.pictures = Counter("tfod_pictures", "Pictures that were looked at", registry=self._registry)
        self.under_way = Gauge(
            "tfod_requests_under_way", "Requests that wait or are worked on", registry=self._registry
        )
        self.ready = Gauge(
            "tfod_ready", "1 once the model is loaded and has run, else 0", registry=self._registry
        )
        self.request_seconds = self._times(
            "request", "From the head of a request to the end of its answer", ["path"]
        )
        self.queue_seconds = self._times("queue", "Waiting for a worker")
        self.decode_seconds = self._times("decode", "From the bytes of a picture to its pixels")
        self.infer_seconds = self._times("infer", "The model, one picture")
        self.postprocess_seconds = self._times("postprocess", "Drawing and writing of an answer")
        Gauge("tfod_workers", "Threads that work", registry=self._registry).set(workers)
        Gauge("tfod_model_info", "The model", ["name", "digest", "runtime"], registry=self._registry).labels(
            model.name, model.digest, VERSION
        ).set(1)

    def text(self) -> bytes:
        """All of it, as a scrape gets it."""
        return generate_latest(self._registry)

    def _times(self, name: str, what: str, labels: list[str] | None = None) -> Histogram:
        return Histogram(
            f"tfod_{name}_seconds", what, labels or [], buckets=_SECONDS, registry=self._registry
        )
