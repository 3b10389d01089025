"""Documents, images, their stored objects and batches."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reimport_lib.plan.made import make_rows, pointing_at
from reimport_lib.plan.rules import decide
from reimport_lib.plan.stage import snapshot_keys
from reimport_lib.plan.stored_objects import plan_objects
from reimport_lib.tables import registry
from tests.plan.frames import (
    ADA,
    context,
    decided,
    frame,
    listing,
    no_rows,
    plan,
    staged,
    verdicts,
    written,
)

DOCS, PICTURES = "filemaker-docs/", "filemaker-images/"
LETTER = {"id": "D-1", "id_Contact": "p1", "Type": "File Note", "Date": "2015-10-26"}
PICTURE = {
    "recid": "0042",
    "id_Contact": "p1",
    "date": "8/20/2019",
    "Type": "Left Foot",
}


def test_a_document_finds_its_object_whatever_case_and_ending() -> None:
    objects = listing(f"{DOCS}d-1.PDF", f"{DOCS}other.pdf")

    values = decided("documents", LETTER, objects=objects).values.loc[2]

    assert f"{DOCS}d-1.PDF" == values["s3_key"]
    assert tuple(values[["mime_type", "file_size", "file_name"]]) == (
        "application/pdf",
        7,
        "d-1.PDF",
    )
    assert tuple(values[["owner_id", "owner_type"]]) == (ADA, "patients.patient")


def test_the_type_is_kept_word_for_word_beside_the_category() -> None:
    values = decided("documents", LETTER, objects=listing(f"{DOCS}D-1.pdf")).values

    assert tuple(values.loc[2, ["source_type", "category"]]) == (
        "File Note",
        "file-note",
    )


def test_the_side_of_an_image_is_kept() -> None:
    objects = listing(f"{PICTURES}42.jpg")

    values = decided("images", PICTURE, objects=objects).values

    assert tuple(values.loc[2, ["source_type", "category"]]) == (
        "Left Foot",
        "left-foot",
    )


@pytest.mark.parametrize(
    ("ending", "mime_type"), [("pdf", "application/pdf"), ("PNG", "image/png")]
)
def test_an_image_is_of_the_type_that_its_ending_says(
    ending: str, mime_type: str
) -> None:
    objects = listing(f"{PICTURES}42.{ending}")

    assert decided("images", PICTURE, objects=objects).values.loc[2, "mime_type"] == (
        mime_type
    )


def test_a_documents_own_key_names_no_owner() -> None:
    objects = listing(f"{DOCS}p2.pdf")

    values = decided("documents", {**LETTER, "id": "p2"}, objects=objects).values

    assert values.loc[2, "owner_id"] == ADA
    assert verdicts(
        "documents", {**LETTER, "id": "p2", "id_Contact": "x"}, objects=objects
    ) == ["rejected(unknown_owner)"]


def test_an_object_is_found_however_deep_its_prefix_lies() -> None:
    deep = "clinic/2024/docs/"
    staged_ = staged("documents", LETTER)

    of = decide(staged_, context(documents_prefix=deep), listing(f"{deep}D-1.pdf"))

    assert list(of.values["s3_key"]) == [f"{deep}D-1.pdf"]


def test_a_row_without_an_object_is_rejected() -> None:
    assert verdicts("documents", LETTER, objects=listing()) == ["rejected(no_object)"]
    assert verdicts("documents", LETTER) == ["rejected(no_object)"]


def test_an_image_is_a_number_whose_zeros_do_not_count() -> None:
    objects = listing(f"{PICTURES}42.JPG")

    of = decided("images", PICTURE, {**PICTURE, "recid": "42.0"}, objects=objects)

    assert list(of.rows["outcome"]) == ["", "skipped"]
    assert ("42", date(2019, 8, 20)) == tuple(
        of.values.loc[2, ["filemaker_id", "date_taken"]]
    )


def test_objects_that_differ_only_in_zeros_reject_their_row() -> None:
    objects = listing(f"{PICTURES}42.jpg", f"{PICTURES}0042.jpg")

    assert verdicts("images", PICTURE, objects=objects) == ["rejected(duplicate_key)"]


@pytest.mark.parametrize("day", ["", "13/45/2016", "n/a"])
def test_an_image_needs_its_day(day: str) -> None:
    row = {**PICTURE, "date": day}

    assert verdicts("images", row, objects=listing(f"{PICTURES}42.jpg")) == [
        "rejected(bad_date)"
    ]


def test_the_export_of_images_lays_down_month_first() -> None:
    objects = listing(f"{PICTURES}42.jpg")

    assert verdicts("images", {**PICTURE, "date": "8/9/2019"}, objects=objects) == [""]
    assert verdicts("images", {**PICTURE, "date": "20/8/2019"}, objects=objects) == [
        "other_date_order"
    ]


def test_every_object_is_accounted_for() -> None:
    objects = listing(
        f"{PICTURES}",
        f"{PICTURES}.DS_Store",
        f"{PICTURES}._42.jpg",
        f"{PICTURES}42.jpg",
        f"{PICTURES}42_thumb.jpg",
        f"{PICTURES}43.jpg",
        f"{PICTURES}44.jpg",
        f"{PICTURES}sub/42.jpg",
        f"{PICTURES}Thumbs.db",
    )
    unkeyed = {**PICTURE, "recid": ""}
    orphan = {**PICTURE, "recid": "43", "id_Contact": "nobody"}
    images = plan(decided("images", PICTURE, unkeyed, orphan, objects=objects))

    rows = plan_objects("images_objects", objects, images, context()).rows

    by_name = {key.removeprefix(PICTURES): reason for key, reason in _pairs(rows)}
    assert by_name == {
        "": "excluded_by_rule",
        ".DS_Store": "excluded_by_rule",
        "._42.jpg": "excluded_by_rule",
        "42.jpg": "",
        "42_thumb.jpg": "excluded_by_rule",
        "43.jpg": "row_not_imported",
        "44.jpg": "no_metadata",
        "sub/42.jpg": "excluded_by_rule",
        "Thumbs.db": "excluded_by_rule",
    }
    assert list(range(1, 10)) == list(rows["row"])
    assert sorted(objects["key"]) == list(rows["key"])


def whose(keys: tuple[str, ...], *names: str, hollow: tuple[str, ...] = ()) -> str:
    """``key>name`` or ``key>reason`` of each document, for objects of these names."""
    objects = listing(*(f"{DOCS}{name}" for name in names))
    objects.loc[objects["key"].isin([f"{DOCS}{name}" for name in hollow]), "size"] = 0
    found = decided(
        "documents", *({**LETTER, "id": key} for key in keys), objects=objects
    )
    stored = found.values["s3_key"].reindex(found.rows.index)
    said = [
        reason or key.removeprefix(DOCS)
        for reason, key in zip(found.rows["reason"], stored, strict=True)
    ]
    return " ".join(f"{key}>{what}" for key, what in zip(keys, said, strict=True))


@pytest.mark.parametrize(
    ("keys", "names", "expected"),
    [
        (("7001", "7001.2"), ("7001.2.pdf",), "7001>no_object 7001.2>7001.2.pdf"),
        (("7001", "7001.2"), ("7001.pdf",), "7001>7001.pdf 7001.2>no_object"),
        (
            ("7001", "7001.2"),
            ("7001.2.pdf", "7001.pdf"),
            "7001>7001.pdf 7001.2>7001.2.pdf",
        ),
        (("a.b", "a.b.c"), ("A.B.C.pdf",), "a.b>no_object a.b.c>A.B.C.pdf"),
        (("7001",), ("7001.scan.pdf",), "7001>no_object"),
        (("7001",), ("7001.pdf.pdf",), "7001>no_object"),
        (("7001",), ("7001.tar.gz",), "7001>no_object"),
        (("7001",), ("7001.2",), "7001>no_object"),
        (("7001",), ("7001",), "7001>no_object"),
        (("7001",), ("sub/7001.pdf",), "7001>no_object"),
        (("b", "a/b"), ("a/b.pdf",), "b>no_object a/b>a/b.pdf"),
        (("{A}", " b "), ("a.pdf", "{B}.pdf"), "{A}>a.pdf  b >{B}.pdf"),
        (("A 1",), ("a 1.pdf",), "A 1>a 1.pdf"),
        (("left-thumb",), ("left-thumb.jpg",), "left-thumb>left-thumb.jpg"),
        (("Zo\u00eb",), ("zoe\u0308.pdf",), "Zo\u00eb>zoe\u0308.pdf"),
        # two objects that differ in more than case: nobody knows which
        (("7001",), ("7001.jpg", "7001.pdf"), "7001>ambiguous_object"),
        (("7001",), ("7001.0.pdf", "7001.pdf"), "7001>ambiguous_object"),
        (("7001",), ("7001.PDF", "7001.pdf"), "7001>duplicate_key"),
        # two rows that one object could be of
        (
            ("a.b", "a.b.ce"),
            ("a.b.ce",),
            "a.b>ambiguous_object a.b.ce>ambiguous_object",
        ),
        (
            ("7001", "7001.2"),
            ("7001.2", "7001.pdf"),
            "7001>ambiguous_object 7001.2>ambiguous_object",
        ),
    ],
)  # fmt: skip
def test_a_file_is_of_the_row_whose_whole_key_it_carries_or_of_none(
    keys: tuple[str, ...], names: tuple[str, ...], expected: str
) -> None:
    assert whose(keys, *names) == expected


def test_an_object_without_a_byte_is_none() -> None:
    assert whose(("1",), "1.pdf", hollow=("1.pdf",)) == "1>empty_object"
    assert whose(("1",), "1.jpg", "1.pdf", hollow=("1.jpg",)) == "1>1.pdf"
    both = ("1.jpg", "1.pdf")
    assert whose(("1",), *both, hollow=both) == "1>empty_object"


@pytest.mark.parametrize("name", ["42.2.jpg", "42.scan.jpg", "42.7", "x42.jpg"])
def test_an_image_takes_no_object_whose_name_is_more_than_its_number(name: str) -> None:
    objects = listing(f"{PICTURES}{name}")

    assert verdicts("images", PICTURE, objects=objects) == ["rejected(no_object)"]


@pytest.mark.parametrize("prefix", ["letters", "Letters/", "letters/", "LETTERS/"])
def test_the_case_and_the_last_slash_of_the_prefix_do_not_count(prefix: str) -> None:
    of = decide(
        staged("documents", LETTER),
        context(documents_prefix=prefix),
        listing("letters/D-1.pdf"),
    )

    assert list(of.values["s3_key"]) == ["letters/D-1.pdf"]


@given(data=st.data())
def test_nobody_gets_a_file_that_carries_more_or_less_than_his_key(
    data: st.DataObject,
) -> None:
    part = st.sampled_from(["7", "70", "a", "pdf", "tif", "2"])
    dotted = st.lists(part, min_size=1, max_size=4).map(".".join)
    keys = data.draw(st.lists(dotted, min_size=1, max_size=4, unique=True))
    names = data.draw(st.lists(dotted, max_size=6, unique=True))
    objects = listing(*(f"{DOCS}{name}" for name in names))

    found = decided(
        "documents", *({**LETTER, "id": key} for key in keys), objects=objects
    )

    for key, stored in zip(
        found.values["filemaker_id"], found.values["s3_key"], strict=True
    ):
        name = stored.removeprefix(DOCS)
        assert name.startswith(f"{key}.")
        assert "." not in name[len(key) + 1 :]
        assert name not in keys
        files = {f"{key}.{ending}" for ending in ("pdf", "tif")}  # "7.2" is none
        assert files & set(names) == {name}


def test_objects_that_nobody_gets_say_why() -> None:
    objects = listing(*(f"{DOCS}{name}" for name in (
        "1.jpg", "1.pdf", "2.pdf", "3.pdf", "3.tif", "4.scan.pdf", "5.pdf", "6.pdf",
    )))  # fmt: skip
    objects.loc[objects["key"].isin([f"{DOCS}2.pdf", f"{DOCS}3.tif"]), "size"] = 0
    rows = [{**LETTER, "id": key} for key in ("1", "2", "3", "4")]
    stray = {**LETTER, "id": "5", "id_Contact": "nobody"}
    documents = plan(decided("documents", *rows, stray, objects=objects))

    accounted = plan_objects("documents_objects", objects, documents, context()).rows

    assert _pairs(accounted) == [
        (f"{DOCS}1.jpg", "ambiguous_object"),
        (f"{DOCS}1.pdf", "ambiguous_object"),
        (f"{DOCS}2.pdf", "empty_object"),
        (f"{DOCS}3.pdf", ""),
        (f"{DOCS}3.tif", "empty_object"),
        (f"{DOCS}4.scan.pdf", "no_metadata"),
        (f"{DOCS}5.pdf", "row_not_imported"),
        (f"{DOCS}6.pdf", "no_metadata"),
    ]
    assert {"unchanged", "skipped"} == set(accounted["outcome"])


def test_what_is_ambiguous_or_empty_counts_as_not_found() -> None:
    objects = listing(f"{DOCS}1.jpg", f"{DOCS}1.pdf", f"{DOCS}2.pdf", f"{DOCS}3.pdf")
    objects.loc[objects["key"] == f"{DOCS}2.pdf", "size"] = 0
    rows = [{**LETTER, "id": key} for key in ("1", "2", "3", "4")]

    link = next(
        link
        for link in decided("documents", *rows, objects=objects).links
        if link.name == "object"
    )

    assert (link.found, link.named) == (1, 4)


def test_images_of_one_patient_and_day_share_a_batch() -> None:
    rows = [
        PICTURE,
        {**PICTURE, "recid": "43"},
        {**PICTURE, "recid": "44", "date": "8/21/2019"},
        {**PICTURE, "recid": "45", "id_Contact": "p2"},
        {**PICTURE, "recid": "46", "id_Contact": "nobody"},
    ]
    objects = listing(*(f"{PICTURES}{number}.jpg" for number in range(42, 47)))
    frames = staged("images", *rows)
    images = decide(frames, context(), objects)

    batches = plan(make_rows("image_batches", frames, images, context()))
    images = pointing_at(batches, frames, images)

    assert (
        batches.equation
    ) == "3 = 3 created + 0 updated + 0 unchanged + 0 skipped + 0 rejected"
    assert list(batches.values["name"]) == ["20 Aug 2019", "21 Aug 2019", "20 Aug 2019"]
    assert {0} == set(batches.rows["row"])
    assert set(batches.values["id"]) == set(images.values["batch_id"])


def test_images_point_at_a_batch_that_kept_an_older_key() -> None:
    objects = listing(f"{PICTURES}42.jpg")
    frames = staged("images", PICTURE)
    images = decide(frames, context(), objects)
    batches = make_rows("image_batches", frames, images, context())
    target = written(no_rows(batches.managed), plan(batches)).assign(id=[ADA])

    linked = pointing_at(plan(batches, target), frames, images)

    assert list(linked.values["batch_id"]) == [ADA]


def test_the_snapshot_holds_the_keys_of_every_batch() -> None:
    rows = frame(PICTURE, {**PICTURE, "recid": "43", "id_Contact": "nobody"})

    keys = snapshot_keys(registry.named("image_batches"), rows, context())

    assert {"p1:2019-08-20", "nobody:2019-08-20"} == keys


def _pairs(rows: object) -> list[tuple[str, str]]:
    return list(zip(rows["key"], rows["reason"], strict=True))  # type: ignore[index]


@pytest.mark.parametrize("name", ["\u200b{}", "{}\u00ad", "{}\u200bg"])
def test_what_nobody_sees_in_a_stored_name_does_not_count(name: str) -> None:
    """Within the key, behind the ending and inside it."""
    for table, row, key in (
        ("documents", LETTER, f"{DOCS}d\u2060-1"),
        ("images", PICTURE, f"{PICTURES}4\u20602"),
    ):
        head, _, last = key.rpartition("/")
        stored = (
            f"{head}/{name.format(f'{last}.jp' if name[-1] == 'g' else f'{last}.jpg')}"
        )

        values = decided(table, row, objects=listing(stored)).values.loc[2]

        assert (values["s3_key"], values["mime_type"]) == (stored, "image/jpeg")
