"""docs/benchmarks.md: what was measured, where, when, and how it is to be read."""

from __future__ import annotations

import json
import os
import platform
import re
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import psutil

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
WIDTH = 110  # of the page's lines
VERSIONS = ("Django", "pandas", "pyarrow", "psycopg", "papermill", "ipykernel")
HEAD = """# Benchmarks

`make bench` measures every section; `make bench ARGS="--only SECTION --scale 0.1
--rounds 3"` renews one. Each section says when, at what scale and on how busy a machine
it was measured; one that is not here has not been. Figures of one round at a small
scale are provisional; of several rounds they are medians.

Read the ratios: both sides of one were measured in the same rounds on the same
machine, so that they hold on others too; seconds do not. At a small scale what every
run costs, however few its rows, is most of a ratio. *Raw* is what the driver needs to
write the same rows in one transaction, with all that the database checks and keeps of
them: `COPY` on PostgreSQL, `executemany` on SQLite. Nothing else is done there: no file
read, no plan, no ledger, no before-image, no proof. Data is the synthetic clinic; scale
1 has the size of the real one. PostgreSQL runs beside, with `fsync` off, over a Unix
socket."""


@dataclass(frozen=True, slots=True)
class Titled:
    """A section of the page: its heading, and how its figures are to be read."""

    title: str
    reading: str


SECTIONS: dict[str, Titled] = {
    "whole": Titled(
        "The whole of a run",
        "The command, from its start to its end: a rehearsal on a copy, the import that"
        " was reviewed, and a rehearsal when nothing has changed. Processor seconds are"
        " those of all processes, kernels of notebooks and the database server"
        " included; memory is the peak of the largest process.",
    ),
    "steps": Titled(
        "Writing the rows",
        "As plain functions in one process. Staging reads the frozen rows and converts"
        " them, planning compares them with the database, applying writes rows, ledger"
        " and before-images.",
    ),
    "post": Titled(
        "What proving costs",
        "The share of a run's seconds that its last phase takes, which reads everything"
        " back and holds it against source, plan and what was there before.",
    ),
    "notebooks": Titled(
        "What notebooks cost",
        "The same phases of a rehearsal, as notebooks in kernels and as plain"
        " functions. What starts and ends a run is in the whole only.",
    ),
    "scan": Titled(
        "What searching for persons' values costs",
        "The share of a run's seconds in which all that may be shared is searched.",
    ),
    "listing": Titled(
        "Listing a bucket",
        "Processor time of the client for each key, against boto3's own paginator on"
        " the same local server, and how many requests it sends.",
    ),
    "peers": Titled(
        "Other ways of writing the same rows",
        "The appointments of the clinic, as an import leaves them. First: into the"
        " empty table; again: with nothing changed. Memory is what the process takes"
        " beyond holding the rows. This library's own lines are a phase of it.",
    ),
    "dashboards": Titled(
        "A hundred open dashboards",
        "A rehearsal alone, and while a hundred people have the page of runs open.",
    ),
    "readers": Titled(
        "Readers", "Each against the bare library that reads the same file."
    ),
    "ledger": Titled("Ledger and undo", "What is kept of each row, and taking back."),
    "backup": Titled(
        "Backup and restore", "Against bare `pg_dump` and `pg_restore`; PostgreSQL."
    ),
    "merging": Titled(
        "Telling people's work from FileMaker's", "Its share of planning and applying."
    ),
}


@dataclass(frozen=True, slots=True)
class Table:
    """
    Figures of one section on one engine.

    Attributes:
        heads, rows: in words; the first column names what was measured.
        words: lines as a command has printed them, instead.
    """

    section: str
    engine: str
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    words: str = ""


def told(tables: Iterable[Table]) -> str:
    """One line of JSON, for another process."""
    return json.dumps([asdict(table) for table in tables])


def heard(line: str) -> list[Table]:
    """What ``told`` has said."""
    return [
        Table(
            each["section"],
            each["engine"],
            tuple(each["heads"]),
            tuple(map(tuple, each["rows"])),
            each["words"],
        )
        for each in json.loads(line)
    ]


def section(name: str, tables: Sequence[Table], measured: str) -> str:
    """One section; *measured*: when and how."""
    titled = SECTIONS[name]
    parts = [f"## {titled.title}", *map(_filled, (titled.reading, measured))]
    for table in tables:
        if table.words:
            parts.append(f"{table.engine}:\n\n```text\n{table.words.strip()}\n```")
            continue
        lines = [table.heads, tuple("---:" if n else "---" for n in _numbers(table))]
        lines[0] = (table.engine, *table.heads[1:])
        shown = [*lines, *table.rows]
        parts.append("\n".join(f"| {' | '.join(line)} |" for line in shown))
    return "\n\n".join(parts)


def _filled(words: str) -> str:
    return textwrap.fill(words, WIDTH, break_on_hyphens=False, break_long_words=False)


def _numbers(table: Table) -> Iterable[int]:
    return range(len(table.heads))


def write(found: Mapping[str, str], path: Path = PAGE) -> None:
    """Put the sections into the page; those that were not measured stay as they are."""
    kept = _sections(path.read_text(encoding="utf-8")) if path.exists() else {}
    whole = kept | dict(found)
    parts = [HEAD, *(whole[name] for name in SECTIONS if name in whole)]
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _sections(text: str) -> dict[str, str]:
    """Those of a page, by their names."""
    names = {titled.title: name for name, titled in SECTIONS.items()}
    found = {}
    for part in re.split(r"^(?=## )", text, flags=re.MULTILINE)[1:]:
        title = part.partition("\n")[0].removeprefix("## ")
        if title in names:
            found[names[title]] = part.strip()
    return found


def machine() -> str:
    """Processors, memory and versions of this machine."""
    memory = round(psutil.virtual_memory().total / 2**30)
    versions = ", ".join(f"{name} {version(name)}" for name in VERSIONS)
    release, *_ = platform.release().split("-")  # without the word of who built it
    return (
        f"{os.cpu_count()} processors ({_processor()}), {memory} GB,"
        f" {platform.system()} {release},"
        f" Python {platform.python_version()}, {versions}"
    )


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    found = re.search(r"model name\s*: (.+)", text)
    return found[1] if found else sys.platform
