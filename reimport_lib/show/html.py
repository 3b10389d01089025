"""Tables, badges and sentences, as HTML by templates and as plain text.

Imports nothing of this package but plain. There is no way to hand raw HTML in: every
text of a template goes through ``visible`` and Jinja's escaping, and the few elements
and attributes that can come out are listed in ``ELEMENTS`` and ``ATTRIBUTES`` (tested
against a corpus of attacks). Never ``Styler``: it does not escape by default.
"""

from __future__ import annotations

import re
import textwrap
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from reimport_lib.plain import visible

if TYPE_CHECKING:
    from jinja2 import Environment

_ELEMENTS = (
    "div p span table caption thead tbody tr th td details summary img a code data"
)
ELEMENTS = frozenset(_ELEMENTS.split())
_ATTRIBUTES = "class style scope role alt src width open href data-head"
_ATTRIBUTES += " tabindex aria-label value data-figure data-figures"
ATTRIBUTES = frozenset(_ATTRIBUTES.split())

_TEXT_WIDTH = 60
OTHER_RUN = r"\.\./\d{8}T\d{6}Z-[a-z-]+/"
"""The folder of another run, from a page of one."""
# A file of this folder, of one in it, or of another run, without a scheme or a host:
# nothing else is ever linked.
_BESIDE = re.compile(rf"(?:{OTHER_RUN}|\w[\w.-]*/)?\w[\w.-]*\.(?:html|ipynb)")
# Columns of our own sentences, in which a command stands between backquotes.
_ADVICE = frozenset({"what to do", "what it means and what to do"})
_COMMAND = re.compile(r"`([^`]+)`")

Tone = Literal["", "good", "bad", "warn", "quiet"]
# What Jupyter is given: contents by kind, and for some what is to be known of them.
Bundle = dict[str, str] | tuple[dict[str, str], dict[str, dict[str, int | str]]]


@cache
def _environment() -> Environment:
    # Commands that show nothing start without it.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("reimport_lib.show"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: value if hasattr(value, "__html__") else visible(value),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals |= {"zip": zip, "advice": _ADVICE}
    made.filters["commands"] = _commands
    return made


def _commands(text: str) -> list[str]:
    """*text* in pieces, of which each second one is a command."""
    pieces, at = [], 0
    for found in _COMMAND.finditer(text):
        pieces += [text[at : found.start()], text[slice(*found.span(1))]]
        at = found.end()
    return [*pieces, text[at:]]


def load_templates() -> None:
    """Read every template, which is else done by the first page that is filled in."""
    for name in _environment().list_templates(extensions=["j2"]):
        _environment().get_template(name)


def from_template(name: str, **values: Any) -> str:
    """
    The template *name* of ``templates``, filled in.

    Every text is escaped; a ``Element`` is filled in by its own template.
    """
    return _environment().get_template(name).render(values)


class Element(ABC):
    """What a report is made of: HTML by the template named as its class, and text."""

    __slots__ = ()

    def html(self) -> str:
        return from_template(f"{type(self).__name__.lower()}.j2", part=self)

    @abstractmethod
    def text(self) -> str:
        """The same for a terminal."""

    def __html__(self) -> str:
        """What a template shows of this within another."""
        return self.html()

    def _repr_mimebundle_(self, **_kwargs: object) -> Bundle:
        """HTML to look at, text for terminals and comparisons."""
        return {"text/html": self.html(), "text/plain": self.text()}


@dataclass(frozen=True, slots=True)
class Badge(Element):
    """A word with a sign in front, so that its colour is never the only carrier."""

    word: str
    sign: str = ""
    tone: Tone = "quiet"

    def text(self) -> str:
        return visible(f"{self.sign} {self.word}".strip())


@dataclass(frozen=True, slots=True)
class Sentence(Element):
    """A paragraph; *strong* for the one that must be read."""

    words: str
    strong: bool = False

    def text(self) -> str:
        return visible(self.words)


@dataclass(frozen=True, slots=True)
class PageLink(Element):
    """A word that leads to a page in or below its folder or of a run; or a word."""

    words: str
    target: str = ""

    @classmethod
    def to(cls, words: str, page: Path) -> PageLink:
        """*words* that lead to *page* where it lies there."""
        return cls(words, page.name if page.is_file() else "")

    @property
    def is_beside(self) -> bool:
        return _BESIDE.fullmatch(self.target) is not None

    def text(self) -> str:
        return visible(self.words)


Cell = str | Badge | PageLink


@dataclass(frozen=True, slots=True)
class Grid(Element):
    """
    A table with a caption, column heads with their scope, and rows of texts.

    Attributes:
        caption: says what the table shows.
        heads: column heads; the first column holds the heads of the rows.
        rows: as many cells as heads in each.
        right: columns of numbers, by head.
        whole: columns, by head, whose lines are not broken.
        empty: what is said instead of a table without rows.
        foot: a sentence below, such as how many more rows there are.
    """

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    right: Collection[str] = ()
    empty: str = "Nothing to show."
    foot: str = ""
    whole: Collection[str] = ()

    @classmethod
    def of_filled(
        cls,
        caption: str,
        heads: Sequence[str],
        rows: Sequence[Sequence[Cell]],
        *,
        right: Collection[str] = (),
        empty: str = "Nothing to show.",
        foot: str = "",
        whole: Collection[str] = (),
    ) -> Grid:
        """A table of those columns that hold something in any row."""
        used = [n for n in range(len(heads)) if any(row[n] for row in rows)]
        shown = [[row[n] for n in used] for row in rows]
        names = [heads[n] for n in used]
        return cls(caption, names, shown, right, empty, foot, whole)

    def text(self) -> str:
        if not self.rows:
            return visible(f"{self.caption}: {self.empty}")
        foot = [visible(self.foot)] if self.foot else []
        return "\n".join([visible(self.caption), *_aligned(self), *foot])


@dataclass(frozen=True, slots=True)
class Fold(Element):
    """Something behind a line that opens it; readable without any script."""

    summary: str
    inside: Element

    def text(self) -> str:
        return f"{visible(self.summary)}\n{textwrap.indent(self.inside.text(), '  ')}"


@dataclass(frozen=True, slots=True)
class Stack(Element):
    """Several things, one below the other."""

    parts: Sequence[Element]

    def text(self) -> str:
        return "\n\n".join(part.text() for part in self.parts)


def _aligned(table: Grid) -> Iterator[str]:
    """Rows as lines of equally wide columns; long cells go on below."""
    cells = [[_lines(value) for value in row] for row in (table.heads, *table.rows)]
    widths = [max(map(len, chain(*column))) for column in zip(*cells, strict=True)]
    cells.insert(1, [["-" * width] for width in widths])
    for row in cells:
        for line in zip_longest(*row, fillvalue=""):
            padded = (
                text.rjust(width) if head in table.right else text.ljust(width)
                for text, head, width in zip(line, table.heads, widths, strict=True)
            )
            yield "  ".join(padded).rstrip()


def _lines(value: Cell) -> list[str]:
    shown = visible(value) if isinstance(value, str) else value.text()
    flat = " ".join(shown.split())
    return textwrap.wrap(flat, _TEXT_WIDTH, break_long_words=True) or [""]
