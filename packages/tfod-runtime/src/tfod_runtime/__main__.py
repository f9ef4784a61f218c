"""`python -m tfod_runtime`: the command line with every detection kept."""

from tfod_runtime.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
