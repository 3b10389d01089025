"""The page on adding a table, walked as it is written: commands and declaration."""

from __future__ import annotations

import re
import runpy
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from reimport_lib.cli import commands
from reimport_lib.plan.mapping import describe, resolve
from reimport_lib.plan.rules import decide
from reimport_lib.plan.stage import stage
from reimport_lib.tables import registry
from tests.plan.frames import context, frame

PAGE = Path(__file__).resolve().parents[2] / "docs" / "adding-a-table.md"
ROW = {
    "id": "R1",
    "Name": "Ruth Sample",
    "Relation": "sister",
    "id_Clinic": "101",
    "Since": "3/6/2020",
    "Fax": "02 1234",
}


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The clinic's tables, and the one that the page declares."""
    (block,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    declared = textwrap.dedent(block)
    (tmp_path / "with_carers.py").write_text(
        f"{declared}\nfrom reimport_lib.tables.clinic import LOOKUPS\n"
        "from reimport_lib.tables.clinic import TABLES as CLINIC\n"
        "TABLES = (CLINIC[0], CARERS, *CLINIC[1:])\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv(registry.SETTING, "with_carers")
    yield
    registry._tables.cache_clear()
    registry._lookups.cache_clear()


def test_a_row_of_it_comes_in_with_its_link_and_what_was_kept() -> None:
    staged = stage(registry.named("carers"), frame(ROW), context())

    of = decide(staged, context()).values.loc[2]

    assert (of["filemaker_id"], of["full_name"]) == ("r1", "Ruth Sample")
    assert of["clinic_id"] == context().known.directory("clinics").by_key["101"]
    assert of["since"].isoformat() == "2020-06-03"
    assert of["filemaker_metadata"]["fax"] == "02 1234"


def test_rows_that_all_rules_leave_out_say_why() -> None:
    rows = [
        ROW,
        ROW,
        {**ROW, "id": "R2", "Name": ""},
        {**ROW, "id": "R3", "id_Clinic": "999"},
        {**ROW, "id": ""},
    ]
    staged = stage(registry.named("carers"), frame(*rows), context())

    of = decide(staged, context()).rows

    assert list(of["reason"]) == ["", "duplicate_row", "missing_required", "", "no_key"]
    assert "unknown_clinic" in of.loc[5, "notes"]


def test_its_columns_are_mapped_and_a_stranger_is_told() -> None:
    table = registry.named("carers")

    shown = describe(table, resolve(table, [*ROW, "Car park"]), {})

    verdicts = dict(zip(shown["source column"], shown["verdict"], strict=True))
    assert {verdicts[header] for header in ROW} == {"mapped"}
    assert verdicts["Car park"] == "not mapped"


def test_everything_that_is_asked_of_a_table_knows_it() -> None:
    assert "carers" in registry.sources()
    assert registry.key_names("carers") == ("id", "_kp_CarerID")
    assert registry.noun("carers") == "carers"
    assert registry.named("carers").shown_as("full_name") == "initials"


def test_the_commands_on_the_page_write_a_table_that_only_needs_its_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "exports").mkdir()
    rows = [list(ROW), *([f"C{n}", *list(ROW.values())[1:]] for n in range(3))]
    text = "\n".join(",".join(row) for row in rows)
    (tmp_path / "exports" / "Carers.csv").write_text(f"{text}\n", encoding="utf-8")
    tables = tmp_path / "walked_tables.py"
    clinic = "from reimport_lib.tables.clinic import *\n"
    tables.write_text(clinic, encoding="utf-8")
    monkeypatch.setenv(registry.SETTING, "walked_tables")
    monkeypatch.setenv("REIMPORT_SOURCE", str(tmp_path / "exports"))

    for words in re.findall(r"^ *reimport (new-table .*)$", PAGE.read_text(), re.M):
        commands.app(words.split(), standalone_mode=False)

    facts = runpy.run_path(str(tmp_path / "test_carers.py"))
    for name, fact in facts.items():
        if name.startswith("test_"):
            fact()
    line = "from carers import CARERS\nTABLES = (TABLES[0], CARERS, *TABLES[1:])\n"
    tables.write_text(clinic + line, encoding="utf-8")
    del sys.modules["walked_tables"]
    registry._tables.cache_clear()
    of = registry.named("carers")
    assert (of.model, of.phase) == ("clinics.Carer", "patients")
    assert [(link.to, link.field) for link in of.links] == [("clinics", "clinic_id")]
    del sys.modules["walked_tables"], sys.modules["carers"]
