"""The row rules, one module per table: what becomes of each row, and why.

Pure; imports neither Django nor pyarrow. ``RULES`` is the table of tables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from reimport_lib.plan.context import Context
from reimport_lib.plan.decide import Decided, Link
from reimport_lib.plan.mapping import Mapping as TableMapping
from reimport_lib.plan.stage import Staged, stage_keys
from reimport_lib.tables import (
    appointments,
    contact_details,
    documents,
    images,
    notes,
    patients,
    sms,
)

__all__ = ["RULES", "Decided", "Link", "Rule", "Staged", "snapshot_keys"]

Stage = Callable[[pd.DataFrame, Context], Staged]
Decide = Callable[[Staged, Context, pd.DataFrame | None], Decided]


@dataclass(frozen=True, slots=True)
class Rule:
    """How one source table is read and decided."""

    mapping: TableMapping
    stage: Stage
    decide: Decide


RULES: Mapping[str, Rule] = {
    "patients": Rule(
        patients.MAPPING, patients.stage_patients, patients.decide_patients
    ),
    "contact_details": Rule(
        contact_details.MAPPING,
        contact_details.stage_contact_details,
        contact_details.decide_contact_details,
    ),
    "appointments": Rule(
        appointments.MAPPING,
        appointments.stage_appointments,
        appointments.decide_appointments,
    ),
    "notes": Rule(notes.MAPPING, notes.stage_notes, notes.decide_notes),
    "sms": Rule(sms.MAPPING_SMS, sms.stage_sms, sms.decide_sms),
    "sms_replies": Rule(
        sms.MAPPING_REPLIES, sms.stage_sms_replies, sms.decide_sms_replies
    ),
    "documents": Rule(
        documents.MAPPING, documents.stage_documents, documents.decide_documents
    ),
    "images": Rule(images.MAPPING, images.stage_images, images.decide_images),
}
"""Every table that has source rows; batches and objects are made out of these."""


def snapshot_keys(table: str, frame: pd.DataFrame, context: Context) -> frozenset[str]:
    """
    Every canonical key the snapshot holds for *table*, whatever becomes of its row.

    Args:
        table: of ``RULES``, or ``image_batches``.
        frame: texts of the source table; that of ``images`` for ``image_batches``.
    """
    if table == "image_batches":
        keys = images.batch_keys(images.stage_images(frame, context))
    elif RULES[table].mapping.key is None:
        keys = RULES[table].stage(frame, context).frame["key"]
    else:
        keys = stage_keys(RULES[table].mapping, frame, context)
    return frozenset(key for key in keys if key)
