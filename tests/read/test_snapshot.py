"""The snapshot: whole or not there, private, and the same text has the same digest."""

from __future__ import annotations

import dataclasses
import os
import stat
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from reimport_lib.checks import Verdict
from reimport_lib.config import load_settings
from reimport_lib.errors import SettingsError, SourceError
from reimport_lib.read import certificate
from reimport_lib.read.exports import files
from reimport_lib.read.limits import check_file
from reimport_lib.read.objects import as_frame
from reimport_lib.read.snapshot import MANIFEST, Snapshot, freeze, open_snapshot

from .written import AS_OF, delimited, fmpxml, settings, xlsx

CONTACTS = [["id", "nameFirst", "DOB"], ["{a1}", "Ann", "1/07/2013"], ["A1", "", ""]]
STORED = {"documents_objects": as_frame([("d/b.pdf", 3, "e2"), ("d/a.pdf", 1, "e1")])}


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    delimited(folder / "Contacts.csv", CONTACTS)
    return folder


def frozen(exports: Path, folder: Path, **others: str) -> Snapshot:
    return freeze(settings(exports, **others), folder, as_of=AS_OF, objects=STORED)


def test_what_was_frozen_comes_back(exports: Path, tmp_path: Path) -> None:
    made = frozen(exports, tmp_path / "snapshot")

    found = open_snapshot(tmp_path / "snapshot")

    assert found.manifest == made.manifest
    table = found.table("patients")
    assert table.index.name == "row"
    assert table.reset_index().values.tolist() == [
        [2, "{a1}", "Ann", "1/07/2013"],
        [3, "A1", "", ""],
    ]


def test_the_manifest_describes_the_table(exports: Path, tmp_path: Path) -> None:
    os.utime(exports / "Contacts.csv", (1_764_583_200.7, 1_764_583_200.7))
    manifest = frozen(exports, tmp_path / "s").manifest
    table = manifest.tables["patients"]

    assert manifest.place == "exports"
    assert table.written_at == "2025-12-01T10:00:00+00:00"
    assert (table.file, table.way, table.charset, table.delimiter) == (
        "Contacts.csv",
        "delimited",
        "UTF-8",
        "comma",
    )
    assert (table.rows, table.blank_rows, table.distinct_keys) == (2, 0, 1)
    assert table.filled == {"id": 2, "nameFirst": 1, "DOB": 1}
    assert table.file_bytes == (exports / "Contacts.csv").stat().st_size
    assert {check.name: check.verdict for check in table.checks} == {
        "file unchanged while it was read": Verdict.PASS,
        "server's own count": Verdict.COULD_NOT_CHECK,
        "character set": Verdict.PASS,
        "rows": Verdict.PASS,
        "distinct keys": Verdict.WARN,
    }


def test_objects_come_back_sorted_and_numbered(exports: Path, tmp_path: Path) -> None:
    frozen(exports, tmp_path / "s")

    found = open_snapshot(tmp_path / "s").objects("documents_objects")

    expected = pd.DataFrame(
        {"key": ["d/a.pdf", "d/b.pdf"], "size": [1, 3], "etag": ["e1", "e2"]},
        index=pd.Index([1, 2], name="row"),
    )
    pd.testing.assert_frame_equal(found, expected)


def test_folders_and_files_are_private(exports: Path, tmp_path: Path) -> None:
    frozen(exports, tmp_path / "s")

    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in (tmp_path / "s").iterdir()
    }

    assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == 0o700
    assert modes == dict.fromkeys(
        ["documents_objects.parquet", MANIFEST, "patients.parquet"], 0o600
    )


def test_equal_text_has_an_equal_digest_whatever_the_file_and_the_hour(
    exports: Path, tmp_path: Path
) -> None:
    first = frozen(exports, tmp_path / "1")
    (exports / "Contacts.csv").unlink()
    xlsx(exports / "CONTACTS.xlsx", CONTACTS)

    second = freeze(
        settings(exports), tmp_path / "2", as_of=AS_OF + timedelta(1), objects=STORED
    )

    assert second.digest == first.digest
    assert second.manifest.tables["patients"].way == "excel"


@pytest.mark.parametrize(
    "rows",
    [
        [["id", "nameFirst", "DOB"], ["{a1}", "Ann", "1/07/2013"], ["A2", "", ""]],
        [["id", "nameFirst", "DOB"], ["{a1}", "Ann", "1/07/2013"]],
        [["id", "nameFirst", "dob"], ["{a1}", "Ann", "1/07/2013"], ["A1", "", ""]],
        [["id", "nameFirst", "DOB"], ["{a1}Ann", "", "1/07/2013"], ["A1", "", ""]],
        [CONTACTS[0], CONTACTS[2], CONTACTS[1]],
    ],
)
def test_any_other_text_has_another_digest(
    exports: Path, tmp_path: Path, rows: list[list[str]]
) -> None:
    first = frozen(exports, tmp_path / "1")
    delimited(exports / "Contacts.csv", rows)

    assert frozen(exports, tmp_path / "2").digest != first.digest


