"""Which record a pseudonym stands for, and which pseudonym a FileMaker key has.

For whoever can read the database and the private files. Each look-up is entered into
the ledger before anything is looked for: who, when, which pseudonym, and no more.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from reimport_lib.config import Settings
from reimport_lib.errors import ReimportError, UsageError
from reimport_lib.execute.signing import who_signs
from reimport_lib.phases.frozen import snapshot_of
from reimport_lib.plain import shortened
from reimport_lib.plan.codes import Outcome
from reimport_lib.plan.values.keys import key_of, pseudonym
from reimport_lib.record import changes, findings, runs
from reimport_lib.record.run import Run
from reimport_lib.record.seal import KEY_FILE
from reimport_lib.setting_values import printable
from reimport_lib.tables import registry
from reimport_lib.write import bind, clocks, fence, identity, lookups, named_rows
from reimport_lib.write.named_rows import Meant, NamedRow

_PSEUDONYM = re.compile(r"(p-[0-9a-f]{8})(\.[a-z0-9]{1,5})?")
_COMMAND = "reimport find"
_LIKE_ONE = re.compile(r"p-.*")


@dataclass(frozen=True, slots=True)
class SourceLine:
    """
    What a run made of a source row.

    Attributes:
        row: its number in the export; 0 for none.
        filemaker_id: its key as it was typed; "" where nobody kept it.
    """

    run_id: str
    table: str
    row: int
    filemaker_id: str
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """What was found, by whom it was asked for."""

    pseudonym: str
    by: str
    rows: Sequence[NamedRow]
    lines: Sequence[SourceLine]


def whose(settings: Settings, word: str, *, by: str = "") -> FoundRecord:
    """
    The record that the pseudonym *word* stands for.

    Where it is not in the database: the source rows that the newest run has of it.

    Raises:
        UsageError: *word* is no pseudonym, or nobody here has it.
        Refused: a run is at work on the database.
    """
    match = _PSEUDONYM.fullmatch(word.strip().casefold())
    if match is None:
        raise UsageError(
            f"{shortened(word)!r} is no pseudonym: those are p- and eight of 0-9, a-f.",
            hint="copy it out of the report, such as p-7f3a9c12",
            id="R423",
        )
    name = match[1]
    secret = _secret(settings)

    def meant(text: str) -> bool:
        return pseudonym(secret, text) == name

    who, rows = _noted(settings, name, meant, asked=lookups.PSEUDONYM, by=by)
    lines = [] if rows else _newest_lines(settings, name, meant)
    if not rows and not lines:
        raise UsageError(
            f"Nobody has {name}: no row of the database, and none that the runs in"
            f" {settings.runs} know. Each installation has pseudonyms of its own, and"
            " rows that runs deleted are forgotten when the ledger is pruned.",
            hint="ask where the report was made; its runs folder has the key of its"
            " pseudonyms",
            id="R424",
        )
    return FoundRecord(name, who, rows, lines)


def of_key(settings: Settings, word: str, *, by: str = "") -> FoundRecord:
    """
    The pseudonym of the FileMaker key *word*, its rows, and what runs made of them.

    Raises:
        UsageError: nobody here has such a key.
        Refused: a run is at work on the database.
    """
    keys = {key_of(word), key_of(word, number=True)} - {""}
    secret = _secret(settings)
    name = pseudonym(secret, key_of(word))
    who, rows = _noted(settings, name, keys.__contains__, asked=lookups.KEY, by=by)
    lines = list(_of_runs(settings, keys))
    if not rows and not lines:
        raise UsageError(
            "Nobody has such a key: no row of the database, and none that a run has"
            " rejected or changed.",
            hint="a pseudonym begins with p-; a key is typed as FileMaker shows it",
            id="R425",
        )
    name = pseudonym(secret, rows[0].key) if rows else name
    return FoundRecord(name, who, rows, lines)


def is_pseudonym(word: str) -> bool:
    """Whether *word* is meant to be one."""
    return _LIKE_ONE.fullmatch(word.strip().casefold()) is not None


def _secret(settings: Settings) -> bytes:
    """The key of pseudonyms; none is made by asking."""
    if not (settings.runs / KEY_FILE).is_file():
        raise UsageError(
            f"{settings.runs} holds no {KEY_FILE}: no run of this folder has named"
            " anybody yet.",
            hint="set REIMPORT_RUNS to the folder of the run whose report it is",
            id="R426",
        )
    return runs.pseudonym_key(settings)


def _noted(
    settings: Settings, name: str, meant: Meant, *, asked: str, by: str
) -> tuple[str, list[NamedRow]]:
    """Who asks, entered into the ledger; and the rows that are *meant*."""
    who = who_signs(printable("--by", by))
    bind.bind_real(settings, writable=True)
    identity.require_ready(bind.DEFAULT)
    with fence.of_command(_COMMAND):
        lookups.enter(name, asked=asked, by=who, at=clocks.latest(bind.DEFAULT))
    rows = named_rows.rows_meant(meant)
    bind.close()
    return who, rows


def _newest_lines(settings: Settings, name: str, meant: Meant) -> list[SourceLine]:
    """What the newest run that has any says of source rows that did not come in."""
    for run in reversed(runs.readable(settings)):
        with suppress(ReimportError):  # pruned, or damaged: an older one may have it
            found = [
                _line(run, each.table, each.row, each.filemaker_id, each)
                for each in findings.read(run.folder)
                if each.key and meant(each.key)
            ]
            if found or (found := list(_of_outcomes(run, name))):
                return found
    return []


def _of_outcomes(run: Run, name: str) -> Iterator[SourceLine]:
    """The same by the outcomes files, with the keys that the snapshot holds."""
    for path in sorted(run.outcomes_folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                if line["key"] == name:
                    row, table = int(line["row"] or 0), line["table"]
                    typed = _typed(run, table, row)
                    told = (line["outcome"], line["reason"])
                    yield SourceLine(run.run_id, table, row, typed, *told)


def _typed(run: Run, table: str, row: int) -> str:
    """The key of a source row, as it was typed."""
    with suppress(ReimportError):
        snapshot = snapshot_of(run)
        if row and snapshot.has(table):
            texts = snapshot.table(table)
            header = next((n for n in registry.key_names(table) if n in texts), "")
            if header and row in texts.index:
                return str(texts.at[row, header]).strip()
    return ""


def _of_runs(settings: Settings, keys: set[str]) -> Iterator[SourceLine]:
    """What runs made of rows with one of *keys*, the newest first."""
    for run in reversed(runs.readable(settings)):
        with suppress(ReimportError):
            for each in findings.read(run.folder):
                if each.key in keys and each.outcome == Outcome.REJECTED:
                    yield _line(run, each.table, each.row, each.filemaker_id, each)
            for table in registry.by_name():
                for row in changes.read(run.folder, run.phases, table):
                    if row.key in keys:
                        fields = ", ".join(name for name, *_ in row.fields)
                        told = (row.outcome, row.reason or fields)
                        yield SourceLine(run.run_id, table, row.row, row.key, *told)


def _line(
    run: Run, table: str, row: int, filemaker_id: str, each: findings.WorkItem
) -> SourceLine:
    return SourceLine(run.run_id, table, row, filemaker_id, each.outcome, each.code)
