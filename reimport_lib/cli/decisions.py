"""``reimport decisions``: what waits for somebody to decide, and their rulings."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from reimport_lib import printing
from reimport_lib.config import Settings, load_settings
from reimport_lib.counting import several
from reimport_lib.errors import Refused, UsageError
from reimport_lib.execute import filled_in, row_decisions
from reimport_lib.phases import asked
from reimport_lib.phases.asked import Asked
from reimport_lib.plan.codes import Note
from reimport_lib.printing import Heading, say
from reimport_lib.private_files import write_private
from reimport_lib.record import runs
from reimport_lib.record.clock import now
from reimport_lib.record.run import Run
from reimport_lib.show.masking import Masking
from reimport_lib.tables.merging import Policy
from reimport_lib.write import bind, fence
from reimport_lib.write import decisions as rulings
from reimport_lib.write.decisions import PersonsRuling

COLUMNS = (
    *("table", "key", "row", "field", "filemaker_then", "filemaker_now"),
    *("backend_now", "decision", "by", "remark"),
)
NOT_KEPT = "(not kept)"
_WORDS = ", ".join(Policy)

PlaceAsked = tuple[str, str, str]
Rulings = Mapping[PlaceAsked, PersonsRuling]


class _OrFile(click.Group):
    """A group of commands, to which a file may be given instead of one: it is read."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        place = next((n for n, word in enumerate(args) if _is_file(word)), None)
        if place is not None and not any(word in self.commands for word in args):
            args = [*args[:place], "read", *args[place:]]
        return super().parse_args(ctx, args)


def _is_file(word: str) -> bool:
    return Path(word).suffix.casefold() in (".csv", ".xlsx", ".xlsm")


@click.group(cls=_OrFile, invoke_without_command=True)
@click.option("--run", "run_id", default="", help="Of this run; else of the newest.")
@click.option("--reveal", is_flag=True, help="Show the values and keys themselves.")
@click.option("--json", "as_json", is_flag=True, help="For a program: decided ones.")
@click.pass_context
def decisions(context: click.Context, run_id: str, reveal: bool, as_json: bool) -> None:
    """List what FileMaker and people both changed and nobody has decided yet."""
    if context.invoked_subcommand is None:
        settings = load_settings()
        run = _run(settings, run_id)
        questions, held = _open(settings, run)
        decided = len(held)
        mask = Masking(runs.pseudonym_key(settings), reveal)
        if as_json:
            say(json.dumps(list(_decided(run, held, mask))))
            return
        printing.say_table(
            [Heading(name) for name in COLUMNS[:7]],
            [_line(each, mask) for each in questions],
        )
        say(
            f"{several(len(questions), 'question')} of {run.run_id}"
            f" {'waits' if len(questions) == 1 else 'wait'} for a decision; {decided:,}"
            " decided. What the backend has stays until then."
        )
        say("Decide them in a sheet: reimport decisions export FILE.csv")


@decisions.command(name="export")
@click.argument("path", metavar="FILE.csv", type=click.Path(path_type=Path))
@click.option("--run", "run_id", default="", help="Of this run; else of the newest.")
@click.option("--reveal", is_flag=True, help="Write the values and keys themselves.")
def export(path: Path, run_id: str, reveal: bool) -> None:
    """Write them to FILE.csv, with columns to fill in: decision, by, remark."""
    settings = load_settings()
    run = _run(settings, run_id)
    questions, _ = _open(settings, run)
    mask = Masking(runs.pseudonym_key(settings), reveal)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((*_line(each, mask), "", "", "") for each in questions)
    write_private(path, buffer.getvalue())
    say(f"{several(len(questions), 'question')} of {run.run_id} in {path}")
    say(f"Fill in decision ({_WORDS}), by and remark: reimport decisions read {path}")


@decisions.command(name="read")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--run", "run_id", default="", help="Of this run; else of the newest.")
@click.option("--by", default="", help="Who decides, where a line does not say it.")
def read(path: Path, run_id: str, by: str) -> None:
    """
    Enter the decisions of FILE: all of them, or none where one is wrong.

    FILE is a sheet of export, or the worklist of a run (.xlsx or .csv).
    """
    settings = load_settings()
    if filled_in.is_worklist(path):
        found = row_decisions.read(settings, path, by=by)
        said = f"{several(found.decided, 'decision')} in {path}, {found.new:,} new."
        say(f"{said} The next report knows them.")
        if found.rulings:
            say("A review from before is for another plan: reimport run --dry-run")
        return
    run = _run(settings, run_id)
    entered = list(_filled_in(path, _by_place(settings, run), run.run_id, by))
    _enter(settings, entered)


