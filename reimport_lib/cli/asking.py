"""Questions that a person answers by typing a word."""

from __future__ import annotations

from collections.abc import Callable

from reimport_lib import printing


def asker(to: str) -> Callable[[str], str] | None:
    """
    Asks a person to type a word *to* do something; None where nobody can type.

    Ctrl-D types nothing.
    """
    if not printing.can_ask():
        return None
    return lambda word: printing.ask(f"Type  {word}  to {to}: ")
