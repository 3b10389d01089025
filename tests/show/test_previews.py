"""The tables of a plan: right figures, masked values, nothing but text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pandas as pd
import pytest

from reimport_lib.checks import Check, Verdict
from reimport_lib.plan import gates, mapping
from reimport_lib.plan.decide import Link
from reimport_lib.plan.delete import DeletionPlan
from reimport_lib.plan.plan import Plan
from reimport_lib.read.manifest import SnapshotManifest, TableManifest
from reimport_lib.show import plans, previews, results
from reimport_lib.show.explorer import explore
from reimport_lib.show.html import ATTRIBUTES, ELEMENTS, Element
from reimport_lib.show.masking import Masking
from reimport_lib.tables import registry
from tests.show.attacks import CONTROL, PAYLOADS, assert_harmless
from tests.show.examples import run
from tests.show.invented import (
    MASK,
    PATIENTS,
    PRIVATE,
    REVEALED,
    frame,
    imported_before,
    plan,
    staged,
)


def deletion_plan(*keys: str) -> DeletionPlan:
    rows = pd.DataFrame(
        {
            "target_id": [str(number) for number, _ in enumerate(keys)],
            "key": list(keys),
            "outcome": ["deleted", *["kept"] * (len(keys) - 1)],
            "reason": ["", *["has_children"] * (len(keys) - 1)],
        }
    )
    return DeletionPlan("patients", rows, 50)


def manifest(*columns: str, file: str = "Contacts.xlsx") -> SnapshotManifest:
    table = TableManifest(
        table="patients",
        way="excel",
        file=file,
        file_sha256="ab" * 32,
        file_bytes=812_345,
        charset="",
        delimiter="",
        rows=2845,
        blank_rows=3,
        distinct_keys=2840,
        columns=columns,
        filled=dict.fromkeys(columns, 247),
        declared_order="",
        date_system=1900,
        digest="cd" * 32,
    )
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return SnapshotManifest(at, "tests", "DMY", "Australia/Sydney", {"patients": table})


def everything(mask: Masking) -> list[Element]:
    """Every preview of the invented source."""
    first, later = plan(), plan(target=imported_before())
    frames = {"patients": staged().frame}
    mapped = mapping.describe(
        registry.sources()["patients"], staged().resolved, {"id": 4}
    )
    return [
        previews.source_table(manifest("id", "nameFirst"), ["patients"]),
        previews.mapping_table("patients", mapped),
        previews.sample_table(staged().frame, mask, table="patients", rows=3),
        previews.sample_table(staged().frame, mask, table="patients", rows=50),
        previews.sample_table(frame(PATIENTS), mask, table="patients", rows=50),
        plans.outcomes_stack(first),
        plans.reasons_table(first, mask),
        plans.notes_table(first),
        plans.changes_table(later, mask),
        plans.deletions_stack(
            [deletion_plan("key-one", "key-two")], mask, clean_slate=False
        ),
        plans.links_table(first),
        explore([first, later], mask, frames=frames),
    ]


def test_no_private_text_is_in_a_masked_preview() -> None:
    for shown in everything(MASK):
        for text in PRIVATE:
            assert text not in shown.html()
            assert text not in shown.text()


def test_revealed_previews_show_what_was_masked() -> None:
    shown = "\n".join(part.text() for part in everything(REVEALED))

    assert "Zephyrine" in shown
    assert "4444555566" in shown
    assert "key-one" in shown


def test_previews_are_the_same_every_time() -> None:
    again = [shown.html() + shown.text() for shown in everything(MASK)]

    assert [shown.html() + shown.text() for shown in everything(MASK)] == again


def test_the_source_is_told_by_file_rows_and_fill() -> None:
    text = previews.source_table(manifest("id", "DOB"), ["patients"]).text()

    assert "Contacts.xlsx" in text
    assert "2,845" in text
    assert "distinct keys" in text
    assert "247 of 2,845 (8.68%)" in text


def test_the_equation_counts_every_row_once() -> None:
    text = plans.outcomes_stack(plan()).text()

    assert "Patients: 5 = 2 created + 1 skipped + 2 rejected" in text
    assert "1 blank row left out before counting." in text


def test_reasons_come_with_sentence_remedy_and_row_numbers() -> None:
    table = plans.reasons_table(plan(), MASK)

    codes = [row[0] for row in table.rows]
    assert codes == ["missing_required", "no_key", "excluded_by_rule"]
    assert table.rows[0][2] == "1"
    assert table.rows[0][4] == "Fill it in FileMaker."
    assert str(table.rows[0][5]).startswith("row 4 p-")
    assert table.caption == "Patients: 3 rows of 5 do not come in"


def test_examples_stop_at_three_and_say_that_there_are_more() -> None:
    nobody = [{"id": "", "contactType": "Patient"}] * 5

    table = plans.reasons_table(plan(nobody), MASK, examples=3)

    assert table.rows[0][5] == "row 2,\nrow 3,\nrow 4,\n…"


def test_notes_are_counted_among_the_rows_that_come_in() -> None:
    table = plans.notes_table(plan())

    assert ("ambiguous_date", "1 of 2 (50.00%)") in [row[:2] for row in table.rows]


def test_changes_show_before_and_after() -> None:
    table = plans.changes_table(plan(target=imported_before()), MASK)

    assert table.caption == "Patients: 2 fields of 2 records change, masked"
    assert table.rows[0][2:] == ("first_name", "Z.", "Z. (another one)")


def test_changes_show_an_empty_value_as_such() -> None:
    target = imported_before().assign(first_name="")

    table = plans.changes_table(plan(target=target), MASK)

    assert table.rows[0][3:] == ("(empty)", "Z.")


def test_changes_beyond_the_limit_are_counted() -> None:
    table = plans.changes_table(plan(target=imported_before()), MASK, rows=1)

    assert len(table.rows) == 1
    assert "1 further record changes and is not shown" in table.foot


def test_deletions_name_what_stays_and_why() -> None:
    planned = [deletion_plan("a", "b", "c")]
    text = plans.deletions_stack(planned, MASK, clean_slate=False).text()
    slate = plans.deletions_stack(planned, MASK, clean_slate=True).text()

    assert "The source no longer has it." in text
    assert "clean slate" not in text
    assert "or does not" in slate
    assert "It goes with a later run" in text


def test_no_deletion_is_said_so() -> None:
    assert (
        "nothing is deleted"
        in plans.deletions_stack([], MASK, clean_slate=False).text()
    )


@pytest.mark.parametrize(("rows", "first_head"), [(3, "field"), (7, "row")])
def test_few_records_stand_side_by_side_and_many_below_each_other(
    rows: int, first_head: str
) -> None:
    records = pd.DataFrame({"sex": ["F"] * 9}, index=range(2, 11))

    table = previews.sample_table(records, MASK, table="patients", rows=rows)

    assert table.heads[0] == first_head


def test_a_sample_is_spread_from_first_to_last() -> None:
    records = pd.DataFrame({"sex": ["F"] * 101}, index=range(2, 103))

    table = previews.sample_table(records, MASK, table="patients", rows=3)

    assert table.heads == ("field", "row 2", "row 52", "row 102")


def test_a_sample_says_how_many_columns_it_leaves_out() -> None:
    records = pd.DataFrame({"sex": ["F"], "secret": ["x"], "other": ["y"]}, index=[2])

    table = previews.sample_table(records, MASK, table="patients")

    assert table.foot == "2 other columns: not shown."


def test_a_sample_of_the_source_is_masked_by_what_its_columns_become() -> None:
    table = previews.sample_table(frame(PATIENTS), MASK, table="patients", rows=1)

    shown = {row[0]: row[1] for row in table.rows}
    assert shown["nameFirst"] == "Z."
    assert shown["DOB"] == "hidden"
    assert shown["Health Number"] == "hidden"
    assert shown["id"] == MASK.key("key-one")


def test_checks_that_fail_come_first() -> None:
    checks = [
        Check("a", "1", "1", Verdict.PASS, id="C000"),
        Check("b", "1", "?", Verdict.COULD_NOT_CHECK, id="C000"),
        Check("c", "1", "2", Verdict.FAIL, "do it again", id="C000"),
    ]

    table = results.checks_table(checks, "Checks")

    assert [row[0] for row in table.rows] == ["c", "b", "a"]


def test_checks_to_look_at_come_before_those_that_could_not_be_made() -> None:
    checks = [
        Check("sms: server's own count", "1", "?", Verdict.COULD_NOT_CHECK, id="C000"),
        Check("contact_details: distinct keys", "2", "1", Verdict.WARN, id="C000"),
    ]

    table = results.checks_table(checks, "Checks")

    assert [row[0] for row in table.rows] == [
        "contact details: distinct keys",
        "text messages: server's own count",
    ]


def test_links_show_found_of_named() -> None:
    class Linked:
        table = "images"
        links = (Link("owner", 6489, 6490), Link("clinic", 0, 0, checked=False))

    table = plans.links_table(Linked())  # type: ignore[arg-type]

    assert table.rows == [
        ("owner", "6,489 of 6,490 (99.98%)", "1"),
        ("clinic", "could not check", ""),
    ]


def test_gates_show_figure_and_limit() -> None:
    limits = gates.Gates({"patients.max_rejected": 0.5})

    table = results.gates_table(gates.evaluate(plan(), limits))

    assert [row[0] for row in table.rows] == [
        "patients.max_rejected",
        "patients.max_conflicts",
        "patients.max_adopted",
        *[row[0] for row in table.rows[3:]],
    ]
    assert table.rows[0][2:] == ("2 of 5 (40.00%)", "at most 50%")
    assert "✓ within" in table.text()


def test_a_gate_that_does_not_hold_says_so() -> None:
    text = results.gates_table(gates.evaluate(plan(), gates.Gates())).text()

    assert "✗ outside" in text


def test_one_of_the_two_limits_of_a_deletion_is_enough() -> None:
    limits = gates.Gates()
    measured = gates.deletion_gates("sms", deleted=9, imported=90, gates=limits)

    text = results.gates_table(measured).text()

    assert "the other limit holds" in text
    assert "outside" not in text


def test_floors_are_those_of_the_gates() -> None:
    limits = gates.Gates({"images.min_object_rate": 0.5})

    assert results.link_floors("images", limits) == {"owner": 0.95, "object": 0.5}


@pytest.mark.parametrize(
    ("mode", "word", "border"),
    [
        ("rehearsal", "REHEARSAL", "dashed"),
        ("full", "FULL RUN", "double"),
        ("undo", "UNDO", "double"),
    ],
)
def test_the_card_says_its_mode_in_words_and_shape(
    mode: str, word: str, border: str
) -> None:
    card = results.header_card(run(mode))

    assert word in card.text()
    assert word in card.html()
    assert border in card.html()
    assert "22 Nov 2026, 21:15 (Australia/Sydney)" in card.text()


def poisoned_plans() -> list[Element]:
    """Every preview of a plan with the attacks as names, keys and kinds."""
    records = [
        {"id": f"{number} {payload}", "nameFirst": payload, "contactType": "Patient"}
        for number, payload in enumerate(PAYLOADS)
    ]
    records += [{"id": payload, "contactType": payload} for payload in PAYLOADS]
    made = plan(records)
    typed = staged(records).frame
    later = plan(records, target=before(made))
    many = len(records)
    return [
        previews.sample_table(typed, REVEALED, table="patients", rows=many),
        previews.sample_table(typed, MASK, table="patients", rows=many),
        plans.reasons_table(made, REVEALED, examples=many),
        plans.changes_table(later, REVEALED, rows=many),
        plans.deletions_stack(
            [deletion_plan(*PAYLOADS)], REVEALED, rows=many, clean_slate=False
        ),
        explore([made, later], REVEALED, rows=many, frames={"patients": typed}),
    ]


def poisoned_facts() -> list[Element]:
    """Every preview of files, columns, checks and runs with the attacks in them."""
    odd = pd.DataFrame(dict.fromkeys(PAYLOADS, "x"), index=[2])
    names = ("source column", "target field", "conversion", "width", "verdict")
    hostile = pd.DataFrame(dict.fromkeys(names, PAYLOADS)).assign(
        required=True, filled=1
    )
    checks = [
        Check(text, text, text, Verdict.WARN, text, id="C000") for text in PAYLOADS
    ]
    sources = [manifest(*PAYLOADS, file=text) for text in PAYLOADS[:3]]
    cards = [{**run(), "run_id": text, "mode": text} for text in PAYLOADS]
    return [
        *(previews.source_table(source, ["patients"]) for source in sources),
        previews.mapping_table(PAYLOADS[0], hostile),
        previews.sample_table(odd, REVEALED, table=PAYLOADS[0]),
        results.checks_table(checks, PAYLOADS[0]),
        *(results.header_card(card) for card in cards),
    ]


def before(made: Plan) -> pd.DataFrame:
    target = made.values.drop(columns="write").reset_index(drop=True)
    return target.assign(import_hash="", last_name="<img src=x onerror=alert(1)>")


@pytest.mark.parametrize("make", [poisoned_plans, poisoned_facts])
def test_no_text_of_the_source_becomes_markup(
    make: Callable[[], list[Element]],
) -> None:
    for shown in make():
        assert_harmless(shown.html(), elements=ELEMENTS, attributes=ATTRIBUTES)
        assert not CONTROL.search(shown.text())


def test_words_are_explained() -> None:
    assert "never counted as one that holds" in results.status_words().text()
