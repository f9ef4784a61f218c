"""The Python tools of this project: ``python -m tools.locks``, ``python -m tools.compat``."""
