"""A word that says nothing is refused, wherever it stands."""

from __future__ import annotations

import click
import pytest

from tests.cli.commands import Commands, every_command


def _texts() -> list[tuple[str, ...]]:
    """Every command with each word that takes a text, up to that text."""
    found: list[tuple[str, ...]] = [()]
    for name, command in every_command().items():
        for word in command.params:
            if isinstance(word, click.Argument):
                found.append((name,))
            elif isinstance(word, click.Option) and not word.is_flag:
                found.append((name, word.opts[0]))
    return found


@pytest.mark.parametrize("words", _texts(), ids=" ".join)
@pytest.mark.parametrize("blank", ["", " "])
def test_a_word_that_says_nothing_is_not_taken_for_none(
    commands: Commands,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    blank: str,
) -> None:
    """As of a variable that is not set in a script."""
    assert commands.here(*words, blank, "--yes") == 2

    said = capsys.readouterr().err
    assert "is empty" in said
    assert "is its variable set?" in said
    if len(words) == 2:
        *before, option = words
        assert commands.here(*before, f"{option}={blank}") == 2
        assert f"{option}= is followed by nothing" in capsys.readouterr().err
