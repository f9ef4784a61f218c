"""Holds manifests of Kubernetes against its own schemas: ``python -m tools.manifests --help``."""
