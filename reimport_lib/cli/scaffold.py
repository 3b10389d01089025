"""What a source names of clinics, clinicians, types and funding, as a file to fill in.

Reads the source into a temporary folder and writes one file, for its owner alone. It
may hold names of people: nothing of it is printed but counts.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from reimport_lib.config import Settings
from reimport_lib.errors import UsageError
from reimport_lib.plan.cells import constant, texts
from reimport_lib.plan.context import Context
from reimport_lib.plan.directories import named_in
from reimport_lib.plan.stage import stage
from reimport_lib.plan.values.keys import canonical_key
from reimport_lib.plan.values.text import fold_words
from reimport_lib.private_files import private_open, unwritable
from reimport_lib.read import snapshot
from reimport_lib.read.snapshot import Snapshot
from reimport_lib.record.clock import now
from reimport_lib.tables import registry
from reimport_lib.write import configuration

ROWS = "named_by_rows"
_KEY = r"(?=\S*\d)\S+"
"""What looks like a key, where a name may stand too: no blank, and a digit."""

NewEntry = dict[str, Any]
Named = Mapping[str, "Counter[tuple[str, str]]"]
"""Kind -> (key, name) as rows have them -> rows."""


def write(settings: Settings, file: Path) -> dict[str, int]:
    """
    Write what the source names into *file*; how many entries of each kind.

    Loaded as it stands, every row finds what it names.

    Raises:
        UsageError: there is such a file already; it is left as it is.
        SourceError: the source cannot be read.
    """
    if file.exists() or file.is_symlink():
        raise UsageError(
            f"{file} is there already; nothing was written.",
            hint="name a file that is not there, and copy over what you need",
            id="R035",
        )
    with tempfile.TemporaryDirectory() as folder:
        frozen = snapshot.freeze(
            settings,
            Path(folder) / "snapshot",
            as_of=now(),
            objects=None,
        )
        named = _named(settings, frozen, configuration.with_keys())
    entries = {
        kind: _entries(kind, named.get(kind, Counter())) for kind in registry.lookups()
    }
    text = json.dumps(entries, indent=2, ensure_ascii=False) + "\n"
    try:
        with private_open(file, "x") as opened:
            opened.write(text)
    except OSError as error:
        raise unwritable(file, error) from None
    return {kind: len(found) for kind, found in entries.items()}


def _named(settings: Settings, frozen: Snapshot, keyed: Collection[str]) -> Named:
    """
    What every row of *frozen* names, as the import reads it.

    Args:
        keyed: the kinds whose entries have keys; of others every word is a name.
    """
    orders = {
        name: table.declared_order
        for name, table in frozen.manifest.tables.items()
        if table.declared_order
    }
    context = Context(now(), settings.rows, declared_order=orders)
    found: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for name, table in registry.sources().items():
        kinds = named_in(table)
        if not kinds or not frozen.has(name):
            continue
        frame = stage(table, frozen.table(name), context).frame
        for kind, columns in kinds:
            words = [texts(frame[name]) for name in columns]
            keys = canonical_key(words[0])
            if kind not in keyed:
                keys = constant("", frame.index)
            elif len(columns) == 1:  # it holds either
                keys = keys.where(words[0].str.fullmatch(_KEY).astype(bool), "")
            found[kind].update(zip(keys, words[-1], strict=True))
    return found


def _entries(kind: str, named: Counter[tuple[str, str]]) -> list[NewEntry]:
    """One entry per key, and per name that no key goes with; the most named first."""
    rows: Counter[str] = Counter()
    names: dict[str, Counter[str]] = defaultdict(Counter)
    nameless: dict[str, Counter[str]] = defaultdict(Counter)
    for (key, name), count in named.items():
        if key:
            rows[key] += count
            names[key][name or key] += count if name else 0
        elif name:
            nameless[fold_words(name)][name] += count
    found = [
        {
            "filemaker_id": key,
            registry.lookups()[kind].names[0]: _most(names[key]),
            ROWS: rows[key],
        }
        for key in rows
    ]
    covered = {fold_words(word) for key in rows for word in (key, _most(names[key]))}
    found += [
        {registry.lookups()[kind].names[0]: _most(spellings), ROWS: spellings.total()}
        for name, spellings in nameless.items()
        if name not in covered
    ]
    return sorted(
        found,
        key=lambda entry: (-entry[ROWS], entry[registry.lookups()[kind].names[0]]),
    )


def _most(spellings: Counter[str]) -> str:
    """The spelling that most rows have; of as many, the first by the alphabet."""
    best: Iterable[tuple[str, int]] = spellings.items()
    return min(best, key=lambda item: (-item[1], item[0]))[0]
