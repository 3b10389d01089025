"""What a row names: the rows of other tables, and the entries of lists.

Pure values; imports nothing of this package. ``declare`` gives them with all else that
a declaration is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reimport_lib.frames import Column
    from reimport_lib.plan.codes import Note
    from reimport_lib.plan.context import Context
    from reimport_lib.plan.decide import Ruling
    from reimport_lib.plan.stage import Staged

    Rule = Callable[[Staged, Context], Sequence[Ruling]]
    Unsaid = Callable[[Staged, Context], Mapping[str, Column]]


@dataclass(frozen=True, slots=True)
class Lookup:
    """
    A list that must be there before an import, whose entries rows name.

    Attributes:
        model: Django label; names: its fields that hold a name, code or abbreviation,
            the one that every entry has first.
        settable: other fields that a file of entries may set.
        private: names of people, which a report does not show.
        is_place: a reader of what changes chooses rows by it.
    """

    name: str
    model: str
    names: tuple[str, ...]
    settable: tuple[str, ...] = ()
    private: bool = False
    is_place: bool = False


@dataclass(frozen=True, slots=True)
class FromOwner:
    """
    A link that a row takes from its owner where it names nothing that is found.

    Attributes:
        field: of the owner's row, one of those that are ``remembered``.
        note: of a row that takes it.
        source: managed field that says whose link it is; words: its value for one of
            the row's own, and for one of its owner.
    """

    field: str
    note: Note
    source: str
    words: tuple[str, str]


@dataclass(frozen=True, slots=True)
class NamedAgain:
    """
    A second naming of the row that a link leads to, beside its key.

    It is compared with that row, and kept where the row does not say it.

    Attributes:
        columns: staged columns that name it again.
        contradiction: the rule of rows in which they name another.
        unsaid: (staged, context) -> column -> (n,) what the row that is linked to does
            not say of it, "" for nothing; kept in the metadata under the same name.
    """

    columns: tuple[str, ...]
    contradiction: Rule
    unsaid: Unsaid


@dataclass(frozen=True, slots=True)
class LinkTo:
    """
    What a row names.

    Attributes:
        name: of the link, as match rates have it.
        to: a table, or a lookup.
        columns: staged columns that name it; the first that is found counts.
        field: of the model that holds the link.
        through: a table made of this one's rows, by whose link the owner is found.
        note: of a row that names something which is not there.
        from_owner: what stands in for it.
        again: how else the row names it, if it does.
        owner: rows belong to it, and come in after it.
        nobody: of an owner, the note of a row that names none; None: each must.
        type_field: of a generic link, the managed field that names the model.
        later: it came when rows had been imported: it stands behind the metadata, where
            ``plan.hashes`` knows it for one that they had not.
        others: (table, field of the model) of further tables that the key may be of.
            The table that holds it says which field is set; a key that two of them
            hold names nothing, and *to* alone says what is said of one that none does.
    """

    name: str
    to: str
    columns: tuple[str, ...]
    field: str = ""
    through: str = ""
    note: Note | None = None
    from_owner: FromOwner | None = None
    again: NamedAgain | None = None
    owner: bool = False
    nobody: Note | None = None
    type_field: str = ""
    later: bool = False
    others: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no field of its own could hold."""
        if self.others and (self.type_field or self.through or self.from_owner):
            raise ValueError(
                f"{self.name}: it leads to one table, or to others as well"
            )

    @property
    def targets(self) -> tuple[tuple[str, str], ...]:
        """What it may lead to, and the field that holds the link there; *to* first."""
        return ((self.to, self.field), *self.others)

    @property
    def tables(self) -> tuple[str, ...]:
        """What it may lead to."""
        return tuple(to for to, _ in self.targets)
