"""Which tests one worker takes in one go, and which are begun first.

By file, as xdist's ``loadfile``; but the tests of phases on a server are one unit, and
so are those that look at a second import, and those that disturb the same story: no
other worker has to make for itself what these begin with. What is begun last has no
other beside it; so the longest come first.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from xdist.scheduler import LoadFileScheduling

TESTS = Path(__file__).resolve().parent
PHASES = "tests/phases/"
ON_A_SERVER = "phases on a server"
LATER = "phases of a second import"
STORY = "faults on SQLite"
LOOK_AT_A_SECOND_IMPORT = tuple(
    f"{PHASES}{name}.py"
    for name in ("test_changes", "test_figures", "test_last_time", "test_undo_proof")
)
TELL_A_STORY = ("tests/faults/test_sqlite.py", "tests/faults/test_bugs.py")
LONGEST = (
    *("phases/test_acceptance.py", "browser/test_dashboard.py"),
    *("tools/test_benchmarks.py", "cli/test_commands.py"),
    *("faults/test_postgresql.py", "tools/test_own_project.py"),
    *("browser/test_lab.py", "demo/test_ways.py"),
    *("cli/test_readme_walk.py", "notebooks/test_alone.py", "costs/test_costs.py"),
    *("cli/test_notify.py", "phases/test_cockpit.py"),
    *("phases/test_another_way.py", "phases/test_cut_off.py"),
    *("phases/test_detached.py", "phases/test_restore.py"),
    *("phases/test_odd_cells.py", "phases/test_reviewed_again.py"),
)
"""What takes most of a minute or more, besides the units of several files."""


class SharingOut(LoadFileScheduling):
    """Gives each worker whole units."""

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)


def unit(nodeid: str) -> str:
    """The name of what the test belongs to."""
    file, _, name = nodeid.partition("::")
    if not file.startswith(PHASES):
        return STORY if file in TELL_A_STORY else file
    if "postgresql" in name.partition("[")[2]:
        return ON_A_SERVER
    return LATER if file in LOOK_AT_A_SECOND_IMPORT else file


def order(items: list[pytest.Item]) -> None:
    """The longest units come first; else they stay in the order of their files."""
    places = {name: place for place, name in enumerate((ON_A_SERVER, STORY, LATER))}
    places |= {f"tests/{name}": len(places) + n for n, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(unit(item.nodeid), len(places)))
