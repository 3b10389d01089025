"""The notebooks of all phases, written anew: python -m tools.notebooks."""

from __future__ import annotations

from reimport_lib.home import CHECKOUT
from reimport_lib.phases import all_phases
from reimport_lib.phases.template import notebooks

FOLDER = CHECKOUT / "notebooks"


def main() -> None:
    for name, text in notebooks(all_phases()).items():
        (FOLDER / name).write_text(text)


if __name__ == "__main__":
    main()
