"""Which texts a value does not say, so that they must be kept beside it.

Pure. Read from the text and from the value that is stored, without the import's own
account of what its values carry.
"""

from __future__ import annotations

from collections.abc import Iterable

from reimport_lib.prove.render import clocks, rendering, words
from reimport_lib.prove.render.moments import is_stamp

_FALSE = frozenset({"", "0", "0.0", "no", "n", "false"})
_NO_TIME = frozenset("0:. z")
"""Of a midnight behind a date: programs write it where nobody typed one."""


def time_behind(value: object, text: str, order: str) -> bool:
    """A time of day stands behind the date, or no date at all could be read."""
    if not rendering.folded(text):
        return False
    return has_time(text) or (value is None and not clocks.is_date(text, order))


def has_time(text: str) -> bool:
    return not _NO_TIME.issuperset(clocks.split(text).clock)


def stayed_empty(value: object, text: str, order: str) -> bool:
    said = bool(rendering.folded(text))
    return value is None and said and not is_stamp(text, order)


def no_time(value: object, text: str, order: str) -> bool:
    return value is None and bool(rendering.folded(text))


def differs(value: object, text: str, order: str) -> bool:
    """The text is there, and the value is another."""
    number = rendering.number_text(None, text)[0]
    return bool(number) and number != (value or "")


def spelled_otherwise(value: str | None, text: str, order: str) -> bool:
    """The value is the number of the text, and not its text; it may have lost all."""
    said, shown = rendering.phone(value, text)
    lost = not value and rendering.is_exponent(text)
    return differs(value, text, order) and (said == shown or lost)


def unknown_flag(value: object, text: str, order: str) -> bool:
    return rendering.folded(text) not in _FALSE | rendering.TRUE


def no_number(value: object, text: str, order: str) -> bool:
    return bool(rendering.folded(text)) and not rendering.is_number(text)


def no_whole_number(value: object, text: str, order: str) -> bool:
    return no_number(value, text, order) or "." in rendering.number(None, text)[0]


def unknown_sex(value: object, text: str, order: str) -> bool:
    meant = {words.SEXES.get(each) for each in rendering.ticked(text)}
    return None in meant or len(meant) > 1


def places(tests: Iterable[bool]) -> set[int]:
    return {place for place, holds in enumerate(tests) if holds}
