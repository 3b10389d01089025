"""Values that nobody has, put where only the scan looks: it must find each of them.

They stand in private files beside real values of the run, in every disguise that is
told below. A scan that overlooks one of them has proven nothing.
"""

from __future__ import annotations

import base64
import gzip
import html
import json
import random
import secrets
import uuid
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from urllib.parse import quote

from reimport_lib.privacy.files import SharedFile
from reimport_lib.privacy.index import Index
from reimport_lib.privacy.matching import Matcher
from reimport_lib.privacy.values import DAYS, HIDDEN, NAMES, PersonValues
from reimport_lib.private_files import write_private
from reimport_lib.record.findings import PRIVATE

PAGE, NOTEBOOK, ROWS = (f"{PRIVATE}/canary.{end}" for end in ("html", "ipynb", "csv"))
_LETTERS = "bcdfghjklmnpqrstvwxz"


def blind_spots(
    folder: Path, common: Index, drawn: Mapping[str, tuple[str, str]]
) -> list[str]:
    """
    Write the canaries into private files of the run in *folder*, and look for them.

    Args:
        drawn: a value of the run of each place, with its kind.

    Returns:
        In which disguise or of which place one was overlooked.
    """
    hidden, real = dict(_invented()), list(_real(drawn))
    values = [value for value, _ in hidden.values()] + real
    words = [each for value in values for each in value.texts]
    written = {
        PAGE: _page((*(said for _, said in hidden.values()), *_escaped(real))),
        NOTEBOOK: _notebook(words),
        ROWS: "row,said\n"
        + "".join(f'{n},"{_cell(w)}"\n' for n, w in enumerate(words)),
    }
    missed = []
    (folder / PRIVATE).mkdir(mode=0o700, exist_ok=True)
    for name, text in written.items():
        write_private(folder / name, text)
        index = Index()
        SharedFile(name, (folder / name).read_bytes()).add_to(index)
        missed += _overlooked(values, Matcher(index, common))
    return sorted(set(missed))


def _overlooked(values: Iterable[PersonValues], matcher: Matcher) -> list[str]:
    """The places of *values* of which *matcher* finds nothing."""
    missed = []
    for each in values:
        before = len(matcher.found)
        matcher.match(each)
        if len(matcher.found) == before and not _is_found(each, matcher):
            missed.append(each.place)
    return missed


def _is_found(each: PersonValues, matcher: Matcher) -> bool:
    """It was found, for another place that has the same."""
    alone = Matcher(matcher.shared, matcher.common)
    alone.match(each)
    return bool(alone.found)


def _invented() -> Iterable[tuple[str, tuple[PersonValues, str]]]:
    """Disguise -> a value, and how it stands in the page."""
    disguises: dict[str, Callable[[str], str]] = {
        "a word": str,
        "capitals": str.upper,
        "accents": lambda w: f"{w[:2]}\u0301{w[2:]}",
        "marks of direction": lambda w: f"\u2067{w[:4]}\u200f{w[4:]}\u2069",
        "entities of HTML": lambda w: "".join(f"&#x{ord(c):x};" for c in w),
        "escapes of JSON": lambda w: "".join(f"\\u{ord(c):04x}" for c in w),
        "escapes of addresses": lambda w: "".join(f"%{ord(c):02X}" for c in w),
        "tags": lambda w: f"{w[:3]}<b>{w[3:]}</b>",
        "an attribute": lambda w: f'<i title="{w}"></i>',
        "a comment": lambda w: f"<!-- {w} -->",
        "base64": lambda w: _packed(f"this is what stands in it: {w}".encode()),
        "gzip": lambda w: _packed(gzip.compress(f"Packed, and long: {w}".encode())),
    }
    for name, hide in disguises.items():
        word = _word()
        yield name, (PersonValues(f"canary: {name}", NAMES, {word: 1}), hide(word))
    number = f"9{secrets.randbelow(10**9):09d}"
    grouped = f"{number[:4]} {number[4:7]} {number[7:]}"
    yield "a number", (PersonValues("canary: a number", HIDDEN, {number: 1}), grouped)
    key = str(uuid.UUID(int=secrets.randbits(128), version=4))
    yield "a UUID", (PersonValues("canary: a UUID", HIDDEN, {key: 1}), key.upper())
    day = f"{1700 + secrets.randbelow(99)}-11-{10 + secrets.randbelow(18)}"
    yield "a day", (PersonValues("canary: a day", DAYS, {day: 1}), day)
    text = " ".join(_word() for _ in range(9))
    part = " ".join(text.split()[2:8])
    yield "a text", (PersonValues("canary: a text", HIDDEN, {text: 1}), part)


def _real(drawn: Mapping[str, tuple[str, str]]) -> Iterable[PersonValues]:
    return (
        PersonValues(where, kind, {said: 1}) for where, (kind, said) in drawn.items()
    )


def _word() -> str:
    """A word that is none."""
    return "".join(random.SystemRandom().choices(_LETTERS, k=11))


def _packed(data: bytes) -> str:
    return f'<img src="data:image/png;base64,{base64.b64encode(data).decode()}">'


def _escaped(real: Iterable[PersonValues]) -> list[str]:
    return [html.escape(each) for value in real for each in value.texts]


def _page(said: Iterable[str]) -> str:
    lines = "\n".join(f"<p>{each}</p>" for each in said)
    return f"<!DOCTYPE html>\n<title>Canaries</title>\n{lines}\n"


def _notebook(words: Iterable[str]) -> str:
    shown = [
        {"output_type": "display_data", "metadata": {}, "data": {"text/html": w}}
        for w in map(html.escape, words)
    ]
    cell = {"cell_type": "code", "metadata": {}, "source": "", "outputs": shown}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4})


def _cell(word: str) -> str:
    return quote(word, safe=" ") if '"' in word else word
