"""Whom a link leads to, in words that a person knows a record by; both sides apart.

The source's record is looked up in the frozen source, the backend's in the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.apps import apps
from django.db.models import CharField

from reimport_lib.prove.evidence import Evidence
from reimport_lib.prove.render.headers import bare, column
from reimport_lib.prove.render.rendering import key_text
from reimport_lib.tables import registry
from reimport_lib.write.models import attname, fields_of, model_of

_BETWEEN = " · "
_MOST = 4
"""Values that name a record."""


class PointedAt:
    """Looks records up, each once."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._known: dict[tuple[str, Any], str] = {}

    def named(self, table: str, text: str) -> str:
        """The record of *table* that the source has under the key *text*."""
        rows = self._rows.get(table)
        if rows is None:
            rows = self._rows[table] = self._by_key(table)
        number = registry.named(table).number_key
        row = rows.get(key_text(text, number=number))
        if row is None:
            return ""
        texts = self._evidence.source(table).loc[row]
        by_name = {bare(str(name)): str(texts[name]).strip() for name in texts.index}
        declared = registry.named(table)
        names = [declared.column(name).names for name in declared.find_by]
        found = [
            next((by_name[n] for n in aliases if n in by_name), "") for aliases in names
        ]
        key = next(iter(registry.key_names(table)), "")
        told = [text for text in found if text] or [
            text for name, text in by_name.items() if text and name != key
        ]
        return _BETWEEN.join(told[:_MOST])

    @cached_property
    def _rows(self) -> dict[str, Mapping[str, Any]]:
        return {}

    def _by_key(self, table: str) -> Mapping[str, Any]:
        """Key -> row of the source; none where its key is made, or it has no export."""
        names = registry.key_names(table)
        if not names or not self._evidence.snapshot.has(table):
            return {}
        frame, number = self._evidence.source(table), registry.named(table).number_key
        texts = column(frame, names)
        pairs = zip(texts, frame.index, strict=True)
        return {key_text(text, number=number): row for text, row in pairs}

    def at(self, table: str, pk: Any) -> str:
        """The record of *table* in the database, and whom that belongs to."""
        if pk is None or pk != pk:
            return ""
        if (table, pk) not in self._known:
            self._known[table, pk] = self._read(table, pk)
        return self._known[table, pk]

    def entry(self, lookup: str, pk: Any) -> str:
        """The entry of a list, by its names."""
        if pk is None or pk != pk:
            return ""
        if (lookup, pk) not in self._known:
            declared = registry.lookups()[lookup]
            rows: Any = apps.get_model(declared.model)._base_manager
            made = rows.using(self._evidence.alias).filter(pk=pk)
            texts = made.values_list(*declared.names).first() or ()
            self._known[lookup, pk] = next((str(text) for text in texts if text), "")
        return self._known[lookup, pk]

    def _read(self, table: str, pk: Any) -> str:
        rows: Any = model_of(table)._base_manager
        found = rows.using(self._evidence.alias).filter(pk=pk).first()
        if found is None:
            return "no such record"
        declared = registry.named(table)
        columns = fields_of(model_of(table))
        values = [
            str(getattr(found, name))
            for name in declared.find_by
            if name in columns and getattr(found, name) not in (None, "")
        ]
        values = values or [
            getattr(found, name)
            for name in declared.managed
            if isinstance(columns.get(name), CharField) and getattr(found, name)
        ]
        told = _BETWEEN.join(values[:_MOST]) or str(found)
        link = declared.owner_link
        if link is None or link.through:
            return told
        pks = [(to, getattr(found, attname(name), None)) for to, name in link.targets]
        whose = [self.at(to, owner) for to, owner in pks if owner is not None]
        return f"{told} of {whose[0]}" if whose else told
