"""What a table is: where its rows come from, what becomes of each column, its rules.

Pure values, below everything that reads them. The tables themselves are declared in the
modules beside this one out of what is here, in ``columns`` and in ``links``, and
``registry`` says which are installed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reimport_lib.tables.columns import (
    Conversion,
    Dropped,
    Field,
    KeyOf,
    Setting,
    ShownAs,
)
from reimport_lib.tables.links import FromOwner, LinkTo, Lookup, NamedAgain
from reimport_lib.tables.merging import Policy

if TYPE_CHECKING:
    import pandas as pd

    from reimport_lib.checks import Check
    from reimport_lib.frames import Column
    from reimport_lib.plan.context import Context
    from reimport_lib.plan.decide import Ruling
    from reimport_lib.plan.stage import Staged
    from reimport_lib.prove.evidence import Evidence
    from reimport_lib.prove.reference_data import ReferenceData
    from reimport_lib.prove.render.comparison import Comparison, Matched
    from reimport_lib.prove.render.doubling import Doubled

    Stage = Callable[["Table", pd.DataFrame, Context], Staged]
    Rule = Callable[[Staged, Context], Sequence[Ruling]]
    Value = Callable[[Staged, Context], Column]
    Proof = Callable[[Matched], list[Comparison]]
    Checks = Callable[[Evidence, ReferenceData], list[Check]]
    KeptBeside = Callable[[Matched, dict[str, set[int]]], dict[str, set[int]]]
    ToldOtherwise = Callable[[Doubled, str], bool | None]
    Keys = Callable[[Staged], Column]
    Make = Callable[[Staged, Context], Mapping[str, Any]]

__all__ = [
    "ByClock",
    "Conversion",
    "Dropped",
    "Field",
    "FromOwner",
    "Head",
    "KeyOf",
    "LinkTo",
    "Lookup",
    "Made",
    "NamedAgain",
    "NoteGate",
    "Setting",
    "ShownAs",
    "Single",
    "Source",
    "Stored",
    "Table",
    "Together",
]


@dataclass(frozen=True, slots=True)
class Source:
    """
    Where the rows of a table come from.

    Attributes:
        file: stem of its export file; its container's file name on a server.
        layout: of the Data API, or table occurrence of OData, unless a setting says.
        required: leaving it out needs a setting.
        date_order: of text dates where the export itself lays it down; "" where only
            the settings do.
    """

    file: str
    layout: str
    required: bool = True
    date_order: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """
    The stored object that each row has: the managed fields that point at it.

    Rules see them as columns; a row without an object of its own stays out.
    """

    bucket: str
    key: str
    size: str
    mime_type: str


@dataclass(frozen=True, slots=True)
class ByClock:
    """
    A field that the run's clock decides where the source says nothing.

    It is decided once, when its row is created, and left alone by later imports.

    Attributes:
        value: what the clock says of every row.
        source: managed field that says who decided; words: its value for the source,
            and for the clock.
    """

    field: str
    value: Value
    source: str
    words: tuple[str, str]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Made:
    """
    Rows without source rows of their own: those of another table make them.

    Attributes:
        of: the table whose rows make these, and have a link that leads to them.
        keys: its staged rows -> (n,) the key of the row that each makes, "" for none.
        rows: those of its staged rows that make one, ``key`` now that key, in the order
            of keys -> managed field -> values, one per key in that order.
        spelled: the staged column whose texts name the row, which a reviewer sees.
        said: managed field -> the staged column in which each row says it, for cards.
    """

    of: str
    keys: Keys
    rows: Make
    spelled: str = ""
    said: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Single:
    """
    A mark that one imported row of each group bears, as a constraint has it.

    Attributes:
        mark: the managed field; of: the managed fields that make a group.
        order: (staged, context) -> frame by whose columns, in turn, the least row of
            a group that comes in bears it.
    """

    mark: str
    of: tuple[str, ...]
    order: Callable[[Staged, Context], pd.DataFrame]


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """
    How phase 8 finds the texts of columns that make one value together.

    Attributes:
        joined: key of the metadata -> the staged columns whose texts it joins.
        kept: (matched, key of the metadata -> rows that must have it) -> the same,
            where the texts of these columns are kept.
        told: (two rows of one key, header) -> whether the second says in a way of its
            own what the first says there; None: as every table does.
    """

    joined: Mapping[str, tuple[str, ...]]
    kept: KeptBeside
    told: ToldOtherwise


@dataclass(frozen=True, slots=True)
class NoteGate:
    """
    A gate on the share of incoming rows that carry a note.

    Attributes:
        note: its code; limit: fraction 0..1 of the rows that come in.
        what: the counted rows, as a message names them.
    """

    name: str
    note: str
    limit: float
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """
    What the notebook of a phase says of itself; "" is what follows from its tables.

    Attributes:
        title: behind its number; the others are the ends of its first sentences.
    """

    title: str = ""
    reads: str = ""
    writes: str = ""
    needs: str = ""
    stops: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """
    One table of the run: everything that is known of it.

    Attributes:
        name: the word used everywhere (outcomes file, gates, reports).
        noun: what a reader calls its rows, in the plural.
        phase: the phase that imports it.
        model: Django label, ``app.Model``; empty for stored objects.
        source: where its rows come from; None where they are made of another table's.
        key: the column of the FileMaker key; None where it is made of others.
        key_of: the columns that make it, where they say all of it.
        fields: every other column that comes in, in the order of a report.
        find_by: columns by which a person finds a record in FileMaker, beside the key.
        managed: fields of the model that the import writes, in digest order; those of
            its columns and of their links, and the metadata, unless given.
        links: the rows of other tables, and entries of lookups, that rows name.
        single: the mark that one row of each group bears, if there is one.
        by_clock: the field that the run's clock decides, if there is one.
        counts: field of the model -> the table whose rows it counts, and their link.
        by_machine: fields of the model that the backend itself fills in: what stands in
            them is no person's work.
        stored: the fields that point at each row's stored object, if it has one.
        remembered: fields that rules of other tables ask of an imported row.
        made: how its rows are made of another table's, where they are.
        objects_of: the table whose stored objects these are.
        prefix: of stored objects, the setting that says where they lie.
        stage: as ``plan.stage.stage_table``, which it is unless given.
        rules: of its own, in their order; see ``plan.rules.decide``.
        values: fields of the model that no column or link of their name gives: what
            does, or the staged column.
        proof: comparisons of fields that no conversion renders alone, for phase 8.
        checks: what phase 8 looks at besides, of this table as a whole.
        together: how it finds texts of columns that make one value together.
        gates: limits of its own, gate -> fraction or number of rows.
        note_gates: gates that only this table has.
        shown: column that a rule makes -> how a reviewer sees its values; a field that
            holds a link needs none.
        words: column that a rule makes -> the words that are shown as they are.
        merging: field, ``*`` or kind of ``merging.RowsThat`` -> who has the say, where
            FileMaker and people both changed it.
    """

    name: str
    noun: str
    phase: str
    model: str = ""
    source: Source | None = None
    key: Field | None = None
    key_of: KeyOf | None = None
    fields: tuple[Field, ...] = ()
    find_by: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    managed: tuple[str, ...] = ()
    links: tuple[LinkTo, ...] = ()
    single: Single | None = None
    by_clock: ByClock | None = None
    counts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    by_machine: tuple[str, ...] = ()
    stored: Stored | None = None
    remembered: tuple[str, ...] = ()
    made: Made | None = None
    objects_of: str = ""
    prefix: Setting | None = None
    stage: Stage | None = None
    rules: tuple[Rule, ...] = ()
    values: Mapping[str, Value | str] = field(default_factory=dict)
    proof: Proof | None = None
    checks: Checks | None = None
    together: Together | None = None
    gates: Mapping[str, float] = field(default_factory=dict)
    note_gates: tuple[NoteGate, ...] = ()
    shown: Mapping[str, ShownAs] = field(default_factory=dict)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    merging: Mapping[str, Policy] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """
        Refuse what would go wrong unseen.

        Of two columns of one name the later would stand for the earlier.
        """
        names = ["key", *(each.name for each in self.fields)]
        if doubled := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"{self.name}: two columns are called {doubled[0]}")
        parts = self.key_of.columns if self.key_of else ()
        if strange := sorted({*parts, *self.find_by} - {*names[1:]}):
            what = "of the key" if strange[0] in parts else "to find by"
            raise ValueError(f"{self.name}: no column {what} is called {strange[0]}")
        if parts and self.key:
            raise ValueError(f"{self.name}: its key is a column, or made of several")
        if self.source and not self.managed:
            object.__setattr__(self, "managed", tuple(self._managed()))

    def _managed(self) -> Iterator[str]:
        """What columns become: the links that each names, then its own field."""
        for column in self.fields:
            for link in self.links:
                if link.columns[0] == column.name and not link.later:
                    yield from (field for _, field in link.targets if field)
            if column.field and column.field in (column.feeds or column.field).split(
                ", "
            ):
                yield column.field
        yield "filemaker_metadata"
        later = (link.targets for link in self.links if link.later)
        yield from (field for targets in later for _, field in targets)

    @property
    def file(self) -> str:
        """Stem of its export file; empty where its rows are made of another table's."""
        return self.source.file if self.source else ""

    @property
    def date_order(self) -> str:
        """The order of text dates that its export lays down, "" for none."""
        return self.source.date_order if self.source else ""

    @property
    def required(self) -> bool:
        """Leaving its export out needs a setting."""
        return self.source is not None and self.source.required

    @property
    def snapshot_name(self) -> str:
        """The table of the snapshot that its rows are in, or are made of."""
        return self.made.of if self.made else self.name

    @property
    def all_fields(self) -> tuple[Field, ...]:
        """The key first."""
        return (self.key, *self.fields) if self.key else self.fields

    @property
    def settings(self) -> tuple[Setting, ...]:
        """Those that its columns and its stored objects ask for."""
        of_fields = (s for f in self.all_fields for s in (f.width, f.convert.setting))
        return tuple(setting for setting in (*of_fields, self.prefix) if setting)

    @property
    def owner_link(self) -> LinkTo | None:
        """The link to the row that a row belongs to, if there is one."""
        return next((link for link in self.links if link.owner), None)

    def link_to(self, name: str) -> LinkTo:
        """The link that leads to the rows of the table *name*, or through them."""
        return next(link for link in self.links if name in (*link.tables, link.through))

    @property
    def named_again(self) -> tuple[str, ...]:
        """Columns that only name again what a link leads to."""
        again = (link.again.columns for link in self.links if link.again)
        return tuple(name for columns in again for name in columns)

    @property
    def owner(self) -> Field | None:
        """The column of the key of the row that a row belongs to, if there is one."""
        link = self.owner_link
        return self.column(link.columns[0]) if link and self.source else None

    def column(self, name: str) -> Field:
        """The field whose staged column is called *name*."""
        return next(each for each in self.all_fields if each.name == name)

    def shown_as(self, name: str) -> ShownAs | None:
        """How a reviewer sees the column *name*; None where there is no such column."""
        for column in self.all_fields:
            if column.name == name:
                return column.shown or column.convert.shown
        return self.shown.get(name)

    def words_of(self, name: str) -> tuple[str, ...]:
        """The words of the column *name* that are shown as they are."""
        for column in self.all_fields:
            if column.name == name:
                return column.words
        return self.words.get(name, ())

    @property
    def number_key(self) -> bool:
        """Its key is a number: leading zeros do not count."""
        return self.key is not None and self.key.convert.number

    @property
    def digest(self) -> str:
        """sha256 of what becomes of its columns: another mapping makes another plan."""
        key = self.key_of or self.key
        parts = (self.name, key, self.fields, self.dropped, self.managed)
        return hashlib.sha256(repr((*parts, self.date_order)).encode()).hexdigest()
