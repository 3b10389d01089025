"""``reimport explain``: what an id means."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from reimport_lib.cli import catalogue
from reimport_lib.cli.explain import explain
from reimport_lib.errors import UsageError


def explained(id_: str) -> Result:
    return CliRunner().invoke(explain, [id_], catch_exceptions=False)


def test_an_error_is_explained_with_what_to_do() -> None:
    said = explained("R032").output

    assert said == (
        "R032, UsageError in reimport_lib/cli/run.py\n"
        "  says      --dry-run and --full exclude each other.\n"
        "  next      choose one\n"
        "  meaning   A word that means nothing here; the message names the nearest one"
        " that does. Exit code 2.\n"
    )


def test_a_check_is_explained() -> None:
    said = explained("c012").output

    assert said.startswith("C012, a check in reimport_lib/cli/examination.py\n")
    assert "set REIMPORT_RUNS" in said


def test_the_reason_of_a_row_is_explained() -> None:
    assert "Give the record its id in FileMaker" in explained("no_key").output


def test_a_retired_id_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "RETIRED", {"R999": "It was so."})

    said = explained("R999").output

    assert said == "R999, of earlier versions\n  says      It was so.\n"


def test_an_unknown_id_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"no id 'R03'. Did you mean R\d{3}\?"):
        explained("R03")
