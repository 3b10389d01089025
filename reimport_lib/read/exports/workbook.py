"""What a workbook holds, found out before the Excel reader allocates for it.

The reader makes room for the whole rectangle that the cells span: two cells at
opposite ends of a sheet would take the process down. So the packed XML is walked once,
in pieces, and measured. Imports errors, extent, limits and texts.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
from lxml import etree

from reimport_lib.errors import SourceError
from reimport_lib.read.exports import texts
from reimport_lib.read.exports.extent import Extent, measure_sheet
from reimport_lib.read.limits import LIMITS, Limits, check_cells

_PIECE = 1024 * 1024
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
# Parts with text of their own; any other may be what the workbook names as a sheet.
_NO_SHEET = re.compile(
    r"(?!xl/)|xl/(sharedStrings|styles|workbook)\.xml|xl/(theme|media)/|.*\.(rels|bin)$",
    re.IGNORECASE,
)
_WORKBOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_STRINGS = "xl/sharedstrings.xml"
_LEAST_CELL = len('<c r="A1"><v></v></c>')
_HALF = re.compile(rb"_x[dD][89a-fA-F][0-9a-fA-F]{2}_")
_ESCAPE_BYTES = len("_xD83D_")
_DATE_1904 = re.compile(rb"\bdate1904\s*=\s*[\"'](?:1|true)[\"']", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WorkbookFacts:
    """What the walk found.

    Attributes:
        date_system: 1900 or 1904.
        sheets_with_data: worksheets that hold a value.
        formulas, unsolved, errors: cells of all worksheets that are formulas, that are
            formulas without a stored result, that hold an error instead of a value.
        sheets: names of the parts, in small letters, that are worksheets.
        odd_numbers: some number would lose digits or become a moment that it is not.
        pairs: some text holds a character as two escapes (``_xD83D__xDE00_``).
    """

    date_system: int = 1900
    sheets_with_data: int = 0
    formulas: int = 0
    unsolved: int = 0
    errors: int = 0
    sheets: frozenset[str] = frozenset()
    odd_numbers: bool = False
    pairs: bool = False

    @property
    def needs_mending(self) -> bool:
        """The reader would refuse, lose or change something."""
        return self.odd_numbers or self.pairs or self.errors > 0

    def with_sheet(self, part: str, extent: Extent) -> Self:
        return replace(
            self,
            sheets_with_data=self.sheets_with_data + extent.values,
            formulas=self.formulas + extent.formulas,
            unsolved=self.unsolved + extent.unsolved,
            errors=self.errors + extent.errors,
            sheets=self.sheets | {part},
            odd_numbers=self.odd_numbers or extent.odd_numbers,
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
    except (RuntimeError, ValueError, etree.XMLSyntaxError):  # encrypted, senseless
        raise _damaged(path.name) from None


def _walk(archive: zipfile.ZipFile, name: str, limits: Limits) -> WorkbookFacts:
    members = archive.infolist()
    _check_declared(members, name, limits)
    sheets = _named_sheets(archive, limits)
    facts, strings = WorkbookFacts(), np.zeros(0, np.int64)
    halves: set[str] = set()
    # The strings first: then one walk over a sheet tells all that it shows of them.
    for member in sorted(members, key=lambda member: not _holds_strings(member)):
        part = member.filename.lower()
        if part == _WORKBOOK:
            since_1904 = _DATE_1904.search(_small_part(archive, member, limits))
            facts = replace(facts, date_system=1904 if since_1904 else 1900)
        elif _holds_strings(member):
            strings = texts.lengths(_watched(_pieces(archive, member), part, halves))
        elif part not in sheets and _NO_SHEET.match(part):
            for _ in _pieces(archive, member):
                pass
        if part in sheets or not _NO_SHEET.match(part):
            extent = _extent(archive, member, strings, limits, halves)
            if part in sheets or _SHEET.fullmatch(part):
                facts = facts.with_sheet(part, extent)
    return replace(facts, pairs=bool(halves))


def _holds_strings(member: zipfile.ZipInfo) -> bool:
    return member.filename.lower() == _STRINGS


def _extent(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    strings: np.ndarray,
    limits: Limits,
    halves: set[str],
) -> Extent:
    """
    How far a sheet reaches; it is looked at closely only where that is too far.

    Args:
        halves: of the parts that hold halves of characters; may grow.
    """
    limits = replace(limits, cells=min(limits.cells, limits.sheet_cells))
    most_text = member.file_size // _LEAST_CELL * int(strings.max(initial=0))
    is_counted = member.file_size + most_text > limits.sheet_text_bytes
    pieces = _watched(_pieces(archive, member), member.filename.lower(), halves)
    extent = measure_sheet(pieces, strings if is_counted else None)
    _check_text(archive, member, extent, strings, limits)
    if extent.rows * extent.columns > limits.cells:
        extent = measure_sheet(_pieces(archive, member), closely=True)
    name = Path(archive.filename or "").name
    check_cells(name, rows=extent.rows, columns=extent.columns, limits=limits)
    return extent


def _named_sheets(archive: zipfile.ZipFile, limits: Limits) -> frozenset[str]:
    """The parts, in small letters, that the workbook names as its sheets."""
    parts = {member.filename.lower(): member for member in archive.infolist()}
    if not {_WORKBOOK, _RELATIONS} <= parts.keys():
        return frozenset()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    book, relations = (
        etree.fromstring(_small_part(archive, parts[part], limits), parser)
        for part in (_WORKBOOK, _RELATIONS)
    )
    if book is None or relations is None:
        return frozenset()
    named = {
        value
        for sheet in book.iter("{*}sheet")
        for attribute, value in sheet.attrib.items()
        if etree.QName(attribute).localname == "id"
    }
    return frozenset(
        _part(relation.get("Target", ""))
        for relation in relations.iter("{*}Relationship")
        if relation.get("Id") in named
    )


def _part(target: str) -> str:
    path = target if target.startswith(("/", "xl/")) else f"xl/{target}"
    return posixpath.normpath(path.lstrip("/")).lower()


def _small_part(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, limits: Limits
) -> bytes:
    if member.file_size > limits.part_bytes:
        raise zipfile.BadZipFile
    return archive.read(member)


def _check_text(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    extent: Extent,
    strings: np.ndarray,
    limits: Limits,
) -> None:
    """Refuse text that every cell would have a copy of."""
    own = max(0, member.file_size - extent.cells * _LEAST_CELL)
    text_bytes = own + extent.text_bytes
    if max(text_bytes, int(strings.sum())) > limits.sheet_text_bytes:
        raise SourceError(
            f"{Path(archive.filename or '').name}: its {extent.cells:,} cells hold "
            f"{text_bytes:,} bytes of text; the limit is "
            f"{limits.sheet_text_bytes:,}.",
            hint="export the table as .csv or FMPXMLRESULT .xml, without long texts "
            "that nobody needs",
        )


def _check_declared(members: list[zipfile.ZipInfo], name: str, limits: Limits) -> None:
    """Sizes as declared; a member that lies about its own fails its checksum later."""
    names = [member.filename.casefold() for member in members]
    if len(set(names)) < len(names):
        raise SourceError(
            f"{name}: {len(names) - len(set(names)):,} of its parts are there twice; "
            "it cannot be told which one counts.",
            hint="export the table again",
        )
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


def _watched(pieces: Iterable[bytes], part: str, halves: set[str]) -> Iterator[bytes]:
    """Hand on *pieces*; *part* is noted if a character is escaped as two halves."""
    before = b""
    for piece in pieces:
        joint = before + piece[:_ESCAPE_BYTES]
        if part not in halves and (_HALF.search(joint) or _HALF.search(piece)):
            halves.add(part)
        before = piece[-_ESCAPE_BYTES:]
        yield piece


def _damaged(name: str) -> SourceError:
    return SourceError(
        f"{name}: the workbook cannot be read: damaged, cut short or encrypted.",
        hint="export the table again, without a password",
    )
