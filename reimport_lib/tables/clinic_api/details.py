"""Who has contact details, asked for: a patient, a referrer, a company."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reimport_lib.checks import Check
from reimport_lib.prove.api import ApiAnswer, Row
from reimport_lib.prove.facts import counted, judged, same_rows, true
from reimport_lib.prove.render.rendering import key_text
from reimport_lib.tables import registry
from reimport_lib.tables.clinic_api.expected import Imported, busiest, by_owner, held
from reimport_lib.tables.clinic_api.questions import OK, Question, nothing
from reimport_lib.tables.contact_detail_proof import DETAIL, detail_value

DETAILS = "contact_details"


@dataclass(frozen=True, slots=True)
class Kind:
    """
    A kind of owner.

    Attributes:
        table: also its address; noun: one of it.
        owner: the attribute of a detail that names it; names: fields that must be as
            in the source.
    """

    table: str
    noun: str
    owner: str
    names: tuple[str, ...] = ("first_name", "last_name")


PATIENT = Kind("patients", "patient", "patient_id")
OTHERS = (
    Kind("referrers", "referrer", "referrer_id"),
    Kind("companies", "company", "company_id", ("name",)),
)
"""Kinds whose exports may be missing, and who need not have any details."""


def patient_detail(q: Question) -> Check:
    return _asked(q, PATIENT, q.patients, busiest(q.rows(DETAILS), q.patients))


def others_detail(q: Question) -> list[Check]:
    """One question for each kind that the source has."""
    found = []
    for kind in OTHERS:
        if q.evidence.snapshot.has(kind.table):
            owners = {row.key: row for row in q.rows(kind.table)}
            most = busiest(q.rows(DETAILS), owners)
            found.append(_asked(q, kind, owners, most or min(owners, default="")))
    return found


def _asked(
    q: Question, kind: Kind, owners: Mapping[str, Imported], owner: str
) -> Check:
    name = f"API: a {kind.noun} with contact details"
    if not owner:
        return nothing(q, name, DETAILS if owners else kind.table)
    row = owners[owner]
    answer = q.api.get(f"{kind.table}/{row.pk}")
    shown = {each["id"]: each for each in answer.data.get(DETAILS, [])}
    own = by_owner(q.rows(DETAILS)).get(owner, [])
    expected = {each.pk for each in own} | held(
        q.evidence, DETAILS, **{kind.owner: row.pk}
    )
    texts = q.texts(DETAILS, *DETAIL)
    right = [
        each
        for each in own
        if each.pk in shown and _says(texts(each.row), each, shown[each.pk])
    ]
    return judged(
        name,
        [
            true(
                f"the {kind.noun}",
                f"another {kind.noun} or none",
                holds=answer.status == OK and _is_it(q, kind, row, answer),
            ),
            same_rows(list(shown), expected, "details"),
            counted("imported details as in the source", len(right), of=len(own)),
        ],
    )


def _is_it(q: Question, kind: Kind, row: Imported, answer: ApiAnswer) -> bool:
    """The key and the names of the row are those of its source row."""
    columns = [registry.named(kind.table).column(name) for name in kind.names]
    said = q.texts(kind.table, *(column.names for column in columns))(row.row)
    zone = q.reference.zone(q.evidence.order_of(kind.table))
    renders = [column.convert.render for column in columns]
    pairs = [
        render(zone)(answer.data[name], text)
        for name, render, text in zip(kind.names, renders, said, strict=True)
        if render
    ]
    same_key = key_text(answer.data.get("filemaker_id") or "") == row.key
    return same_key and all(spoken == shown for spoken, shown in pairs)


def _says(texts: list[str], row: Imported, shown: Row) -> bool:
    """The value of a contact detail is what its source row says."""
    said, value = detail_value((shown["value"], shown["kind"]), *texts)
    return row.has_notes or said == value
