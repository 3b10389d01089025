"""Questions to the REST API, judged by the content of its answers.

What the right answers are, ``ground`` says; a question about rows of which there are
none could not be asked, and is no pass.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable
from uuid import UUID

from django.utils.dateparse import parse_datetime

from reimport_lib.checks import Check, could_not_check
from reimport_lib.prove.api import PAGE_SIZE, Api, Row
from reimport_lib.prove.evidence import Evidence
from reimport_lib.prove.facts import counted, every, judged, number, same_rows
from reimport_lib.prove.metadata import kept_columns
from reimport_lib.prove.reference_data import reference_data
from reimport_lib.prove.render import one_form, rendering
from reimport_lib.prove.render.headers import Aliases
from reimport_lib.prove.render.shelves import ITS_ONLY_FILE, shelf
from reimport_lib.tables import registry
from reimport_lib.tables.appointment_proof import START
from reimport_lib.tables.clinic_api.details import others_detail, patient_detail
from reimport_lib.tables.clinic_api.expected import (
    Imported,
    held,
    imported_rows,
)
from reimport_lib.tables.clinic_api.questions import (
    Question,
    generic_links,
    nothing,
    of_patient,
)
from reimport_lib.write.rows import in_chunks

CLINIC = (("id_Clinic",), ("Clinic_Name",))
ENDPOINTS = (
    *("patients", "contact-details", "coordinators", "companies", "referrers"),
    *("patient-referrers", "referrer-companies"),
    *("appointments", "appointment-types", "notes"),
    *("sms", "sms-replies", "documents", "images", "images/batches", "clinics"),
    "clinicians",
)
SEARCHED = ("first_name", "last_name", "mrn", "health_number")
LAST_NAME: Aliases = ("nameLast",)
WITH_METADATA = ("patients", "appointments", "notes", "sms", "documents", "images")
NOBODY = UUID(int=0)
NOT_FOUND = 404
CLOSED = (401, 403)
LOOKED_AT_ONCE = 100  # rows; most say something


def check_functional(evidence: Evidence) -> list[Check]:
    """Every question, and that nobody who has not signed in gets an answer."""
    patients = {row.key: row for row in imported_rows(evidence, "patients")}
    question = Question(Api(), evidence, reference_data(evidence), patients)
    asked = [ask(question) for ask in QUESTIONS] + others_detail(question)
    return [*asked, closed(question), unknown(question)]


def patient_list(q: Question) -> Check:
    name = "API: list of patients, and its second page"
    imported = {row.pk for row in q.patients.values()}
    archived = held(q.evidence, "patients", archived=True)
    others = held(q.evidence, "patients") - imported
    total = len(imported - archived) + len(others - archived)
    if total < 2:
        return nothing(q, name, "patients")
    size = min(PAGE_SIZE, total // 2)
    pages = [q.api.get("patients", page=page, page_size=size) for page in (1, 2)]
    first, second = ({row["id"] for row in page.results} for page in pages)
    shown = first | second
    count = next((page.count for page in pages if page.count != total), total)
    return judged(
        name,
        [
            number("patients", total, count),
            number("on the first page", size, len(first)),
            number(
                "others on the second", min(size, total - size), len(second - first)
            ),
            counted("in the database", len(shown & (imported | others)), of=len(shown)),
        ],
    )


def appointments_of_patient(q: Question) -> Check:
    if not q.rows("appointments"):
        return nothing(q, "API: appointments of a patient", "appointments")
    texts = q.texts("appointments", *START)
    zone = q.reference.zone(q.evidence.order_of("appointments"))

    def right(row: Imported, shown: Row) -> bool:
        start = parse_datetime(str(shown["start_time"]))
        said, rendered = zone.moment(start, *texts(row.row))
        return row.has_notes or said == rendered

    return of_patient(q, "appointments", "patient", right)


def documents_of_patient(q: Question) -> Check:
    right = _shows_its_file(q, "documents", q.reference.prefix("documents"))
    return of_patient(q, "documents", "patient_id", right)


def images_of_patient(q: Question) -> Check:
    right = _shows_its_file(q, "images", q.reference.prefix("images"))
    return of_patient(q, "images", "patient_id", right)


def _shows_its_file(
    q: Question, table: str, prefix: str
) -> Callable[[Imported, Row], bool]:
    """Whether an answer names the stored file of its row's own key."""
    files = shelf(
        prefix, q.reference.sizes[table], number=registry.named(table).number_key
    )

    def right(row: Imported, shown: Row) -> bool:
        return files.says(str(shown["s3_key"]), row.key, ()) == ITS_ONLY_FILE

    return right


