"""Load what must be there before an import, and is never deleted by one.

A JSON file with any of the declared lookups, each a list of objects; or one flat
object, key -> name, of entries of the first of them.
Loading again updates what is there: by its FileMaker key first, then by its name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from reimport_lib.config import Settings
from reimport_lib.counting import several
from reimport_lib.errors import SettingsError, UsageError, did_you_mean
from reimport_lib.plan.values.keys import canonical_key, derived_uuid
from reimport_lib.tables import registry
from reimport_lib.write import bind

NOT_LOADED = "named_by_rows"
"""How many rows of the source name the entry: for the person who fills the file in."""

Entry = Mapping[str, Any]


def load(settings: Settings, file: Path) -> dict[str, int]:
    """
    Load *file* into the real database, all of it or nothing.

    Returns:
        How many entries of each kind the file held.

    Raises:
        UsageError: the file cannot be read, or says something this does not know.
        TargetError: the database cannot be reached, or is not migrated.
    """
    entries = read(file)
    bind.bind_real(settings, writable=True)

    from django.core.exceptions import ValidationError
    from django.db import DatabaseError

    from reimport_lib.write import fence, identity

    identity.require_ready(bind.REAL)
    _require_keys(file, entries)
    with fence.of_command("reimport load-config"), fence.writing():
        for kind, items in entries.items():
            for number, item in enumerate(items, start=1):
                try:
                    _store(kind, item, settings.rows.system)
                except (DatabaseError, ValidationError, ValueError, TypeError) as error:
                    raise UsageError(
                        f"{file}: {kind} entry {number} cannot be stored "
                        f"({type(error).__name__}); nothing was loaded.",
                        hint="a name twice, or a value of another kind than its field",
                        id="R246",
                    ) from None
    bind.close()
    return {kind: len(items) for kind, items in entries.items()}


def read(file: Path) -> dict[str, list[Entry]]:
    """
    The entries of *file* by kind, in the order they are loaded.

    Raises:
        UsageError: not readable, not JSON, an unknown kind or field, or no name.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read: {error.strerror}.{nearest(file)}",
            hint="check the path",
            id="R247",
        ) from None
    except ValueError:
        raise UsageError(
            f"{file} is not JSON.", hint="see docs/settings.md", id="R248"
        ) from None
    if not isinstance(content, dict):
        raise UsageError(
            f"{file} is not a JSON object.", hint="see docs/settings.md", id="R249"
        )
    flat = content and all(isinstance(value, str) for value in content.values())
    kinds = registry.lookups()
    if flat and not content.keys() & kinds.keys():
        first = next(iter(kinds.values()))
        content = {
            first.name: [
                {"filemaker_id": key, first.names[0]: name}
                for key, name in content.items()
            ]
        }
    for kind, items in content.items():
        _require_known(file, kind, items)
    return {kind: content[kind] for kind in kinds if kind in content}


def nearest(path: Path) -> str:
    """A sentence that names what lies where *path* should, called nearly as it is."""
    beside = path.parent.iterdir() if path.parent.is_dir() else ()
    return did_you_mean(
        path.name, (other.name for other in beside if other.name != path.name)
    )


def _require_known(file: Path, kind: str, items: Any) -> None:
    kinds = registry.lookups()
    if kind not in kinds:
        raise UsageError(
            f"{file}: {kind!r} is nothing to load.{did_you_mean(kind, kinds)}",
            hint="known: " + " ".join(kinds),
            id="R250",
        )
    if not isinstance(items, list):
        raise UsageError(
            f"{file}: {kind} is not a list.",
            hint="a list of objects, one per entry",
            id="R251",
        )
    name = kinds[kind].names[0]
    known = {"filemaker_id", *kinds[kind].names, *kinds[kind].settable, NOT_LOADED}
    for number, item in enumerate(items, start=1):
        if not isinstance(item, dict) or not item.get(name):
            raise UsageError(
                f"{file}: {kind} entry {number} has no {name}.",
                hint=f"add {name}",
                id="R252",
            )
        for field in item:
            if field not in known:
                raise UsageError(
                    f"{file}: {kind} entry {number}: unknown field {field!r}."
                    + did_you_mean(field, known),
                    hint="known: " + " ".join(sorted(known - {NOT_LOADED})),
                    id="R253",
                )


def with_keys() -> frozenset[str]:
    """The lists whose model has a column for a FileMaker key; reads no database."""
    bind.load()
    return frozenset(kind for kind in registry.lookups() if _has_key(_model(kind)))


def _require_keys(file: Path, entries: Mapping[str, list[Entry]]) -> None:
    """
    Entries that are given a FileMaker key have a column for it.

    Raises:
        UsageError: their model has none, so that rows name them by their names alone.
    """
    for kind, items in entries.items():
        keyed = sum("filemaker_id" in item for item in items)
        if keyed and not _has_key(_model(kind)):
            raise UsageError(
                f"{file}: a filemaker_id is given to"
                f" {several(keyed, 'entry', 'entries')} of {kind}, and"
                f" {registry.lookups()[kind].model} has no column for it: rows name"
                " its entries by name alone.",
                hint="leave filemaker_id out of these entries",
                id="R291",
            )


def _model(kind: str) -> Any:
    from django.apps import apps

    return apps.get_model(registry.lookups()[kind].model)


def _has_key(model: Any) -> bool:
    return any(field.attname == "filemaker_id" for field in model._meta.concrete_fields)


def _store(kind: str, item: Entry, system: str) -> None:
    lookup, model = registry.lookups()[kind], _model(kind)
    entries = model._base_manager
    name, *others = (*lookup.names, *lookup.settable)
    values = {
        field: _linked(kind, model, field, item[field])
        for field in others
        if field in item
    }
    key = str(canonical_key(pd.Series([str(item.get("filemaker_id", ""))])).iloc[0])
    values[name] = item[name]
    found = entries.filter(filemaker_id=key).first() if key else None
    named = entries.filter(**{name: item[name]})
    # Two places may share a name: a row that has a key answers to that alone.
    found = found or (named.filter(filemaker_id=None) if key else named).first()
    if key:
        values["filemaker_id"] = key
    if found is not None:
        entries.filter(pk=found.pk).update(**values)
        return
    if model._meta.pk.get_internal_type() == "UUIDField":
        identity = key or str(item[name]).casefold()
        values["pk"] = derived_uuid(system, kind, identity)
    entries.create(**values)


def _linked(kind: str, model: Any, field: str, value: Any) -> Any:
    """*value*, or where *field* is a link the entry that it names by key or name."""
    related = model._meta.get_field(field).related_model
    if related is None:
        return value
    word, label = str(value), related._meta.label
    named = next(one for one in registry.lookups().values() if one.model == label)
    key = str(canonical_key(pd.Series([word])).iloc[0])
    entries = related._base_manager
    found = entries.filter(filemaker_id=key).first() if _has_key(related) else None
    found = found or entries.filter(**{named.names[0]: word}).first()
    if found is None:
        raise SettingsError(
            f"{kind}: an entry names a {field} that is not loaded.",
            hint=f"load the {named.name} first, or in the same file",
            id="R254",
        )
    return found
