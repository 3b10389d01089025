"""Commands of other distributions: found by their entry points, never in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from reimport_lib.cli import plugins
from tests.cli.commands import Commands, every_command

BROUGHT = """
import click


@click.command()
def greet() -> None:
    \"\"\"Say who brought it.\"\"\"
    raise SystemExit(7)
"""


@pytest.fixture
def another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A distribution that brings a command, and one by a name of the library's own."""
    (tmp_path / "brought_by_another.py").write_text(BROUGHT)
    info = tmp_path / "another-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: another\n")
    lines = [f"{name} = brought_by_another:greet" for name in ("greet", "runs")]
    text = "\n".join([f"[{plugins.GROUP}]", *lines])
    (info / "entry_points.txt").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)


def test_the_demo_comes_by_its_entry_point() -> None:
    assert every_command()["demo"].callback.__module__ == "reimport_demo.cli"


@pytest.mark.usefixtures("another")
def test_a_command_of_another_distribution_is_listed_and_runs(
    commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.here("--help") == 0
    assert "Say who brought it." in capsys.readouterr().out
    assert commands.here("greet") == 7


@pytest.mark.usefixtures("another")
def test_a_command_of_the_library_is_never_replaced(commands: Commands) -> None:
    assert commands.here("runs") == 0


def test_a_demo_that_is_not_installed_says_how_to_install_it(
    commands: Commands,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plugins, "GROUP", "brought.by.nobody")

    assert commands.here("demo", "--scale", "0.02") == 2
    said = capsys.readouterr().err
    assert "clinic-reimport-demo, which is not installed" in said
    assert "make install" in said
    assert commands.here("--help") == 0
    assert "demo" not in capsys.readouterr().out
