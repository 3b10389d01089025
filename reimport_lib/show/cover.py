"""``report.html``: the cover of a run, for whoever has to say yes to it.

Imports verdict, charts and tables. It shows only what ``run.json`` and the
outcomes files hold: counts, codes, row numbers and digests; no field of any record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reimport_lib.checks import Check
from reimport_lib.plan.codes import SOURCE_OUTCOMES
from reimport_lib.plan.decide import Link
from reimport_lib.plan.gates import Gates
from reimport_lib.record.status import Status
from reimport_lib.show import deletion_words
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
from reimport_lib.show.verdict import (
    all_checks,
    deleted_tables,
    deletions,
    is_rehearsal,
    only_planned,
    source_tables,
    tables,
    verdict,
)
from reimport_lib.show.waiting import Json
from reimport_lib.show.words import (
    OUTCOME_SENTENCES,
    code_meaning,
    count,
    duration,
    equation,
    link_noun,
    note_meaning,
    noun,
)
from reimport_lib.tables import registry

IMPORTING = frozenset(table.phase for table in registry.by_name().values())


def render(manifest: Mapping[str, Any], folder: Path) -> str:
    """
    The cover as one HTML document that asks no other host for anything.

    Args:
        manifest: ``run.json``, read.
        folder: of the run: the outcomes files give example row numbers, and exported
            notebooks that lie in it are linked.
    """
    kind = "Rehearsal" if is_rehearsal(manifest) else "Import"
    title = f"{kind} {manifest['run_id']}"
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
        title=title,
        card=header_card(manifest),
        verdict=verdict(manifest),
        sections=sections,
    )


def _nothing_planned(manifest: Json) -> str:
    if not {entry["name"] for entry in manifest["phases"]} & IMPORTING:
        return "No phase of this run imports data."
    yet = "" if manifest["status"] == Status.REFUSED else " yet"
    return f"No phase that imports data has planned anything{yet}."


def _data(manifest: Json) -> list[Element]:
    found = source_tables(manifest)
    if not found:
        return [Sentence(_nothing_planned(manifest))]
    applied = not is_rehearsal(manifest) and manifest["status"] == "succeeded"
    rows: list[tuple[Cell, ...]] = []
    planned = only_planned(manifest)
    for name, counts in tables(manifest).items():
        total = sum(counts.get(outcome, 0) for outcome in SOURCE_OUTCOMES)
        blank = counts.get("blank_rows", 0)
        terms = equation(counts, total)
        terms += " (planned; its phase is not done)" if name in planned else ""
        rows.append((noun(name), terms, count(blank) if blank else ""))
    balance = Grid(
        "Every row in exactly one outcome",
        ("table", "rows = outcomes", "blank rows"),
        tuple(rows),
        right=frozenset({"blank rows"}),
    )
    return [outcome_overview(found, applied=applied), balance]


def _links(manifest: Json) -> list[Element]:
    rates = [
        Link(
            f"{noun(table)}: {link_noun(link['name'])}",
            int(link["found"]),
            int(link["named"]),
            bool(link.get("checked", True)),
        )
        for phase in manifest.get("phases", ())
        for table, links in phase.get("links", {}).items()
        for link in links
    ]
    floors = {
        f"{noun(table)}: {link_noun(link)}": floor
        for table in tables(manifest)
        for link, floor in link_floors(table, _gates(manifest)).items()
    }
    return [match_rates("", rates, floors)] if rates else []


def _gates(manifest: Json) -> Gates:
    """The limits of the run: those set by hand, and the defaults."""
    given = manifest.get("parameters", {}).get("gates", {})
    places = {str(place).partition("."): float(value) for place, value in given.items()}
    return Gates({(table, name): value for (table, _, name), value in places.items()})


def _deletions(manifest: Json) -> list[Element]:
    facts = deletions(manifest)
    if facts is None:
        return []
    told = deletion_words.finding(facts)
    pairs = deleted_tables(manifest)
    drawn = deletion_bars(pairs, told) if pairs else Sentence(f"{told}.")
    rows: list[tuple[Cell, ...]] = [
        (noun(name), code, count(number), *code_meaning(code))
        for phase in manifest["phases"]
        if phase["name"] == "delete"
        for name, counts in phase.get("tables", {}).items()
        for code, number in counts.get("reasons", {}).items()
    ]
    kept = Grid(
        "Looked at and kept",
        ("table", "reason", "records", "what it means", "what to do"),
        tuple(rows),
        right=frozenset({"records"}),
        empty="no record.",
    )
    return [drawn, kept]


def _notes(manifest: Json) -> list[Element]:
    rows: list[tuple[Cell, ...]] = [
        (noun(name), code, count(number), *note_meaning(code))
        for name, counts in tables(manifest).items()
        for code, number in counts.get("notes", {}).items()
    ]
    caption = "By table and note"
    heads = ("table", "note", "rows", "what it means", "what to do")
    return (
        [Grid(caption, heads, tuple(rows), right=frozenset({"rows"}))] if rows else []
    )


def _checks(manifest: Json) -> list[Element]:
    found = [
        Check.from_json({**check, "name": f"{phase}: {check['name']}"})
        for phase, check in all_checks(manifest)
    ]
    past = manifest["status"] == Status.ROLLED_BACK
    return [checks_stack(found, past=past)] if found else []


def _phases(manifest: Json, folder: Path) -> list[Element]:
    rows: list[tuple[Cell, ...]] = []
    for phase in manifest.get("phases", ()):
        number, name = int(phase["number"]), str(phase["name"])
        report = f"{number:02d}_{name.replace('-', '_')}.html"
        target = report if (folder / report).is_file() else ""
        seconds = float(phase.get("seconds") or 0)
        rows.append(
            (
                str(number),
                PageLink(name, target),
                status_badge(str(phase["status"])),
                duration(seconds) if seconds else "",
                str(phase.get("error") or ""),
            )
        )
    total = float(manifest.get("seconds") or 0)
    heads = ("n", "phase", "state", "took", "what stopped it")
    used = [place for place in range(len(heads)) if any(row[place] for row in rows)]
    return [
        Grid(
            "Each phase has its notebook",
            tuple(heads[place] for place in used),
            tuple(tuple(row[place] for place in used) for row in rows),
            right=frozenset({"took"}),
            foot=f"The whole run: {duration(total)}." if total else "",
        )
    ]


def _words() -> list[Element]:
    outcomes = tuple(
        (outcome_badge(name), text) for name, text in OUTCOME_SENTENCES.items()
    )
    return [Grid("The outcomes", ("outcome", "the row"), outcomes), status_words()]
