"""The completeness certificate: how it is known that a table is all there.

What cannot be known stands there as could-not-check and never counts as a pass.
Imports errors, checks, limits and reading.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from reimport_lib.checks import Check, Verdict, equal, failed
from reimport_lib.errors import SourceError
from reimport_lib.read.limits import check_file
from reimport_lib.read.reading import TEXT
from reimport_lib.tables.registry import key_names


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A file as it was when reading began; told again when it has been read."""

    size_bytes: int
    changed_ns: int
    inode: int


def fingerprint(path: Path) -> Fingerprint:
    """
    The status of the file at *path*.

    Raises:
        SourceError: it cannot be read or is none that may be; see ``check_file``.
    """
    status = check_file(path)
    return Fingerprint(status.st_size, status.st_mtime_ns, status.st_ino)


def digest(path: Path) -> str:
    """
    sha256 (hex) of the bytes of the file at *path*.

    Raises:
        SourceError: it cannot be read any more.
    """
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(
            f"{path.name}: could not be read to its end ({error.strerror}).",
            hint="wait until the export is finished, then run again",
            id="R121",
        ) from None


def file_checks(path: Path, before: Fingerprint) -> tuple[Check, ...]:
    """Whether the file is still the one that was read, and what no file can say."""
    return (
        equal(
            "file unchanged while it was read",
            expected=f"{before.size_bytes:,} bytes",
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


def table_checks(rows: int, keys: int | None) -> tuple[Check, ...]:
    """Rows and different keys, whatever the way in."""
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
                "the table has no key column of its own",
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
    keys = pa.chunked_array(map(_comparable, data.column(column).chunks), TEXT)
    return int(pc.count_distinct(keys).as_py())


def _comparable(keys: pa.Array) -> pa.Array:
    """
    Keys without case, braces and the blanks around them; the empty ones left out.

    One chunk at a time, so that no copies of a whole column are held.
    """
    if pc.all(pc.string_is_ascii(keys)).as_py():  # nearly always, and much faster
        keys = pc.ascii_trim(pc.ascii_trim_whitespace(keys), "{}")
        keys = pc.ascii_upper(keys)
    else:
        keys = pc.utf8_trim(pc.utf8_trim_whitespace(keys), "{}")
        keys = pc.utf8_upper(keys)
    return keys.filter(pc.not_equal(keys, ""))


def require_whole(name: str, checks: Iterable[Check]) -> None:
    """
    Stop where a certificate is broken.

    Raises:
        SourceError: naming every check that failed, with both figures.
    """
    broken = failed(tuple(checks))
    if broken:
        told = "; ".join(
            f"{check.name}: expected {check.expected}, found {check.actual}"
            for check in broken
        )
        raise SourceError(
            f"{name}: is not complete ({told}).", hint=broken[0].hint, id="R122"
        )


def _found_now(path: Path, before: Fingerprint) -> str:
    """The size at *path*, and whether it is another file or was written to since."""
    try:
        status = path.stat()
    except OSError:
        return "gone"
    found = (status.st_size, status.st_mtime_ns, status.st_ino)
    changed = found != (before.size_bytes, before.changed_ns, before.inode)
    return f"{status.st_size:,} bytes{', changed' if changed else ''}"
