"""The one door to the terminal: lines, tables, progress and questions.

No text is read as markup, and nothing in it acts on the terminal; a line is one line.
Nothing else in this package prints (tested). Imports no other module of it but plain.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from reimport_lib.plain import one_line

LOG_WIDTH = 120
"""Columns of a table where there is no terminal, or more where it needs more."""

NOTHING = ("", ".", "-")
"""What a cell holds where there is nothing to tell; a paragraph leaves it out."""

_ENDLESS = 10_000


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of a table; *whole*: its cells and its head are never wrapped."""

    name: str
    right: bool = False
    whole: bool = True


class _Console(Console):
    """What nobody reads any more is not printed, and the command goes on."""

    def on_broken_pipe(self) -> None:
        _to_nowhere(self.file)


def console(*, err: bool = False) -> Console:
    """Standard output (or error) as it is now, plain where it is no terminal."""
    stream = sys.stderr if err else sys.stdout
    out = _Console(
        file=stream if stream is not None else io.StringIO(),
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=True,
    )
    if not out.is_terminal:
        out.width = LOG_WIDTH
    return out


def take_any_character() -> None:
    """Print what the locale's encoding lacks as an escape, in place of an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(line: str = "", *, out: Console | None = None) -> None:
    """Print one line; *out*: that of a progress bar, above which it is to stand."""
    _print(out or console(), _text(line))


def complain(line: str) -> None:
    """Print one line to standard error."""
    _print(console(err=True), _text(line))


def say_json(value: Any) -> None:
    """Print *value* as JSON, every character of it in ASCII."""
    _print(console(), Text(json.dumps(value, indent=1)))


def say_table(columns: Sequence[Heading], lines: Iterable[Sequence[str]]) -> None:
    """
    Print a table; where the terminal is too narrow for it, each line as a paragraph.

    No cell of a whole column is ever cut or wrapped.
    """
    out, lines = console(), [list(line) for line in lines]
    table = _table(columns, lines)
    room = out.options.update(max_width=_ENDLESS, no_wrap=False)
    least = out.measure(table, options=room).minimum
    if least <= out.width:
        _print(out, table)
    elif out.is_terminal:
        for line in lines:
            _print(out, _text(line[0]))
            for part in _parts(columns[1:], line[1:], width=out.width - 2):
                _print(out, _text(f"  {part}"))
    else:
        out.width = least
        _print(out, table)


def is_terminal() -> bool:
    """Whether standard output is a terminal, where a line can be written over."""
    return console().is_terminal


def say_over(line: str) -> None:
    """Write *line* over the one that the cursor stands on, cut where it is full."""
    out = console()
    shown = one_line(line)
    if cell_len(shown) >= out.width:
        shown = set_cell_size(shown, out.width - 1)
    try:
        out.file.write(f"\r{shown}\x1b[K")
        out.file.flush()
    except OSError as error:
        _lost(out, error)


@contextmanager
def progress() -> Iterator[Progress]:
    """A bar that is gone when the block ends; without a terminal there is none."""
    out = console()
    spinner = "line" if out.options.ascii_only else "dots"
    with Progress(
        SpinnerColumn(spinner),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}", markup=False),
        TimeElapsedColumn(),
        TextColumn("{task.fields[pace]}", markup=False),
        console=out,
        transient=True,
        disable=not out.is_terminal,
    ) as shown:
        yield shown


def aside() -> redirect_stdout[Any]:
    """What is printed in the block goes to standard error."""
    return redirect_stdout(sys.stderr)


def can_ask() -> bool:
    """Whether somebody can type an answer here."""
    return sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()


def asker(to: str) -> Callable[[str], str] | None:
    """Asks a person to type a word *to* do something; None where nobody can type."""
    if not can_ask():
        return None
    return lambda word: ask(f"Type  {word}  to {to}: ")


def ask(question: str) -> str:
    """What a person types; Ctrl-D, or an input that has been closed, types nothing."""
    try:
        return input(one_line(question))
    except (EOFError, OSError, ValueError):
        say()
        return ""


def _text(line: str) -> Text:
    return Text(one_line(line))


def _table(columns: Sequence[Heading], lines: Sequence[Sequence[str]]) -> Table:
    table = Table(box=None, pad_edge=False, collapse_padding=True, header_style="none")
    for number, column in enumerate(columns):
        cells = (column.name, *(line[number] for line in lines))
        table.add_column(
            _text(column.name),
            justify="right" if column.right else "left",
            no_wrap=column.whole,
            # or a cell of several words would be cut behind the longest of them
            min_width=max(_text(c).cell_len for c in cells) if column.whole else None,
        )
    for line in lines:
        table.add_row(*map(_text, line))
    return table


def _parts(
    columns: Sequence[Heading], cells: Sequence[str], *, width: int
) -> Iterator[str]:
    """``name value`` of every cell that holds something, as many on a line as fit."""
    told = ""
    for column, cell in zip(columns, cells, strict=True):
        if cell.strip() in NOTHING:
            continue
        part = f"{column.name} {cell}"
        joined = f"{told}, {part}" if told else part
        if told and cell_len(joined) >= width:  # a comma may follow
            yield f"{told},"
            joined = part
        told = joined
    if told:
        yield told


def _print(out: Console, what: Text | Table) -> None:
    try:
        out.print(what)
    except OSError as error:
        _lost(out, error)


def _lost(out: Console, error: OSError) -> None:
    """What cannot be printed stops nothing; it is said where it can be."""
    _to_nowhere(out.file)
    if not isinstance(error, BrokenPipeError) and out.file is not sys.stderr:
        complain(f"reimport: the output cannot be written: {error.strerror}.")


def _to_nowhere(stream: Any) -> None:
    """Let everything that is still to be written to *stream* vanish."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def has_said_all() -> bool:
    """Whether whoever reads has been given all that was said, now that it is asked."""
    streams = (sys.stdout, sys.stderr)  # None: closed before the command began
    try:
        for stream in filter(None, streams):
            stream.flush()
    except (OSError, ValueError):  # ValueError: closed since
        return False
    return True
