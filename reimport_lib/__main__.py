"""The command ``reimport``, also as ``python -m reimport_lib``."""

import sys

from reimport_lib import forked

RUNS = "run"  # the command that executes notebooks


def main() -> None:
    """Run the command; the process that kernels are forked from starts beside it."""
    if sys.argv[1:2] == [RUNS] and forked.AVAILABLE:
        forked.server()  # its imports take as long as all of those below
    from reimport_lib import cli

    cli.main()


if __name__ == "__main__":
    main()
