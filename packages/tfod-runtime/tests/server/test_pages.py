from __future__ import annotations

import re

from builders.a_server import RunningServer


def test_the_page_asks_no_other_host(server: RunningServer) -> None:
    answer = server.ask("GET", "/")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "connect-src 'self'" in answer.headers["Content-Security-Policy"]
    assert not re.search(r"https?://", answer.body.decode())


def test_the_api_is_documented_without_other_hosts(server: RunningServer) -> None:
    page = server.ask("GET", "/docs").body.decode()
    assert not re.search(r"https?://", page)
    for asset in ("docs/swagger-ui-bundle.js", "docs/swagger-ui.css"):
        assert asset in page
        answer = server.ask("GET", f"/{asset}")
        assert answer.status == 200 and len(answer.body) > 10_000


def test_every_address_is_in_the_api(server: RunningServer) -> None:
    document = server.ask("GET", "/openapi.json").json
    assert document["info"]["title"] == "colours"
    assert {"/detect", "/v1/models/{model}:predict", "/v2/models/{model}/infer", "/v2/health/ready"} <= set(
        document["paths"]
    )
    detect = document["paths"]["/detect"]["post"]
    assert set(detect["requestBody"]["content"]) == {"image/*", "multipart/form-data"}
    assert set(detect["responses"]) >= {"200", "413", "422", "429", "503"}
    assert {"image/jpeg", "application/json"} == set(detect["responses"]["200"]["content"])
