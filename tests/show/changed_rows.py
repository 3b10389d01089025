"""Invented rows of a list of changes, and the pages that are made of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from reimport_lib.record.changes import FOLLOWS, GONE, ListedRow
from reimport_lib.show import changes, changes_pages
from reimport_lib.show.changes import Groups, Listing, MaskedRow
from reimport_lib.show.masking import Masking
from reimport_lib.show.remembered_mask import RememberedMask

RUN_ID = "20261122T103000Z-full"
MASK = RememberedMask(Masking(b"a key of tests"))
NAMES = ("Ottoline", "Barnaby", "Marguerite")


def listed(visits: int = 30, *, notes: int = 20) -> list[ListedRow]:
    """Three names, *visits* that move to one type of day, *notes* that go, one kept."""
    found = [
        ListedRow(
            *("patients", f"a{n}", n + 2, f"{n:032x}", "updated", "", ""),
            fields=[("first_name", "Anne", name), ("dob", "1950-01-02", "1951-01-02")],
            of="patients",
            whose=_whose(n),
            place="Darter Lagoon",
        )
        for n, name in enumerate(NAMES)
    ]
    found += [
        ListedRow(
            *("appointments", f"b{n}", n + 2, f"{n:032x}", "updated", "", "conflict"),
            fields=[("status", "scheduled", "completed")]
            if n % 2
            else [("notes", f"before {n}", f"=after {n}")],
            of="patients",
            whose=_whose(n),
            place="Darter Lagoon" if n % 3 else "Wattle Flat",
        )
        for n in range(visits)
    ]
    found += [
        ListedRow("notes", f"c{n}", 0, f"{n:032x}", "deleted", GONE, whose=_whose(n))
        for n in range(notes)
    ]
    follows = ListedRow("image_batches", "d", 0, "d" * 32, FOLLOWS)
    held = ListedRow("referrers", "e", 0, "e" * 32, "kept", "has_children")
    return [
        *found,
        _with(follows, fields=[("image_count", "4", "3")]),
        _with(held, held_by="referrals 2"),
    ]


def pages(rows: Sequence[ListedRow]) -> dict[str, str]:
    """Name of a file -> page, as ``execute.changes`` writes them."""
    groups = Groups.of(partial(iter, rows), MASK)
    part, *others = changes_pages.parts_of(told(rows, groups))
    found = changes.listing_of(groups, [], ())
    if not others:
        return {changes.PAGE: changes_pages.whole_page(RUN_ID, found, part)}
    made, links = {}, []
    for name, words, each in changes_pages.named_parts(told(rows, groups)):
        made[name] = changes_pages.part_page(RUN_ID, words, found, groups, each)
        links.append((name, words, len(each.lines)))
    return {changes.PAGE: changes_pages.overview(RUN_ID, found, links), **made}


def listing(rows: Sequence[ListedRow]) -> Listing:
    groups = Groups.of(partial(iter, rows), MASK)
    return changes.listing_of(groups, list(told(rows, groups)), [changes.PAGE])


def told(rows: Sequence[ListedRow], groups: Groups) -> Iterator[MaskedRow]:
    for row in rows:
        yield changes.masked(row, MASK, groups.place_of(row))


def _whose(n: int) -> list[tuple[str, str]]:
    return [("first_name", NAMES[n % 3]), ("last_name", "Quill"), ("dob", "1950-01-02")]


def _with(row: ListedRow, **fields: object) -> ListedRow:
    return replace(row, **fields)  # type: ignore[arg-type]
