"""What a source column is, and what it becomes.

Pure values; imports nothing of this package. ``declare`` gives them with all else that
a declaration is made of.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from reimport_lib.frames import Column
    from reimport_lib.plan.context import Context
    from reimport_lib.plan.values.text import Cleaned
    from reimport_lib.prove.render.explaining import Notes
    from reimport_lib.prove.render.moments import Zone
    from reimport_lib.tables.declare import Table

    Read = Callable[[Column, "Field", Table, Context], Cleaned]
    Render = Callable[..., tuple[str, str]]

ShownAs = Literal[
    "",
    "entries",
    "file",
    "hidden",
    "initials",
    "key",
    "object",
    "phone",
    "plain",
    "reference",
    "setting",
    "text",
    "year",
]
"""
How a reviewer sees the values of a field: initials, a year, the last digits, the length
of a text, the ending of a file, a pseudonym, ... "" where nobody has said so: samples
leave its column out, and its values are hidden.
"""


@dataclass(frozen=True, slots=True, repr=False)
class Setting:
    """
    A setting that only tables need; it decides about rows, and is kept with each run.

    Attributes:
        variable: of the environment.
        read: (variable, text) -> value; raises SettingsError.
        default: its text where nobody sets it.
    """

    name: str
    variable: str
    read: Callable[[str, str], Any]
    default: str

    def __repr__(self) -> str:
        return repr(self.name)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Conversion:
    """
    How a text becomes a value, and how phase 8 reads the text for itself.

    Attributes:
        name: as a report shows it.
        read: (texts, field, table, context) -> values and codes.
        carries: (text, value) -> whether the value says all of the text.
        render: (zone) -> (value, text) -> what the text says, what the value says;
            shares no code with ``read``. None: the field needs a comparison of its own.
        notes: (zone) -> note -> (value, text) -> whether it explains a difference.
        keep: (value, text, order) -> whether the text must be kept beside the value.
        gives: the kind of its values, where they are always of one.
        is_text: a blank is the empty text, not nothing.
        dated: texts that are kept are kept in one form, whichever way they came.
        clock: texts are times of day alone.
        coded: several words make one value; rows with other words differ.
        key: texts are FileMaker keys; number: and numbers, without leading zeros.
        setting: that its reading asks for.
        respelled: values are spelled in a way of their own, and texts kept beside them.
        shown: how a reviewer sees its values, unless their field says otherwise.
    """

    name: str
    read: Read
    carries: Callable[[str, object], bool] | None = None
    render: Callable[[Zone], Render] | None = None
    notes: Callable[[Zone], Notes] | None = None
    keep: Callable[[Any, str, str], bool] | None = None
    gives: type | None = None
    is_text: bool = False
    dated: bool = False
    clock: bool = False
    coded: bool = False
    key: bool = False
    number: bool = False
    setting: Setting | None = None
    respelled: bool = False
    shown: ShownAs = ""

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Field:
    """
    One source column and what it becomes.

    Attributes:
        field: column of the staged frame, in most cases the field of the model; ""
            where it goes only into the metadata.
        names: headers it may have, the preferred one first.
        convert: how its texts become values, see ``tables.convert``.
        required: the phase stops without it.
        unless: field whose presence makes up for this one.
        width: the setting that says how many digits a whole value has.
        length: characters the field of the model holds at most.
        metadata: key of ``filemaker_metadata`` that holds its value as text.
        original: key of the metadata that holds the text as it was where the value
            no longer shows it; without one a text is kept only where the value does
            not carry all of it (see ``kept_text``).
        feeds: field of the model that a rule makes out of this column.
        coded: it holds one of few words; a new one may have no rule yet.
        shown: how a reviewer sees its values, if not as its conversion says.
        words: that are shown as they are; of any other text only the length is.
    """

    field: str
    names: tuple[str, ...]
    convert: Conversion
    required: bool = False
    unless: str = ""
    width: Setting | Literal[""] = ""
    length: int | None = None
    metadata: str = ""
    original: str = ""
    feeds: str = ""
    coded: bool = False
    shown: ShownAs = dataclasses.field(default="", repr=False)
    words: tuple[str, ...] = dataclasses.field(default=(), repr=False)

    @property
    def name(self) -> str:
        """Its column in the staged frame."""
        return self.field or self.metadata

    @property
    def kept_text(self) -> str:
        """Key of the metadata that holds a text that its value does not carry."""
        return self.original or f"{self.name}_text"


@dataclass(frozen=True, slots=True)
class KeyOf:
    """
    A key that several columns make together, where no column is one.

    Two rows of one key are held against each other as everywhere: in what their other
    columns say they are the same, or neither comes in.

    Attributes:
        columns: staged columns of keys, days and words, in the order of the key.
        length: characters that the backend's key holds at most.
    """

    columns: tuple[str, ...]
    length: int = 255


@dataclass(frozen=True, slots=True)
class Dropped:
    """Source columns that are left out on purpose, and why; ``*`` is any text."""

    names: tuple[str, ...]
    reason: str
