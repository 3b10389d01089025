"""The completeness certificate: how it is known that a table is all there.

What cannot be known stands there as could-not-check and never counts as a pass.
Imports errors, checks and private_files.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from reimport_lib.checks import Check, Verdict, equal, failed, told
from reimport_lib.errors import SourceError
from reimport_lib.private_files import sha256_of
from reimport_lib.tables.registry import key_names


def digest(path: Path) -> str:
    """
    sha256 (hex) of the bytes of the file at *path*.

    Raises:
        SourceError: it cannot be read any more.
    """
    try:
        return sha256_of(path)
    except OSError as error:
        raise SourceError(
            f"{path.name}: could not be read to its end ({error.strerror}).",
            hint="wait until the export is finished, then run again",
            id="R121",
        ) from None


def file_checks(path: Path, before: os.stat_result) -> tuple[Check, ...]:
    """
    Whether the file is still the one that was read, and what no file can say.

    Args:
        before: its status when reading began.
    """
    return (
        equal(
            "file unchanged while it was read",
            expected=f"{before.st_size:,} bytes",
            actual=_found_now(path, before),
            hint="wait until the export is finished, then run again",
            id="C057",
        ),
        Check(
            "server's own count",
            "the rows of the table in FileMaker",
            "an export file does not say",
            Verdict.COULD_NOT_CHECK,
            "compare the rows with the record count FileMaker shows",
            id="C058",
        ),
    )


def table_checks(
    rows: int, keys: int | None, *, of_several: bool = False
) -> tuple[Check, ...]:
    """
    Rows and different keys, whatever the way in.

    Args:
        keys: None where they cannot be counted; of_several: several columns make one.
    """
    checks = [
        Check(
            "rows",
            "at least 1",
            f"{rows:,}",
            Verdict.PASS if rows else Verdict.WARN,
            "" if rows else "an empty table deletes nothing: export it again",
            id="C059",
        )
    ]
    if keys is None:
        checks.append(
            Check(
                "distinct keys",
                "a key of each row",
                "could not count: several columns make a key"
                if of_several
                else "the table has no key column of its own",
                Verdict.COULD_NOT_CHECK,
                id="C060",
            )
        )
    else:
        checks.append(
            Check(
                "distinct keys",
                f"{rows:,}",
                f"{keys:,}",
                Verdict.PASS if keys == rows else Verdict.WARN,
                ""
                if keys == rows
                else "rows share a key or have none: see the page of their phase",
                id="C060",
            )
        )
    return tuple(checks)


def distinct_keys(table: str, data: pa.Table) -> int | None:
    """Different keys without case, braces and blanks; None: no key column."""
    known = set(data.column_names)
    column = next((name for name in key_names(table) if name in known), None)
    if column is None:
        return None
    return different(data.column(column))


def different(keys: pa.ChunkedArray) -> int:
    """Different ones of *keys*, without case, braces, blanks and the empty ones."""
    bare = pc.utf8_upper(pc.utf8_trim(pc.utf8_trim_whitespace(keys), "{}"))
    return int(pc.count_distinct(bare.filter(pc.not_equal(bare, ""))).as_py())


def require_whole(name: str, checks: Iterable[Check]) -> None:
    """
    Stop where a certificate is broken.

    Raises:
        SourceError: naming every check that failed, with both figures.
    """
    broken = failed(tuple(checks))
    if broken:
        raise SourceError(
            f"{name}: is not complete ({told(broken)}).",
            hint=broken[0].hint,
            id="R122",
        )


def _found_now(path: Path, before: os.stat_result) -> str:
    """The size at *path*, and whether it is another file or was written to since."""
    try:
        status = path.stat()
    except OSError:
        return "gone"
    same = all(
        getattr(status, told) == getattr(before, told)
        for told in ("st_size", "st_mtime_ns", "st_ino")
    )
    return f"{status.st_size:,} bytes{'' if same else ', changed'}"
