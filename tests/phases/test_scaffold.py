"""The scaffold of a configuration: what the source names, ready to be loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from reimport_demo.clinic.build import Clinic
from reimport_lib.cli import scaffold
from reimport_lib.errors import UsageError
from reimport_lib.tables import registry
from reimport_lib.write import configuration
from tests.phases import sites
from tests.phases.sites import Lines, Site
from tools.databases import migrate

KINDS = ("clinics", "clinicians", "appointment_types", "funding_sources")


@pytest.fixture
def empty(clinic: Clinic, bucket: Mapping[str, str], tmp_path: Path) -> Site:
    """A site whose database holds no list yet."""
    made = sites.site(
        {
            **bucket,
            "DATABASE_URL": f"sqlite:///{tmp_path / 'clinic.sqlite3'}",
            "REIMPORT_SOURCE": str(clinic.exports),
            "REIMPORT_RUNS": str(tmp_path / "runs"),
        }
    )
    migrate(made.url)
    return made


def drafted(site: Site, folder: Path) -> dict[str, list[dict[str, Any]]]:
    file = folder / "draft.json"
    scaffold.write(site.settings, file)
    read: dict[str, list[dict[str, Any]]] = json.loads(file.read_text())
    return read


def test_loaded_as_it_stands_every_row_finds_what_it_names(
    empty: Site, tmp_path: Path
) -> None:
    file = tmp_path / "draft.json"

    counts = scaffold.write(empty.settings, file)
    loaded = configuration.load(empty.settings, file)
    run = empty.rehearse("patients", "appointments")

    assert file.stat().st_mode & 0o777 == 0o600
    assert loaded == counts
    assert all(counts[kind] for kind in KINDS)
    to_lists = {
        link.name
        for table in registry.all_tables()
        for link in table.links
        if link.to in KINDS
    }
    links = [
        link
        for phase in ("patients", "appointments")
        for found in run.phase(phase)["links"].values()
        for link in found
        if link["name"] in to_lists
    ]
    assert len({link["name"] for link in links}) == len(KINDS)
    assert all(link["found"] == link["named"] > 0 for link in links), links


def test_every_clinician_that_the_source_names_is_in_it(
    empty: Site, clinic: Clinic, tmp_path: Path
) -> None:
    def named(lines: Lines) -> Lines:
        for number, line in enumerate(lines):
            who = ("Dr Ottoline  Selbourne", "dr ottoline selbourne", "K-7", "")
            line["id_Clinician"] = who[number % 4]
        return lines

    exports = sites.edited(clinic.exports, tmp_path / "e", {"Appointments": named})

    found = drafted(empty.with_exports(exports), tmp_path)["clinicians"]

    assert [
        (entry.get("filemaker_id"), " ".join(entry["full_name"].split()).casefold())
        for entry in found
    ] == [(None, "dr ottoline selbourne"), ("k-7", "k-7")]
    assert found[0]["named_by_rows"] > found[1]["named_by_rows"] > 0


def test_a_file_that_is_there_stays_as_it_is(empty: Site, tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    file.write_text("mine")

    with pytest.raises(UsageError, match="is there already"):
        scaffold.write(empty.settings, file)

    assert file.read_text() == "mine"


def test_lists_without_a_column_for_keys_get_names_alone(
    empty: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(configuration, "with_keys", frozenset)

    entries = drafted(empty, tmp_path)

    assert all(entries[kind] for kind in KINDS)
    assert not [e for kind in KINDS for e in entries[kind] if "filemaker_id" in e]
