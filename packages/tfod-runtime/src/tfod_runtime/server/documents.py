"""What `/openapi.json` says of bodies and answers, and the page that shows it; no other host is asked."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from pydantic import BaseModel, Field
from starlette.responses import FileResponse, HTMLResponse

_ASSETS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_EXAMPLE_BASE64 = "/9j/4AAQSkZJRg…"


class Segmentation(BaseModel):
    """Which pixels an object covers."""

    size: list[int] = Field(description="Height and width of the picture")
    counts: str = Field(description="COCO's compressed run lengths")


class FoundObject(BaseModel):
    """One object."""

    category_id: int = Field(description="Its id in the label map")
    label: str
    score: float = Field(ge=0, le=1)
    bbox: list[float] = Field(description="x, y, width, height in pixels of the upright picture")
    segmentation: Segmentation | None = Field(default=None, description="Of models that give masks")
    keypoints: list[float] | None = Field(
        default=None, description="Of models that give them: x, y in pixels and the score, in turn"
    )


class FoundInPicture(BaseModel):
    """What was found in a picture."""

    width: int
    height: int
    detections: list[FoundObject] = Field(description="The best score first")


class FoundInNamedPicture(FoundInPicture):
    """What was found in one picture of a form."""

    name: str = Field(description="Its file name")


class FoundInPictures(BaseModel):
    """What was found in the pictures of a form."""

    pictures: list[FoundInNamedPicture]


class ErrorFacts(BaseModel):
    """Why a request was not answered."""

    code: str = Field(description="Stable, for machines")
    reason: str


class ErrorDocument(BaseModel):
    """Every answer that is no 200."""

    error: ErrorFacts


_REFUSED: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorDocument, "description": what}
    for status, what in (
        (400, "The form is malformed"),
        (406, "The answer cannot be had in that form"),
        (408, "The body came too slowly"),
        (413, "The body is too large"),
        (422, "The body is no picture that can be read"),
        (429, "Too much to do: come again after Retry-After"),
        (503, "Not ready, or too late: come again after Retry-After"),
    )
}

DETECT: dict[str, Any] = {
    "response_model": None,
    "openapi_extra": {
        "requestBody": {
            "required": True,
            "content": {
                "image/*": _BINARY,
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "properties": {"file": {"type": "array", "items": _BINARY["schema"]}},
                    }
                },
            },
        }
    },
    "responses": {
        200: {
            "model": FoundInPicture | FoundInPictures,
            "description": "What was found, or the picture with it drawn in, as Accept asks",
            "content": {"image/jpeg": _BINARY},
        },
        **_REFUSED,
    },
}


def _json_body(example: object) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"example": example}}}}


PREDICT_BODY = _json_body({"instances": [{"b64": _EXAMPLE_BASE64}]})
INFER_BODY = _json_body(
    {"inputs": [{"name": "input_tensor", "datatype": "BYTES", "shape": [1], "data": [_EXAMPLE_BASE64]}]}
)


def add_api_pages(app: FastAPI) -> None:
    """Adds `/docs`: Swagger UI, from files that came with the server."""
    folder = Path(str(files("fastapi_offline"))) / "static"

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="openapi.json",
            title=app.title,
            swagger_js_url="docs/swagger-ui-bundle.js",
            swagger_css_url="docs/swagger-ui.css",
            swagger_favicon_url="data:,",
        )

    for name, media_type in _ASSETS.items():
        app.add_api_route(f"/docs/{name}", _file(folder / name, media_type), include_in_schema=False)


def _file(path: Path, media_type: str) -> Any:
    async def asset() -> FileResponse:
        return FileResponse(path, media_type=media_type)

    return asset
