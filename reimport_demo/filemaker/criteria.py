"""Finds: FileMaker's criteria against values, as far as clients here write them.

Pure. Text compares without regard to upper case; the words of a criterion match the
beginnings of words. No other operator is known: it is looked for as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from reimport_demo.filemaker.model import Value

Criterion = Callable[[Value], bool]


def test_for(criterion: str) -> Criterion:
    """
    What *criterion* asks of a value.

    ``*`` takes any, ``=`` an empty one; ``==text`` the whole text, ``=word`` a whole
    word, anything else values in which each of its words begins a word.
    """
    text = criterion.strip()
    if text in ("=", "=="):
        return lambda value: value == ""
    if text == "*":
        return lambda value: value != ""
    if text.startswith("=="):
        whole = text[2:].strip().casefold()
        return lambda value: str(value).casefold() == whole
    words = [_word(word) for word in text.split()]
    return lambda value: all(word.search(str(value)) for word in words)


def _word(word: str) -> re.Pattern[str]:
    end = r"(?!\w)" if word.startswith("=") else ""
    plain = re.escape(word.removeprefix("="))
    return re.compile(rf"(?<!\w){plain}{end}", re.IGNORECASE)
