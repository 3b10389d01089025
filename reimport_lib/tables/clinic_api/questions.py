"""Asking the API: the question, the rows of one patient, and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from reimport_lib.checks import Check, could_not_check
from reimport_lib.prove.api import PAGE_SIZE, Api, Row
from reimport_lib.prove.evidence import Evidence
from reimport_lib.prove.facts import counted, judged, same_rows
from reimport_lib.prove.reference_data import ReferenceData
from reimport_lib.prove.render.headers import Aliases
from reimport_lib.prove.render.rendering import key_text
from reimport_lib.tables.clinic_api.expected import (
    Imported,
    busiest,
    by_owner,
    held,
    imported_rows,
    texts,
)
from reimport_lib.tables.owners import PATIENT, PATIENTS

OK = 200
ASKED_OWNERS = 5

RowTexts = Callable[[int], list[str]]
"""Record number -> texts of some columns of the source."""


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """
    Whom to ask, and what is known.

    Attributes:
        patients: folded FileMaker key -> the imported patient.
    """

    api: Api
    evidence: Evidence
    reference: ReferenceData
    patients: Mapping[str, Imported]
    _rows: dict[str, list[Imported]] = field(default_factory=dict)

    def rows(self, table: str) -> list[Imported]:
        """The rows of *table* that came in."""
        if table not in self._rows:
            self._rows[table] = imported_rows(self.evidence, table)
        return self._rows[table]

    def texts(
        self, table: str, *columns: Aliases, rows: Sequence[int] | None = None
    ) -> RowTexts:
        return texts(self.evidence, table, *columns, rows=rows)


def of_patient(
    q: Question, table: str, parameter: str, right: Callable[[Imported, Row], bool]
) -> Check:
    """All rows of one patient and no others."""
    name = f"API: {table} of a patient"
    rows = q.rows(table)
    owner = busiest(rows, q.patients)
    if not owner:
        return nothing(q, name, table)
    patient = q.patients[owner].pk
    own = {row.pk: row for row in by_owner(rows)[owner]}
    imported = {row.pk for row in rows}
    local = held(q.evidence, table, **_belongs_to(q, table, patient)) - imported
    shown = list(q.api.all(table, {parameter: patient}))
    equal = {
        row["id"] for row in shown if row["id"] in own and right(own[row["id"]], row)
    }
    return judged(
        name,
        [
            same_rows([row["id"] for row in shown], {*own, *local}),
            counted("imported rows as in the source", len(equal), of=len(own)),
        ],
    )


def _belongs_to(q: Question, table: str, patient: str) -> dict[str, object]:
    if table == "appointments":
        return {"patient_id": patient}
    prefix = "batch__" if table == "images" else ""
    numbers = {label: number for number, label in q.reference.owner_types.items()}
    return {
        f"{prefix}object_id": patient,
        f"{prefix}content_type_id": numbers[PATIENT],
    }


def generic_links(
    q: Question, table: str, path: str, owners: Mapping[str, set[str]]
) -> Check:
    """The first and the last page; some of their owners are asked for themselves."""
    name = f"API: {table} point at the patients that the source names"
    first = q.api.get(path)
    last = q.api.get(path, page=max(1, -(-first.count // PAGE_SIZE)))
    shown = {row["id"]: row for row in (*first.results, *last.results)}
    ours = {pk: row for pk, row in shown.items() if pk in owners}
    if not ours:
        return nothing(q, name, table)
    patients = {
        str(pk): {key_text(key)} for pk, key in q.reference.keys[PATIENTS].items()
    }
    patients |= {row.pk: {key} for key, row in q.patients.items()}
    asked = dict.fromkeys(str(row["owner_id"]) for row in ours.values())
    answers = {pk: q.api.get(f"patients/{pk}") for pk in [*asked][:ASKED_OWNERS]}
    of_patients = [row for row in ours.values() if row["owner_type"] == PATIENT]
    named = [
        pk for pk, row in ours.items() if patients.get(row["owner_id"]) == owners[pk]
    ]
    known = [
        pk
        for pk, answer in answers.items()
        if answer.status == OK
        and {key_text(answer.data.get("filemaker_id") or "")} == patients.get(pk)
    ]
    return judged(
        name,
        [
            counted("point at a patient", len(of_patients), of=len(ours)),
            counted("at the one that the source names", len(named), of=len(ours)),
            counted("of those patients answer", len(known), of=len(answers)),
        ],
    )


def nothing(q: Question, name: str, table: str) -> Check:
    """The question could not be asked, for the reason that the table has."""
    if q.evidence.imported(table) is None:
        return q.evidence.gap(name, table, id="C090")
    return could_not_check(name, "the database holds nothing of this kind", id="C090")
