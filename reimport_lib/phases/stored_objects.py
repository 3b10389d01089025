"""Whether the bucket still holds what was frozen: a full run lists it once more."""

from __future__ import annotations

import pandas as pd

from reimport_lib.checks import Check, Verdict, could_not_check
from reimport_lib.errors import SettingsError, SourceError
from reimport_lib.phases.frozen import snapshot_of
from reimport_lib.read.objects import list_objects
from reimport_lib.record.run import Run


def checks(run: Run) -> list[Check]:
    """One for each listing of a run that applies a rehearsal; others have just made it.

    Objects that have come since are counted, and come in with the next rehearsal.
    """
    snapshot = snapshot_of(run)
    if not (run.reviewed and snapshot.manifest.objects):
        return []
    try:
        listed = list_objects(run.settings)
    except (SettingsError, SourceError) as error:
        return [
            could_not_check("objects are as they were frozen", error.message, id="C104")
        ]
    return [
        _check(name, snapshot.objects(name), listed[name])
        for name in snapshot.manifest.objects
        if name in listed
    ]


def _check(name: str, frozen: pd.DataFrame, listed: pd.DataFrame) -> Check:
    """Both have key, size and etag of every object."""
    before, now = (
        dict(
            zip(each["key"], zip(each["size"], each["etag"], strict=True), strict=True)
        )
        for each in (frozen, listed)
    )
    gone = before.keys() - now.keys()
    changed = {key for key in before.keys() & now.keys() if before[key] != now[key]}
    counts = {
        "gone": gone,
        "changed": changed,
        "more since": now.keys() - before.keys(),
    }
    told = [f"{len(keys):,} {word}" for word, keys in counts.items() if keys]
    is_bad = bool(gone or changed)
    return Check(
        f"{name}: objects that are as they were frozen",
        f"{len(before):,}",
        ", ".join([f"{len(before) - len(gone | changed):,}", *told]),
        Verdict.FAIL if is_bad else Verdict.PASS,
        "find out who removed or replaced them; then reimport run --dry-run"
        if is_bad
        else "",
        id="C105",
    )
