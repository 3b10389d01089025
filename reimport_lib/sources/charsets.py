"""The character set of a text file, decided by evidence and never by a guess.

A byte order mark, then strict UTF-8, then UTF-16 by its NULs; then Windows-1252 against
Mac Roman by what the accented letters would be in each. Imports only errors.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reimport_lib.errors import SourceError

_PIECE = 4 * 1024 * 1024
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with BOM"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16 with BOM"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16 with BOM"),
)
_SINGLE_BYTE = {"cp1252": "Windows-1252", "mac_roman": "Mac Roman"}
_UNDEFINED_1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_HALF = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
_CONTEXT = re.compile(rb"(?=([\x00-\xff][\x80-\xff][\x00-\xff]))")
_MOST_CONTEXTS = 50_000
_MARGIN = 0.5
_FLOOR = 0.8
"""Share of the accented letters that must speak for the winner."""

_COMMON = frozenset("àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖØÙÚÛÜ")
_APOSTROPHE = "\u2019"
_OPENING = frozenset("\u2018\u201c\u201e«¿¡")
_CLOSING = frozenset("\u2019\u201d»")
_DASHES = frozenset("\u2013\u2014\u2026")
_SYMBOLS = frozenset("\u2022°½¼¾£€©®±²³§µ·\xd7\xaa\xba")


@dataclass(frozen=True, slots=True)
class Charset:
    """A decided character set.

    Attributes:
        codec: Python's name of it, for text after the byte order mark.
        name: as people know it.
        bom_bytes: bytes to leave out at the start.
        confidence: share of the evidence that speaks for it, 0..1.
        evidence: that share in words.
    """

    codec: str
    name: str
    bom_bytes: int
    confidence: float
    evidence: str


def decide(path: Path, *, asked: str = "") -> Charset:
    """
    The character set of the text file at *path*.

    Args:
        asked: the name a person set; then only that the bytes fit it is checked.

    Raises:
        SourceError: undecidable, damaged UTF-8, or *asked* does not fit or exist.
    """
    with path.open("rb") as stream:
        head = stream.read(65_536)
    bom = next((found for found in _BOMS if head.startswith(found[0])), None)
    if bom and not asked:
        mark, codec, name = bom
        skip = _marked(head, mark)
        _require_fits(path, codec, name, skip)
        return Charset(codec, name, skip, 1.0, "byte order mark")
    if asked:
        return _asked(path, asked, head)
    if codec := utf16_by_nuls(head):
        _require_fits(path, codec, "UTF-16", 0)
        return Charset(codec, "UTF-16", 0, 1.0, "every other byte is NUL")
    if _first_misfit(path, "utf-8") is None:
        return Charset("utf-8", "UTF-8", 0, 1.0, "every byte fits")
    return _single_byte(path)


def _asked(path: Path, asked: str, head: bytes) -> Charset:
    try:
        codec = codecs.lookup(asked).name
    except (LookupError, ValueError):
        raise SourceError(
            f"{path.name}: {asked!r} is not a character set.",
            hint="use utf-8, utf-16, windows-1252 or macintosh",
        ) from None
    mark = next((mark for mark, named, _ in _BOMS if named == codec), b"")
    skip = 0 if codec in {"utf-8-sig", "utf-16", "utf-32"} else _marked(head, mark)
    _require_fits(path, codec, asked, skip)
    return Charset(codec, asked, skip, 1.0, "set by a person")


def _marked(head: bytes, mark: bytes) -> int:
    """Bytes of the byte order marks at the start; a joined file has more than one."""
    skip = 0
    while mark and head.startswith(mark, skip):
        skip += len(mark)
    return skip


def _require_fits(path: Path, codec: str, name: str, skip: int) -> None:
    misfit = _first_misfit(path, codec, skip=skip)
    if misfit is not None:
        raise SourceError(
            f"{path.name}: byte {misfit:,} does not fit {name}; the file may be "
            "damaged, cut short or of another character set.",
            hint="export the table again, as UTF-8",
        )


def _pieces(path: Path, skip: int = 0) -> Iterator[bytes]:
    with path.open("rb") as stream:
        stream.seek(skip)
        while piece := stream.read(_PIECE):
            yield piece


def _first_misfit(path: Path, codec: str, *, skip: int = 0) -> int | None:
    """Offset (from 1) near the first byte that *codec* does not take; None: all fit."""
    try:
        decoder = codecs.getincrementaldecoder(codec)("strict")
    except LookupError:
        return 1
    offset = skip
    try:
        for piece in _pieces(path, skip):
            decoder.decode(piece)
            offset += len(piece)
        decoder.decode(b"", final=True)
    except UnicodeError as error:
        return offset + getattr(error, "start", 0) + 1
    return None


def utf16_by_nuls(head: bytes) -> str:
    """UTF-16 of western text: NUL in most bytes of one parity, in none of the other."""
    pairs = len(head) // 2
    if pairs < 2:
        return ""
    even, odd = head[0 : pairs * 2 : 2].count(0), head[1 : pairs * 2 : 2].count(0)
    if odd > 0.5 * pairs and even < 0.05 * pairs:
        return "utf-16-le"
    if even > 0.5 * pairs and odd < 0.05 * pairs:
        return "utf-16-be"
    return ""


def _single_byte(path: Path) -> Charset:
    contexts, undefined = _evidence(path)
    candidates = ["mac_roman"] if undefined else list(_SINGLE_BYTE)
    for codec in candidates:
        rivals = [other for other in candidates if other != codec]
        for_it, against = _telling(contexts, codec, rivals)
        share = for_it / max(1, for_it + against)
        if share >= _FLOOR:
            evidence = f"{for_it:,} of {for_it + against:,} telling accents fit"
            return Charset(codec, _SINGLE_BYTE[codec], 0, share, evidence)
    raise SourceError(
        f"{path.name}: the character set cannot be told ({contexts.total():,} bytes "
        "beyond ASCII, not UTF-8).",
        hint="export the table as UTF-8, or set REIMPORT_CHARSET (windows-1252, "
        "macintosh)",
    )


def _telling(
    contexts: Counter[bytes], codec: str, rivals: Sequence[str]
) -> tuple[int, int]:
    """
    How many high bytes speak for *codec*, and how many against it.

    One that fits nearly as well in the rival says nothing.
    """
    for_it = against = 0
    for context, count in contexts.items():
        own = _fit(context.decode(codec, "replace"))
        others = [_fit(context.decode(rival, "replace")) for rival in rivals]
        margin = own - max(others, default=0.0)
        if margin >= _MARGIN and own > 0:
            for_it += count
        elif margin <= -_MARGIN or own < 0:
            against += count
    return for_it, against


def _evidence(path: Path) -> tuple[Counter[bytes], bool]:
    """
    Every high byte between its neighbours, counted, and whether cp1252 lacks one.

    Raises:
        SourceError: most of them are good UTF-8: a UTF-8 file with damage.
    """
    contexts: Counter[bytes] = Counter()
    undefined, halves, good, runs = False, False, 0, 0
    for piece in _pieces(path):
        undefined = undefined or _UNDEFINED_1252.search(piece) is not None
        if runs < _MOST_CONTEXTS:
            contexts.update(_CONTEXT.findall(b" " + piece + b" "))
            found = _HIGH_RUN.findall(piece)
            runs += len(found)
            good += sum(map(_is_utf8, found))
            halves = halves or any(map(_is_half, found))
    if halves or (good >= 3 and good > runs / 2):
        raise SourceError(
            f"{path.name}: mixes UTF-8 with another character set or is damaged "
            f"({runs - good:,} of {runs:,} places).",
            hint="export the table again, as UTF-8",
        )
    return contexts, undefined


def _is_utf8(run: bytes) -> bool:
    try:
        run.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_half(run: bytes) -> bool:
    """Half of a UTF-16 pair, written as if it were a character: damaged UTF-8."""
    try:
        return bool(_HALF.search(run)) and bool(run.decode("utf-8", "surrogatepass"))
    except UnicodeDecodeError:
        return False


def _fit(text: str) -> float:
    """How well the middle one of three characters sits between the others, -2..1.5."""
    before, letter, after = text[0], text[1], text[2]
    if letter.isalpha() and letter not in "\xaa\xba\u0192":
        return _fit_letter(before, letter, after)
    in_word = before.isalpha() and after.isalpha()
    if letter == _APOSTROPHE and in_word:
        return 1.5
    if letter in _OPENING:
        return 1.15 if after.isalnum() and not before.isalpha() else -0.5
    if letter in _CLOSING:
        return 1.15 if not before.isspace() and not after.isalpha() else -0.5
    if letter in _DASHES:
        return 0.25 if in_word else 1.15
    if letter in _SYMBOLS:
        beside_digit = before.isdigit() or after.isdigit()
        return -1.0 if in_word else 1.15 if beside_digit else 0.4
    if letter == "\xa0":
        return 0.75
    return -2.0 if unicodedata.category(letter) in {"Cc", "Cn", "So"} else -1.0


def _fit_letter(before: str, letter: str, after: str) -> float:
    """A capital has no small letter before it, nor a word in capitals a small one."""
    if letter.isupper() and (
        before.islower() or (before.isalpha() and after.islower())
    ):
        return -2.0
    if letter.islower() and after.isupper():
        return -2.0
    if not before.isalpha() and not after.isalpha():
        return 0.25
    if letter.islower() and not before.isalpha():
        return 0.6  # few words begin with an accent in lower case
    return 1.0 if letter in _COMMON else 0.75
