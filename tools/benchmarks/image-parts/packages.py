"""Prints, as JSON, how many bytes each package in /opt/venv takes on disk; runs inside an image."""

import json
from collections import Counter
from pathlib import Path

(packages,) = Path("/opt/venv").glob("lib/python3.*/site-packages")
sizes: Counter[str] = Counter()
for path in packages.rglob("*"):
    if path.is_file() and not path.is_symlink():
        parts = path.relative_to(packages).parts
        depth = 2 if parts[0] == "nvidia" else 1
        name = "/".join(parts[:depth]) if len(parts) > depth else parts[0]
        sizes[name.removesuffix(".libs")] += path.stat().st_size
print(json.dumps(sizes))
