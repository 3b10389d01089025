"""What a workbook holds, found out before the Excel reader allocates for it.

The reader makes room for the whole rectangle that the cells span: two cells at
opposite ends of a sheet would take the process down. So the packed XML is walked once,
in pieces, and measured. Imports only errors and limits.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reimport_lib.errors import SourceError
from reimport_lib.sources.limits import LIMITS, Limits, check_cells

_PIECE = 1024 * 1024
_OVERLAP = 64
_EQUALS, _BLANK = ord("="), ord(" ")
_R, _A, _ZERO, _NINE = ord("r"), ord("A"), ord("0"), ord("9")
_PADDING = b'"' * 9
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
# References up to here need no reading: a rectangle this large is within every limit.
_NEAR_ROWS, _NEAR_COLUMNS = 99_999, 26
_FAR = re.compile(rb'r=["\'](?:([A-Z]{2,})(\d+)|[A-Z](\d{7,})|(\d+))["\']')
_SPACED = re.compile(rb"\s*=\s*")
_DATE_1904 = re.compile(rb"\bdate1904\s*=\s*[\"'](?:1|true)[\"']", re.IGNORECASE)


@dataclass(slots=True)
class _Extent:
    """How far the cells of one sheet may reach, as far as seen."""

    rows: int = _NEAR_ROWS
    columns: int = _NEAR_COLUMNS
    formulas: int = 0
    values: bool = False


@dataclass(frozen=True, slots=True)
class WorkbookFacts:
    """What the walk found.

    Attributes:
        date_system: 1900 or 1904.
        sheets_with_data: worksheets that hold a value.
        formulas: cells of all worksheets that are formulas.
    """

    date_system: int = 1900
    sheets_with_data: int = 0
    formulas: int = 0


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
    system, with_data, formulas = 1900, 0, 0
    for member in members:
        if member.filename.lower() == "xl/workbook.xml":
            system = 1904 if _DATE_1904.search(archive.read(member)) else 1900
        elif _SHEET.fullmatch(member.filename):
            extent = _extent(_pieces(archive, member))
            check_cells(name, rows=extent.rows, columns=extent.columns, limits=limits)
            with_data += extent.values
            formulas += extent.formulas
        else:
            for _ in _pieces(archive, member):
                pass
    return WorkbookFacts(system, with_data, formulas)


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


def _extent(pieces: Iterator[bytes]) -> _Extent:
    extent = _Extent()
    tail = b""
    for piece in pieces:
        seen = tail + piece
        if not _is_near(np.frombuffer(b"<" + seen + _PADDING, dtype=np.uint8)):
            for letters, row, far_row, plain_row in _FAR.findall(
                _SPACED.sub(b"=", seen)
            ):
                extent.rows = max(extent.rows, int((row or far_row or plain_row)[:12]))
                if letters:
                    extent.columns = max(extent.columns, _column(letters))
        extent.formulas += piece.count(b"</f>")
        extent.values = extent.values or b"<v" in piece or b"<is" in piece
        tail = seen[-_OVERLAP:]
    return extent


def _is_near(codes: np.ndarray) -> bool:
    """
    No reference in these bytes reaches beyond column Z or row 99,999.

    Where an ``=`` has a blank beside it the answer is no: references may be written in
    a way that is not looked at here. So may text be; then it only takes longer.
    """
    places = np.flatnonzero(codes[: -len(_PADDING)] == _EQUALS)
    before = codes[places - 1]
    if ((before <= _BLANK) | (codes[places + 1] <= _BLANK)).any():
        return False
    references = places[before == _R]
    first, second = codes[references + 2], codes[references + 3]
    two_letters = (first >= _A) & (second >= _A)
    # The sixth digit of a row number stands one place further behind a letter.
    sixth = codes[references + np.where(first >= _A, 8, 7)]
    return not (two_letters | ((sixth >= _ZERO) & (sixth <= _NINE))).any()


def _column(letters: bytes) -> int:
    """``AA`` is 27."""
    place = 0
    for letter in letters[:6]:
        place = place * 26 + letter - 64
    return place


def _damaged(name: str) -> SourceError:
    return SourceError(
        f"{name}: the workbook is damaged or was cut short, or is encrypted.",
        hint="export the table again, without a password",
    )
