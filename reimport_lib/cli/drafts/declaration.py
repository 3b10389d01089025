"""The module that declares a table, as text, out of what its export holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reimport_lib.cli.drafts.lines import WIDTH, call, one_of, quoted, remark
from reimport_lib.cli.drafts.survey import ExportColumn, LinkTarget, Survey
from reimport_lib.counting import count, several

LENGTHS = (20, 50, 100, 200, 255)
"""What a text field of the backend holds at most; longer texts have no limit."""


def singular(noun: str) -> str:
    """``room`` of ``rooms``, ``company`` of ``companies``."""
    for ending, one in (("ies", "y"), ("sses", "ss"), ("ss", "ss"), ("s", "")):
        if noun.endswith(ending):
            return noun.removesuffix(ending) + one
    return noun


@dataclass(frozen=True, slots=True)
class Draft:
    """
    A table to be declared.

    Attributes:
        name, phase, model: as the declaration has them; package: of its module, "" for
            none.
    """

    name: str
    phase: str
    model: str
    package: str
    survey: Survey

    @property
    def noun(self) -> str:
        return self.name.replace("_", " ")

    @property
    def constant(self) -> str:
        return self.name.upper()

    @property
    def module(self) -> str:
        return f"{self.package}.{self.name}" if self.package else self.name

    @property
    def read(self) -> tuple[ExportColumn, ...]:
        """Columns with a field of their own in the backend."""
        return tuple(c for c in self.survey.columns if not (c.dropped or c.is_kept))

    @property
    def plain(self) -> tuple[ExportColumn, ...]:
        """Those that hold values."""
        return tuple(column for column in self.read if not column.linked)

    @property
    def linked(self) -> tuple[tuple[ExportColumn, LinkTarget], ...]:
        """Those that name rows of other tables, or entries of lookups."""
        return tuple((c, c.linked) for c in self.read if c.linked)

    @property
    def kept(self) -> tuple[ExportColumn, ...]:
        return tuple(c for c in self.survey.columns if c.is_kept and not c.dropped)

    def link_field(self, column: ExportColumn) -> str:
        """``room_id`` of the one column that names rooms; of several, by its header."""
        targets = [linked.to for _, linked in self.linked]
        to = next(linked.to for each, linked in self.linked if each is column)
        name = singular(to) if targets.count(to) == 1 else column.name
        others = [each.name for each in self.read if each is not column]
        return f"{column.name if name in others else name}_id"


def length_of(column: ExportColumn) -> int | None:
    """Room for half as much again as the longest text has; None: no limit."""
    if column.kind.convert == "text":
        return None
    wanted = max(column.longest * 3 // 2, LENGTHS[0])
    if column.kind.convert in ("phone", "email"):
        wanted = max(wanted, 50)
    return next((length for length in LENGTHS if length >= wanted), None)


def declaration(draft: Draft) -> str:
    """The text of the module."""
    survey = draft.survey
    noun = draft.noun
    lines = [
        f'"""{noun.capitalize()}, as FileMaker exports them.',
        "",
        f"Drafted by ``reimport new-table`` out of {several(survey.rows, 'row')}; what",
        "could not be known is asked in a comment.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        *_imports(draft),
        "",
        f"{draft.constant} = Table(",
        f"    name={quoted(draft.name)},",
        f"    noun={quoted(noun)},",
        f"    phase={quoted(draft.phase)},",
        f"    model={quoted(draft.model)},",
        *remark("Must it be there? Is this its layout on a server?", indent=4),
        *call(
            "source=Source",
            (quoted(survey.file), quoted(f"API_{survey.file}"), "required=False"),
            indent=4,
        ),
        *remark(_told_of_key(survey), indent=4),
        *call(
            "key=Field",
            (
                '"filemaker_id"',
                one_of([survey.key.header]),
                "convert.key",
                "required=True",
                "length=255",
            ),
            indent=4,
        ),
        *_fields(draft),
        *_dropped(survey),
        *_links(draft),
        ")",
    ]
    return "\n".join(lines) + "\n"


def _fields(draft: Draft) -> list[str]:
    lines = [line for column in draft.read for line in _field(draft, column)]
    lines += [line for column in draft.kept for line in _kept(draft.survey, column)]
    lines += ["        *AUDIT,"] * draft.survey.has_audit
    return ["    fields=(", *lines, "    ),"]


