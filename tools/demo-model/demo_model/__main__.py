"""`python -m demo_model`."""

import os
import sys

# TensorFlow greets on standard error when it is loaded; errors still show.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from demo_model.cli import main

if __name__ == "__main__":
    main(sys.argv[1:])
