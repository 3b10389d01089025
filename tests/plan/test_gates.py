"""Gates: each has a plan that it stops."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from reimport_lib.errors import GateFailed, UsageError
from reimport_lib.plan.gates import (
    GateResult,
    Gates,
    arguments,
    deletion_gates,
    demand,
    evaluate,
    measure,
    parse,
    percent,
    require,
    require_deletions,
)
from reimport_lib.plan.plan import Plan
from reimport_lib.plan.signoffs import OpenedLimit, in_force
from reimport_lib.plan.stored_objects import plan_objects
from tests.plan.frames import context, decided, listing, no_rows, plan, written

NOTE = {"id": "N1", "id_Key": "p1", "Note": "Seen."}


def test_a_plan_within_its_limits_passes_and_shows_every_gate() -> None:
    results = require(plan(decided("notes", NOTE)), Gates())

    assert {result.name for result in results} == {
        "max_rejected",
        "max_conflicts",
        "max_adopted",
        "min_match_rate",
    }
    assert all(result.passed for result in results)


def test_owners_that_are_not_found_stop_the_phase() -> None:
    rows = [{**NOTE, "id": f"N{n}", "id_Key": "p1" if n else "x"} for n in range(10)]

    with pytest.raises(GateFailed) as failed:
        require(plan(decided("notes", *rows)), Gates())

    assert (
        "notes: rows whose owner was found: 9 of 10 (90.00%); at least 95.00%"
        in failed.value.message
    )
    assert "--gate notes.min_match_rate=0.9" in failed.value.hint


def test_contact_details_have_a_lower_floor() -> None:
    rows = [
        {"id.key": "p1" if n < 7 else "x", "type": "Phone", "ph": f"049157{n:04d}"}
        for n in range(10)
    ]

    results = require(plan(decided("contact_details", *rows)), Gates())

    assert _result(results, "min_match_rate").actual == 0.7


def test_objects_that_are_not_there_stop_the_phase() -> None:
    rows = [{"id": f"d{n}", "id_Contact": "p1"} for n in range(5)]
    objects = listing(*(f"filemaker-docs/d{n}.pdf" for n in range(4)))

    with pytest.raises(GateFailed, match=r"stored object was found: 4 of 5 \(80.00%\)"):
        require(plan(decided("documents", *rows, objects=objects)), Gates())


def test_too_many_guessed_clinics_stop_the_phase() -> None:
    visit = {"id_Contact": "p1", "startDate": "2020-06-01", "startTime": "09:30"}
    rows = [{**visit, "id": f"e{n}", "idCal": "101" if n else ""} for n in range(4)]

    with pytest.raises(GateFailed, match="took the patient's clinic: 1 of 4"):
        require(plan(decided("appointments", *rows)), Gates())


def test_too_many_rejected_rows_stop_the_phase() -> None:
    rows = [{**NOTE, "id": f"N{n}" if n else ""} for n in range(5)]

    with pytest.raises(GateFailed, match=r"notes: rejected rows: 1 of 5 \(20.00%\)"):
        require(plan(decided("notes", *rows)), Gates())


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("notes", {**NOTE, "Note": ""}),
        ("sms", {"id": "M1", "id_Contact": "p1", "Message": ""}),
        (
            "patients",
            {"id": "a", "nameFirst": "Ada", "nameLast": "", "contactType": ""},
        ),
    ],
)
def test_a_table_of_which_nothing_comes_in_stops_the_phase(
    table: str, row: dict[str, str]
) -> None:
    """Every row is left out by a rule that holds for a few: the column is empty."""
    made = plan(decided(table, *({**row, "id": f"k{n}"} for n in range(10))))

    with pytest.raises(GateFailed, match=r"rows that come in: 0 of 10 \(0.00%\)"):
        require(made, Gates())
    require(made, Gates({f"{table}.min_came_in": 0.0}))


def test_of_a_few_rows_all_may_stay_out() -> None:
    blank = [{**NOTE, "id": f"k{n}", "Note": ""} for n in range(9)]

    require(plan(decided("notes", *blank)), Gates())


def test_stored_objects_that_no_row_names_stop_nothing() -> None:
    of = decided("images", {"recid": "1", "id_Contact": "p1", "date": "8/20/2019"})
    objects = plan_objects(
        "images_objects", listing("filemaker-images/2.jpg"), plan(of), context()
    )

    assert "min_came_in" not in {r.name for r in require(objects, Gates())}


def test_a_conflict_stops_the_phase_where_a_gate_says_so() -> None:
    of = decided("notes", NOTE)
    target = written(no_rows(of.managed), plan(of)).assign(content=["Edited."])

    require(plan(of, target), Gates())
    with pytest.raises(GateFailed, match="wait for a decision: 1 of 1"):
        require(plan(of, target), Gates({"notes.max_conflicts": 0}))


def test_rows_of_an_earlier_system_are_asked_about() -> None:
    of = decided("notes", NOTE)
    target = written(no_rows(of.managed), plan(of))
    older = target.assign(content=["Older."], import_hash=[""])

    with pytest.raises(GateFailed) as failed:
        require(plan(of, older), Gates())

    assert "--gate notes.max_adopted=1" in failed.value.hint
    require(plan(of, older), Gates({"notes.max_adopted": 1}))


def test_a_persons_edit_counts_as_nothing_but_an_edit() -> None:
    of = decided("notes", *({**NOTE, "id": f"N{n}"} for n in range(10)))
    edited = written(no_rows(of.managed), plan(of)).assign(content="Edited.")

    made = plan(of, edited)

    require(made, Gates())
    assert made.counts["unchanged"] == 10
    assert made.note_counts == {"conflict": 10}


def test_gates_of_later_phases_are_offered_with_those_that_failed() -> None:
    of = decided("notes", NOTE)
    target = written(no_rows(of.managed), plan(of)).assign(content=["Edited."])
    limits = Gates({"notes.max_conflicts": 0})
    (edits,) = [r for r in evaluate(plan(of, target), limits) if not r.passed]
    later = replace(edits, table="images")

    with pytest.raises(GateFailed) as failed:
        demand([edits], ahead=[later])

    assert "Phases after it would stop too: images: rows that" in failed.value.message
    assert failed.value.hint.endswith(
        "--gate notes.max_conflicts=1 --gate images.max_conflicts=1"
    )


def test_a_plan_leans_on_the_newest_sign_off_that_is_in_force() -> None:
    made = plan(decided("notes", *some_rejected()))
    fewer, day = plan(decided("notes", NOTE)), date(2027, 1, 31)
    moment = datetime(2027, 1, 1, tzinfo=UTC)
    facts = ("max_rejected", 0.3, "looked at it", "somebody", day, moment)
    old, new = (OpenedLimit(number, "notes", *facts) for number in (1, 2))

    assert in_force([new, old], day) == (new,)
    assert in_force([new, old], day + timedelta(days=1)) == ()
    assert in_force([old, replace(new, withdrawn="by somebody")], day) == ()

    def rejected(of: Plan, *opened: OpenedLimit) -> tuple[bool, OpenedLimit | None]:
        (gate,) = (r for r in evaluate(of, Gates({}, opened)) if r.name == facts[0])
        return gate.passed, gate.signed

    assert rejected(made, new) == (True, new)
    assert rejected(made, replace(new, value=0.1)) == (False, None)
    assert rejected(made, replace(new, value=0.2)) == (False, None)
    assert rejected(fewer, new) == (True, None)
    assert Gates({"*.max_rejected": 0}, (new,)).limit("notes", facts[0]) == 0


def some_rejected() -> list[dict[str, str]]:
    """Two of seven have no key."""
    return [{**NOTE, "id": f"N{n}" if n > 1 else ""} for n in range(7)]


def delete_some(table: str, **of: Any) -> None:
    require_deletions([deletion_gates(table, **of)], file="deletions")


def test_every_table_of_which_too_much_would_go_is_named() -> None:
    too_many = [
        deletion_gates(table, deleted=30, imported=100, gates=Gates())
        for table in ("notes", "sms")
    ]

    with pytest.raises(GateFailed, match=r"notes: rows.*sms: rows") as failed:
        require_deletions(too_many, file="deletions")

    assert "outcomes/deletions.csv" in failed.value.hint


def test_a_deletion_passes_by_its_share_or_by_its_number() -> None:
    delete_some("notes", deleted=20, imported=100, gates=Gates())
    delete_some("notes", deleted=200, imported=10_000, gates=Gates())
    with pytest.raises(GateFailed, match=r"21 of 100 \(21.00%\)"):
        delete_some("notes", deleted=21, imported=100, gates=Gates())
    with pytest.raises(GateFailed, match="201 of 10,000"):
        delete_some("notes", deleted=201, imported=10_000, gates=Gates())


def test_the_words_of_a_failed_gate_let_the_same_plan_pass() -> None:
    made = plan(decided("notes", *some_rejected()))
    failed = [result for result in evaluate(made, Gates()) if not result.passed]

    words = [word for word in arguments(failed).split() if "=" in word]
    limits = Gates(dict(map(parse, words)))

    assert failed
    require(made, limits)


def test_nothing_counted_passes() -> None:
    assert all(result.passed for result in evaluate(plan(_nothing()), Gates()))


def test_a_limit_for_a_table_wins_over_one_for_all() -> None:
    gates = Gates({"*.max_rejected": 0.5, "notes.max_rejected": 0.1})

    assert (
        gates.limit("notes", "max_rejected"),
        gates.limit("sms", "max_rejected"),
    ) == (0.1, 0.5)
    assert Gates().limit("contact_details", "min_match_rate") == 0.6
    assert measure("notes", "min_object_rate", 1, 2, Gates()) is None


def test_a_limit_is_read_from_the_command_line() -> None:
    assert parse("patients.max_rejected=0.2") == ("patients.max_rejected", 0.2)
    assert parse("*.max_adopted=30") == ("*.max_adopted", 30)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("patient.max_rejected=0.2", 'did you mean "patients"?'),
        ("patients.max_rejectd=0.2", 'did you mean "max_rejected"?'),
        ("patients.max_rejected=20", "max_rejected=0.15"),
        ("patients.max_rejected=-1", "max_rejected=0.15"),
        ("patients.max_rejected=", "max_rejected=0.15"),
        ("patients.max_rejected=nan", "max_rejected=0.15"),
        ("patients.max_adopted=1.5", "max_adopted=0"),
        ("max_rejected=0.2", "one of"),
    ],
)
def test_a_limit_that_means_nothing_is_refused(text: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(text)

    assert hint in refused.value.hint


def test_percentages_are_floored() -> None:
    assert [percent(share) for share in (0.99999, 1.0, 0.00009, 0.7)] == [
        "99.99%",
        "100.00%",
        "0.00%",
        "70.00%",
    ]


def _result(results: tuple[GateResult, ...], name: str) -> GateResult:
    return next(result for result in results if result.name == name)


def _nothing() -> Any:
    of = decided("notes", NOTE)
    return type(of)(
        of.table,
        of.rows.iloc[:0],
        of.values.iloc[:0],
        (),
        of.managed,
    )


def test_a_plan_without_rows_is_a_plan() -> None:
    made = plan(_nothing())

    assert isinstance(made.values, pd.DataFrame)
    assert len(made.rows) == 0
