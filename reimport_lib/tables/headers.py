"""What may be shared of a header: people type anything into one, also names.

Pure; imports only what a declaration is made of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from reimport_lib.counting import MANY_ROWS
from reimport_lib.tables.declare import Table


def shared_names(
    table: Table, headers: Sequence[str], filled: Mapping[str, int]
) -> dict[str, str]:
    """
    What reports call the columns of an export.

    Args:
        headers: in the order of the export.
        filled: header -> cells that are not blank.

    Returns:
        header -> itself where *table* declares it or ``MANY_ROWS`` cells are filled;
        else its place, such as ``column 14``.
    """
    return {
        header: header
        if _is_declared(table, header) or filled.get(header, 0) >= MANY_ROWS
        else f"column {place}"
        for place, header in enumerate(headers, 1)
    }


def _is_declared(table: Table, header: str) -> bool:
    """A listing of stored objects has headers of this program's own."""
    bare = header.rpartition("::")[2].strip()
    return bool(
        table.objects_of
        or any(bare in field.names for field in table.all_fields)
        or any(matches(bare, dropped.names) for dropped in table.dropped)
    )


def matches(header: str, names: Sequence[str]) -> bool:
    """*header* is one of *names*; a name may hold ``*`` for any characters."""
    return any(fnmatchcase(header, name) for name in names)
