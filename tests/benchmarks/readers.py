"""Rows per second of each reader, into the frozen snapshot, beside the bare library.

    python tests/benchmarks/readers.py [--rows 15000] [--rounds 5]

Bare is calamine's ``to_python`` for xlsx, iterating ``csv.reader`` for delimited text,
and ``lxml.iterparse`` over the rows, taking the text of every value, for XML. Ours is
``freeze`` of the one file: digest of the file, reading, checks, Parquet, manifest. The
target is a ratio of at most 1.5.
"""

from __future__ import annotations

import argparse
import csv
import random
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from functools import partial
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree
from openpyxl import Workbook
from python_calamine import CalamineWorkbook

from reimport_lib.config import load_settings
from reimport_lib.sources.snapshot import freeze
from reimport_lib.tables import SOURCE_TABLES

HEADER = (
    "id",
    "id_Contact",
    "idCal",
    "Type",
    "startDate",
    "startTime",
    "endDate",
    "endTime",
    "Status",
    "notes",
    "allDay",
    "recid",
)
NAMESPACE = "http://www.filemaker.com/fmpxmlresult"
AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
OTHERS = " ".join(table.name for table in SOURCE_TABLES if table.name != "appointments")


def rows(count: int) -> Iterator[list[Any]]:
    """Invented appointments; the same for the same count."""
    chance = random.Random(count)
    for number in range(count):
        day = date(2015, 1, 1) + timedelta(days=chance.randrange(3000))
        begin = time_of_day(chance.randrange(8, 18), chance.choice((0, 15, 30, 45)))
        yield [
            str(uuid.UUID(int=chance.getrandbits(128))).upper(),
            str(uuid.UUID(int=chance.getrandbits(128))).upper(),
            str(chance.randrange(10)),
            "Review",
            day,
            begin,
            day,
            begin,
            chance.choice(("completed", "cancelled", "")),
            " ".join(["words"] * chance.randrange(2, 30)),
            chance.choice((0, 1)),
            number,
        ]


def write_xlsx(path: Path, count: int) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Appointments")
    sheet.append(list(HEADER))
    for row in rows(count):
        sheet.append(row)
    book.save(path)


def write_csv(path: Path, count: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r")
        writer.writerow(HEADER)
        writer.writerows(rows(count))


def write_tab(path: Path, count: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        stream.write("\t".join(HEADER) + "\r")
        for row in rows(count):
            stream.write("\t".join(map(str, row)) + "\r")


def write_xml(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.write(
            f'<?xml version="1.0" encoding="UTF-8" ?><FMPXMLRESULT xmlns="{NAMESPACE}">'
            '<ERRORCODE>0</ERRORCODE><PRODUCT BUILD="1" NAME="FileMaker" VERSION="1"/>'
            f'<DATABASE DATEFORMAT="yyyy/m/d" LAYOUT="" NAME="c" RECORDS="{count}" '
            'TIMEFORMAT="k:mm:ss "/><METADATA>'
        )
        for name in HEADER:
            stream.write(
                f'<FIELD EMPTYOK="YES" MAXREPEAT="1" NAME="{name}" TYPE="TEXT"/>'
            )
        stream.write(f'</METADATA><RESULTSET FOUND="{count}">')
        for number, row in enumerate(rows(count)):
            cells = "".join(f"<COL><DATA>{escape(str(c))}</DATA></COL>" for c in row)
            stream.write(f'<ROW MODID="0" RECORDID="{number}">{cells}</ROW>')
        stream.write("</RESULTSET></FMPXMLRESULT>")


def bare_xlsx(path: Path) -> None:
    CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def bare_csv(path: Path) -> None:
    with path.open(newline="", encoding="utf-8") as stream:
        for _ in csv.reader(stream):
            pass


def bare_tab(path: Path) -> None:
    with path.open(newline="", encoding="utf-8") as stream:
        for _ in csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            pass


def bare_xml(path: Path) -> None:
    value = f"{{{NAMESPACE}}}DATA"
    for _, row in etree.iterparse(path, tag=f"{{{NAMESPACE}}}ROW"):
        [data.text for data in row.iter(value)]
        row.clear()


WAYS: tuple[tuple[str, Callable[[Path, int], None], Callable[[Path], None]], ...] = (
    ("xlsx", write_xlsx, bare_xlsx),
    ("csv", write_csv, bare_csv),
    ("tab", write_tab, bare_tab),
    ("xml", write_xml, bare_xml),
)


def fastest(
    works: Sequence[Callable[[], object]],
    *,
    rounds: int,
    clock: Callable[[], float],
) -> list[float]:
    """Seconds of the fastest round of each; they take turns, so noise meets both."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for found, work in zip(taken, works, strict=True):
            begin = clock()
            work()
            found.append(clock() - begin)
    return [min(found) for found in taken]


def ours(exports: Path) -> None:
    """Freeze the folder with its one file."""
    settings = load_settings(
        {"REIMPORT_SOURCE": str(exports), "REIMPORT_OPTIONAL_TABLES": OTHERS}
    )
    with tempfile.TemporaryDirectory() as folder:
        freeze(settings, Path(folder) / "snapshot", as_of=AS_OF, objects=None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=15_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--way", choices=[way for way, _, _ in WAYS])
    parser.add_argument(
        "--cpu", action="store_true", help="CPU seconds, for a busy machine"
    )
    asked = parser.parse_args()
    clock = time.process_time if asked.cpu else time.perf_counter
    print(f"{asked.rows:,} rows of {len(HEADER)} columns, best of {asked.rounds}")
    print(f"{'':6}{'bare s':>9}{'ours s':>9}{'ratio':>8}{'ours rows/s':>14}")
    for way, write, bare in WAYS:
        if asked.way not in (None, way):
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"Appointments.{way}"
            write(path, asked.rows)
            works = (partial(bare, path), partial(ours, path.parent))
            base, taken = fastest(works, rounds=asked.rounds, clock=clock)
        print(
            f"{way:6}{base:9.3f}{taken:9.3f}{taken / base:8.2f}"
            f"{asked.rows / taken:14,.0f}"
        )


if __name__ == "__main__":
    main()
