"""What a run leaves of all that it changes: pages to share, and a private file.

Rows are gone through one by one, as often as it takes; none of these steps holds all.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from reimport_lib.private_files import (
    unwritable,
    write_json,
    write_private,
    written_whole,
)
from reimport_lib.record import changes, evidence, runs
from reimport_lib.record.changes import ListedRow
from reimport_lib.record.findings import PRIVATE
from reimport_lib.record.run import Run
from reimport_lib.show import changes_pages
from reimport_lib.show.changes import (
    FILE,
    MOST_LISTED,
    PAGE,
    Groups,
    MaskedRow,
    heads_of_lines,
    listing_of,
    masked,
)
from reimport_lib.show.masking import Masking
from reimport_lib.show.remembered_mask import RememberedMask
from reimport_lib.show.worklist import harmless
from reimport_lib.tables import registry

SHEET = "changes.csv"


def write(run: Run) -> None:
    """
    Write the pages of what *run* changes, sealed, and all of it with its values.

    Where the private files were pruned, what was written before stays.

    Raises:
        ReimportError: the folder cannot be written.
    """
    if not changes.is_kept(run.folder):
        return
    mask = RememberedMask(Masking(runs.pseudonym_key(run.settings)))
    rows = partial(_rows, run)
    groups = Groups.of(rows, mask)
    told = partial(_masked, run, mask, groups)
    few = list(islice(told(), MOST_LISTED + 1))
    few = few if len(few) <= MOST_LISTED else []
    part, *others = islice(changes_pages.parts_of(told()), 2)
    pages = {}
    if others:
        found = listing_of(groups, few, ())
        of_tables = []
        for name, words, each in changes_pages.named_parts(told()):
            pages[name] = changes_pages.part_page(
                run.run_id, words, found, groups, each
            )
            of_tables.append((name, words, len(each.lines)))
        pages[PAGE] = changes_pages.overview(run.run_id, found, of_tables)
    else:
        found = listing_of(groups, few, ())
        pages[PAGE] = changes_pages.whole_page(run.run_id, found, part)
    names = [PAGE, *(name for name in pages if name != PAGE)]
    _remove_others(run.folder, names)
    for name, page in pages.items():
        write_private(run.folder / name, page)
        evidence.seal_file(run.folder, run.folder / name)
    listing = listing_of(groups, few, names)
    write_json(run.folder / FILE, listing.as_json())
    evidence.seal_file(run.folder, run.folder / FILE)
    _write_sheet(run, mask)


def _rows(run: Run) -> Iterator[ListedRow]:
    """Table by table, in the order in which they come in."""
    for table in registry.by_name():
        yield from changes.read(run.folder, run.phases, table)


def _masked(run: Run, mask: RememberedMask, groups: Groups) -> Iterator[MaskedRow]:
    for row in _rows(run):
        yield masked(row, mask, groups.place_of(row))


def _remove_others(folder: Path, names: list[str]) -> None:
    """Pages of an attempt before that has more of them."""
    for path in folder.glob("changes*.html"):
        if path.name not in names:
            path.unlink()
            evidence.seal_file(folder, path, sha256=evidence.GONE)


def _write_sheet(run: Run, mask: RememberedMask) -> None:
    """All of it as it is: persons' data."""
    path = run.folder / PRIVATE / SHEET
    place = heads_of_lines()[4]
    heads = ("table", "filemaker_id", "pseudonym", "row", "id", "outcome", "reason")
    more = ("notes", "of", "whose", place, "held by", "field", "before", "after")
    try:
        with written_whole(path) as stream:
            text = io.TextIOWrapper(
                stream, encoding="utf-8-sig", errors="surrogatepass", newline=""
            )
            writer = csv.writer(text, lineterminator="\r\n")
            writer.writerow((*heads, *more))
            for row in _rows(run):
                for line in _lines(row, mask):
                    writer.writerow([harmless(cell) for cell in line])
            text.flush()
            text.detach()
    except OSError as error:
        raise unwritable(path, error) from None
    evidence.seal_file(run.folder, path)


def _lines(row: ListedRow, mask: RememberedMask) -> Iterator[tuple[str, ...]]:
    number = str(row.row or "")
    what = (row.table, row.key, mask.key(row.key), number, row.target_id)
    whose = " ".join(text for _, text in row.whose if text)
    why = (row.outcome, row.reason, row.notes, row.of, whose, row.place, row.held_by)
    for change in row.fields or (("", "", ""),):
        yield (*what, *why, *change)
