"""The installed tables: those of the module that the environment names."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reimport_lib.errors import SettingsError
from reimport_lib.tables import convert, registry
from reimport_lib.tables.declare import Field, LinkTo, Source, Table
from reimport_lib.tables.shared import kept

OWN = """
from reimport_lib.tables.declare import Table

TABLES = (Table(name="boats", noun="boats", phase="fleet"),)
"""


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    yield monkeypatch
    registry._tables.cache_clear()


def test_the_clinics_tables_are_installed_unless_others_are_named() -> None:
    assert next(iter(registry.by_name())) == "patients"


def test_tables_of_another_module_take_their_place(
    named: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "our_tables.py").write_text(OWN, encoding="utf-8")
    named.syspath_prepend(tmp_path)
    named.setenv(registry.SETTING, "our_tables")

    assert list(registry.by_name()) == ["boats"]
    assert registry.source_tables() == ()


@pytest.mark.parametrize("module", ["no.such.module", "json"])
def test_a_module_without_tables_is_refused_by_the_setting_that_names_it(
    named: pytest.MonkeyPatch, module: str
) -> None:
    named.setenv(registry.SETTING, module)

    with pytest.raises(SettingsError, match=f"^REIMPORT_TABLES={module}: ") as refused:
        registry.by_name()

    assert registry.DEFAULT in refused.value.hint


@pytest.mark.parametrize("taken", ["key", "name"])
def test_two_columns_of_one_name_are_refused(
    named: pytest.MonkeyPatch, tmp_path: Path, taken: str
) -> None:
    """The canonical key stands in a column of that name too."""
    (tmp_path / "two_names.py").write_text(
        "from reimport_lib.tables.declare import Table\n"
        "from reimport_lib.tables.shared import kept\n"
        f"FIELDS = (kept('name', 'Name'), kept({taken!r}, 'Other'))\n"
        "TABLES = (Table(name='boats', noun='boats', phase='fleet', fields=FIELDS),)\n",
        encoding="utf-8",
    )
    named.syspath_prepend(tmp_path)
    named.setenv(registry.SETTING, "two_names")
    sys.modules.pop("two_names", None)

    with pytest.raises(SettingsError, match=f"boats: two columns are called {taken}"):
        registry.by_name()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (OWN.replace(",)", ")"), "TABLES is no tuple of Table"),
        (OWN.replace("),)", "),) * 2"), "TABLES holds boats twice"),
        (OWN.replace("noun=", "nuon="), r"'nuon' \(.*odd_tables.py, line 4\)"),
        ("TABLES = (", r"SyntaxError: .*odd_tables.py, line 1"),
        ("TABLES = ()\nLOOKUPS = ('x',)", "LOOKUPS is no tuple of Lookup"),
    ],
)
def test_what_is_wrong_with_a_module_is_told_where_it_is(
    named: pytest.MonkeyPatch, tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "odd_tables.py").write_text(text, encoding="utf-8")
    named.syspath_prepend(tmp_path)
    named.delitem(sys.modules, "odd_tables", raising=False)
    named.setenv(registry.SETTING, "odd_tables")

    with pytest.raises(SettingsError, match=f"^REIMPORT_TABLES=odd_tables: .*{said}"):
        registry.by_name(), registry.lookups()


def test_what_is_written_follows_from_columns_and_links_unless_it_is_said() -> None:
    columns = (
        Field("owner", ("Owner",), convert.key, feeds="patient_id"),
        Field("name_again", ("Owner name",), convert.person_name, feeds="(compared)"),
        Field("colour", ("Colour",), convert.text, feeds="colour, colour_id"),
        kept("remark", "Remark"),
    )
    links = (
        LinkTo("colour", "colours", ("colour",), "colour_id"),
        LinkTo("owner", "patients", ("owner",), "patient_id", owner=True),
    )
    boats = Table(
        name="boats",
        noun="boats",
        phase="fleet",
        source=Source("Boats", "API_Boats"),
        fields=columns,
        links=links,
    )

    written = ("patient_id", "colour_id", "colour", "filemaker_metadata")
    assert boats.managed == written
    assert replace(boats, managed=written[1:]).managed == written[1:]


def test_every_link_names_a_table_or_a_lookup() -> None:
    known = {*registry.by_name(), *registry.lookups()}

    assert {link.to for table in registry.all_tables() for link in table.links} <= known


def test_every_table_made_of_another_names_one_that_is_there() -> None:
    made = {table.made.of for table in registry.all_tables() if table.made}
    listed = {t.objects_of for t in registry.all_tables() if t.objects_of}

    assert made
    assert made | listed <= registry.sources().keys()


def test_rows_that_make_others_have_a_link_that_leads_to_them() -> None:
    made = {t.name: t.made.of for t in registry.all_tables() if t.made}

    fields = [registry.named(of).link_to(name).field for name, of in made.items()]
    assert all(fields)
