"""The bucket is listed while exports are read."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest

from reimport_lib.errors import SourceError
from reimport_lib.read.objects import ObjectListings, as_frame
from reimport_lib.read.snapshot import freeze

from .written import AS_OF, delimited, settings

CONTACTS = [["id", "nameFirst"], ["{a1}", "Ann"]]
STORED = {"documents_objects": as_frame([("d/a.pdf", 1, "e1")])}


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    (tmp_path / "exports").mkdir()
    delimited(tmp_path / "exports" / "Contacts.csv", CONTACTS)
    return tmp_path / "exports"


def test_a_table_is_frozen_before_the_listing_ends(
    exports: Path, tmp_path: Path
) -> None:
    is_frozen = Event()

    def listed() -> ObjectListings:
        assert is_frozen.wait(30)
        return STORED

    made = freeze(
        settings(exports),
        tmp_path / "beside",
        as_of=AS_OF,
        objects=listed,
        progress=lambda *_: is_frozen.set(),
    )

    given = freeze(settings(exports), tmp_path / "given", as_of=AS_OF, objects=STORED)
    assert made.digest == given.digest


def test_what_cannot_be_listed_leaves_no_snapshot(
    exports: Path, tmp_path: Path
) -> None:
    def listed() -> ObjectListings:
        raise SourceError("S3 says no.", hint="ask it", id="R180")

    with pytest.raises(SourceError, match="S3 says no"):
        freeze(settings(exports), tmp_path / "s", as_of=AS_OF, objects=listed)

    assert not list((tmp_path / "s").glob("*"))
