"""A request that is not answered as asked: the status, a code for machines, a reason for people."""

from __future__ import annotations

from http import HTTPStatus

from tfod_runtime.errors import PictureProblem

_OUR_FAULT = ("DETECTION_FAILED", "MODEL_OUTPUT", "SELECT_FAILED")
RETRY_SECONDS = 1
"""When to come again: a queue that is full is empty a second later."""


class Refusal(Exception):
    """Ends a request.

    Args:
        status: 4xx when the request is at fault or comes too often, 5xx when we are.
        code: Stable, upper snake case.
        reason: One line.
        retry: Whether the same request may succeed a moment later.
    """

    def __init__(self, status: HTTPStatus, code: str, reason: str, *, retry: bool = False) -> None:
        super().__init__(code, reason)
        self.status, self.code, self.reason, self.retry = status, code, reason, retry

    @property
    def headers(self) -> dict[str, str]:
        """What the answer's head says besides the status."""
        return {"Retry-After": str(RETRY_SECONDS)} if self.retry else {}


def bad_request(code: str, reason: str) -> Refusal:
    """400: the body is not what the protocol wants."""
    return Refusal(HTTPStatus.BAD_REQUEST, code, reason)


def refusal_of(problem: PictureProblem) -> Refusal:
    """422 for a picture that cannot be looked at, 500 where the model or the service's code fails on it."""
    ours = problem.code in _OUR_FAULT
    status = HTTPStatus.INTERNAL_SERVER_ERROR if ours else HTTPStatus.UNPROCESSABLE_ENTITY
    return Refusal(status, problem.code, problem.reason)


def not_ready() -> Refusal:
    """503: the model is being loaded, or the server stops."""
    return Refusal(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "NOT_READY",
        "the model is being loaded, or the server stops",
        retry=True,
    )
