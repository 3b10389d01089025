"""What the mappings promise, the models hold: on every database alike."""

from __future__ import annotations

import pytest
from django.apps import apps

from reimport_lib.backup.digests import digest_url
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Field
from reimport_lib.write.databases import FENCE
from reimport_lib.write.models import fields_of, managed, model_of, parents_of
from tests.conftest import ENGINES

pytestmark = pytest.mark.usefixtures("bound")


@pytest.fixture
def engine() -> str:
    """Nothing here depends on the kind of database."""
    return "sqlite"


@pytest.mark.parametrize("table", registry.sources())
def test_a_text_longer_than_its_field_is_told_before_it_is_written(table: str) -> None:
    """SQLite would store it whole, PostgreSQL would stop in the middle of a phase."""
    held = {
        name: field.max_length
        for name, field in fields_of(model_of(table)).items()
        if name in managed(table) and isinstance(field.max_length, int)
    }
    loose = {
        (column.name, target, column.length)
        for column in registry.sources()[table].fields
        for target in {column.field, *feeds(column)} & held.keys()
        if is_free_text(column) and not 0 < (column.length or 0) <= held[target]
    }

    assert loose == set()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_backup_holds_the_table_of_every_model(bound: str) -> None:
    """Also of models that no import knows: a deletion may reach them."""
    tables = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
    } - {FENCE}  # who is writing is of the moment

    assert tables <= digest_url(bound).tables.keys()


def feeds(column: Field) -> set[str]:
    return {name.strip() for name in column.feeds.split(",")}


def is_free_text(column: Field) -> bool:
    """Words of a closed list, days and times do not come in as they are written."""
    free = column.convert.name not in {"date", "date and time", "flag", "sex"}
    return free and not column.name.endswith(("_word", "kind_text"))


def test_the_tables_that_foreign_keys_name_are_parents() -> None:
    """A listing of stored objects has no model, and no parents."""
    assert parents_of("contact_details") == ["patients", "referrers", "companies"]
    assert parents_of("images") == ["image_batches"]
    assert parents_of("patients") == ["coordinators"]
    assert parents_of("images_objects") == []


@pytest.mark.parametrize("table", registry.by_name())
def test_a_declared_count_and_a_single_mark_are_fields_of_the_model(table: str) -> None:
    declared = registry.named(table)

    for field, (counted, link) in declared.counts.items():
        assert field in fields_of(model_of(table))
        assert fields_of(model_of(counted))[link].related_model is model_of(table)
    if declared.single:
        assert {declared.single.mark, *declared.single.of} <= set(managed(table))
