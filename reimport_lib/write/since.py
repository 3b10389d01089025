"""What people did since a backup: its rows against the database's, row by row.

What imports wrote since is taken off by the images that the ledger kept of it. The two
databases are the aliases of ``bind``: ``default`` holds the backup, ``real`` is the
database as it is now. Rows that nobody types (sessions, the record of runs) are left
out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.models import Model

from reimport_lib.plan.undo import RowAt
from reimport_lib.write import images, ledger
from reimport_lib.write.bind import DEFAULT, REAL
from reimport_lib.write.filled import is_stamp
from reimport_lib.write.models import fields_of, label_of, tables_of_models
from reimport_lib.write.rows import in_chunks
from reimport_lib.write.touched import BESIDE, Values, ledger_model

THEN, NOW = DEFAULT, REAL
_APART = frozenset({"ledger", "sessions", "contenttypes"})
_LOGIN = "last_login"  # of Django's users: logging in is no work
_RIGHTS = "auth.Permission"  # made by migrations, as content types are


class Did(StrEnum):
    """What people did to a row."""

    MADE = "made"
    CHANGED = "changed"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, eq=False)
class RowWork:
    """
    What people did to one row since the backup.

    Attributes:
        values: of the row as people left it, encoded as in the ledger; of one that they
            deleted, as they found it.
        base: field that they changed -> the value that they found; None where nobody
            knows which, since an import had made the row after the backup.
        saved_at: when the row was last saved, where it says so.
    """

    row: RowAt
    did: Did
    values: Values
    base: Values | None = field(default_factory=dict)
    saved_at: str = ""


def tables(names: Collection[str]) -> list[type[Model]]:
    """The models of the tables *names* whose rows people may have made or changed."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.db_table in names
        and model._meta.app_label not in _APART
        and label_of(model) != _RIGHTS
        and model._meta.managed
    ]


def technical_tables() -> frozenset[str]:
    """Tables whose rows nobody types: records of runs, sessions, migrations."""
    own = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in _APART or label_of(model) == _RIGHTS
    }
    return frozenset({*own, "django_migrations"})


def work(model: type[Model]) -> Iterator[RowWork]:
    """What people did to rows of *model*, with what the ledger holds beside them."""
    attributes = _in_both(model)
    newest = _newest_image()
    made: list[str] = []
    for keys in in_chunks(_differing(model, attributes)):
        then = _rows(model, keys, attributes, THEN)
        now = _rows(model, keys, attributes, NOW)
        kept = _images(label_of(model), [*map(str, keys)], newest)
        for key in map(str, keys):
            story = _Story(model, then.get(key), kept.get(key, ()), now.get(key))
            if found := story.told(key):
                if found.did is Did.MADE:
                    made.append(key)
                yield found
    yield from _beside(model, made)


def _differing(model: type[Model], attributes: Sequence[str]) -> list[Any]:
    """Primary keys of rows that one side alone has, or that differ."""
    then = {key: hash(repr(row)) for key, *row in _all(model, attributes, THEN)}
    found = [
        key
        for key, *row in _all(model, attributes, NOW)
        if then.pop(key, None) != hash(repr(row))
    ]
    return [*found, *then]


def _all(
    model: type[Model], attributes: Sequence[str], alias: str
) -> Iterator[tuple[Any, ...]]:
    manager: Any = model._base_manager
    rows = manager.using(alias).order_by().values_list("pk", *attributes)
    yield from rows.iterator(2000)


def _in_both(model: type[Model]) -> list[str]:
    """Attributes whose columns both databases have: a migration may lie between."""
    columns: list[set[str]] = []
    for alias in (THEN, NOW):
        connection: Any = connections[alias]
        with connection.cursor() as cursor:
            held = connection.introspection.get_table_description(
                cursor, model._meta.db_table
            )
        columns.append({column.name for column in held})
    return [
        name
        for name, one in fields_of(model).items()
        if all(one.column in held for held in columns)
    ]


def _rows(
    model: type[Model], keys: Sequence[Any], attributes: Sequence[str], alias: str
) -> dict[str, Values]:
    rows = list(ledger.rows_of(model, keys, ["pk", *attributes], alias))
    return {
        str(key): dict(zip(attributes, values, strict=True))
        for (key, *_), (_, *values) in zip(rows, ledger.encoded_rows(rows), strict=True)
    }


def _newest_image() -> int:
    """The last image that the backup holds: later ones are of runs since."""
    held = ledger_model("BeforeImage")._base_manager.using(THEN).order_by("-pk")
    return held.values_list("pk", flat=True).first() or 0