def test_another_declared_order_has_another_digest(
    exports: Path, tmp_path: Path
) -> None:
    (exports / "Contacts.csv").unlink()
    digests = set()
    for dates in ("D/m/yyyy", "M/d/yyyy"):
        fmpxml(exports / "Contacts.xml", ["id", "DOB"], [["1", "1/2/13"]], dates=dates)
        digests.add(frozen(exports, tmp_path / dates[0]).digest)

    assert len(digests) == 2


def test_image_metadata_declares_month_first(exports: Path, tmp_path: Path) -> None:
    delimited(exports / "Images.csv", [["id", "date"], ["1", "8/20/2019"]])

    tables = frozen(exports, tmp_path / "s").manifest.tables

    assert (tables["images"].declared_order, tables["patients"].declared_order) == (
        "MDY",
        "",
    )


@pytest.mark.parametrize("name", ["patients", "documents_objects"])
def test_a_changed_table_is_refused_when_it_is_read(
    exports: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / "other").mkdir()
    delimited(tmp_path / "other" / "Contacts.csv", CONTACTS[:2])
    fewer = {"documents_objects": STORED["documents_objects"].iloc[:1]}
    freeze(settings(tmp_path / "other"), tmp_path / "2", as_of=AS_OF, objects=fewer)
    frozen(exports, tmp_path / "1")
    (tmp_path / "2" / f"{name}.parquet").replace(tmp_path / "1" / f"{name}.parquet")

    found = open_snapshot(tmp_path / "1")

    read = {"patients": found.table, "documents_objects": found.objects}
    with pytest.raises(SourceError, match=f"{name}: the snapshot cannot be read, or"):
        read.pop(name)(name)
    for other, untouched in read.items():
        assert len(untouched(other)) == 2
    with pytest.raises(SourceError, match=f"{name}: the snapshot cannot be read, or"):
        found.prove()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"format": 2', '"format": 1', "another format"),
        ("{", "", "cannot be read"),
        ('"tables"', '"tabbles"', "cannot be read"),
        ('"as_of"', '"at"', "cannot be read"),
        ('"rows": 2', '"rows": 3', "not what was frozen"),
        ('"declared_order": ""', '"declared_order": "MDY"', "not what was frozen"),
        ('"prefix": "', '"prefix": "d/', "not what was frozen"),
        ('"digest": "', '"digest": "0', "not what was frozen"),
    ],
)
def test_a_manifest_that_was_touched_is_not_opened(
    exports: Path, tmp_path: Path, old: str, new: str, told: str
) -> None:
    manifest = frozen(exports, tmp_path / "s").folder / MANIFEST
    assert old in manifest.read_text()
    manifest.write_text(manifest.read_text().replace(old, new, 1))

    with pytest.raises(SourceError, match=told):
        open_snapshot(tmp_path / "s")


