"""``python -m reimport_lib`` is the command ``reimport``."""

from reimport_lib.cli import main

main()
