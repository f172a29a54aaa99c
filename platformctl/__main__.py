"""Lets `python -m platformctl` start the command line."""

import sys

from platformctl.cli import main

if __name__ == "__main__":
    sys.exit(main())