def test_a_folder_without_manifest_is_no_snapshot(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no snapshot"):
        open_snapshot(tmp_path)


def test_a_snapshot_is_never_written_twice(exports: Path, tmp_path: Path) -> None:
    frozen(exports, tmp_path / "s")

    with pytest.raises(SourceError, match="already holds a snapshot"):
        frozen(exports, tmp_path / "s")


def test_an_absent_table_is_named(exports: Path, tmp_path: Path) -> None:
    made = frozen(exports, tmp_path / "s")

    assert (made.has("notes"), made.has("documents_objects")) == (False, True)
    with pytest.raises(SourceError, match="no table 'notes'; it holds documents_obj"):
        made.table("notes")


@pytest.mark.parametrize("full", ["patients.parquet", MANIFEST])
def test_a_full_disk_leaves_no_snapshot(
    exports: Path, tmp_path: Path, full: str
) -> None:
    """The temporary file of one of them lies on a device that is always full."""
    folder = tmp_path / "s"
    folder.mkdir()
    (folder / f".{full}.{os.getpid()}.tmp").symlink_to("/dev/full")

    with pytest.raises(SourceError, match=f"disk is full: {full} could not be written"):
        frozen(exports, folder)

    assert list(folder.iterdir()) == []


def test_an_interrupt_leaves_no_snapshot(exports: Path, tmp_path: Path) -> None:
    def stop(table: str, rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        freeze(
            settings(exports), tmp_path / "s", as_of=AS_OF, objects=None, progress=stop
        )

    assert list((tmp_path / "s").iterdir()) == []


@pytest.mark.parametrize("change", ["grown", "touched", "replaced", "gone"])
def test_a_file_that_changes_while_it_is_read_breaks_the_certificate(
    exports: Path, change: str
) -> None:
    path = exports / "Contacts.csv"
    before = check_file(path)

    match change:
        case "grown":
            path.write_text(path.read_text() + "A3,Cy,\n")
        case "touched":
            os.utime(path, ns=(1, 1))
        case "replaced":
            path.rename(exports / "other")
            (exports / "copy").write_bytes((exports / "other").read_bytes())
            os.utime(exports / "copy", ns=(before.st_mtime_ns, before.st_mtime_ns))
            (exports / "copy").rename(path)
        case "gone":
            path.unlink()

    with pytest.raises(SourceError, match=r"not complete.*unchanged while it was read"):
        certificate.require_whole("patients", certificate.file_checks(path, before))


def test_a_broken_certificate_freezes_nothing(exports: Path, tmp_path: Path) -> None:
    (exports / "Contacts.csv").unlink()
    fmpxml(exports / "Contacts.xml", ["id"], [["1"]], found=2)

    with pytest.raises(SourceError, match=r"FOUND: expected 2, found 1"):
        frozen(exports, tmp_path / "s")


def test_an_empty_table_is_frozen_warned_about_and_named(
    exports: Path, tmp_path: Path
) -> None:
    delimited(exports / "Contacts.csv", CONTACTS[:1])

    made = frozen(exports, tmp_path / "s")

    assert [n for n, t in made.manifest.tables.items() if not t.rows] == ["patients"]
    checks = {check.name: check for check in made.manifest.tables["patients"].checks}
    assert checks["rows"].verdict is Verdict.WARN


def test_two_files_for_one_table_are_refused_with_both_names(
    exports: Path, tmp_path: Path
) -> None:
    xlsx(exports / "contacts.XLSX", CONTACTS)

    with pytest.raises(SourceError, match=r"Contacts\.csv and contacts\.XLSX"):
        frozen(exports, tmp_path / "s")


def test_every_missing_table_is_named_and_replies_are_never_needed(
    exports: Path, tmp_path: Path
) -> None:
    with pytest.raises(SourceError) as caught:
        frozen(exports, tmp_path / "s", REIMPORT_OPTIONAL_TABLES="images")

    assert caught.value.message == (
        "exports: no export for Coms, Appointments, Notes, SMS, Docs."
    )


def test_lock_files_and_strangers_do_not_count(exports: Path) -> None:
    for name in ("~$Contacts.xlsx", ".Contacts.csv", "Contacts.pdf", "Readme.txt"):
        (exports / name).write_text("x")

    optional = [
        "contact_details",
        "appointments",
        "notes",
        "sms",
        "documents",
        "images",
    ]
    assert files.find(exports, optional=optional) == {
        "patients": exports / "Contacts.csv"
    }


@pytest.mark.parametrize("source", ["", "no-such-folder"])
def test_no_source_is_a_clear_error(tmp_path: Path, source: str) -> None:
    with pytest.raises((SettingsError, SourceError), match=r"REIMPORT_SOURCE"):
        frozen(Path(source) if source else "", tmp_path / "s")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("source", "meant"), [("exprots", "exports"), ("data-ap", "data-api")]
)
def test_a_source_that_is_nearly_named_is_told_which(
    exports: Path, tmp_path: Path, source: str, meant: str
) -> None:
    assert exports.name == "exports"

    with pytest.raises(SourceError, match=f"Did you mean {meant}"):
        frozen(exports.with_name(source), tmp_path / "s")


def test_names_for_a_headerless_file_come_from_a_sidecar_or_a_setting(
    exports: Path, tmp_path: Path
) -> None:
    delimited(exports / "Images.tab", [["7", "8/20/2019"]], delimiter="\t", end="\r")
    (exports / "Images.tab.columns.txt").write_text("recid\ndate\n")
    first = frozen(exports, tmp_path / "1")
    (exports / "Images.tab.columns.txt").unlink()

    named = settings(exports, REIMPORT_COLUMNS="images: recid , date")
    second = freeze(named, tmp_path / "2", as_of=AS_OF, objects=STORED)

    assert second.digest == first.digest
    assert first.table("images").reset_index().values.tolist() == [
        [1, "7", "8/20/2019"]
    ]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Imges: recid, date", r"'Imges: recid, date' .*Did you mean Images\?"),
        ("Images: recid; Docs", "'Docs' names no columns"),
        ("Images: recid, , date", "'Images: recid, , date' names no columns"),
        (": recid;", "': recid' names no columns"),
    ],
)
def test_names_that_fit_no_export_are_refused(said: str, shown: str) -> None:
    with pytest.raises(SettingsError, match=shown) as refused:
        load_settings({"REIMPORT_COLUMNS": said})

    assert "REIMPORT_COLUMNS=Images: recid" in refused.value.hint


def test_a_snapshot_cannot_be_changed(exports: Path, tmp_path: Path) -> None:
    made = frozen(exports, tmp_path / "s")

    with pytest.raises(dataclasses.FrozenInstanceError):
        made.folder = tmp_path  # type: ignore[misc]
