"""The character set of a text file, decided by evidence and never by a guess.

A byte order mark, then strict UTF-8, then UTF-16 by its NULs; then all sets of one byte
per character against each other, by what the letters would be in each: see ``letters``.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reimport_lib.errors import SourceError
from reimport_lib.read.exports import letters
from reimport_lib.read.exports.letters import Fit

_PIECE = 4 * 1024 * 1024
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with BOM"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16 with BOM"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16 with BOM"),
)
_SINGLE_BYTE = {
    "cp1252": "Windows-1252",
    "mac_roman": "Mac Roman",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp1253": "Windows-1253",
    "cp1254": "Windows-1254",
    "cp1257": "Windows-1257",
    "cp437": "DOS 437",
    "cp850": "DOS 850",
    "cp852": "DOS 852",
    "mac_latin2": "Mac Central European",
    "mac_cyrillic": "Mac Cyrillic",
    "mac_greek": "Mac Greek",
    "mac_turkish": "Mac Turkish",
    "mac_croatian": "Mac Croatian",
    "mac_romanian": "Mac Romanian",
    "mac_iceland": "Mac Icelandic",
    "iso8859_2": "ISO 8859-2",
    "iso8859_5": "ISO 8859-5",
    "iso8859_7": "ISO 8859-7",
    "iso8859_9": "ISO 8859-9",
    "iso8859_13": "ISO 8859-13",
    "iso8859_15": "ISO 8859-15",
    "koi8_r": "KOI8-R",
    "koi8_u": "KOI8-U",
    "cp737": "DOS 737",
    "cp775": "DOS 775",
    "cp855": "DOS 855",
    "cp857": "DOS 857",
    "cp866": "DOS 866",
}
"""What a text may be told to be in, the commonest first: of equals that is named."""

_RELATIVES = (
    *("cp1255", "cp1256", "cp1258", "cp874", "cp720"),
    *("cp856", "cp858", "cp860", "cp861", "cp862"),
    *("cp863", "cp865", "cp869", "cp1125", "mac_arabic"),
    *("iso8859_3", "iso8859_4", "iso8859_6", "iso8859_8", "iso8859_10"),
    *("iso8859_14", "iso8859_16", "hp_roman8", "kz1048", "koi8_t"),
)
"""
What a text may be in besides: one that reads as well in these is not told. None is told
to be in them: they are too rare, and too near to the others.
"""

_CEDILLAS = str.maketrans("\u0219\u021b\u0218\u021a", "\u015f\u0163\u015e\u0162")
"""Romanian has a comma or, in older sets, a cedilla: one letter, written two ways."""

_USUAL = {"cp1252": 2.0, "mac_roman": 2.0}
"""What FileMaker writes in the west; so little more is enough for them."""

_UNUSUAL_FLOOR = 0.85
"""The share that must speak for what it hardly writes, against one of those."""

_CONTROL = re.compile("[\x80-\x9f]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_HALF = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
_CONTEXT = re.compile(rb"(?=([\x00-\xff][\x80-\xff][\x00-\xff]))")
_MOST_CONTEXTS = 50_000
_LOOKED_AT, _OF_EACH_BYTE = 400, 5
_MARGIN, _FEWEST_PLACES, _FLOOR = 8.0, 2, 0.75
"""
Of the winner against every set that reads otherwise: so much likelier, as a logarithm;
by so many different places; with such a share of what speaks for one or the other.
"""

_PLAUSIBLE = -13.0
"""As likely, in the mean, the letters must be: less is no language that is known."""


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
        asked: the set that a person named (``setting_values.charset``), for files that
            do not say theirs: a byte order mark, and letters in UTF-8, say it, and
            another file may be why it was set.

    Raises:
        SourceError: undecidable, damaged UTF-8, or *asked* does not fit.
    """
    with path.open("rb") as stream:
        head = stream.read(65_536)
    bom = next((found for found in _BOMS if head.startswith(found[0])), None)
    if bom:
        mark, codec, name = bom
        skip = _marked(head, mark)
        _require_fits(path, codec, name, skip)
        return Charset(codec, name, skip, 1.0, "byte order mark")
    fits_utf8 = _first_misfit(path, "utf-8") is None
    if asked and (not fits_utf8 or all(map(bytes.isascii, _pieces(path)))):
        return _asked(path, asked, head)
    if codec := utf16_by_nuls(head):
        _require_fits(path, codec, "UTF-16", 0)
        return Charset(codec, "UTF-16", 0, 1.0, "every other byte is NUL")
    if fits_utf8:
        return Charset("utf-8", "UTF-8", 0, 1.0, "every byte fits")
    return _single_byte(path)


def _asked(path: Path, asked: str, head: bytes) -> Charset:
    codec = codecs.lookup(asked).name
    mark = next((mark for mark, named, _ in _BOMS if named == codec), b"")
    skip = 0 if codec in {"utf-8-sig", "utf-16", "utf-32"} else _marked(head, mark)
    _require_fits(path, codec, asked, skip)
    controls = _controls(path, codec, skip)
    if controls:
        evidence = f"set by a person, but {controls:,} characters of it are controls"
        return Charset(codec, asked, skip, 0.0, evidence)
    return Charset(codec, asked, skip, 1.0, "set by a person")


def _controls(path: Path, codec: str, skip: int) -> int:
    """Characters between U+0080 and U+009F: in no text, but in one read wrongly."""
    decoder = codecs.getincrementaldecoder(codec)("replace")
    return sum(
        len(_CONTROL.findall(decoder.decode(piece))) for piece in _pieces(path, skip)
    )


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
            id="R125",
        )


