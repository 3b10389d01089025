"""Which rows of a table carry which planted defect: drawn once, known in advance.

Pure. A row has at most one defect, so that the answer key needs no rule of precedence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from random import Random

from reimport_demo.clinic.model import Cell, Line, Size

BLANKS: tuple[Cell, ...] = ("", " ", "\u00a0", " \u00a0 ")

REPEATED, REPEATED_OTHERWISE = "repeated", "repeated with other values"

Plant = Callable[[Line, int], None]


@dataclass(frozen=True, slots=True)
class Defect:
    """One kind of defect.

    Attributes:
        name: says what is wrong; tests count lines by it.
        rows: how many at full size.
        plant: changes cells and expectation of a line; its second argument counts
            the lines of this defect from 0, so that spellings take turns.
        least: how many at any size; 0 where a small table could not bear it.
    """

    name: str
    rows: int
    plant: Plant
    least: int = 1


@dataclass(frozen=True, slots=True)
class Repeats:
    """Rows that occur twice.

    Attributes:
        same: pairs at full size with equal values (the second one is skipped).
        different: pairs at full size with unequal values (both are rejected).
        respell: writes the key of the second row in another way.
        differ: changes a value of the second row.
    """

    same: int
    different: int
    respell: Callable[[Line, int], None]
    differ: Callable[[Line], None]
    least: int = 1


@dataclass(frozen=True, slots=True)
class Schedule:
    """For each row its defect; rows that repeat an earlier one; blank rows between.

    Attributes:
        rows: number of records, blank rows not counted.
        planted: row -> (defect, how many of its kind came before).
        copies: row -> the earlier row that it repeats.
        differing: earlier rows whose repetition has other values.
        blank_after: rows that a blank row follows.
    """

    rows: int
    planted: Mapping[int, tuple[Defect, int]]
    copies: Mapping[int, int]
    differing: frozenset[int]
    blank_after: frozenset[int]

    def plain(self) -> list[int]:
        """Rows without a defect that neither repeat nor are repeated."""
        taken = {*self.planted, *self.copies, *self.copies.values()}
        return [row for row in range(self.rows) if row not in taken]


def random_for(seed: int, *names: str) -> Random:
    """A stream of random numbers for *names* alone: no table disturbs another."""
    return Random("/".join((str(seed), *names)))


def key_of(seed: int, table: str, row: int) -> str:
    """The FileMaker key (upper-case UUID) of record *row* of *table*."""
    text = f"{seed}/{table}/{row}".encode()
    digits = hashlib.blake2b(text, digest_size=16).hexdigest().upper()
    return (
        f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-A{digits[17:20]}-{digits[20:]}"
    )


def draw_schedule(
    rows: int,
    size: Size,
    *,
    rng: Random,
    defects: Sequence[Defect],
    repeats: Repeats | None = None,
    blank_rows: int = 8,
) -> Schedule:
    """
    Give every defect its rows.

    Raises:
        ValueError: more defects than rows; the table is too small for them.
    """
    counts = [(defect, size.of(defect.rows, least=defect.least)) for defect in defects]
    pairs, unequal = _pairs(repeats, size)
    wanted = sum(count for _, count in counts) + 2 * (pairs + unequal)
    if wanted > rows:
        raise ValueError(f"{wanted} rows with defects do not fit in {rows} rows")
    chosen = iter(rng.sample(range(rows), wanted))
    planted = {
        next(chosen): (defect, number)
        for defect, count in counts
        for number in range(count)
    }
    copies: dict[int, int] = {}
    differing = set()
    for number in range(pairs + unequal):
        first, second = sorted((next(chosen), next(chosen)))
        copies[second] = first
        if number >= pairs:
            differing.add(first)
    blank_after = rng.sample(range(rows), size.of(blank_rows))
    return Schedule(rows, planted, copies, frozenset(differing), frozenset(blank_after))


def _pairs(repeats: Repeats | None, size: Size) -> tuple[int, int]:
    if repeats is None:
        return 0, 0
    same, different = (
        size.of(rows, least=repeats.least) if rows else 0
        for rows in (repeats.same, repeats.different)
    )
    return same, different


def follow(
    schedule: Schedule,
    base: Callable[[int], Line],
    *,
    headers: Sequence[str],
    repeats: Repeats | None = None,
) -> Iterator[Line]:
    """Yield the table's lines in file order, defects planted, blank rows between."""
    originals = set(schedule.copies.values())
    kept: dict[int, Line] = {}
    blanks = 0
    for row in range(schedule.rows):
        if row in schedule.copies and repeats:
            original = schedule.copies[row]
            differs = original in schedule.differing
            line = _repeated(kept.pop(original), repeats, row, differs=differs)
        else:
            line = base(row)
            line.row = row
            if row in schedule.planted:
                defect, number = schedule.planted[row]
                defect.plant(line, number)
                line.defect = defect.name
            if row in originals:
                kept[row] = deepcopy(line)
            if row in schedule.differing:
                line.reject("duplicate_key")
        yield line
        if row in schedule.blank_after:
            yield Line({headers[0]: BLANKS[blanks % len(BLANKS)]}, outcome="")
            blanks += 1


def _repeated(line: Line, repeats: Repeats, row: int, *, differs: bool) -> Line:
    repeats.respell(line, row)
    line.objects = ()
    line.defect = REPEATED_OTHERWISE if differs else REPEATED
    if differs:
        repeats.differ(line)
        line.reject("duplicate_key")
    else:
        line.skip("duplicate_row")
    return line
