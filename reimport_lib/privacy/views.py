"""What a file says to whoever opens it: in its text, its attributes, and embedded.

Nothing of a file is believed: escapes are resolved as browsers, JSON and addresses have
them, tags are taken out, and what is embedded as base64 is unpacked.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import json
import re
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

MOST_UNPACKED = 64 << 20
_INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|code|data|em|font|i|ins|mark|s|small|span|strong|sub|sup|u|wbr)"
    r"\b[^<>]*>",
    re.IGNORECASE,
)
_BESIDE = re.compile(r"</t[dh]>\s*<t[dh]\b[^<>]*>\s*", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
# From the start of a run alone: a shorter one is else tried again from each character.
_EMBEDDED = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{40,}={0,2}")
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_ESCAPE = re.compile(r"\\(?:u\{?([0-9a-fA-F]{4,6})\}?|x([0-9a-fA-F]{2})|(.))", re.S)
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_CONTROL = {"n": "\n", "t": "\t", "r": "\n", "b": " ", "f": " "}
_LEAST_PART = 16
"""Characters between two separators: base64 has one in 32, a path one a word."""
_PNG = b"\x89PNG\r\n\x1a\n"


def pieces(path: Path, data: bytes) -> Iterator[tuple[str, str]]:
    """
    Where in the file, and what stands there; all of the file, and nothing twice.

    A notebook is taken apart by its cells; any other file is one piece.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        yield "", "\n".join(_packed(data))
        return
    if path.suffix != ".ipynb":
        yield "", text
        return
    try:
        notebook = json.loads(text)
        cells = notebook.pop("cells")
    except (ValueError, AttributeError, KeyError):
        yield "", text
        return
    for number, cell in enumerate(cells, start=1):
        yield f"cell {number}", "\n".join(_strings(cell))
    yield "its metadata", "\n".join(_strings(notebook))


def _strings(value: Any) -> Iterator[str]:
    """Every text in *value*, names among them; the lines of a list are one text."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _strings(each)
    elif isinstance(value, list):
        if value and all(isinstance(each, str) for each in value):
            yield "".join(value) if value[0].endswith("\n") else "\n".join(value)
            return
        for each in value:
            yield from _strings(each)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def views(text: str, *, depth: int = 0) -> Iterator[str]:
    """What *text* says, read in each way in which it may be read."""
    runs: list[str] = []
    plain = _EMBEDDED.sub(partial(_blank, runs), text)
    embedded = [each for run in runs for each in _unpacked(run)] if depth < 3 else []
    read = _resolved(plain)
    for each in (plain, read) if read != plain else (plain,):
        if "<" not in each:
            yield each
            continue
        yield "\n".join(_TAG.findall(each))
        yield _TAG.sub("\n", _in_a_row(_INLINE.sub("", each)))
    for each in embedded:
        yield from views(each, depth=depth + 1)


def _in_a_row(text: str) -> str:
    """*text* with a blank, and no more, between cells that stand beside each other."""
    pieces, at = list[str](), 0
    for found in _BESIDE.finditer(text):
        pieces += (text[at : found.start()].rstrip(), " ")
        at = found.end()
    return "".join((*pieces, text[at:]))


def _blank(runs: list[str], found: re.Match[str]) -> str:
    """
    Nothing, in place of digests and what is embedded; names of places stay.

    Args:
        runs: is given what may be something embedded: long, and no digest.
    """
    run = found.group()
    if _HEX.fullmatch(run):
        return " "
    runs.append(run)
    parts = re.split(r"[/_+-]", run)
    is_mixed = re.search(r"\d", run) and run != run.lower() and run != run.upper()
    is_random = is_mixed and len(run) / len(parts) >= _LEAST_PART
    return " " if is_random else run


def _resolved(text: str) -> str:
    """*text* with the escapes of JSON, of addresses and of HTML resolved."""
    if "\\" in text:
        text = _ESCAPE.sub(_unescaped, text)
    if _PERCENT.search(text):
        text = unquote(text)
    for _ in range(2):
        if "&" not in text:
            break
        text = html.unescape(text)
    return text


def _unescaped(found: re.Match[str]) -> str:
    code = found.group(1) or found.group(2)
    if code:
        number = int(code, 16)
        return chr(number) if number < 0x110000 else " "
    return _CONTROL.get(found.group(3), found.group(3))


def _unpacked(run: str) -> Iterator[str]:
    """The text in *run*, where it is base64 of one; compressed or not."""
    body = run.rstrip("=").replace("-", "+").replace("_", "/")
    body = body[: len(body) - (len(body) % 4 == 1)]
    try:
        data = base64.b64decode(body + "=" * (-len(body) % 4), validate=True)
    except (binascii.Error, ValueError):
        return
    yield from _packed(data)


def _packed(data: bytes) -> Iterator[str]:
    if data[:2] == b"\x1f\x8b" or data[:1] == b"\x78":
        data = _inflated(data) or data
    if data.startswith(_PNG):
        yield from _of_png(data)
        return
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return
    if text.isprintable() or not any(ord(c) < 9 for c in text):
        yield text


def _inflated(data: bytes) -> bytes:
    try:
        wide = zlib.decompressobj(47)  # of gzip or of zlib
        return wide.decompress(data, MOST_UNPACKED)
    except (zlib.error, gzip.BadGzipFile):
        return b""


def _of_png(data: bytes) -> Iterator[str]:
    """The texts that a picture carries beside what it shows."""
    at = len(_PNG)
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        if kind == b"tEXt":
            yield body.replace(b"\0", b" ").decode("latin-1")
        elif kind in (b"zTXt", b"iTXt"):
            name, _, rest = body.partition(b"\0")
            packed = rest[1:] if kind == b"zTXt" else rest[2:].split(b"\0", 2)[-1]
            said = _inflated(packed) or packed
            yield f"{name.decode('latin-1')} {said.decode('utf-8', 'replace')}"
        at += 12 + size
