"""The addresses of the server, and which protocol answers at each."""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse
from starlette.types import ASGIApp

from tfod_runtime.server import detect, documents, open_inference, tensorflow_serving
from tfod_runtime.server.concurrency import ConcurrencyLimit
from tfod_runtime.server.documents import PREDICT_BODY, add_api_pages
from tfod_runtime.server.examination import Examination
from tfod_runtime.server.log import ServerLog
from tfod_runtime.server.metrics import CONTENT_TYPE
from tfod_runtime.server.observed import Observed
from tfod_runtime.server.refusal import Refusal, not_ready
from tfod_runtime.server.reply import Reply
from tfod_runtime.server.state import ServerState
from tfod_runtime.version import VERSION

_PAGE = Path(__file__).with_name("page.html")
_PAGE_POLICY = (
    "default-src 'none'; connect-src 'self'; img-src blob: data:; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'"
)


def make_app(state: ServerState, log: ServerLog) -> ASGIApp:
    """The application, for uvicorn or any other ASGI server."""
    app = FastAPI(
        title=state.model.name,
        version=VERSION,
        description="Finds objects in pictures.",
        docs_url=None,
        redoc_url=None,
    )
    app.include_router(_health(state))
    app.include_router(_detect(state))
    app.include_router(_tensorflow_serving(state))
    app.include_router(_open_inference(state))
    app.include_router(_pages())
    add_api_pages(app)

    @app.exception_handler(Refusal)
    async def refused(request: Request, refusal: Refusal) -> Response:
        state.metrics.errors.labels(refusal.code).inc()
        request.scope["tfod.error"] = {"code": refusal.code, "reason": refusal.reason}
        return JSONResponse(
            _error(request.url.path, refusal.code, refusal.reason), refusal.status, refusal.headers
        )

    @app.exception_handler(HTTPException)
    async def not_here(request: Request, error: HTTPException) -> Response:
        code = HTTPStatus(error.status_code).name
        state.metrics.errors.labels(code).inc()
        reason = f"{error.detail}; GET /docs says what there is"
        return JSONResponse(_error(request.url.path, code, reason), error.status_code, error.headers)

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> Response:
        state.metrics.errors.labels("INTERNAL").inc()
        reason = "the server failed; its log says how"
        return JSONResponse(_error(request.url.path, "INTERNAL", reason), HTTPStatus.INTERNAL_SERVER_ERROR)

    return Observed(ConcurrencyLimit(app, state.limits.max_connections, refused), log, state.metrics)


def _error(path: str, code: str, reason: str) -> dict[str, object]:
    """TensorFlow Serving and the Open Inference Protocol have a text for an error."""
    if path.startswith(("/v1/", "/v2")):
        return {"error": f"{code}: {reason}"}
    return {"error": {"code": code, "reason": reason}}


def _health(state: ServerState) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/healthz", summary="200 as long as the process answers")
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz", summary="200 once the model is loaded and has run, else 503")
    async def ready() -> dict[str, str]:
        if not state.is_ready:
            raise not_ready()
        return {"status": "ready"}

    @router.get("/metrics", summary="Metrics for Prometheus", response_class=Response)
    async def metrics() -> Response:
        return Response(state.metrics.text(), media_type=CONTENT_TYPE)

    return router


def _detect(state: ServerState) -> APIRouter:
    router = APIRouter(tags=["detect"])

    @router.post("/detect", summary="Find objects in pictures", **documents.DETECT)
    async def find(request: Request) -> Response:
        answer_type = detect.chosen_answer(request.headers.get("accept", ""))
        content_type = request.headers.get("content-type", "")
        return await _answer(
            state,
            request,
            state.limits.max_body_bytes,
            lambda body, examination: detect.detect(
                body, content_type, answer_type, examination, state.limits
            ),
        )

    return router


def _tensorflow_serving(state: ServerState) -> APIRouter:
    router = APIRouter(prefix="/v1/models", tags=["TensorFlow Serving"])

    async def predict(request: Request, model: str) -> Response:
        _check_model(state, model)
        return await _answer(
            state,
            request,
            state.limits.max_json_bytes,
            lambda body, examination: tensorflow_serving.predict(body, examination, state.limits),
        )

    async def status(model: str) -> dict[str, object]:
        _check_model(state, model)
        _ = state.examination
        return tensorflow_serving.status_document()

    async def metadata(model: str) -> dict[str, object]:
        _check_model(state, model)
        return tensorflow_serving.metadata_document(model)

    for place in ("/{model}", f"/{{model}}/versions/{tensorflow_serving.VERSION}"):
        router.add_api_route(f"{place}:predict", predict, methods=["POST"], openapi_extra=PREDICT_BODY)
        router.add_api_route(f"{place}/metadata", metadata, methods=["GET"])
        router.add_api_route(place, status, methods=["GET"])
    return router


def _open_inference(state: ServerState) -> APIRouter:
    router = APIRouter(prefix="/v2", tags=["Open Inference Protocol"])

    @router.get("/health/live")
    async def live() -> dict[str, bool]:
        return {"live": True}

    @router.get("/health/ready")
    async def ready() -> Response:
        return _ready_as({"ready": state.is_ready})

    @router.get("")
    async def server() -> dict[str, object]:
        return open_inference.server_document()

    async def infer(request: Request, model: str) -> Response:
        _check_model(state, model)
        header_length = request.headers.get(open_inference.HEADER_LENGTH)
        most = state.limits.max_json_bytes if header_length is None else state.limits.max_body_bytes
        return await _answer(
            state,
            request,
            most,
            lambda body, examination: open_inference.infer(
                body, header_length, model, examination, state.limits
            ),
        )

    async def model_ready(model: str) -> Response:
        _check_model(state, model)
        return _ready_as({"name": model, "ready": state.is_ready})

    async def metadata(model: str) -> dict[str, object]:
        _check_model(state, model)
        return open_inference.model_document(model)

    for place in ("/models/{model}", f"/models/{{model}}/versions/{open_inference.VERSION}"):
        router.add_api_route(f"{place}/infer", infer, methods=["POST"], openapi_extra=documents.INFER_BODY)
        router.add_api_route(f"{place}/ready", model_ready, methods=["GET"])
        router.add_api_route(place, metadata, methods=["GET"])
    return router


def _ready_as(document: dict[str, object]) -> Response:
    ready = document["ready"] is True
    return JSONResponse(document, HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE)


def _pages() -> APIRouter:
    router = APIRouter(include_in_schema=False)
    page = _PAGE.read_text(encoding="utf-8")

    @router.get("/")
    async def index() -> HTMLResponse:
        return HTMLResponse(page, headers={"Content-Security-Policy": _PAGE_POLICY})

    return router


def _check_model(state: ServerState, model: str) -> None:
    if model != state.model.name:
        raise Refusal(HTTPStatus.NOT_FOUND, "MODEL_UNKNOWN", f"the model here is called {state.model.name}")


async def _answer(
    state: ServerState, request: Request, most: int, work: Callable[[bytes, Examination], Reply]
) -> Response:
    """Reads the body, lets a worker do the work, and answers with what it says."""
    arrived = time.monotonic()
    examination = state.examination
    state.workers.check_room()
    async with state.bodies.read(request, most) as body:
        reply = await state.workers.run(lambda: work(body, examination), arrived)
    return Response(reply.content, media_type=reply.media_type, headers=dict(reply.headers))
