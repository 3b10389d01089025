"""What a notebook shows of an error that has been foreseen."""

from __future__ import annotations

from IPython.core.interactiveshell import InteractiveShell

from reimport_lib.errors import GateFailed


def test_a_refusal_is_shown_in_words_without_lines_of_the_program() -> None:
    shown: list[list[str]] = []
    shell = InteractiveShell()
    shell._showtraceback = lambda _kind, _error, lines: shown.append(lines)  # type: ignore[method-assign]
    error = GateFailed("12 of 6,490 rows are rejected.", hint="look at them", id="R111")

    try:
        raise error
    except GateFailed:
        shell.showtraceback()

    assert shown == [
        ["GateFailed: 12 of 6,490 rows are rejected. [R111]", "Hint: look at them"]
    ]
