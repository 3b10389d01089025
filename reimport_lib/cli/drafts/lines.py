"""Lines of Python as ``ruff format`` leaves them, 88 characters wide."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

WIDTH = 88


def quoted(text: str) -> str:
    """*text* as a literal, in double quotes unless it holds some."""
    single = repr(text)
    if single.startswith("'") and '"' not in text:
        return '"' + single[1:-1].replace("\\'", "'") + '"'
    return single


def one_of(texts: Sequence[str]) -> str:
    """A tuple of *texts*, on one line."""
    inner = ", ".join(map(quoted, texts))
    return f"({inner},)" if len(texts) == 1 else f"({inner})"


def call(opening: str, arguments: Sequence[str], *, indent: int) -> list[str]:
    """``Field(...),`` on one line where it fits, else one argument a line."""
    whole = f"{' ' * indent}{opening}({', '.join(arguments)}),"
    if len(whole) <= WIDTH:
        return [whole]
    inside = [line for each in arguments for line in _argument(each, indent + 4)]
    return [f"{' ' * indent}{opening}(", *inside, f"{' ' * indent}),"]


def _argument(text: str, indent: int) -> list[str]:
    """One argument; a tuple of one text is opened where it is too long."""
    blanks = " " * indent
    if len(blanks) + len(text) < WIDTH or not text.startswith("("):
        return [f"{blanks}{text},"]
    return [f"{blanks}(", f"{blanks}    {text[1:-2]},", f"{blanks}),"]


def remark(text: str, *, indent: int) -> list[str]:
    """*text* as a comment."""
    start = f"{' ' * indent}# "
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=start,
        subsequent_indent=start,
        break_long_words=False,
        break_on_hyphens=False,
    )