def _imports(draft: Draft) -> list[str]:
    links = [linked for _, linked in draft.linked]
    declared = ["Dropped"] * any(c.dropped for c in draft.survey.columns)
    declared += ["Field", *["LinkTo"] * bool(links), "Source", "Table"]
    shared = ["AUDIT"] * draft.survey.has_audit + ["kept"] * bool(draft.kept)
    lines = [
        "from reimport_lib.tables import convert",
        f"from reimport_lib.tables.declare import {', '.join(declared)}",
    ]
    if any(linked.note for linked in links):
        lines.insert(0, "from reimport_lib.plan.codes import Note")
    if shared:
        lines.append(f"from reimport_lib.tables.shared import {', '.join(shared)}")
    return lines


def _told_of_key(survey: Survey) -> str:
    told = f"{count(survey.keys)} different keys in {several(survey.rows, 'row')}."
    if survey.keys == survey.rows:
        return told
    return f"{told} Which column has another value in every row?"


def _seen(survey: Survey, column: ExportColumn) -> str:
    """How much of the column is filled, and with what; no value of it."""
    told = f"{count(column.filled)} of {several(survey.rows, 'row')}"
    told += f", {count(column.distinct)} different"
    if column.kind.is_text:
        told += f", at most {several(column.longest, 'character')}"
    return f"{told}. {column.question}".rstrip()


def _field(draft: Draft, column: ExportColumn) -> list[str]:
    seen = _seen(draft.survey, column)
    if column.linked:
        return _link_column(draft, column, column.linked, seen)
    length = length_of(column)
    arguments = [
        quoted(column.name),
        one_of([column.header]),
        f"convert.{column.kind.convert}",
        *([f"length={length}"] if column.kind.is_text and length else []),
        *(["coded=True"] if column.is_coded else []),
    ]
    if column.is_coded:
        seen += " May a new word come in as it is, or does each need a rule?"
    return [*remark(seen, indent=8), *call("Field", arguments, indent=8)]


def _link_column(
    draft: Draft, column: ExportColumn, linked: LinkTarget, seen: str
) -> list[str]:
    to = linked.to.replace("_", " ")
    seen += f" Names {to}: {linked.evidence}."
    if linked.is_owner:
        seen += " Does a row without one stay out?"
    arguments = [
        quoted(column.name),
        one_of([column.header]),
        "convert.key" if linked.is_owner else "convert.number_text",
        *(
            ["required=True"]
            if linked.is_owner
            else [f"metadata={quoted(column.name)}"]
        ),
        f"feeds={quoted(draft.link_field(column))}",
    ]
    return [*remark(seen, indent=8), *call("Field", arguments, indent=8)]


def _kept(survey: Survey, column: ExportColumn) -> list[str]:
    arguments = (quoted(column.name), quoted(column.header))
    return [
        *remark(_seen(survey, column), indent=8),
        *call("kept", arguments, indent=8),
    ]


def _dropped(survey: Survey) -> list[str]:
    """The columns that are left out, by the reason."""
    reasons: dict[str, list[str]] = {}
    for column in survey.columns:
        if column.dropped:
            reasons.setdefault(column.dropped, []).append(column.header)
    if not reasons:
        return []
    lines = ["    dropped=("]
    for reason, headers in reasons.items():
        lines.append("        Dropped(")
        lines += _tuple(map(quoted, headers), indent=12)
        lines += [f"            {quoted(reason)},", "        ),"]
    return [*lines, "    ),"]


def _links(draft: Draft) -> list[str]:
    if not draft.linked:
        return []
    lines = ["    links=("]
    for column, linked in draft.linked:
        field = draft.link_field(column)
        arguments = [
            quoted(field.removesuffix("_id")),
            quoted(linked.to),
            one_of([column.name]),
            quoted(field),
            *(["owner=True"] if linked.is_owner else []),
            *([f"note=Note.{linked.note.name}"] if linked.note else []),
        ]
        lines += call("LinkTo", arguments, indent=8)
    alone = f"    links=({lines[-1].strip()}),"
    if len(lines) == 2 and len(alone) <= WIDTH:
        return [alone]
    return [*lines, "    ),"]


def _tuple(items: Iterable[str], *, indent: int) -> list[str]:
    """A tuple, an item a line; of one alone in one line."""
    found = list(items)
    blanks = " " * indent
    if len(found) == 1:
        return [f"{blanks}({found[0]},),"]
    return [f"{blanks}(", *(f"{blanks}    {item}," for item in found), f"{blanks}),"]