def _pieces(path: Path, skip: int = 0) -> Iterator[bytes]:
    with path.open("rb") as stream:
        stream.seek(skip)
        while piece := stream.read(_PIECE):
            yield piece


def _first_misfit(path: Path, codec: str, *, skip: int = 0) -> int | None:
    """Offset (from 1) near the first byte that *codec* does not take; None: all fit."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
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
    contexts = _evidence(path)
    looked_at = _telling(contexts)
    fits = _fits(looked_at)
    likely = {fit: fit.likelihood + _USUAL.get(fit.codec, 0.0) for fit in fits}
    fits.sort(key=lambda fit: -likely[fit])
    best = fits[0]
    own = _alphabet(contexts, best.codec)
    rivals = [fit for fit in fits if _alphabet(contexts, fit.codec) != own]
    near = [fit for fit in rivals if not _beats(best, fit, looked_at)]
    if near or best.codec not in _SINGLE_BYTE or best.letters_mean < _PLAUSIBLE:
        raise _untold(path, contexts, [best, *near])
    told, of = _count_told(looked_at, best, rivals[0])
    return Charset(
        best.codec,
        _SINGLE_BYTE[best.codec],
        0,
        letters.lead(best, rivals[0]).share,
        f"{told:,} of {of:,} telling letters fit it better than "
        f"{_SINGLE_BYTE.get(rivals[0].codec, rivals[0].codec)}",
    )


def _fits(contexts: Counter[bytes]) -> list[Fit]:
    """Of every set; those that read alike share the work."""
    found: dict[tuple[str, ...], Fit] = {}
    for codec in (*_SINGLE_BYTE, *_RELATIVES):
        alphabet = _alphabet(contexts, codec)
        if alphabet not in found:
            found[alphabet] = letters.fit(contexts, codec)
    return list(found.values())


def _beats(best: Fit, rival: Fit, contexts: Counter[bytes]) -> bool:
    """The neighbours of one odd letter say much, so most letters have to agree."""
    found = letters.lead(best, rival)
    usual = _USUAL.get(best.codec, 0.0) - _USUAL.get(rival.codec, 0.0)
    told, of = _count_told(contexts, best, rival)
    return (
        2 * told > of
        and found.by + usual >= _MARGIN
        and found.places >= _FEWEST_PLACES
        and found.share >= (_FLOOR if usual >= 0 else _UNUSUAL_FLOOR)
        and (usual >= 0 or len(_differing(contexts, best, rival)) > 1)
    )


def _differing(contexts: Counter[bytes], best: Fit, rival: Fit) -> set[bytes]:
    """The bytes that are another character in each."""
    return {
        byte
        for byte in {context[1:2] for context in contexts}
        if byte.decode(best.codec, "replace") != byte.decode(rival.codec, "replace")
    }


def _untold(path: Path, contexts: Counter[bytes], fits: Sequence[Fit]) -> SourceError:
    named = ", ".join(fit.codec.replace("cp125", "windows-125") for fit in fits[:6])
    more = ", ..." if len(fits) > 6 else ""
    return SourceError(
        f"{path.name}: the character set cannot be told ({contexts.total():,} bytes "
        "beyond ASCII, not UTF-8).",
        hint=f"export the table as UTF-8, or set REIMPORT_CHARSET ({named}{more})",
        id="R126",
    )


def _telling(contexts: Counter[bytes]) -> Counter[bytes]:
    """The commonest, and some of every byte."""
    chosen = Counter(dict(contexts.most_common(_LOOKED_AT)))
    if len(contexts) > len(chosen):
        held: Counter[int] = Counter()
        for context, count in contexts.most_common():
            held[context[1]] += 1
            if held[context[1]] <= _OF_EACH_BYTE:
                chosen[context] = count
    return chosen


def _alphabet(contexts: Counter[bytes], codec: str) -> tuple[str, ...]:
    """What the bytes beyond ASCII are: equal alphabets read every cell alike."""
    found = bytes(sorted({context[1] for context in contexts}))
    return tuple(
        bytes([byte]).decode(codec, "replace").translate(_CEDILLAS) for byte in found
    )


def _count_told(contexts: Counter[bytes], best: Fit, rival: Fit) -> tuple[int, int]:
    """Of the letters that differ, how many are likelier in *best*; and all of them."""
    differing = _differing(contexts, best, rival)
    told = of = 0
    for (context, count), is_better in zip(
        contexts.items(), best.each > rival.each, strict=True
    ):
        if context[1:2] in differing:
            of += count
            told += count * int(is_better)
    return told, of


def _evidence(path: Path) -> Counter[bytes]:
    """
    Every high byte between its neighbours, counted.

    Raises:
        SourceError: most of them are good UTF-8: a UTF-8 file with damage.
    """
    contexts: Counter[bytes] = Counter()
    halves, good, runs = False, 0, 0
    for piece in _pieces(path):
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
            id="R127",
        )
    return contexts


def _is_utf8(run: bytes, errors: str = "strict") -> bool:
    try:
        run.decode("utf-8", errors)
    except UnicodeDecodeError:
        return False
    return True


def _is_half(run: bytes) -> bool:
    """Half of a UTF-16 pair, written as if it were a character: damaged UTF-8."""
    return bool(_HALF.search(run)) and _is_utf8(run, "surrogatepass")
