"""The commands of the library: where each is, and what it is for in a line.

``reimport --help`` reads these lines; of the modules, which import pandas, Django and
more, a command loads its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

import click


@dataclass(frozen=True, slots=True)
class OnList:
    """
    Attributes:
        place: module of ``reimport_lib.cli``, and the name of the command in it.
        says: the first line of its help.
    """

    place: str
    says: str

    def load(self) -> click.Command:
        """The command, with all that its module imports."""
        module, _, name = self.place.partition(":")
        found = getattr(import_module(f"reimport_lib.cli.{module}"), name)
        command: click.Command = found
        return command


OWN: Mapping[str, OnList] = {
    "run": OnList("run:run", "Rehearse, apply, or go on with a run."),
    "open": OnList(
        "run:open_", "Make and confirm a run without executing it; prints its run id."
    ),
    "runs": OnList(
        "runs:list_runs",
        "List the runs, newest first; in brackets: how much more than the last time.",
    ),
    "show": OnList("show:show", "Show what a run did."),
    "status": OnList(
        "status:status",
        "Say where RUN stands, else the newest; exits as its command did.",
    ),
    "pause": OnList(
        "pause:pause",
        "End RUN, else the newest, behind the phase that it is at; waits for that.",
    ),
    "continue": OnList(
        "pause:continue_",
        "Go on with RUN in a process of its own: run --resume RUN --detach.",
    ),
    "schedule": OnList(
        "schedule:schedule",
        "Print what begins a rehearsal every night, or RUN, which is open, once.",
    ),
    "stop": OnList(
        "status:stop",
        "End RUN, else the newest, as by Ctrl-C: what it is at is rolled back.",
    ),
    "notify": OnList(
        "notify:notify", "Send what REIMPORT_NOTIFY names people for, and is due."
    ),
    "drift": OnList(
        "drift:drift", "Show what moved since the rehearsal RUN; nothing is run."
    ),
    "compare": OnList(
        "compare:compare",
        "Compare RUN, else the newest, with EARLIER, else the one before of its kind.",
    ),
    "reject": OnList(
        "reject:reject",
        "Reject a rehearsal: it can never be applied; its record says why.",
    ),
    "signoff": OnList(
        "signoff:signoff",
        "Open a limit by name, for every run until a day; alone: list what was opened.",
    ),
    "sample": OnList(
        "sample:sample", "Make the sign-off pack of RUN: records to be compared by eye."
    ),
    "undo": OnList(
        "undo:undo", "Take back what RUN did, row by row; what was changed since stays."
    ),
    "decisions": OnList(
        "decisions:decisions",
        "List what FileMaker and people both changed and nobody has decided yet.",
    ),
    "dashboard": OnList(
        "dashboard:dashboard",
        "Serve the pages of runs on 127.0.0.1, until Ctrl-C; people log in.",
    ),
    "find": OnList(
        "find:find", "Say which record a pseudonym of a report (p-7f3a9c12) stands for."
    ),
    "restore": OnList(
        "restore:restore", "Put the database back to what it was before RUN."
    ),
    "verify": OnList(
        "verify:verify",
        "Hold what a run left against its seals; names what was altered.",
    ),
    "watch": OnList(
        "watch:watch",
        "Make the checks of the newest import again, where that is due; "
        "or of RUN, now.",
    ),
    "export": OnList(
        "export:export",
        "Write what RUN left, with what checks it, into one file to give away.",
    ),
    "init": OnList(
        "init:init",
        "Make FOLDER, else this one, the home of an import; nothing is overwritten.",
    ),
    "doctor": OnList(
        "doctor:doctor",
        "Check settings, source, database and S3; say what is wrong and what to do.",
    ),
    "load-config": OnList(
        "load_config:load_config",
        "Load clinics, clinicians, appointment types and funding sources from FILE.",
    ),
    "new-table": OnList(
        "new_table:new_table",
        "Draft the table NAME out of an export: declaration, test, model.",
    ),
    "prune": OnList(
        "prune:prune",
        "Remove copies, snapshots and backups of old runs; reports and records stay.",
    ),
    "files": OnList(
        "files:files",
        "Bring files out of FileMaker's containers into the bucket; never overwrites.",
    ),
    "backup": OnList(
        "backup:backup",
        "Copy every stored object to S3_BACKUP; nothing is overwritten or removed.",
    ),
    "explain": OnList(
        "explain:explain",
        "Say what the id of an error (R041), a check (C012) or a row (no_key) means.",
    ),
}
