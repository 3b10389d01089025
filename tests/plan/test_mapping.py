"""Headers meet the mapping: found by any alias, or refused with a suggestion."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from reimport_lib.checks import Verdict
from reimport_lib.errors import SourceError
from reimport_lib.plan.mapping import (
    column_checks,
    describe,
    look_up,
    resolve,
)
from reimport_lib.tables import convert, registry
from reimport_lib.tables.declare import Dropped, Field, Table
from reimport_lib.tables.headers import shared_names
from tests.plan.frames import staged

MAPPING = Table(
    name="notes",
    noun="notes",
    phase="notes",
    key=Field("filemaker_id", ("id", "_kp_id"), convert.key, required=True),
    fields=(
        Field("content", ("Note", "Text"), convert.text, required=True),
        Field("note_date", ("Date",), convert.date),
        Field("start", ("startDate",), convert.text, required=True, unless="stamp"),
        Field("stamp", ("Start",), convert.text),
        Field("", ("Display",), convert.text, metadata="display"),
    ),
    dropped=(Dropped(("_kz_*",), "a count"),),
    managed=("content", "note_date"),
)
HEADERS = ("id", "Note", "Date", "startDate")


def test_headers_are_found_by_any_alias_and_without_their_decoration() -> None:
    headers = ("\ufeff_kp_id", "Notes::Text ", "\xa0Date\xa0", "Start")

    resolved = resolve(MAPPING, headers)

    assert resolved.headers == {
        "filemaker_id": "\ufeff_kp_id",
        "content": "Notes::Text ",
        "note_date": "\xa0Date\xa0",
        "stamp": "Start",
    }


@pytest.mark.parametrize("table", registry.sources())
def test_the_order_of_columns_makes_no_difference(table: str) -> None:
    columns = registry.sources()[table].all_fields
    row = {column.names[0]: f"{n}" for n, column in enumerate(columns)}

    forth, back = (
        staged(table, dict(cells)).frame
        for cells in (row.items(), reversed(row.items()))
    )

    assert forth.equals(back)


def test_a_missing_required_column_stops_with_table_and_suggestion() -> None:
    with pytest.raises(SourceError, match='notes: required column "id" is missing'):
        resolve(MAPPING, ("Note", "startDate"))


def test_a_first_row_that_is_no_header_is_not_quoted() -> None:
    for row in (("Ide", "Noted", "Dato"), ("Ida", "Natt", "Lee")):
        with pytest.raises(SourceError, match="columns found: 0") as caught:
            resolve(MAPPING, row)

        assert not any(cell in str(caught.value) for cell in row)


def test_a_required_column_may_be_made_up_for_by_another() -> None:
    assert "stamp" in resolve(MAPPING, ("id", "Note", "Start")).headers
    with pytest.raises(SourceError, match="startDate"):
        resolve(MAPPING, ("id", "Note"))


@pytest.mark.parametrize(
    ("header", "meant"),
    [
        ("date", "Date"),
        ("DATE", "Date"),
        ("Da_te", "Date"),
        ("Start Date", "startDate"),
        ("Displya", "Display"),
        ("strtDate", "startDate"),
    ],
)
def test_a_header_that_only_nearly_matches_stops(header: str, meant: str) -> None:
    headers = tuple(name for name in (*HEADERS, "Start") if name != meant)

    with pytest.raises(SourceError) as refused:
        resolve(MAPPING, (*headers, header))

    assert f'did you mean "{meant}"' in refused.value.hint


def test_numbered_columns_are_not_taken_for_each_other() -> None:
    mapping = Table(
        name="contact_details",
        noun="contact details",
        phase="patients",
        fields=(
            Field("line1", ("address 1",), convert.text),
            Field("line2", ("address 2",), convert.text),
        ),
    )

    assert resolve(mapping, ("address 1", "address 3")).unmapped == ("address 3",)


def test_a_column_that_occurs_twice_stops() -> None:
    with pytest.raises(SourceError, match='column "id" occurs twice'):
        resolve(MAPPING, (*HEADERS, "Contacts::id"))


def test_unmapped_columns_are_listed_and_stop_only_when_strict_and_filled() -> None:
    headers = (*HEADERS, "zz_unused", "_kz_notes_gc")

    resolved = resolve(MAPPING, headers, strict=True, filled={"zz_unused": 0})

    assert resolved.unmapped == ("zz_unused",)
    assert resolved.dropped == {"_kz_notes_gc": "a count"}
    for filled, said in (
        ({"zz_unused": 20}, "zz_unused"),
        ({"zz_unused": 3}, "column"),
    ):
        with pytest.raises(SourceError, match=f'dropped: "{said}'):
            resolve(MAPPING, headers, strict=True, filled=filled)
    with pytest.raises(SourceError, match='dropped: "column'):
        resolve(MAPPING, headers, strict=True)


def test_a_filled_column_that_nobody_mapped_is_warned_about() -> None:
    resolved = resolve(MAPPING, (*HEADERS, "empty", "filled"))

    checks = column_checks(MAPPING, resolved, {"filled": 1200}, rows=2000)

    assert [check.verdict for check in checks] == [Verdict.PASS, Verdict.WARN]
    assert checks[1].actual == "not mapped; 1,200 of 2,000 cells filled"


def test_a_header_that_few_rows_fill_is_told_by_its_place() -> None:
    headers = (*HEADERS, "Typed Name", "_kz_notes_gc")
    filled = {"Typed Name": 3}
    said = shared_names(MAPPING, headers, filled)
    resolved = resolve(MAPPING, headers)

    table = describe(MAPPING, resolved, filled, said=said)
    check = column_checks(MAPPING, resolved, filled, rows=9, said=said)[0]

    place = f"column {len(HEADERS) + 1}"
    verdicts = dict(zip(table["source column"], table["verdict"], strict=True))
    assert verdicts[place] == "not mapped"
    assert verdicts["_kz_notes_gc"] == "dropped: a count"
    assert check.name == f'{MAPPING.name}: column "{place}" is mapped or dropped'
    assert check.hint == "`reimport doctor` names it; map it"
    assert "Typed Name" not in f"{table.to_csv()} {check}"


def test_the_table_for_the_reviewer_has_a_verdict_for_every_column() -> None:
    headers = (*HEADERS, "Display", "_kz_notes_gc", "other")

    table = describe(MAPPING, resolve(MAPPING, headers), {"Note": 5, "other": 2})

    by_source = table.set_index("source column")
    assert by_source.loc["Note", "verdict"] == "mapped"
    assert by_source.loc["Note", "filled"] == 5
    assert by_source.loc["Start", "verdict"] == "not in source"
    assert by_source.loc["_kz_notes_gc", "verdict"] == "dropped: a count"
    assert by_source.loc["other", "verdict"] == "not mapped"
    assert by_source.loc["Display", "target field"] == "filemaker_metadata[display]"


def test_what_does_not_fit_is_in_the_table_for_the_reviewer() -> None:
    table = describe(MAPPING, look_up(MAPPING, ("Note", "start_date", "x")), {})

    verdicts = dict(zip(table["source column"], table["verdict"], strict=True))
    assert verdicts["id | _kp_id"] == "missing"
    assert verdicts["start_date"] == 'not known: nearly "startDate"'
    assert verdicts["x"] == "not mapped"


@pytest.mark.parametrize("table", sorted(registry.sources()))
def test_no_alias_stands_for_two_columns_of_a_table(table: str) -> None:
    names = [
        name for column in registry.sources()[table].all_fields for name in column.names
    ]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("table", sorted(registry.sources()))
def test_every_key_of_the_metadata_is_used_once(table: str) -> None:
    mapping = registry.sources()[table]
    keys = [column.metadata for column in mapping.fields if column.metadata]
    keys += [column.kept_text for column in mapping.fields]

    assert len(keys) == len(set(keys))


def test_another_mapping_has_another_digest() -> None:
    assert MAPPING.digest == Table(**_parts()).digest
    assert MAPPING.digest != Table(**{**_parts(), "managed": ("content",)}).digest


def test_how_columns_are_shown_makes_no_other_mapping() -> None:
    told = [replace(each, shown="hidden", words=("a",)) for each in MAPPING.fields]
    shown = replace(MAPPING, fields=tuple(told), shown={"made": "plain"})

    assert shown != MAPPING
    assert shown.digest == MAPPING.digest


def _parts() -> dict[str, object]:
    return {each.name: getattr(MAPPING, each.name) for each in fields(MAPPING)}
