"""What the image's HEALTHCHECK runs: asks the server in the same container whether it answers.

`python -m tfod_runtime.health` exits 0 or 1. The standard library only: it runs twice a minute.
"""

from __future__ import annotations

import http.client
import os
import sys
import urllib.request

_DEFAULT_PORT = "8080"
_SECONDS = 3.0


def is_healthy(port: str) -> str | None:
    """None when `/healthz` on 127.0.0.1 answers 200, or what came instead."""
    # A proxy of the environment is for the world outside, not for this container.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{port}/healthz", timeout=_SECONDS):
            return None
    except (OSError, ValueError, http.client.HTTPException) as error:
        return f"{type(error).__name__}: {error}"


def main() -> int:
    """Runs the check on $TFOD_PORT; one line on stderr when it fails."""
    port = os.environ.get("TFOD_PORT", _DEFAULT_PORT)
    fault = is_healthy(port)
    if fault is None:
        return 0
    print(f"no healthy server on port {port}: {fault}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
