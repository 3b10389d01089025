"""Texts in which figures of a run stand, each with the name that the run knows it by.

A number for which a run answers is made by ``figure``, a share by ``fraction``, and by
nothing else: in a terminal it is the number, on a page a ``data`` element with its
name, such as ``patients.reasons.no_owner``. ``docs/reports.md`` lists the names.
Imports nothing of this package but plain and counting.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from html import escape
from typing import Any, Self, SupportsIndex

from reimport_lib.counting import count, percent_of_rate, several
from reimport_lib.plain import visible

Name = tuple[str, ...]
"""What a figure counts, from the whole to the part; () for none that is known."""


@dataclass(frozen=True, slots=True)
class NamedNumber:
    """
    A number in a text, from *start* to *end*; a fraction stands there in percent.

    Attributes:
        run: id of another run than the page's own; "" for that.
    """

    start: int
    end: int
    number: float
    name: str
    run: str = ""

    @property
    def place(self) -> str:
        """``patients.created``, of another run ``RUN/patients.created``."""
        return f"{self.run}/{self.name}" if self.run else self.name

    def moved(self, by: int) -> Self:
        return replace(self, start=self.start + by, end=self.end + by)


class Figured(str):
    """
    A text that knows which of its numbers are figures of a run.

    It equals the plain text. Put together with others by ``+``, ``tell`` and ``joined``
    it keeps its figures; an f-string makes plain text of it.
    """

    __slots__ = ("figures",)
    figures: tuple[NamedNumber, ...]

    def __new__(cls, text: str = "", figures: Iterable[NamedNumber] = ()) -> Self:
        made = super().__new__(cls, text)
        made.figures = (*getattr(text, "figures", ()), *figures)
        return made

    def __add__(self, other: str) -> Figured:
        others = (each.moved(len(self)) for each in figures_in(other))
        return Figured(f"{self}{other}", (*self.figures, *others))

    def __radd__(self, other: str) -> Figured:
        return Figured(other) + self

    def __getitem__(self, key: SupportsIndex | slice) -> str:
        text = super().__getitem__(key)
        if not isinstance(key, slice):
            return text
        start, stop, step = key.indices(len(self))
        if step != 1:
            return text
        inside = (f for f in self.figures if start <= f.start and f.end <= stop)
        return Figured(text, (each.moved(-start) for each in inside))

    def __html__(self) -> str:
        return "".join(self._pieces())

    def _pieces(self) -> Iterator[str]:
        """Escaped text, and between it each figure in its element."""
        text, at = str(self), 0
        for each in self.figures:
            yield escape(visible(text[at : each.start]))
            place, shown = escape(visible(each.place)), text[each.start : each.end]
            yield f'<data value="{each.number}" data-figure="{place}">{shown}</data>'
            at = each.end
        yield escape(visible(text[at:]))


def figure(
    number: int, *name: str, of: str = "", many: str = "", run: str = ""
) -> Figured:
    """
    A number for which a run answers: ``15,149``, or ``15,149 rows``.

    Args:
        name: by which the run knows it; none: a number that no run knows.
        of, many: the word of one and of several; *many* where it is not one with an s.
        run: id of the run, where that is not the one that the page tells of.
    """
    shown = count(number)
    named = [NamedNumber(0, len(shown), number, ".".join(name), run)] if name else []
    return Figured(several(number, of, many) if of else shown, named)


def fraction(rate: float, *name: str, run: str = "") -> Figured:
    """A *rate* such as 0.95 for which a run answers, as ``95%``; see ``figure``."""
    shown = percent_of_rate(rate)
    return Figured(shown, [NamedNumber(0, len(shown), rate, ".".join(name), run)])


def tell(form: str, *parts: object) -> Figured:
    """*form*, a text of ours, with *parts* in place of each ``{}``."""
    first, *others = form.split("{}")
    told = Figured(first)
    for part, text in zip(parts, others, strict=True):
        told = told + (part if isinstance(part, str) else str(part)) + text
    return told


def joined(between: str, parts: Iterable[str]) -> Figured:
    """*parts* with *between* between them."""
    told = Figured()
    for number, part in enumerate(parts):
        told = told + (between if number else "") + part
    return told


def figures_in(text: Any) -> tuple[NamedNumber, ...]:
    """The figures that stand in *text*; none in a plain one."""
    return text.figures if isinstance(text, Figured) else ()
