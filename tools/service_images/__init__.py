"""Tests of the Python that a generated service runs while its images are built (``docker/*.py``)."""