def search(q: Question) -> Check:
    name = "API: ?search= by a last name"
    archived = held(q.evidence, "patients", archived=True)
    texts = q.texts("patients", LAST_NAME) if q.patients else _no_texts
    words = {}
    for patient in q.patients.values():
        word = rendering.plain(texts(patient.row)[0])
        if word.isascii() and word.isalpha() and len(word) > 2:
            words[patient] = word.casefold()
    wanted = next((p for p in words if p.pk not in archived), None)
    if wanted is None:
        return nothing(q, name, "patients")
    word = words[wanted]
    shown = {row["id"]: row for row in q.api.all("patients", {"search": word})}
    same = {p.pk for p, name in words.items() if name == word} - archived
    holding = [
        row
        for row in shown.values()
        if any(word in str(row[field] or "").casefold() for field in SEARCHED)
    ]
    return judged(
        name,
        [
            counted("of that name", len(same & set(shown)), of=len(same)),
            counted("results hold the word", len(holding), of=len(shown)),
        ],
    )


def clinic_filter(q: Question) -> Check:
    name = "API: ?clinic= leaves other clinics out"
    clinics = q.reference.directories["clinics"]
    of_clinic: dict[Hashable, set[str]] = defaultdict(set)
    texts = q.texts("patients", *CLINIC) if q.patients else _no_texts
    for patient in q.patients.values():
        clinic = next(filter(None, map(clinics.named, texts(patient.row))), None)
        if clinic is not None:
            of_clinic[clinic].add(patient.pk)
    if not of_clinic:
        return could_not_check(name, "no imported patient has a clinic", id="C089")
    chosen = min(of_clinic, key=lambda pk: (-len(of_clinic[pk]), str(pk)))
    imported = {patient.pk for patient in q.patients.values()}
    local = held(q.evidence, "patients", clinic_id=chosen) - imported
    archived = held(q.evidence, "patients", archived=True)
    expected = (of_clinic[chosen] | local) - archived
    rows = list(q.api.all("patients", {"clinic": str(chosen)}))
    of_it = [row for row in rows if row["clinic"] == str(chosen)]
    return judged(
        name,
        [
            same_rows([row["id"] for row in rows], expected, "patients"),
            counted("of that clinic", len(of_it), of=len(rows)),
        ],
    )


def metadata(q: Question) -> Check:
    """A record of every kind holds the words of its source row."""
    name = "API: filemaker_metadata on imported records"
    facts = {}
    for table in WITH_METADATA:
        row, said = _first_with_metadata(q, table)
        if row is not None:
            answer = q.api.get(f"{table}/{row.pk}")
            shown = answer.data.get("filemaker_metadata") or {}
            order = q.reference.zone(q.evidence.order_of(table)).order
            facts[table] = all(
                one_form.same(str(shown.get(key, "")), text, order)
                for key, text in said.items()
            )
    if not facts:
        return nothing(q, name, "patients")
    return judged(name, [every("records hold what their rows say", facts)])


def _no_texts(_row: int) -> list[str]:
    return []


def _first_with_metadata(
    q: Question, table: str
) -> tuple[Imported | None, dict[str, str]]:
    """The first imported row that the source has more of than fields, and what."""
    columns = kept_columns(table)
    for rows in in_chunks(q.rows(table), LOOKED_AT_ONCE):
        cells = q.texts(table, *columns.values(), rows=[row.row for row in rows])
        for row in rows:
            words = map(rendering.plain, cells(row.row))
            told = map(rendering.without_point_zero, words)
            said = dict(zip(columns, told, strict=True))
            if filled := {name: text for name, text in said.items() if text}:
                return row, filled
    return None, {}


def document_links(q: Question) -> Check:
    owners = {row.pk: {row.owner} for row in q.rows("documents")}
    return generic_links(q, "documents", "documents", owners)


def batch_links(q: Question) -> Check:
    """
    A batch has no source row: its owner is that of every imported image in it.

    Of one that a person changed the owner is that person's, and no image counts.
    """
    owners: dict[str, set[str]] = defaultdict(set)
    batches = q.evidence.database("images")["batch_id"]
    for row in q.rows("images"):
        if row.pk in batches.index:
            owners[str(batches[row.pk])].add(row.owner)
    return generic_links(q, "image_batches", "images/batches", owners)


QUESTIONS: tuple[Callable[[Question], Check], ...] = (
    patient_list,
    patient_detail,
    appointments_of_patient,
    search,
    clinic_filter,
    documents_of_patient,
    images_of_patient,
    metadata,
    document_links,
    batch_links,
)


def closed(q: Question) -> Check:
    """Nobody who has not signed in is told anything."""
    nobody = Api(signed_in=False)
    facts = {f"/{path}/": nobody.get(path).status in CLOSED for path in ENDPOINTS}
    for patient in list(q.patients.values())[:1]:
        answer = nobody.get(f"patients/{patient.pk}")
        facts["a patient"] = answer.status in CLOSED
    return judged("API: closed to anonymous visitors", [every("closed", facts)])


def unknown(q: Question) -> Check:
    facts = {
        f"/{path}/": q.api.get(f"{path}/{NOBODY}").status == NOT_FOUND
        for path in ENDPOINTS
    }
    name = "API: a record that does not exist is not found"
    return judged(name, [every("answer that nothing is there", facts)])
