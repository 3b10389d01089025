"""``report.html``: the cover of a run, for whoever has to say yes to it.

Imports facts, verdict, charts and tables. It shows only what ``run.json`` and the
outcomes files hold: counts, codes, row numbers and digests; no field of any record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from reimport_lib.checks import Check
from reimport_lib.plan.decide import Link
from reimport_lib.plan.gates import Gates
from reimport_lib.record.manifest import Manifest
from reimport_lib.record.status import Status
from reimport_lib.show import deletion_words, run_facts
from reimport_lib.show.attempts import attempts_table
from reimport_lib.show.badges import outcome_badge, status_badge
from reimport_lib.show.charts import deletion_bars, match_rates, outcome_overview
from reimport_lib.show.html import (
    Cell,
    Element,
    Grid,
    PageLink,
    Sentence,
    from_template,
)
from reimport_lib.show.provenance import provenance
from reimport_lib.show.rejected_rows import rejected_rows_report
from reimport_lib.show.results import (
    checks_stack,
    header_card,
    link_floors,
    status_words,
)
from reimport_lib.show.verdict import verdict
from reimport_lib.show.words import (
    OUTCOMES,
    code_meaning,
    count,
    equation,
    link_noun,
    note_meaning,
    noun,
    took,
)
from reimport_lib.tables import registry

IMPORTING = frozenset(table.phase for table in registry.by_name().values())


def render(manifest: Manifest, folder: Path) -> str:
    """
    The cover as one HTML document that asks no other host for anything.

    Args:
        manifest: ``run.json``, read.
        folder: of the run: the outcomes files give example row numbers, and exported
            notebooks that lie in it are linked.
    """
    kind = "Rehearsal" if run_facts.is_rehearsal(manifest) else "Import"
    sections: list[tuple[str, Sequence[Element]]] = [
        ("What becomes of the data", _data(manifest)),
        ("What does not come in, and why", rejected_rows_report(manifest, folder)),
        ("Who the rows belong to", _links(manifest)),
        ("What is deleted", _deletions(manifest)),
        ("Values changed or doubted on the way in", _notes(manifest)),
        ("Checks", _checks(manifest)),
        ("The phases", _phases(manifest, folder)),
        ("Attempts", attempts_table(manifest, folder)),
        ("What this report rests on", provenance(manifest)),
        ("How to read it", _words()),
    ]
    return from_template(
        "cover.j2",
        title=f"{kind} {manifest['run_id']}",
        card=header_card(manifest),
        verdict=verdict(manifest),
        sections=sections,
    )


def _data(manifest: Manifest) -> list[Element]:
    found = run_facts.source_tables(run_facts.tables(manifest))
    if not found:
        return [Sentence(_nothing_planned(manifest))]
    planned = run_facts.only_planned(manifest)
    rows = []
    for name, counts in run_facts.tables(manifest).items():
        terms = equation(run_facts.by_outcome(counts))
        terms += " (planned; its phase is not done)" if name in planned else ""
        blank = counts.get("blank_rows", 0)
        rows.append((noun(name), terms, count(blank) if blank else ""))
    balance = Grid(
        "Every row in exactly one outcome",
        ("table", "rows = outcomes", "blank rows"),
        rows,
        right=("blank rows",),
    )
    is_in = manifest["status"] == Status.SUCCEEDED
    applied = is_in and not run_facts.is_rehearsal(manifest)
    return [outcome_overview(found, applied=applied), balance]


def _nothing_planned(manifest: Manifest) -> str:
    if not {phase["name"] for phase in manifest["phases"]} & IMPORTING:
        return "No phase of this run imports data."
    yet = "" if manifest["status"] == Status.REFUSED else " yet"
    return f"No phase that imports data has planned anything{yet}."


def _links(manifest: Manifest) -> list[Element]:
    rates = [
        Link(
            f"{noun(table)}: {link_noun(link['name'])}",
            link["found"],
            link["named"],
            link.get("checked", True),
        )
        for phase in manifest["phases"]
        for table, links in phase.get("links", {}).items()
        for link in links
    ]
    limits = Gates(manifest["parameters"].get("gates", {}))
    floors = {
        f"{noun(table)}: {link_noun(link)}": floor
        for table in run_facts.tables(manifest)
        for link, floor in link_floors(table, limits).items()
    }
    return [match_rates("", rates, floors)] if rates else []


def _deletions(manifest: Manifest) -> list[Element]:
    phase = run_facts.deletion(manifest)
    if phase is None:
        return []
    deleted, reasons = run_facts.deleted_and_kept(phase)
    slate = run_facts.is_clean_slate(manifest)
    told = deletion_words.finding(deleted, reasons, clean_slate=slate)
    pairs = run_facts.deleted_tables(phase)
    drawn = deletion_bars(pairs, told) if pairs else Sentence(f"{told}.")
    kept = Grid(
        "Looked at and kept",
        ("table", "reason", "records", "what it means", "what to do"),
        [
            (noun(name), code, count(number), *code_meaning(code))
            for name, counts in phase["tables"].items()
            for code, number in counts.get("reasons", {}).items()
        ],
        right=("records",),
        empty="no record.",
    )
    return [drawn, kept]


def _notes(manifest: Manifest) -> list[Element]:
    heads = ("table", "note", "rows", "what it means", "what to do")
    rows = [
        (noun(name), code, count(number), *note_meaning(code))
        for name, counts in run_facts.tables(manifest).items()
        for code, number in counts.get("notes", {}).items()
    ]
    return [Grid("By table and note", heads, rows, right=("rows",))] if rows else []


def _checks(manifest: Manifest) -> list[Element]:
    found = [
        replace(Check.from_json(check), name=f"{phase['name']}: {check['name']}")
        for phase in manifest["phases"]
        for check in phase["checks"]
    ]
    past = run_facts.is_taken_back(manifest)
    return [checks_stack(found, past=past)] if found else []


def _phases(manifest: Manifest, folder: Path) -> list[Element]:
    rows: list[tuple[Cell, ...]] = []
    for phase in manifest["phases"]:
        number, name = phase["number"], phase["name"]
        page = folder / f"{number:02d}_{name.replace('-', '_')}.html"
        rows.append(
            (
                str(number),
                PageLink.to(name, page),
                status_badge(phase["status"]),
                took(phase["seconds"]),
                phase.get("error", ""),
            )
        )
    heads = ("n", "phase", "state", "took", "what stopped it")
    used = [place for place in range(len(heads)) if any(row[place] for row in rows)]
    whole = took(manifest.get("seconds", 0))
    return [
        Grid(
            "Each phase has its notebook",
            [heads[place] for place in used],
            [[row[place] for place in used] for row in rows],
            right=("took",),
            foot=f"The whole run: {whole}." if whole else "",
        )
    ]


def _words() -> list[Element]:
    rows = [(outcome_badge(name), said.sentence) for name, said in OUTCOMES.items()]
    return [Grid("The outcomes", ("outcome", "the row"), rows), status_words()]
