"""Compiles the lock files that the plugin ships: ``python -m tools.locks --help``."""
