"""What a workbook holds, found out before the Excel reader allocates for it.

The reader makes room for the whole rectangle that the cells span: two cells at
opposite ends of a sheet would take the process down. So the packed XML is walked once,
in pieces, and measured. Imports errors, extent and limits.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from reimport_lib.errors import SourceError
from reimport_lib.sources.extent import Extent, measure_sheet
from reimport_lib.sources.limits import LIMITS, Limits, check_cells

_PIECE = 1024 * 1024
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
# Parts with text of their own; any other may be what the workbook names as a sheet.
_NO_SHEET = re.compile(
    r"(?!xl/)|xl/(sharedStrings|styles|workbook)\.xml|xl/(theme|media)/|.*\.(rels|bin)$",
    re.IGNORECASE,
)
_DATE_1904 = re.compile(rb"\bdate1904\s*=\s*[\"'](?:1|true)[\"']", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WorkbookFacts:
    """What the walk found.

    Attributes:
        date_system: 1900 or 1904.
        sheets_with_data: worksheets that hold a value.
        formulas, unsolved, errors: cells of all worksheets that are formulas, that are
            formulas without a stored result, that hold an error instead of a value.
    """

    date_system: int = 1900
    sheets_with_data: int = 0
    formulas: int = 0
    unsolved: int = 0
    errors: int = 0

    def with_sheet(self, extent: Extent) -> Self:
        return replace(
            self,
            sheets_with_data=self.sheets_with_data + extent.values,
            formulas=self.formulas + extent.formulas,
            unsolved=self.unsolved + extent.unsolved,
            errors=self.errors + extent.errors,
        )


def measure(path: Path, limits: Limits = LIMITS) -> WorkbookFacts:
    """
    Walk every part of the workbook at *path* once.

    Raises:
        SourceError: not a workbook, damaged, encrypted, or larger than the limits
            once unpacked.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _walk(archive, path.name, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError):
        raise _damaged(path.name) from None
    except (RuntimeError, ValueError):  # an encrypted member, a senseless header
        raise _damaged(path.name) from None


def _walk(archive: zipfile.ZipFile, name: str, limits: Limits) -> WorkbookFacts:
    members = archive.infolist()
    _check_declared(members, name, limits)
    facts = WorkbookFacts()
    for member in members:
        if member.filename.lower() == "xl/workbook.xml":
            since_1904 = _DATE_1904.search(archive.read(member))
            facts = replace(facts, date_system=1904 if since_1904 else 1900)
        elif _NO_SHEET.match(member.filename):
            for _ in _pieces(archive, member):
                pass
        else:
            extent = measure_sheet(_pieces(archive, member))
            check_cells(name, rows=extent.rows, columns=extent.columns, limits=limits)
            if _SHEET.fullmatch(member.filename):
                facts = facts.with_sheet(extent)
    return facts


def _check_declared(members: list[zipfile.ZipInfo], name: str, limits: Limits) -> None:
    """Sizes as declared; a member that lies about its own fails its checksum later."""
    unpacked = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    if unpacked > limits.unpacked_bytes or (
        unpacked > limits.ratio_from_bytes and unpacked > limits.ratio * packed
    ):
        raise SourceError(
            f"{name}: {packed:,} bytes that unpack to {unpacked:,}; no export is "
            "packed like that.",
            hint="export the table again from FileMaker",
        )
    if not any(_SHEET.fullmatch(member.filename) for member in members):
        raise SourceError(
            f"{name}: is a zip file, but no Excel workbook (.xlsx).",
            hint="export the table as Excel (.xlsx) or as text, not packed",
        )


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The unpacked content; its length and checksum are proven at the end."""
    with archive.open(member) as stream:
        while piece := stream.read(_PIECE):
            yield piece


def _damaged(name: str) -> SourceError:
    return SourceError(
        f"{name}: the workbook is damaged or was cut short, or is encrypted.",
        hint="export the table again, without a password",
    )
