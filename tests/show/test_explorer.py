"""The explorer: a page per choice, and a twin that says the same without a kernel."""

from __future__ import annotations

from reimport_lib.show.control import make_control
from reimport_lib.show.explorer import Explorer, explore
from tests.show.attacks import Found
from tests.show.invented import MASK, PRIVATE, plan, staged


def explorer(rows: int = 5) -> Explorer:
    return explore([plan()], MASK, rows=rows, frames={"patients": staged().frame})


def test_the_twin_holds_every_outcome_and_reason() -> None:
    html = explorer().html()

    assert html.count("<details") == 4
    for group in ("created", "no_key", "missing_required", "excluded_by_rule"):
        assert group in html
    assert "script" not in Found(html).elements


def test_a_page_shows_the_rows_that_were_chosen() -> None:
    page = explorer().page("patients", outcome="rejected", reason="no_key")

    assert [row[:4] for row in page.rows] == [("5", "", "rejected", "no_key")]


def test_a_page_begins_where_it_is_told() -> None:
    page = explorer(rows=2).page("patients", first=2)

    assert [row[0] for row in page.rows] == ["4", "5"]
    assert page.caption == "patients: rows 3 to 4 of 5"


def test_a_page_beyond_the_end_says_so() -> None:
    page = explorer().page("patients", first=99)

    assert page.text() == "patients: 5 rows of this kind, no more."


def test_the_control_shows_the_page_of_its_choices() -> None:
    choices, shown = make_control(explorer()).children
    table, outcome, reason, first = choices.children

    outcome.value = "rejected"
    reason.value = "no_key"

    assert table.value == "patients"
    assert reason.options == ("all", "missing_required", "no_key")
    assert first.value == 1
    assert (
        shown.value
        == explorer().page("patients", outcome="rejected", reason="no_key").html()
    )


def test_another_reason_is_shown_from_its_first_row() -> None:
    choices, shown = make_control(explorer(rows=1)).children
    _, _, reason, first = choices.children
    first.value = 3

    reason.value = "no_key"

    assert first.value == 1
    assert "no_key" in shown.value


def test_the_control_holds_no_private_text() -> None:
    _, shown = make_control(explorer(rows=50)).children

    for text in PRIVATE:
        assert text not in shown.value


def test_the_repr_holds_no_rows() -> None:
    assert "key" not in repr(explorer())
