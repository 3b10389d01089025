"""Which file in the folder of exports is which table's."""

from __future__ import annotations

from pathlib import Path

import pytest

from reimport_lib.errors import SourceError
from reimport_lib.sources import files
from reimport_lib.tables import SOURCE_TABLES

OTHERS = [table.name for table in SOURCE_TABLES if table.name != "patients"]


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
