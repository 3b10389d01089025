"""What was changed in imported rows since the import, and by whom as far as that shows.

A field was changed where it no longer holds what the import left, by the row's base. It
is people's where the row says that it was saved since; what changed without being saved
was not changed in the project. A model that does not say when its rows were saved tells
no edit from a fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from reimport_lib.checks import Check, Verdict
from reimport_lib.counting import several
from reimport_lib.prove import peoples
from reimport_lib.prove.evidence import Account, Evidence
from reimport_lib.prove.matching import saved_since
from reimport_lib.prove.peoples import PeoplesFields
from reimport_lib.prove.render.left import is_left, mark_of
from reimport_lib.tables import registry
from reimport_lib.write import imported
from reimport_lib.write.models import managed

CHANGED = "changed_since"
"""Stands for the note of a row that people have changed since the import."""


@dataclass(frozen=True, slots=True, eq=False)
class TableSince:
    """
    Of one table.

    Attributes:
        edited: managed field -> target_id -> note, of what people changed since.
        unsaved: target_id of rows that changed, and that nobody has saved.
        rows: how many of those that came in are there.
    """

    edited: PeoplesFields
    unsaved: frozenset[str]
    rows: int

    @property
    def edited_rows(self) -> frozenset[str]:
        return frozenset[str]().union(*self.edited.values())


def since(evidence: Evidence) -> dict[str, TableSince]:
    """Table -> what changed, of tables whose rows came in with the run."""
    found = {}
    for table in registry.all_tables():
        account = evidence.account(table.name) if table.model else None
        of_table = _of_table(evidence, account, table.name) if account else None
        if of_table is not None:
            found[table.name] = of_table
    return found


def as_edited(evidence: Evidence, found: Mapping[str, TableSince]) -> Evidence:
    """*evidence* in which what people changed since is theirs, as it was before."""
    kept: dict[str, PeoplesFields] = {
        table: {
            name: {
                **each.edited.get(name, {}),
                **evidence.kept_fields(table).get(name, {}),
            }
            for name in {*each.edited, *evidence.kept_fields(table)}
        }
        for table, each in found.items()
    }
    return replace(evidence, _kept=kept)


def check_unsaved(found: Mapping[str, TableSince]) -> Iterator[Check]:
    """Nothing changed but what people saved."""
    for table, each in found.items():
        number = len(each.unsaved)
        yield Check(
            f"{table}: imported rows that changed without being saved",
            f"0 of {several(each.rows, 'row')}",
            f"{number:,} of {several(each.rows, 'row')}",
            Verdict.FAIL if number else Verdict.PASS,
            "find out what writes to this table beside the project" if number else "",
            id="C116",
        )


def _of_table(evidence: Evidence, account: Account, table: str) -> TableSince | None:
    outcomes = evidence.imported(table)
    if outcomes is None:
        return None
    held = evidence.database(table)
    rows = held.loc[[one for one in outcomes["target_id"] if one in held.index]]
    by_pk = rows.set_index("pk")
    told = imported.told(table, by_pk, alias=evidence.alias)
    left = peoples.left_of(table, list(by_pk.index), evidence.alias)
    saved = saved_since(evidence, account, table)
    known = evidence.kept_fields(table)
    edited: dict[str, dict[str, str]] = {}
    unsaved: set[str] = set()
    for name in managed(table):
        of_people = known.get(name, {})
        for pk, target_id, value in zip(
            by_pk.index, rows.index, told[name], strict=True
        ):
            mark = mark_of(left.get(str(pk), ""), name)
            if not mark or target_id in of_people or is_left(mark, value):
                continue
            if pk in saved:
                edited.setdefault(name, {})[target_id] = CHANGED
            else:
                unsaved.add(target_id)
    return TableSince(edited, frozenset(unsaved), len(rows))
