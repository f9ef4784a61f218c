"""What the requests of one server share."""

from __future__ import annotations

from dataclasses import dataclass, field

from tfod_runtime.examine import Examiner
from tfod_runtime.model import ModelFolder
from tfod_runtime.server.body import Bodies
from tfod_runtime.server.examination import Examination
from tfod_runtime.server.limits import ServerLimits
from tfod_runtime.server.metrics import Metrics
from tfod_runtime.server.refusal import not_ready
from tfod_runtime.server.workers import Workers


@dataclass(slots=True)
class ServerState:
    """One server: its model, its bounds, and whether it is ready.

    Attributes:
        model: The folder; clients call the model by its name.
        limits: The bounds.
        metrics: Counts and times.
        bodies: Reads what comes.
        workers: Do the work.
    """

    model: ModelFolder
    limits: ServerLimits
    metrics: Metrics = field(init=False)
    bodies: Bodies = field(init=False)
    workers: Workers = field(init=False)
    _examination: Examination | None = None

    def __post_init__(self) -> None:
        """Makes what belongs to the bounds."""
        self.metrics = Metrics(self.model, self.limits.workers)
        self.bodies = Bodies(self.limits)
        self.workers = Workers(self.limits, self.metrics)

    @property
    def is_ready(self) -> bool:
        """Whether the model is loaded, has run, and the server does not stop."""
        return self._examination is not None

    @property
    def examination(self) -> Examination:
        """What looks at pictures.

        Raises:
            Refusal: 503 `NOT_READY`.
        """
        if self._examination is None:
            raise not_ready()
        return self._examination

    def become_ready(self, examiner: Examiner) -> None:
        """From now on pictures are looked at."""
        self._examination = Examination(examiner, self.metrics)
        self.metrics.ready.set(1)

    def stop(self) -> None:
        """New requests are told to go elsewhere; those that were accepted are finished."""
        self._examination = None
        self.metrics.ready.set(0)
