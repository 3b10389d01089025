"""``report.html`` of a run that undoes another: what went back, what stays, and why.

Imports facts, words, charts and tables. It shows only what ``run.json`` holds: counts,
codes and names of fields; the rows themselves are in the notebook beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reimport_lib.counting import verb
from reimport_lib.errors import message_and_hint
from reimport_lib.plan.undo import Fate, Finding
from reimport_lib.record.manifest import Manifest
from reimport_lib.record.status import Status
from reimport_lib.show import changes_tables, leak_words, undo_plans
from reimport_lib.show.figured import figure, joined, tell
from reimport_lib.show.html import Badge, Element, Grid, PageLink, from_template
from reimport_lib.show.next_steps import Step, advised
from reimport_lib.show.provenance import provenance
from reimport_lib.show.results import Card
from reimport_lib.show.undo_words import Nouns
from reimport_lib.show.verdict import RunVerdict
from reimport_lib.show.words import STATUSES, saying, took

PAGE = "undo.html"


def render(manifest: Manifest, folder: Path, nouns: Nouns) -> str:
    """
    The cover as one HTML document that asks no other host for anything.

    Args:
        manifest: ``run.json`` of a run that undoes.
        nouns: model -> what its rows are called, of every model that is told.
    """
    record = manifest["undo"]
    counts = {model: of for model, of in record["counts"].items() if model in nouns}
    staying = {
        (each["model"], Finding(Fate(each["outcome"]), each["why"], each["what"])): (
            each["rows"]
        )
        for each in record.get("stays", ())
    }
    done = manifest["status"] == Status.SUCCEEDED
    sections: list[tuple[str, Sequence[Element]]] = [
        (
            "What went back" if done else "What was to go back",
            [
                undo_plans.fates_chart(counts, nouns, done=done),
                undo_plans.fates_table(counts, nouns, done=done),
            ],
        ),
        ("What stays, and why", [undo_plans.staying_table(staying, nouns)]),
        ("What changes, field by field", changes_tables.section(folder)),
        ("Row by row, with values", [_pages(folder)]),
        ("Who confirmed it", [confirmation_table(manifest)]),
        ("What this report rests on", provenance(manifest)),
    ]
    return from_template(
        "cover.j2",
        title=f"Undo {manifest['run_id']}",
        heading=f"Undo of {manifest['undo']['of']}",
        card=card(manifest),
        verdict=verdict(manifest, counts),
        actions=(),
        sections=sections,
    )


def card(manifest: Manifest) -> Card:
    """Which run undoes which, and where."""
    record = manifest["undo"]
    facts = [
        ("Run", manifest["run_id"]),
        ("Undoes", record["of"]),
        ("Database", manifest["database"]["name"]),
        *((name.capitalize(), value) for name, value in record["narrowed"].items()),
    ]
    return Card(manifest["mode"], facts)


def confirmation_table(manifest: Manifest) -> Grid:
    """The word of the plan, and who said it."""
    said = manifest["confirmed"]
    return Grid(
        "The gate",
        ("condition", "verdict", "word", "by", "how", "at"),
        [
            (
                "confirm",
                Badge("given", "✓", "good"),
                said["word"],
                said["by"],
                said["how"],
                said["at"],
            )
        ],
    )


def ending(manifest: Manifest) -> str:
    """How it ended, in a sentence or two."""
    run_id, of = manifest["run_id"], manifest["undo"]["of"]
    if manifest["status"] == Status.SUCCEEDED:
        seconds = took(manifest.get("seconds", 0))
        return (
            f"Undone by {run_id}{f' in {seconds}' if seconds else ''}, in one"
            f" transaction. Back to what it was: reimport undo {run_id}."
        )
    if manifest["status"] == Status.ROLLED_BACK:
        return f"Undone by {run_id}, and then the database was put back by a backup."
    why, _ = message_and_hint(manifest.get("error", ""))
    return f"Nothing of {of} was undone, and nothing was written. Why: {why}"


def verdict(manifest: Manifest, counts: undo_plans.Fates) -> RunVerdict:
    """The verdict on an undo: how much went back, and what stays."""
    status, record = manifest["status"], manifest["undo"]
    said = saying(STATUSES, status)
    if status == Status.SUCCEEDED:
        told = undo_plans.finding(counts, done=True)
        sentences = filter(
            None,
            (
                _stays(counts),
                _narrowed(manifest),
                ending(manifest),
                leak_words.scanned(manifest),
            ),
        )
        lead: str = tell("The undo of {} succeeded: {}.", record["of"], told)
        step = Step(command="reimport run --dry-run")
        return RunVerdict(said.tone, said.sign, lead, tuple(sentences), step)
    lead = f"The undo of {record['of']} is {said.word.lower()}."
    _, hint = message_and_hint(manifest.get("error", ""))
    step = Step(command=advised(hint) or f"reimport undo {record['of']} --plan")
    stays = tuple(filter(None, (ending(manifest), leak_words.scanned(manifest))))
    return RunVerdict(said.tone, said.sign, lead, stays, step)


def _stays(counts: undo_plans.Fates) -> str:
    """How many rows stay or were gone already."""
    every = {str(f): sum(of[str(f)] for of in counts.values()) for f in Fate}
    kept, blocked = every[str(Fate.KEPT)], every[str(Fate.BLOCKED)]
    told = []
    if stay := kept + blocked:
        told.append(
            tell(
                "{} {}, in whole or in part: {} changed since, {} blocked; why stands"
                " below, every row in undo.csv.",
                figure(stay, "undo", "all", "stays", of="row"),
                verb(stay, "stays", "stay"),
                figure(kept, "undo", "all", str(Fate.KEPT)),
                figure(blocked, "undo", "all", str(Fate.BLOCKED)),
            )
        )
    if absent := every[str(Fate.ABSENT)]:
        told.append(
            tell(
                "{} {} gone already, or back already.",
                figure(absent, "undo", "all", str(Fate.ABSENT), of="row"),
                verb(absent, "was", "were"),
            )
        )
    return joined(" ", told)


def _narrowed(manifest: Manifest) -> str:
    meant = manifest["undo"]["narrowed"]
    if not meant:
        return ""
    told = ", ".join(f"{name} {value}" for name, value in meant.items())
    return f"Only a part of the run was meant: {told}."


def _pages(folder: Path) -> Grid:
    rows = [
        (
            PageLink.to("undo", folder / PAGE),
            "the first rows of each kind, before the run, when undone and after it;"
            " values are masked",
        )
    ]
    return Grid(
        "The notebook of this run",
        ("page", "shows"),
        rows,
        foot="Every row and field with its outcome: undo.csv in the folder of the run.",
    )
