"""``reimport explain``: what an id means."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from reimport_lib.cli.explain import Meaning, entries, explain
from reimport_lib.errors import UsageError
from tools import ids
from tools.catalogue import RETIRED, Sources


def explained(id_: str) -> Result:
    return CliRunner().invoke(explain, [id_], catch_exceptions=False)


def test_an_error_is_explained_with_what_to_do() -> None:
    said = explained("R032").output

    assert said == (
        "R032: UsageError\n"
        "  says      --dry-run and --full exclude each other.\n"
        "  next      choose one\n"
        "  meaning   A word that means nothing here; the message names the nearest one"
        " that does. Exit code 2.\n"
    )


def test_a_check_is_explained() -> None:
    said = explained("c012").output

    assert said.startswith("C012: Checks\n  says      runs folder can be written\n")
    assert "set REIMPORT_RUNS" in said


def test_the_reason_of_a_row_is_explained() -> None:
    assert "Give the record its id in FileMaker" in explained("no_key").output


def test_a_retired_id_says_so() -> None:
    id_, was = next(iter(RETIRED.items()))

    said = explained(id_).output

    assert said.startswith(f"{id_}: Retired\n  says      {was}\n")


def test_every_id_can_be_explained() -> None:
    known = {**Sources().entries(), **RETIRED}

    listed = entries(ids.page(Sources().entries()))

    assert listed.keys() == known.keys()
    assert listed["R032"].says == known["R032"].says  # type: ignore[union-attr]


def test_a_bar_in_a_cell_parts_no_cells() -> None:
    page = "# Ids\n\n## Few\n\nMeant.\n\n| id | a | b |\n| --- | --- | --- |\n"

    listed = entries(page + "| R001 | a \\| b | c |\n")

    assert listed == {"R001": Meaning("Few", "Meant.", "a | b", "c")}


def test_an_unknown_id_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"no id 'R03'. Did you mean R\d{3}\?"):
        explained("R03")
