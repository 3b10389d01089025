"""Text of others made safe to show: nothing in it acts on a terminal or a page.

Imports nothing of this package. What is shown stays readable: a control character has
a sign of its own in its place.
"""

from __future__ import annotations

import unicodedata

# Joiners are part of names in several scripts.
_HARMLESS = frozenset("\n\t\u200c\u200d")


def visible(text: object) -> str:
    """
    *text* with every control and direction-changing character made visible.

    ANSI escapes, NUL and U+202E would act on a terminal or turn a line round; line
    breaks and tabs stay. Lone surrogates are replaced: no file could hold them.
    """
    shown = str(text)
    if shown.isprintable() or shown.replace("\n", "").isprintable():
        return shown
    return "".join(
        char if char in _HARMLESS or char.isprintable() else _stand_in(char)
        for char in shown
    )


def one_line(text: object) -> str:
    """*text* as ``visible`` has it, on one line: line breaks and tabs have signs."""
    return visible(text).translate({ord("\n"): "␊", ord("\t"): "␉"})


def shortened(text: str, most: int = 60) -> str:
    """*text* with at most *most* characters, and dots where more were left out."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _stand_in(char: str) -> str:
    kind = unicodedata.category(char)
    if kind in ("Zs", "Zl", "Zp"):
        return " "
    if ord(char) < 0x20:
        return chr(0x2400 + ord(char))
    return f"[U+{ord(char):04X}]" if kind in ("Cc", "Cf") else "\ufffd"
