"""One escaping renderer: tables, cards and sentences as HTML and as plain text.

Imports nothing of this package but plain. There is no way to hand raw HTML in:
every text goes through ``escape``, and the few elements and attributes that can come
out are listed in ``ELEMENTS`` and ``ATTRIBUTES`` (tested against a corpus of attacks).
Never ``Styler``: it does not escape by default.
"""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from reimport_lib.plain import visible

_ELEMENTS = "div p span table caption thead tbody tr th td details summary img a code"
ELEMENTS = frozenset(_ELEMENTS.split())
_ATTRIBUTES = "class style scope role alt src width open href"
ATTRIBUTES = frozenset(_ATTRIBUTES.split())

# Classes that keep MathJax from reading a cell's dollars as formulas.
_NO_MATH = "tex2jax_ignore mathjax_ignore"
_TONES = {
    "good": "background:#dff3e6;color:#0b4f2a",
    "bad": "background:#fde3df;color:#7d1408",
    "warn": "background:#fff0cc;color:#6b4700",
    "quiet": "background:#e8eaee;color:#39414f",
}
_NUMBER = "font-variant-numeric:tabular-nums;white-space:nowrap;"
_CELL = "padding:.3em .8em;vertical-align:top;"
_LINE = "border-bottom:1px solid rgba(128,128,128,.35);"
_TEXT_WIDTH = 60
# A file name without a scheme, a host or a folder: nothing else is ever linked.
_BESIDE = re.compile(r"\w[\w.-]*\.html")
# Columns of our own sentences, in which a command stands between backquotes.
_ADVICE = frozenset({"what to do", "what it means and what to do"})
_COMMAND = re.compile(r"`([^`<>]+)`")

Align = Literal["left", "right"]
Tone = Literal["", "good", "bad", "warn", "quiet"]


class Shown(Protocol):
    """What a report is made of: it can be shown as HTML and as text."""

    def html(self) -> str: ...

    def text(self) -> str: ...


def escape(text: object) -> str:
    """*text* as HTML text, safe inside an element and inside a quoted attribute."""
    return html.escape(visible(text), quote=True)


@dataclass(frozen=True, slots=True)
class Badge:
    """A word with a sign in front, so that its colour is never the only carrier."""

    word: str
    sign: str = ""
    tone: Tone = "quiet"

    def html(self) -> str:
        style = f"{_TONES[self.tone or 'quiet']};padding:.1em .6em;border-radius:.8em;"
        style += "white-space:nowrap;font-weight:600"
        return f'<span style="{style}">{escape(self.text())}</span>'

    def text(self) -> str:
        return visible(f"{self.sign} {self.word}".strip())


@dataclass(frozen=True, slots=True)
class Sentence:
    """A paragraph; *strong* for the one that must be read."""

    words: str
    strong: bool = False

    def html(self) -> str:
        style = "font-size:1.15em;font-weight:600" if self.strong else ""
        return f'<p style="margin:.4em 0;{style}">{escape(self.words)}</p>'

    def text(self) -> str:
        return visible(self.words)

    def _repr_mimebundle_(self, **_kwargs: object) -> dict[str, str]:
        return bundle(self)


@dataclass(frozen=True, slots=True)
class PageLink:
    """A word that leads to a file in the same folder, or only a word."""

    words: str
    target: str = ""

    def html(self) -> str:
        if not _BESIDE.fullmatch(self.target):
            return escape(self.words)
        return f'<a href="{escape(self.target)}">{escape(self.words)}</a>'

    def text(self) -> str:
        return visible(self.words)


Cell = str | Badge | PageLink