@decisions.command(name="set")
@click.argument("table")
@click.argument("key")
@click.argument("field")
@click.argument("ruling", type=click.Choice([policy.value for policy in Policy]))
@click.option("--by", required=True, help="Who decides.")
@click.option("--why", default="", help="For what reason.")
@click.option("--run", "run_id", default="", help="Of this run; else of the newest.")
def set_one(
    table: str, key: str, field: str, ruling: str, by: str, why: str, run_id: str
) -> None:
    """Decide one: FIELD of the row KEY of TABLE, as they are listed."""
    settings = load_settings()
    run = _run(settings, run_id)
    question = _by_place(settings, run).get((table, key, field))
    if question is None:
        raise UsageError(
            f"{run.run_id} asks nothing about {table}.{field} of such a row.",
            hint="reimport decisions",
            id="R378",
        )
    _enter(settings, [_ruling(question, ruling, by, why, run.run_id)])


def _run(settings: Settings, run_id: str) -> Run:
    """The run that is meant: the newest that asked something, else the newest."""
    if run_id:
        return runs.load(settings, run_id)
    readable, _ = runs.found(settings)
    asking = [run for run in readable if (run.folder / asked.FOLDER).is_dir()]
    if not readable:
        raise Refused(
            "No run has asked anything.", hint="reimport run --dry-run", id="R379"
        )
    return (asking or readable)[-1]


def _open(settings: Settings, run: Run) -> tuple[list[Asked], Rulings]:
    """What *run* asked and nobody has decided since, and all that is decided."""
    bind.bind_real(settings)
    held = {
        (one.table, one.key, one.field): one
        for one in rulings.newest()
        if one.ruling is not Policy.ASK
    }
    bind.close()
    return [each for each in _waits(run) if _ruling_on(each, held) is None], held


def _waits(run: Run) -> Iterator[Asked]:
    return (each for each in asked.read(run) if each.note == Note.CONFLICT)


def _ruling_on(question: Asked, held: Rulings) -> PersonsRuling | None:
    """The ruling of *held* that settles *question*: of what FileMaker says now."""
    one = held.get((question.table, question.key, question.field))
    return one if one and one.source_digest == question.source_digest else None


def _decided(run: Run, held: Rulings, mask: Masking) -> Iterator[dict[str, str]]:
    """What *run* left open and is decided: by whom, how and when."""
    for each in _waits(run):
        if one := _ruling_on(each, held):
            yield {
                "table": each.table,
                "key": mask.key(each.key),
                "field": each.field,
                "ruling": one.ruling,
                "by": one.decided_by,
                "at": one.decided_at.isoformat(),
            }


def _by_place(settings: Settings, run: Run) -> dict[PlaceAsked, Asked]:
    """(table, key or its pseudonym, field) -> what *run* asked, settled or not."""
    mask = Masking(runs.pseudonym_key(settings))
    return {
        (each.table, key, each.field): each
        for each in asked.read(run)
        for key in (each.key, mask.key(each.key))
    }


def _line(each: Asked, mask: Masking) -> tuple[str, ...]:
    def shown(text: str | None) -> str:
        if text is None:
            return NOT_KEPT
        return mask.value(each.table, each.field, text)

    where = (each.table, mask.key(each.key), str(each.row or ""), each.field)
    texts = (each.then, each.filemaker, each.backend)
    return (*where, *map(shown, texts))


def _filled_in(
    path: Path, questions: Mapping[PlaceAsked, Asked], run_id: str, decided_by: str
) -> Iterator[PersonsRuling]:
    """
    Raises:
        UsageError: names the lines that say something else than they may.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise UsageError(
            f"{path} cannot be read.",
            hint="reimport decisions export FILE.csv",
            id="R380",
        ) from None
    reader = csv.DictReader(io.StringIO(text))
    if missing := sorted({*COLUMNS} - {*(reader.fieldnames or ())}):
        raise UsageError(
            f"{path}: there is no column {missing[0]}.",
            hint="reimport decisions export FILE.csv",
            id="R381",
        )
    found, wrong = [], []
    for number, line in enumerate(reader, start=2):
        word = (line["decision"] or "").strip()
        by = (line["by"] or "").strip() or decided_by.strip()
        place = (line["table"], line["key"], line["field"])
        if not word:
            continue
        if word not in list(Policy) or not by or place not in questions:
            wrong.append(number)
            continue
        remark = (line["remark"] or "").strip()
        found.append(_ruling(questions[place], word, by, remark, run_id))
    if wrong:
        lines = ", ".join(map(str, wrong[:5])) + (", ..." if len(wrong) > 5 else "")
        raise UsageError(
            f"{path}: {several(len(wrong), 'line')} cannot be entered: {lines}. Nothing"
            " was entered.",
            hint=f"decision is one of {_WORDS}, by is who decides, and table, key and"
            " field are as exported",
            id="R382",
        )
    yield from found


def _ruling(
    question: Asked, word: str, by: str, why: str, run_id: str
) -> PersonsRuling:
    where = (question.table, question.key, question.field, question.source_digest)
    return PersonsRuling(*where, Policy(word), by, why, now(), run_id)


def _enter(settings: Settings, entered: Sequence[PersonsRuling]) -> None:
    bind.bind_real(settings, writable=True)
    with fence.of_command("reimport decisions"):
        rulings.enter(entered)
    bind.close()
    say(f"{several(len(entered), 'decision')} entered. Imports apply them from now on.")
    say("A review from before them is for another plan: reimport run --dry-run")