@dataclass(frozen=True, slots=True, eq=False)
class _Image:
    action: str
    values: Values
    after: Values | None
    left_sha256: str
    columns: Sequence[str]


def _images(
    label: str, keys: Sequence[str], newest: int
) -> Mapping[str, Sequence[_Image]]:
    """Key -> what runs since the backup kept of that row, oldest first."""
    held = ledger_model("BeforeImage")._base_manager.using(NOW)
    of_rows = held.filter(model=label, object_pk__in=keys, pk__gt=newest)
    named = "object_pk action values after left_sha256 run__columns".split()
    found: dict[str, list[_Image]] = {}
    rows = of_rows.order_by("pk").values_list(*named)
    for key, action, values, after, left, columns in rows:
        image = _Image(action, values, after, left, columns.get(label, ()))
        found.setdefault(key, []).append(image)
    return found


def _beside(model: type[Model], keys: Sequence[str]) -> Iterator[RowWork]:
    """What the ledger holds beside rows that people made: it is back with them."""
    held: Any = apps.get_model(BESIDE)
    table = tables_of_models().get(label_of(model))
    if not table:
        return
    for some in in_chunks(keys):
        beside = held._base_manager.using(NOW).filter(table=table, object_pk__in=some)
        numbers = list(beside.values_list("pk", flat=True))
        for key, values in _rows(held, numbers, list(fields_of(held)), NOW).items():
            yield RowWork(RowAt(BESIDE, key), Did.MADE, values)


class _Story:
    """
    One row from the backup until now: what lies between two images is people's.

    A row as an import made it is known by its digest alone.
    """

    def __init__(
        self,
        model: type[Model],
        then: Values | None,
        kept: Sequence[_Image],
        now: Values | None,
    ) -> None:
        self.model = model
        self.unsaid = images.technical(model) | {_LOGIN}
        self.state = then
        self.made_by: _Image | None = None
        self.base: dict[str, Any] = {}
        self.people: dict[str, Any] = {}
        self.is_unknown = False
        self.did: Did | None = None
        self.last: Values = then or {}
        for image in kept:
            self._people(image.values if image.action != ledger.CREATED else None)
            self._run(image)
        self._people(now)

    def told(self, key: str) -> RowWork | None:
        """What people did to it in all; None where nothing."""
        row = RowAt(label_of(self.model), key)
        if self.did is None:
            return None
        values = {**self.last, **self.people}
        self.base = {n: v for n, v in self.base.items() if values.get(n) != v}
        if self.did is Did.CHANGED and not (self.base or self.is_unknown):
            return None  # and back again
        base = None if self.is_unknown and self.did is Did.CHANGED else self.base
        return RowWork(row, self.did, values, base, self._saved_at(values))

    def _people(self, found: Values | None) -> None:
        """Nobody but people was at the row before it was *found* so."""
        if found is None:
            if self._is_there():
                self.did = None if self.did is Did.MADE else Did.DELETED
            self.state, self.made_by = None, None
            return
        if not self._is_there():
            self.did = Did.CHANGED if self.did is Did.DELETED else Did.MADE
            self.base = {}
        elif self.made_by is not None:
            if not self._is_as_made(found):
                self.did, self.is_unknown = self.did or Did.CHANGED, True
        else:
            self._compare(found)
        self.state, self.made_by, self.last = found, None, found

    def _compare(self, found: Values) -> None:
        state = self.state or {}
        for name, value in found.items():
            if name in state and state[name] != value and name not in self.unsaid:
                self.base.setdefault(name, state[name])
                self.people[name] = value
                self.did = self.did or Did.CHANGED

    def _run(self, image: _Image) -> None:
        """What the run did that kept *image*."""
        if image.action == ledger.CREATED:
            self.state, self.made_by = None, image
        elif image.action == ledger.DELETED:
            self.state = None
        else:
            self.state = {**(self.state or {}), **(image.after or {})}

    def _is_there(self) -> bool:
        return self.state is not None or self.made_by is not None

    def _is_as_made(self, found: Values) -> bool:
        made = self.made_by
        if made is None or not set(made.columns) <= set(found):
            return False
        digest = images.digest_of_row([found[name] for name in made.columns])
        return digest == made.left_sha256

    def _saved_at(self, values: Values) -> str:
        stamps = (
            str(values[name])
            for name, one in fields_of(self.model).items()
            if is_stamp(one, made=False) and values.get(name)
        )
        return max(stamps, default="")