@dataclass(frozen=True, slots=True)
class Table:
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
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    right: frozenset[str] = frozenset()
    empty: str = "Nothing to show."
    foot: str = ""
    whole: frozenset[str] = frozenset()

    def html(self) -> str:
        if not self.rows:
            return Sentence(f"{self.caption}: {self.empty}").html()
        heads = "".join(
            f'<th scope="col" style="{self._style(head)}{_LINE}">{escape(head)}</th>'
            for head in self.heads
        )
        body = "\n".join(self._row(row) for row in self.rows)
        foot = Sentence(self.foot).html() if self.foot else ""
        return (
            f'<div class="reimport {_NO_MATH}" style="overflow-x:auto">'
            f'<table style="border-collapse:collapse;margin:.4em 0">'
            f'<caption style="caption-side:top;text-align:left;font-weight:600;'
            f'padding:.3em 0;color:inherit">{escape(self.caption)}</caption>'
            f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody></table>{foot}</div>"
        )

    def text(self) -> str:
        if not self.rows:
            return visible(f"{self.caption}: {self.empty}")
        lines = _aligned(self.heads, self.rows, self.right)
        foot = [visible(self.foot)] if self.foot else []
        return "\n".join([visible(self.caption), *lines, *foot])

    def _style(self, head: str) -> str:
        if head in self.right:
            return f"text-align:right;{_NUMBER}{_CELL}"
        lines = "pre" if head in self.whole else "pre-line"
        return f"text-align:left;white-space:{lines};{_CELL}"

    def _row(self, row: Sequence[Cell]) -> str:
        cells = [
            _cell(
                value,
                style=self._style(head),
                first=number == 0,
                advice=head in _ADVICE,
            )
            for number, (head, value) in enumerate(zip(self.heads, row, strict=True))
        ]
        return f"<tr>{''.join(cells)}</tr>"

    def _repr_mimebundle_(self, **_kwargs: object) -> dict[str, str]:
        return bundle(self)


@dataclass(frozen=True, slots=True)
class Fold:
    """Something behind a line that opens it; readable without any script."""

    summary: str
    inside: Shown
    is_open: bool = False

    def html(self) -> str:
        opened = " open" if self.is_open else ""
        return (
            f'<details{opened} style="margin:.3em 0"><summary>{escape(self.summary)}'
            f"</summary>{self.inside.html()}</details>"
        )

    def text(self) -> str:
        return f"{visible(self.summary)}\n{textwrap.indent(self.inside.text(), '  ')}"


@dataclass(frozen=True, slots=True)
class Stack:
    """Several things, one below the other."""

    parts: tuple[Shown, ...]

    def html(self) -> str:
        return "\n".join(part.html() for part in self.parts)

    def text(self) -> str:
        return "\n\n".join(part.text() for part in self.parts)

    def _repr_mimebundle_(self, **_kwargs: object) -> dict[str, str]:
        return bundle(self)


def bundle(shown: Shown) -> dict[str, str]:
    """What Jupyter is given: HTML to look at, text for terminals and comparisons."""
    return {"text/html": shown.html(), "text/plain": shown.text()}


def _cell(value: Cell, *, style: str, first: bool, advice: bool) -> str:
    shown = escape(value) if isinstance(value, str) else value.html()
    if advice and isinstance(value, str):
        shown = _COMMAND.sub(r"<code>\1</code>", shown)
    if first:
        return f'<th scope="row" style="{style}font-weight:500">{shown}</th>'
    return f'<td style="{style}">{shown}</td>'


def _aligned(
    heads: Sequence[str], rows: Iterable[Sequence[Cell]], right: frozenset[str]
) -> list[str]:
    """Rows as lines of equally wide columns; long cells go on below."""
    cells = [[_lines(value) for value in row] for row in (heads, *rows)]
    widths = [
        max(len(line) for row in cells for line in row[number])
        for number in range(len(heads))
    ]
    rule = ["-" * width for width in widths]
    lines = []
    for number, row in enumerate(cells):
        for level in range(max(len(cell) for cell in row)):
            part = [cell[level] if level < len(cell) else "" for cell in row]
            lines.append(_line(part, heads, widths, right))
        if number == 0:
            lines.append("  ".join(rule))
    return lines


def _line(
    part: Sequence[str],
    heads: Sequence[str],
    widths: Sequence[int],
    right: frozenset[str],
) -> str:
    padded = [
        text.rjust(width) if head in right else text.ljust(width)
        for text, head, width in zip(part, heads, widths, strict=True)
    ]
    return "  ".join(padded).rstrip()


def _lines(value: Cell) -> list[str]:
    shown = visible(value) if isinstance(value, str) else value.text()
    flat = " ".join(shown.split())
    return textwrap.wrap(flat, _TEXT_WIDTH, break_long_words=True) or [""]
