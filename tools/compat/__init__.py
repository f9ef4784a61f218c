"""Holds the compatibility matrix against the metadata of the wheels: ``python -m tools.compat --help``."""
