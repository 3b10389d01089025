"""The same clinic comes to the same rows by every way in: files and servers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid5

import pandas as pd
import pytest

from reimport_demo.clinic.build import Clinic, build
from reimport_demo.filemaker.server import Served, serving
from reimport_lib.plan.context import Directory
from reimport_lib.plan.values.text import fold_words
from reimport_lib.read.snapshot import Snapshot, freeze
from tests.plan import given_clinics as clinics
from tests.plan.given_clinics import AS_OF
from tests.read import spelled

from .servers import settings

SCALE = 0.02
SERVERS = ("data-api", "odata")


@dataclass
class Way:
    """What a way in comes to: the plans, and the rows that they leave behind."""

    snapshot: Snapshot
    planned: clinics.Clinic


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    return build(tmp_path_factory.mktemp("clinic"), scale=SCALE)


@pytest.fixture(scope="module")
def served(clinic: Clinic) -> Iterator[Served]:
    with serving(clinic) as running:
        yield running


@pytest.fixture(scope="module")
def ways(
    clinic: Clinic, served: Served, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Way]:
    def directory(exports: Path) -> Directory:
        loaded = json.loads(clinic.config.read_text(encoding="utf-8"))["clinics"]
        pks = {
            each["filemaker_id"].casefold(): uuid5(clinics.CLINICS, each["name"])
            for each in loaded
        }
        names = {
            fold_words(each["name"]): pks[each["filemaker_id"].casefold()]
            for each in loaded
        }
        return Directory(pks, names)

    folder = tmp_path_factory.mktemp("snapshots")
    excel = clinics.frozen(clinic.exports, folder / "excel")
    listings = {name: excel.objects(name) for name in excel.manifest.objects}
    snapshots = {"excel": excel}
    for word in SERVERS:
        snapshots[word] = freeze(
            settings(served, word), folder / word, as_of=AS_OF, objects=listings
        )
    for word, write in spelled.WAYS.items():
        exports = spelled.write_exports(clinic, folder / f"{word}-files", write)
        snapshots[word] = clinics.frozen(exports, folder / word)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clinics, "known_clinics", directory)
        return {word: _planned(clinic, found) for word, found in snapshots.items()}


def _planned(clinic: Clinic, snapshot: Snapshot) -> Way:
    before = clinics.Clinic(snapshot, context=None)  # type: ignore[arg-type]
    return Way(snapshot, clinics.planned(clinic.exports, Path(), before=before))


def by_key(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.set_index("filemaker_id").sort_index()


@pytest.mark.parametrize("word", [*SERVERS, *spelled.WAYS])
def test_every_row_that_comes_in_is_the_same(ways: dict[str, Way], word: str) -> None:
    expected, found = ways["excel"].planned.targets, ways[word].planned.targets

    assert found.keys() == expected.keys()
    for table in expected:
        if word == "xml":  # it cannot hold the NUL that rejects a row elsewhere
            keys = set(expected[table]["filemaker_id"])
            found[table] = found[table][found[table]["filemaker_id"].isin(keys)]
        pd.testing.assert_frame_equal(by_key(found[table]), by_key(expected[table]))


@pytest.mark.parametrize("word", SERVERS)
def test_as_many_rows_are_left_out_for_the_same_reasons(
    ways: dict[str, Way], word: str
) -> None:
    expected, found = ways["excel"].planned.plans, ways[word].planned.plans

    for table in expected:
        assert found[table].counts == expected[table].counts
        assert found[table].reasons == expected[table].reasons
        assert found[table].note_counts == expected[table].note_counts


@pytest.mark.parametrize("word", SERVERS)
def test_the_manifest_says_the_way_and_holds_the_certificate(
    ways: dict[str, Way], word: str
) -> None:
    tables = ways[word].snapshot.manifest.tables

    assert {table.way for table in tables.values()} == {word}
    assert tables["patients"].file == "API_Contacts"
    names = {check.name for check in tables["patients"].checks}
    assert {
        "server's own count before reading",
        "server's own count after reading",
        "read twice with the same result",
        "rows",
        "distinct keys",
    } <= names
