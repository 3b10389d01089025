"""Where that is which does not come in, or not as it stands: no word vanishes.

Imports facts, words and html. What it says of the metadata is ``docs/rules.md``'s.
"""

from __future__ import annotations

from collections.abc import Mapping

from reimport_lib.plan.codes import Note, Reason
from reimport_lib.record.manifest import Manifest
from reimport_lib.show import run_facts
from reimport_lib.show.figured import figure
from reimport_lib.show.html import Element, Grid
from reimport_lib.show.words import noun

_SET_ASIDE = "in FileMaker, and as exported in private/rejected/ of the run's folder"
_FILEMAKER = "in FileMaker alone"
_STORE = "in the store of files, as it was; no record leads to it"
_AS_PEOPLE_LEFT = "in FileMaker; the backend has what people left there"
_METADATA = "in the metadata of the record, as it was typed"
_TEXT = "in its field or in the metadata of the record, as it was typed"
_FIELD = "in its field, read as the note says"
_BOTH = "each side's in its own system: in the backend what people wrote"
_TAKEN = "in the backend what FileMaker has; what people wrote, in the run's images"

OF_REASON: Mapping[str, str] = {
    **dict.fromkeys(Reason, _SET_ASIDE),
    Reason.DUPLICATE_ROW: "in the equal row, which counts",
    Reason.EXCLUDED_BY_RULE: _FILEMAKER,
    Reason.NO_CONTENT: _FILEMAKER,
    Reason.LEFT_DELETED: _AS_PEOPLE_LEFT,
    Reason.LEFT_AS_MADE: _AS_PEOPLE_LEFT,
    Reason.NO_METADATA: _STORE,
    Reason.ROW_NOT_IMPORTED: _STORE,
}
OF_NOTE: Mapping[str, str] = {
    **dict.fromkeys(Note, _METADATA),
    Note.AMBIGUOUS_DATE: _FIELD,
    Note.OTHER_DATE_ORDER: _FIELD,
    Note.DST_GAP: _FIELD,
    Note.DST_AMBIGUOUS: _FIELD,
    Note.AMBIGUOUS_TIME: _FIELD,
    Note.LEADING_ZERO_RESTORED: _FIELD,
    Note.CLINIC_EVENT: "a record of the backend without a patient",
    Note.CLINIC_FROM_PATIENT: "what was named, in the metadata of the record",
    Note.UNKNOWN_VALUE: _TEXT,
    Note.TEXT_KEPT: "in the metadata of the record, beside what its field could take",
    Note.BAD_NUMBER: _TEXT,
    Note.BAD_EMAIL: "as it was typed, in its field",
    **dict.fromkeys((Note.KEPT_LOCAL, Note.CONFLICT, Note.UNFIT_TOGETHER), _BOTH),
    Note.KEPT_BY_DECISION: _BOTH,
    Note.TAKEN_BY_DECISION: _TAKEN,
    Note.OVERWRITTEN: _TAKEN,
}


def where_instead(manifest: Manifest) -> list[Element]:
    """By table and reason or note, how many rows, and where to look for them."""
    rows = [
        (noun(name), code, figure(number, name, kind, code), places[code])
        for name, counts in run_facts.tables(manifest).items()
        for places, kind, found in (
            (OF_REASON, "reasons", counts.get("reasons", {})),
            (OF_NOTE, "notes", counts.get("notes", {})),
        )
        for code, number in found.items()
        if code in places
    ]
    if not rows:
        return []
    heads = ("table", "reason or note", "rows", "where it is instead")
    return [Grid("Of what is not where it was", heads, rows, right=("rows",))]
