"""``report.html``: the cover of a run, for whoever has to say yes to it.

Imports facts, verdict, charts and tables. It shows only what ``run.json`` and the
outcomes files hold: counts, codes, row numbers and digests; no field of any record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from reimport_lib.checks import Check, Verdict
from reimport_lib.plan.codes import SOURCE_OUTCOMES
from reimport_lib.plan.decide import Link
from reimport_lib.plan.gates import Gates
from reimport_lib.plan.signoffs import OpenedLimit
from reimport_lib.record.manifest import Manifest
from reimport_lib.record.status import Status
from reimport_lib.show import (
    changes_tables,
    deletion_words,
    instead,
    run_facts,
    sampled,
    worklist,
)
from reimport_lib.show.attempts import attempts_table
from reimport_lib.show.badges import outcome_badge, status_badge
from reimport_lib.show.charts import deletion_bars, match_rates, outcome_overview
from reimport_lib.show.figured import figure
from reimport_lib.show.html import (
    Cell,
    Element,
    Grid,
    PageLink,
    Sentence,
    from_template,
)
from reimport_lib.show.last_time import (
    LAST_TIME,
    LastTime,
    beside,
    changed,
    took_last_time,
)
from reimport_lib.show.provenance import provenance
from reimport_lib.show.rejected_rows import rejected_rows_report
from reimport_lib.show.replanned import replanned_rows
from reimport_lib.show.results import (
    checks_stack,
    header_card,
    link_floors,
    status_words,
)
from reimport_lib.show.signoffs import opened_limits
from reimport_lib.show.verdict import verdict
from reimport_lib.show.words import (
    OUTCOMES,
    code_meaning,
    equation,
    link_noun,
    note_meaning,
    noun,
    took,
)
from reimport_lib.tables import registry

LIST_HINT = "load the list with `reimport load-config`, and rehearse again"
IMPORTING = frozenset(table.phase for table in registry.by_name().values())


Sections = list[tuple[str, Sequence[Element]]]
_CHECKS = "Checks"


def render(manifest: Manifest, folder: Path, earlier: Sequence[Manifest] = ()) -> str:
    """
    The cover as one HTML document that asks no other host for anything.

    Args:
        manifest, folder, earlier: as of ``sections``.
    """
    return page(manifest, sections(manifest, folder, earlier))


def sections(
    manifest: Manifest, folder: Path, earlier: Sequence[Manifest] = ()
) -> Sections:
    """
    What stands below the verdict; drawing it takes most of the time.

    Args:
        manifest: ``run.json``, read.
        folder: of the run: the outcomes files give example row numbers, and exported
            notebooks that lie in it are linked.
        earlier: runs before it of which people looked at samples.
    """
    last = LastTime.read(folder)
    return [
        ("What is otherwise than it was reviewed", replanned_rows(manifest, folder)),
        ("What is otherwise than the last time", changed(last, manifest)),
        ("What becomes of the data", _data(manifest, last)),
        ("What changes, field by field", changes_tables.section(folder)),
        (
            "What does not come in, and why",
            rejected_rows_report(manifest, folder, last),
        ),
        ("Where it is instead", instead.where_instead(manifest)),
        (worklist.HEADING, worklist.report(manifest)),
        ("Who the rows belong to", _links(manifest)),
        ("What is deleted", _deletions(manifest)),
        ("Values changed or doubted on the way in", _notes(manifest, last)),
        ("Limits that people opened", opened_limits(manifest)),
        ("What was not checked, and why", _not_checked(manifest)),
        (_CHECKS, _checks(manifest)),
        ("What people found by eye", sampled.report([*earlier, manifest])),
        ("The phases", _phases(manifest, folder, last)),
        ("Attempts", attempts_table(manifest, folder)),
        ("What this report rests on", provenance(manifest)),
        ("How to read it", _words()),
    ]


def draw(manifest: Manifest) -> None:
    """
    Draw what will stand on the cover once the run has succeeded, if it does.

    The charts are remembered (``drawing.drawn_once``), for the page that is written.
    """
    once: Manifest = {**manifest, "status": Status.SUCCEEDED}
    for charts in (_links, _deletions):
        charts(once)
    _data(once, None)


def page(manifest: Manifest, made: Sections) -> str:
    """The document of the sections *made* before, with the checks of *manifest*."""
    kind = "Rehearsal" if run_facts.is_rehearsal(manifest) else "Import"
    begun = run_facts.when(manifest, manifest.get("created_at", ""))
    now = [(head, _checks(manifest) if head == _CHECKS else of) for head, of in made]
    return from_template(
        "cover.j2",
        title=f"{kind} {manifest['run_id']}",
        heading=f"{kind} of {begun}" if begun else kind,
        card=header_card(manifest),
        verdict=verdict(manifest),
        actions=worklist.by_action(manifest),
        worklist=worklist.HEADING,
        sections=now,
    )


def _data(manifest: Manifest, last: LastTime | None) -> list[Element]:
    found = run_facts.source_tables(run_facts.tables(manifest))
    if not found:
        return [Sentence(_nothing_planned(manifest))]
    planned = run_facts.only_planned(manifest)
    rows = []
    for name, counts in run_facts.tables(manifest).items():
        terms: str = equation(name, run_facts.by_outcome(counts))
        terms += " (planned; its phase is not done)" if name in planned else ""
        blank = counts.get("blank_rows", 0)
        total = sum(run_facts.by_outcome(counts).values())
        then = beside(last, name, SOURCE_OUTCOMES, total)
        left = figure(blank, name, "blank_rows") if blank else ""
        rows.append((noun(name), terms, left, then))
    balance = Grid.of_filled(
        "Every row in exactly one outcome",
        ("table", "rows = outcomes", "blank rows", "rows last time"),
        rows,
        right=("blank rows", "rows last time"),
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
    rates, places = [], {}
    for phase in manifest["phases"]:
        for table, links in phase.get("links", {}).items():
            for link in links:
                name = f"{noun(table)}: {link_noun(link['name'])}"
                checked = link.get("checked", True)
                rates.append(Link(name, link["found"], link["named"], checked))
                places[name] = (table, "links", link["name"])
    signed = tuple(map(OpenedLimit.from_json, manifest.get("signoffs", [])))
    limits = Gates(manifest["parameters"].get("gates", {}), signed)
    floors = {
        f"{noun(table)}: {link_noun(link)}": floor
        for table in run_facts.tables(manifest)
        for link, floor in link_floors(table, limits).items()
    }
    return [match_rates("", rates, floors, places)] if rates else []


def _deletions(manifest: Manifest) -> list[Element]:
    phase = run_facts.deletion(manifest)
    if phase is None:
        return []
    deleted, reasons = run_facts.deleted_and_kept(phase)
    slate = run_facts.is_clean_slate(manifest)
    told = deletion_words.finding(deleted, reasons, clean_slate=slate)
    pairs = run_facts.deleted_tables(phase)
    drawn = deletion_bars(pairs, told) if pairs else Sentence(told + ".")
    kept = Grid(
        "Looked at and kept",
        ("table", "reason", "records", "what it means", "what to do"),
        [
            (noun(name), code, figure(number, name, "kept", code), *code_meaning(code))
            for name, counts in phase["tables"].items()
            for code, number in counts.get("reasons", {}).items()
        ],
        right=("records",),
        empty="no record.",
    )
    return [drawn, kept]


def _notes(manifest: Manifest, last: LastTime | None) -> list[Element]:
    heads = ("table", "note", "rows", LAST_TIME, "what it means", "what to do")
    rows = [
        (
            noun(name),
            code,
            figure(number, name, "notes", code),
            beside(last, name, (f"note {code}",), number),
            *note_meaning(code),
        )
        for name, counts in run_facts.tables(manifest).items()
        for code, number in counts.get("notes", {}).items()
    ]
    if not rows:
        return []
    right = ("rows", LAST_TIME)
    return [Grid.of_filled("By table and note", heads, rows, right=right)]


def _found(manifest: Manifest) -> list[Check]:
    """Every check, named with its phase."""
    return [
        replace(Check.from_json(check), name=f"{phase['name']}: {check['name']}")
        for phase in manifest["phases"]
        for check in phase["checks"]
    ]


def _not_checked(manifest: Manifest) -> list[Element]:
    """What nobody can say of this run, which no other check makes good for."""
    rows = [
        (check.name, check.actual, check.hint)
        for check in _found(manifest)
        if check.verdict is Verdict.COULD_NOT_CHECK
    ]
    rows += [
        (f"{noun(table)}: {link_noun(link['name'])}", "the list is empty", LIST_HINT)
        for phase in manifest["phases"]
        for table, links in phase.get("links", {}).items()
        for link in links
        if not link.get("checked", True)
    ]
    rows += [
        (f"{phase['name']}: all of it", f"the phase is {phase['status']}", "")
        for phase in manifest["phases"]
        if phase["status"] == Status.PENDING
    ]
    if not rows:
        return []
    heads = ("what", "why not", "what to do")
    return [Grid.of_filled("No other check makes good for these", heads, rows)]


def _checks(manifest: Manifest) -> list[Element]:
    found = _found(manifest)
    found += map(Check.from_json, run_facts.checks_of_run(manifest))
    past = run_facts.is_taken_back(manifest)
    return [checks_stack(found, ("run",), past=past)] if found else []


def _phases(manifest: Manifest, folder: Path, last: LastTime | None) -> list[Element]:
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
                took_last_time(last, name),
                phase.get("error", ""),
            )
        )
    whole = took(manifest.get("seconds", 0))
    return [
        Grid.of_filled(
            "Each phase has its notebook",
            ("n", "phase", "state", "took", LAST_TIME, "what stopped it"),
            rows,
            right=("took", LAST_TIME),
            foot=f"The whole run: {whole}." if whole else "",
        )
    ]


def _words() -> list[Element]:
    rows = [(outcome_badge(name), said.sentence) for name, said in OUTCOMES.items()]
    return [Grid("The outcomes", ("outcome", "the row"), rows), status_words()]
