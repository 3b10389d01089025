"""Imports, edits by people, rulings and undos, against a model in dictionaries.

The model keeps what FileMaker says, what the backend has and what the last import left
as plain values, and says by a table of four cases what must be there. It shares no code
with the merge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reimport_lib.plan.bases import digest
from reimport_lib.tables.merging import Policy
from reimport_lib.write import decisions, undo
from reimport_lib.write.decisions import PersonsRuling
from reimport_lib.write.models import model_of
from reimport_lib.write.touched import Narrowing
from tests.write.rows import AS_OF, apply, plan

pytestmark = pytest.mark.usefixtures("bound")

KEYS = ("a", "b")
FIELDS = ("last_name", "ndis_notes")
VALUES = ("u", "v", "w")
ASK, KEEP, TAKE = Policy

Row = dict[str, str]
Step = tuple[Any, ...]


@dataclass
class Model:
    """
    Attributes:
        rows, left: key -> field -> what the backend has, and what the last import left.
        ruled: (key, field) -> the ruling, and what FileMaker said then.
        notes: of the last import.
    """

    rows: dict[str, Row] = field(default_factory=dict)
    left: dict[str, Row] = field(default_factory=dict)
    ruled: dict[tuple[str, str], tuple[Policy, str]] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)

    def imports(self, source: Mapping[str, Row], policy: Policy) -> None:
        self.notes = {}
        for key, said in source.items():
            if key not in self.rows and key in self.left:
                continue  # people deleted it
            if key not in self.rows:
                self.rows[key], self.left[key] = dict(said), dict(said)
                continue
            told = {self._field(key, name, said[name], policy) for name in said}
            for note in told - {""}:
                self.notes[note] = self.notes.get(note, 0) + 1

    def _field(self, key: str, name: str, said: str, policy: Policy) -> str:
        held, left = self.rows[key][name], self.left[key][name]
        if said == held:
            self.left[key][name] = said
            return ""
        if held == left:
            self.rows[key][name] = self.left[key][name] = said
            return ""
        if said == left:
            return "kept_local"
        ruling, then = self.ruled.get((key, name), (ASK, ""))
        settled = policy if ruling is ASK else ruling if then == said else ASK
        if settled is TAKE:
            self.rows[key][name] = self.left[key][name] = said
        return {ASK: "conflict", KEEP: "kept_by_decision", TAKE: "taken_by_decision"}[
            settled
        ]


def patients() -> Any:
    return model_of("patients")._base_manager


def held() -> dict[str, Row]:
    return {
        key: dict(zip(FIELDS, values, strict=True))
        for key, *values in patients().values_list("filemaker_id", *FIELDS)
    }


def ruling(key: str, name: str, said: str, policy: Policy) -> PersonsRuling:
    return PersonsRuling("patients", key, name, digest(said), policy, "Ada", "", AS_OF)


@contextmanager
def taken_back() -> Iterator[None]:
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def take(steps: list[Step]) -> None:
    """Take *steps*; after each the backend has what the model says."""
    model, said = Model(), dict[str, Row]()
    last: tuple[str, Model, Model] | None = None
    with taken_back():
        for number, (kind, *words) in enumerate(steps):
            run_id = f"run-{number}"
            if kind == "import":
                source, policy = words
                said = {key: dict(zip(FIELDS, v, strict=True)) for key, v in source}
                found = plan(
                    "patients",
                    *({"key": key, **values} for key, values in said.items()),
                    policies={"*": policy},
                )
                before = deepcopy(model)
                model.imports(said, policy)
                assert found.note_counts == model.notes
                apply(found, run_id=run_id, as_of=AS_OF + timedelta(days=number))
                last = run_id, before, deepcopy(model)
            elif kind == "edit" and words[0] in model.rows:
                key, name, value = words
                model.rows[key][name] = value
                patients().filter(filemaker_id=key).update(**{name: value})
            elif kind == "delete" and words[0] in model.rows:
                model.rows.pop(words[0])
                patients().filter(filemaker_id=words[0]).delete()
            elif kind == "rule" and words[0] in said:
                key, name, policy = words
                model.ruled[key, name] = policy, said[key][name]
                decisions.enter([ruling(key, name, said[key][name], policy)])
            elif kind == "undo" and last:
                undo.apply(run_id, undo.plan(last[0]), Narrowing(), as_of=AS_OF)
                undone(model, *last[1:])
                last = None
            assert held() == model.rows


def undone(model: Model, before: Model, after: Model) -> None:
    """The model once the newest import, from *before* to *after*, is undone."""
    for key in set(after.left):
        if key not in before.rows and key in after.rows:
            if model.rows.get(key) == after.rows[key]:
                del model.rows[key]
                del model.left[key]
                if key in before.left:
                    model.left[key] = before.left[key]
        elif key in model.rows and key in before.rows:
            for name, value in before.rows[key].items():
                now = model.rows[key][name]
                if value != after.rows[key][name] == now:
                    model.rows[key][name] = value
            model.left[key] = dict(before.left[key])


def words(*kinds: str) -> Any:
    keys, names, values = map(st.sampled_from, (KEYS, FIELDS, VALUES))
    row = st.tuples(values, values)
    source = st.tuples(*(st.tuples(st.just(key), row) for key in KEYS)).map(list)
    known = {
        "import": st.tuples(st.just("import"), source, st.sampled_from(list(Policy))),
        "edit": st.tuples(st.just("edit"), keys, names, values),
        "delete": st.tuples(st.just("delete"), keys),
        "rule": st.tuples(st.just("rule"), keys, names, st.sampled_from(list(Policy))),
        "undo": st.tuples(st.just("undo")),
    }
    return st.one_of([known[kind] for kind in kinds])


ALL = st.lists(words("import", "edit", "edit", "delete", "rule", "undo"), max_size=9)


def source(*rows: str) -> list[tuple[str, tuple[str, str]]]:
    return [(key, (row[0], row[1])) for key, row in zip(KEYS, rows, strict=False)]


BOTH = [
    ("import", source("uu", "uu"), ASK),
    ("edit", "a", "last_name", "v"),
    ("edit", "b", "ndis_notes", "v"),
    ("import", source("wv", "uu"), ASK),
]


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(ALL)
@example([*BOTH, ("rule", "a", "last_name", KEEP), BOTH[-1], ("undo",), BOTH[-1]])
@example([*BOTH, ("rule", "a", "last_name", TAKE), BOTH[-1], ("undo",), BOTH[-1]])
@example([*BOTH, ("rule", "a", "last_name", KEEP), ("import", source("uv", "uu"), ASK)])
@example([*BOTH, ("edit", "a", "last_name", "w"), BOTH[-1], ("undo",), BOTH[-1]])
def test_every_field_is_what_the_model_says(steps: list[Step]) -> None:
    take([("import", source("uu", "uu"), ASK), *steps])
