"""Imports, edits by people and undos in any order, against a model in dictionaries.

The model knows the rows before and after each run, and says by three rules what is
left after undoing one. It shares no code with the undo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reimport_lib.errors import Drifted, Refused
from reimport_lib.plan.undo import Fate, Finding
from reimport_lib.write import dependents, standing, undo
from reimport_lib.write.touched import Narrowing
from tests.write.rows import AS_OF, apply, pk, plan

pytestmark = [
    pytest.mark.usefixtures("bound"),
    pytest.mark.parametrize("engine", ["sqlite"]),
]

PATIENT, NOTE = "patients.Patient", "notes.Note"
KEYS, NAMES = ("a", "b"), ("x", "y")
Row = tuple[str, UUID]
State = dict[Row, dict[str, Any]]
Step = tuple[Any, ...]
Runs = dict[str, tuple[State, State]]


def of(label: str) -> Any:
    from django.apps import apps

    return apps.get_model(label)._base_manager


def state() -> State:
    """Every row, without when it was last saved."""
    return {
        (label, row["id"]): {n: v for n, v in row.items() if n != "updated_at"}
        for label in (PATIENT, NOTE)
        for row in of(label).values()
    }


def after_undo(before: State, after: State, now: State) -> State:
    """What the model says is there once a run from *before* to *after* is undone."""
    made = {row for row in after if row not in before and now.get(row) == after[row]}
    gone = {row for row in before if row not in after and row not in now}
    while True:
        blocked = {
            row
            for row in made
            if any(
                other.get("patient_id") == row[1] and child not in made
                for child, other in now.items()
            )
        } | {
            row
            for row in gone
            if (owner := before[row].get("patient_id"))
            and (PATIENT, owner) not in (now.keys() | gone)
        }
        if not blocked:
            break
        made, gone = made - blocked, gone - blocked
    left = {row: dict(values) for row, values in now.items() if row not in made}
    for row in before.keys() & after.keys() & now.keys():
        for name, value in before[row].items():
            if value != after[row][name] == now[row][name]:
                left[row][name] = value
    return left | {row: before[row] for row in gone}


def imports(patients: Mapping[str, str], notes: Mapping[str, str], run_id: str) -> None:
    """An export with *patients* (key -> name) and *notes* (key -> text), no others."""
    held = {"patients": frozenset(patients), "notes": frozenset(notes)}
    gone = dependents.plan_deletions(held, dict.fromkeys(held, frozenset()))
    people = [{"key": key, "last_name": name} for key, name in patients.items()]
    texts = [
        {"key": key, "content": text, "patient_id": pk("patients", key)}
        for key, text in notes.items()
    ]
    plans = plan("patients", *people), plan("notes", *texts)
    apply(*plans, deletions=gone, run_id=run_id, as_of=AS_OF)


def edits(what: str, key: str, value: str) -> None:
    """A person changes, adds or deletes something of the patient *key*."""
    owner = pk("patients", key)
    patient = of(PATIENT).filter(pk=owner)
    if what == "rename":
        patient.update(last_name=value)
    elif what == "delete":
        of(NOTE).filter(patient_id=owner).delete()
        patient.delete()
    elif what == "sign":
        of(NOTE).filter(patient_id=owner).update(author=value)
    elif patient.exists():
        of(NOTE).update_or_create(
            id=uuid5(NAMESPACE_OID, key),
            defaults={"patient_id": owner, "content": value},
        )


@contextmanager
def taken_back() -> Iterator[None]:
    from django.db import connection, transaction

    with transaction.atomic():
        yield
        connection.check_constraints()
        transaction.set_rollback(True)


def take(steps: list[Step]) -> None:
    """Take *steps*; after each undo the rows are those that the model says."""
    runs: Runs = {}
    with taken_back():
        for number, (kind, *words) in enumerate(steps):
            before, run_id = state(), f"run-{number}"
            if kind == "import":
                try:
                    imports(*words, run_id)
                except Refused:  # it would touch rows that people made
                    continue
                runs[run_id] = before, state()
            elif kind == "edit":
                edits(*words)
            elif runs:
                undone = list(runs)[words[0] % len(runs)]
                found = undo.plan(undone)
                undo.apply(run_id, found, Narrowing(), as_of=AS_OF)
                assert state() == after_undo(*runs[undone], before)
                runs[run_id] = before, state()


names = st.sampled_from(NAMES)
rows = st.dictionaries(st.sampled_from(KEYS), names)
exports = st.tuples(rows, rows).map(
    lambda both: (both[0], {k: v for k, v in both[1].items() if k in both[0]})
)
steps = st.one_of(
    exports.map(lambda export: ("import", *export)),
    st.tuples(
        st.just("edit"),
        st.sampled_from(("rename", "delete", "sign", "add")),
        st.sampled_from(KEYS),
        names,
    ),
    st.tuples(st.just("undo"), st.integers(0, 5)),
)


@settings(
    max_examples=12,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(steps, min_size=3, max_size=8))
def test_what_an_undo_leaves_is_what_the_model_says(taken: list[Step]) -> None:
    take([("import", {"a": "x", "b": "x"}, {"a": "x"}), *taken, ("undo", 0)])


def forgets_links(*_: Any) -> Iterator[Any]:
    return iter(())


def compares_nothing(image: Any, *_: Any) -> Finding:
    return Finding(Fate.REVERSED if image.now else Fate.ABSENT)


FIRST: Step = ("import", {"a": "x"}, {"a": "x"})
SECOND: Step = ("import", {"a": "y"}, {"a": "x"})
ADD: Step = ("edit", "add", "a", "x")
RENAME: Step = ("edit", "rename", "a", "theirs")
BUGS: dict[str, tuple[str, Callable[..., Any], list[Step]]] = {
    "link": ("_holds", forgets_links, [FIRST, ADD, ("undo", 0)]),
    "hash": ("_as_made", lambda *_: compares_nothing, [FIRST, RENAME, ("undo", 0)]),
    "field": ("_field", compares_nothing, [FIRST, SECOND, RENAME, ("undo", 1)]),
}


@pytest.mark.parametrize("bug", list(BUGS))
def test_an_undo_that_does_not_look_is_found_out(
    monkeypatch: pytest.MonkeyPatch, bug: str
) -> None:
    name, instead, taken = BUGS[bug]
    take(taken)

    monkeypatch.setattr(standing, name, instead)
    with pytest.raises((AssertionError, Drifted)):  # the model, or the last look
        take(taken)
