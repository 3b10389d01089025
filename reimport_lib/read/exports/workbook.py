"""What a workbook holds, found out before the Excel reader allocates for it.

The reader makes room for the whole rectangle that the cells span: two cells at
opposite ends of a sheet would take the process down. So the packed XML is walked once,
in pieces, and measured. Imports errors, limits and used_range.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np
from lxml import etree

from reimport_lib.errors import SourceError
from reimport_lib.read import limits
from reimport_lib.read.exports.used_range import (
    UsedRange,
    measure_sheet,
    measure_strings,
)

_PIECE = 1024 * 1024
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
# Parts with text of their own; any other may be what the workbook names as a sheet.
_NO_SHEET = re.compile(
    r"(?!xl/)|xl/(sharedStrings|styles|workbook)\.xml|xl/(theme|media|embeddings)/|"
    r".*\.(rels|bin|vml)$",
    re.IGNORECASE,
)
_WORKBOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_STRINGS = "xl/sharedstrings.xml"
_LEAST_CELL = len('<c r="A1"><v></v></c>')
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
    def needs_repair(self) -> bool:
        """The reader would refuse, lose or change something."""
        return self.odd_numbers or self.pairs or self.errors > 0

    def with_sheet(self, part: str, used: UsedRange) -> Self:
        return replace(
            self,
            sheets_with_data=self.sheets_with_data + used.values,
            formulas=self.formulas + used.formulas,
            unsolved=self.unsolved + used.unsolved,
            errors=self.errors + used.errors,
            sheets=self.sheets | {part},
            odd_numbers=self.odd_numbers or used.odd_numbers,
            pairs=self.pairs or used.halves,
        )


def measure(path: Path) -> WorkbookFacts:
    """
    Walk every part of the workbook at *path* once.

    Raises:
        SourceError: not a workbook, damaged, encrypted, or larger than the limits
            once unpacked.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _walk(archive, path.name)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError):
        raise _damaged(path.name) from None
    # encrypted or packed in a way that nobody knows; senseless
    except (RuntimeError, ValueError, etree.XMLSyntaxError):
        raise _damaged(path.name) from None


def _walk(archive: zipfile.ZipFile, name: str) -> WorkbookFacts:
    members = archive.infolist()
    _check_declared(members, name)
    sheets = _named_sheets(archive)
    facts, strings = WorkbookFacts(), np.zeros(0, np.int64)
    # The strings first: then one walk over a sheet tells all that it shows of them.
    for member in sorted(members, key=lambda member: not _holds_strings(member)):
        part = member.filename.lower()
        if part == _WORKBOOK:
            since_1904 = _DATE_1904.search(_small_part(archive, member))
            facts = replace(facts, date_system=1904 if since_1904 else 1900)
        elif _holds_strings(member):
            strings, pairs = measure_strings(partial(archive.open, member))
            facts = replace(facts, pairs=pairs)
        elif part not in sheets and _NO_SHEET.match(part):
            _prove_whole(archive, member)
        if part in sheets or not _NO_SHEET.match(part):
            used = _used_range(archive, member, strings)
            if part in sheets or _SHEET.fullmatch(part):
                facts = facts.with_sheet(part, used)
    return facts


def _holds_strings(member: zipfile.ZipInfo) -> bool:
    return member.filename.lower() == _STRINGS


def _prove_whole(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Read to the end, where its length and checksum are proven."""
    with archive.open(member) as stream:
        while stream.read(_PIECE):
            pass


def _used_range(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    strings: np.ndarray,
) -> UsedRange:
    """
    What a sheet reaches over.

    Raises:
        SourceError: that, or the text that it shows, is too much.
    """
    most_text = member.file_size // _LEAST_CELL * int(strings.max(initial=0))
    is_counted = member.file_size + most_text > limits.SHEET_TEXT_BYTES
    used = measure_sheet(partial(archive.open, member), strings if is_counted else None)
    _check_text(archive, member, used, strings)
    limits.check_cells(
        Path(archive.filename or "").name,
        rows=used.rows,
        columns=used.columns,
        most=limits.SHEET_CELLS,
    )
    return used


def _named_sheets(archive: zipfile.ZipFile) -> frozenset[str]:
    """The parts, in small letters, that the workbook names as its sheets."""
    parts = {member.filename.lower(): member for member in archive.infolist()}
    if not {_WORKBOOK, _RELATIONS} <= parts.keys():
        return frozenset()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    book, relations = (
        etree.fromstring(_small_part(archive, parts[part]), parser)
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


def _small_part(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    if member.file_size > limits.PART_BYTES:
        raise zipfile.BadZipFile
    with archive.open(member) as stream:  # ``archive.read`` would unpack all of a lie
        return stream.read(limits.PART_BYTES)


def _check_text(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    used: UsedRange,
    strings: np.ndarray,
) -> None:
    """Refuse text that every cell would have a copy of."""
    own = max(0, member.file_size - used.cells * _LEAST_CELL)
    text_bytes = own + used.text_bytes
    if max(text_bytes, int(strings.sum())) > limits.SHEET_TEXT_BYTES:
        raise SourceError(
            f"{Path(archive.filename or '').name}: its {used.cells:,} cells hold "
            f"{text_bytes:,} bytes of text; the limit is "
            f"{limits.SHEET_TEXT_BYTES:,}.",
            hint="export the table as .csv or FMPXMLRESULT .xml, without long texts "
            "that nobody needs",
            id="R159",
        )


def _check_declared(members: list[zipfile.ZipInfo], name: str) -> None:
    """Sizes as declared; a member that lies about its own fails its checksum later."""
    names = [member.filename.casefold() for member in members]
    if len(set(names)) < len(names):
        raise SourceError(
            f"{name}: {len(names) - len(set(names)):,} of its parts are there twice; "
            "it cannot be told which one counts.",
            hint="export the table again",
            id="R160",
        )
    unpacked = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    if unpacked > limits.UNPACKED_BYTES or (
        unpacked > limits.RATIO_FROM_BYTES and unpacked > limits.RATIO * packed
    ):
        raise SourceError(
            f"{name}: {packed:,} bytes that unpack to {unpacked:,}; no export is "
            "packed like that.",
            hint="export the table again from FileMaker",
            id="R161",
        )
    if not any(_SHEET.fullmatch(member.filename) for member in members):
        raise SourceError(
            f"{name}: is a zip file, but no Excel workbook (.xlsx).",
            hint="export the table as Excel (.xlsx) or as text, not packed",
            id="R162",
        )


def _damaged(name: str) -> SourceError:
    return SourceError(
        f"{name}: the workbook cannot be read: damaged, cut short or encrypted.",
        hint="export the table again, without a password",
        id="R163",
    )
