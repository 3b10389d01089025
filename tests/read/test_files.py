"""Which file in the folder of exports is which table's."""

from __future__ import annotations

from pathlib import Path

import pytest

from reimport_lib.errors import SourceError
from reimport_lib.read.exports import files
from reimport_lib.tables import registry

OTHERS = [table.name for table in registry.source_tables() if table.name != "patients"]


def folder_of(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).write_text("id,nameFirst\n1,a\n")
    return folder


@pytest.mark.parametrize(
    "copy",
    [
        "contacts.TAB",
        "Contacts (1).csv",
        "Contacts copy.csv",
        "Contacts - Copy (2).xlsx",
        "Contacts 2.xlsx",
        "Contacts_20260101.csv",
        "Contacts.csv.txt",
    ],
)
def test_a_copy_beside_an_export_is_refused_and_both_are_named(
    tmp_path: Path, copy: str
) -> None:
    folder_of(tmp_path, "Contacts.csv", copy)

    with pytest.raises(SourceError, match="more than one file for one table") as caught:
        files.find(tmp_path, optional=OTHERS)
    assert "Contacts.csv" in caught.value.message
    assert copy in caught.value.message


@pytest.mark.parametrize("name", ["Contacts (1).csv", "Contacts.csv.txt"])
def test_a_file_that_is_nearly_called_so_is_asked_about(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(SourceError) as caught:
        files.find(folder_of(tmp_path, name), optional=OTHERS)

    assert f"no export for Contacts (is it {name}?)." in caught.value.message


def test_other_files_in_the_folder_are_nobodys(tmp_path: Path) -> None:
    folder_of(
        tmp_path,
        "Contacts.tab",
        "Contacts.tab.columns.txt",
        "Contacts.columns.txt",
        "~$Contacts.xlsx",
        ".Contacts.csv",
        "ContactsOld.csv",
        "Contacts.pdf",
    )

    found = files.find(tmp_path, optional=OTHERS)

    assert found == {"patients": tmp_path / "Contacts.tab"}


STRAY = ("Contacts.fmp12", "~$Contacts.xlsx", ".DS_Store", "Thumbs.db", "Contacts.bak")


@pytest.mark.parametrize("name", STRAY)
def test_what_is_no_export_beside_one_is_let_lie(tmp_path: Path, name: str) -> None:
    folder_of(tmp_path, "Contacts.xlsx", name)
    (tmp_path / "Contacts.csv").mkdir()

    found = files.find(tmp_path, optional=OTHERS)

    assert found == {"patients": tmp_path / "Contacts.xlsx"}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Contacts.fmp12", " (Contacts.fmp12 is the database itself)"),
        ("contacts.FP7", " (contacts.FP7 is the database itself)"),
        ("Contacts.numbers", " (Contacts.numbers is no export)"),
        ("Thumbs.db", ""),
    ],
)
def test_what_lies_there_instead_of_an_export_is_named(
    tmp_path: Path, name: str, told: str
) -> None:
    with pytest.raises(SourceError) as caught:
        files.find(folder_of(tmp_path, name), optional=OTHERS)

    assert f"no export for Contacts{told}." in caught.value.message


def test_a_folder_of_a_tables_name_is_no_export(tmp_path: Path) -> None:
    (tmp_path / "Contacts.xlsx").mkdir()

    with pytest.raises(SourceError, match=r"\(Contacts\.xlsx is a folder\)"):
        files.find(tmp_path, optional=OTHERS)
