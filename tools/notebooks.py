"""The notebooks of the data phases, 03 to 07, out of one template.

    python -m tools.notebooks      writes them anew

What differs between them is below and in ``phases.limits``: the words at their heads,
and the gates that can stop each phase, as parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import nbformat

from reimport_lib.config import ROOT
from reimport_lib.phases import DATA_PHASES, Phase
from reimport_lib.phases.limits import Parameter, parameters
from reimport_lib.tables import registry

v4: Any = nbformat.v4
FOLDER = ROOT / "notebooks"
METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}
IGNORED = "nbval-ignore-output"

SHARED = """\
run_id: str = ""  # empty: a rehearsal of its own; latest: the newest open one
sample_rows: int = 5  # records shown per table
reveal: int = 0  # 1 shows values unmasked, and records that it did"""

GATES: Mapping[str, str] = {
    "min_match_rate": "{rows} whose patient is found",
    "min_object_rate": "{rows} whose stored object is found",
    "min_came_in": "{rows} neither skipped nor rejected",
    "max_rejected": "rejected {rows}",
    "max_local_edits": "{rows} that people changed in the backend",
    "max_adopted": "{rows} of an earlier system to be overwritten",
}
"""Gate -> what it limits, of the rows of a table; tables say it of gates on notes."""


class Head(NamedTuple):
    """What a notebook says of itself before anything else."""

    title: str
    reads: str
    writes: str
    needs: str
    stops: str


HEADS: Mapping[str, Head] = {
    "patients": Head(
        "Patients and their contact details",
        reads="the frozen tables `patients` and `contact_details`.",
        writes="patients, contact details, and one line of the ledger, in one "
        "transaction.",
        needs="clinics and funding sources loaded (`reimport load-config`).",
        stops="fewer contact details than the floor belong to a known patient, too "
        "many rows are rejected, a person has edited an imported record, or the plan "
        "is not the reviewed one.",
    ),
    "appointments": Head(
        "Appointments and the clinic's events",
        reads="the frozen table `appointments`.",
        writes="appointments, and one line of the ledger, in one transaction.",
        needs="the patients of phase 3; clinics, clinicians and appointment types.",
        stops="fewer appointments than the floor belong to a known patient, too many "
        "take their clinic from the patient, or the plan is not the reviewed one.",
    ),
    "notes": Head(
        "Clinical notes, text messages and replies",
        reads="the frozen tables `notes`, `sms` and, where there is one, "
        "`sms_replies`.",
        writes="notes, messages, replies, and one line of the ledger, in one "
        "transaction.",
        needs="the patients of phase 3 and the appointments of phase 4.",
        stops="fewer rows than the floor belong to a known patient, too many are "
        "rejected, or the plan is not the reviewed one.",
    ),
    "documents": Head(
        "Documents",
        reads="the frozen table `documents` and the frozen listing of stored objects.",
        writes="document rows that point at their patient and their object, and one "
        "line of the ledger; no stored object is touched.",
        needs="the patients of phase 3.",
        stops="fewer documents than the floor have a known patient or a stored object, "
        "or the plan is not the reviewed one.",
    ),
    "images": Head(
        "Images in batches",
        reads="the frozen table `images` and the frozen listing of stored objects.",
        writes="image batches (one per patient and day), images that point at their "
        "object, and one line of the ledger; no stored object is touched.",
        needs="the patients of phase 3.",
        stops="fewer images than the floor have a known patient or a stored object, or "
        "the plan is not the reviewed one.",
    ),
}


def cells(phase: Phase) -> list[Any]:
    """The notebook of *phase*, from its head to the end of the phase."""
    return [
        _head(phase),
        _code(_parameters(phase), "parameters"),
        _code(_opening(phase), IGNORED),
        _text(
            "What did FileMaker give us?",
            "The rows as they were frozen; no later step reads the source again.",
        ),
        _code("phase.source()"),
        _text(
            "Does it fit?",
            "Each column, and where it goes. A column that nobody mapped is listed "
            "with how many rows fill it.",
        ),
        _code("phase.mapping()"),
        _code("phase.samples()"),
        _text(
            "Who does each row belong to?",
            "Found, of those that name one. Blank links and rows left out by a rule "
            "count in neither.",
        ),
        _code("phase.links()"),
        _code("display(*phase.link_charts())"),
        _text(
            "What will change?",
            "Every source row ends in exactly one outcome; the equation must hold to "
            "the last row.",
        ),
        _code("phase.plan()"),
        _code("display(*phase.plan_charts())"),
        _code("phase.differences()"),
        _text(
            "What is rejected or skipped, and why?",
            "One reason per row, the first that applies; the row numbers are those of "
            "the export.",
        ),
        _code("phase.rejected()"),
        _code("phase.notes()"),
        _code("phase.explorer()"),
        _code("phase.control()", IGNORED),
        _text(
            "May we proceed?",
            "The gate: the run stops here when a figure is outside its limit, or when "
            "this is not the plan that was reviewed. This phase writes nothing before "
            "it.",
        ),
        _code("phase.approve()"),
        _text(
            "Apply",
            "All rows of this phase and its line of the ledger in one transaction, or "
            "nothing.",
        ),
        _code("display(*phase.apply())"),
        _text(
            "Did it land?",
            "The database is read again and held against the plan.",
        ),
        _code("phase.prove()"),
        _code("phase.finish()"),
    ]


def notebook(phase: Phase) -> str:
    """The text of the notebook of *phase*, as it is stored."""
    made = v4.new_notebook(cells=cells(phase))
    made.metadata = METADATA
    for number, cell in enumerate(made.cells):
        cell.id = f"{phase.number:02d}-{number:02d}"
    return f"{v4.writes(made)}\n"


def _head(phase: Phase) -> Any:
    title, *sentences = HEADS[phase.name]
    words = ("Reads", "Writes", "Needs", "Stops if")
    lines = [f"**{w}** {s}" for w, s in zip(words, sentences, strict=True)]
    text = "  \n".join(lines)
    return v4.new_markdown_cell(f"# {phase.number:02d} {title}\n\n{text}")


def _parameters(phase: Phase) -> str:
    return "\n".join([SHARED, *map(_declared, parameters(phase).values())])


def _declared(limit: Parameter) -> str:
    one, *others = map(registry.noun, limit.tables)
    told = _on_notes(limit).get(limit.gate) or GATES[limit.gate].format(
        rows="rows" if others else one
    )
    each = ", of each table" if others else ""
    kind = type(limit.default).__name__
    return f"{limit.name}: {kind} = {limit.default}  # {told}{each}"


def _on_notes(limit: Parameter) -> dict[str, str]:
    tables = map(registry.named, limit.tables)
    return {gate.name: gate.what for table in tables for gate in table.note_gates}


def _opening(phase: Phase) -> str:
    gates = "\n".join(f'        "{name}": {name},' for name in parameters(phase))
    return f"""\
from reimport_lib.phases.notebook import open_phase

phase = open_phase(
    "{phase.name}",
    run_id=run_id,
    sample_rows=sample_rows,
    reveal=reveal,
    gates={{
{gates}
    }},
)
phase.card()"""


def _text(question: str, answer: str) -> Any:
    return v4.new_markdown_cell(f"## {question}\n\n{answer}")


def _code(source: str, *tags: str) -> Any:
    metadata = {"tags": list(tags)} if tags else {}
    return v4.new_code_cell(source, metadata=metadata)


def main() -> None:
    for phase in DATA_PHASES:
        (FOLDER / phase.notebook).write_text(notebook(phase))


if __name__ == "__main__":
    main()
