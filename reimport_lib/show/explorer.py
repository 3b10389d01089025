"""Rows by table, outcome and reason: a control in JupyterLab, and a twin without it.

Imports html and masking; the control is in ``control``. The twin is plain HTML and
text: it reads without a kernel, without a script and in print, and it is what the
exported report keeps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pandas as pd

from reimport_lib.show.figured import Name, figure, tell
from reimport_lib.show.html import Bundle, Element, Fold, Grid, Sentence, Stack
from reimport_lib.show.masking import Masking, is_named
from reimport_lib.show.words import code_meaning, count, noun, several

if TYPE_CHECKING:
    from reimport_lib.plan.plan import Plan

MOST_FIELDS = 5
_HEADS = ["row", "key", "outcome", "reason", "notes"]
ALL = "all"


@dataclass(frozen=True, slots=True)
class Explorer(Element):
    """
    Rows to look at, already bound to their mask.

    Attributes:
        outcomes: table -> frame of row, key, outcome, reason, notes; "" for blank.
        frames: table -> typed frame, index = row; its first fields are shown too.
        rows: how many rows a page and a group of the twin show.
    """

    outcomes: Mapping[str, pd.DataFrame] = field(repr=False)
    mask: Masking
    rows: int = 5
    frames: Mapping[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    def twin(self) -> Stack:
        """Every outcome and reason with its first rows, each behind a line."""
        folds: list[Fold] = []
        for table in self.outcomes:
            for outcome, reason, group in self._groups(table):
                meaning, _ = code_meaning(reason)
                summary = " · ".join(filter(None, (noun(table), outcome, reason)))
                name = _name(table, outcome, reason)
                rows = figure(len(group), *name, of="row")
                folds.append(
                    Fold(
                        tell("{}: {}.{}", summary, rows, f" {meaning}".rstrip()),
                        self._page(table, group, name),
                    )
                )
        title = Sentence(f"Rows by outcome and reason, the first {self.rows} of each:")
        return Stack([title, *folds])

    def page(
        self, table: str, *, outcome: str = ALL, reason: str = ALL, first: int = 0
    ) -> Grid:
        """The rows of one group from position *first* on, masked."""
        chosen = self.outcomes[table]
        for column, wanted in (("outcome", outcome), ("reason", reason)):
            if wanted != ALL:
                chosen = chosen[chosen[column] == wanted]
        return self._page(table, chosen, _name(table, outcome, reason), first)

    def _page(
        self, table: str, chosen: pd.DataFrame, name: Name, first: int = 0
    ) -> Grid:
        """Rows of *chosen* from position *first* on; *name*: of their number."""
        part = chosen.iloc[first : first + self.rows]
        fields = self._fields(table)
        lines = [
            (
                str(row or ""),
                self.mask.key(str(key)),
                *map(str, codes),
                str(notes).replace(";", ", "),
                *self._values(table, row, fields),
            )
            for row, key, *codes, notes in part[_HEADS].itertuples(
                index=False, name=None
            )
        ]
        caption: str = noun(table)
        if lines:
            places = f"{count(first + 1)} to {count(first + len(lines))}"
            every = figure(len(chosen), *name)
            caption = tell("{}: rows {} of {}", caption, places, every)
        none = "no row is of this kind."
        more = f"{several(len(chosen), 'row')} of this kind, no more."
        heads = ("row", self.mask.key_head, *_HEADS[2:], *fields)
        return Grid(caption, heads, lines, empty=more if len(chosen) else none)

    def choices(self, table: str, outcome: str) -> list[str]:
        """The reasons that occur in *table* with *outcome*."""
        return sorted(
            {
                reason
                for found, reason, _ in self._groups(table)
                if reason and outcome in (ALL, found)
            }
        )

    def control(self) -> object:
        """The same to choose from in JupyterLab; nothing without ipywidgets."""
        if find_spec("ipywidgets") is None:
            return None
        from reimport_lib.show.control import make_control

        return make_control(self)

    def _repr_mimebundle_(self, **kwargs: object) -> Bundle:
        return self.twin()._repr_mimebundle_(**kwargs)

    def html(self) -> str:
        return self.twin().html()

    def text(self) -> str:
        return self.twin().text()

    def _groups(self, table: str) -> list[tuple[str, str, pd.DataFrame]]:
        groups = self.outcomes[table].groupby(["outcome", "reason"], sort=True)
        return [(str(found), str(why), group) for (found, why), group in groups]

    def _fields(self, table: str) -> list[str]:
        frame = self.frames.get(table)
        if frame is None:
            return []
        names = [str(name) for name in frame.columns]
        shown = [name for name in names if is_named(table, name)]
        return [name for name in shown if name not in _SHOWN_ANYWAY][:MOST_FIELDS]

    def _values(self, table: str, row: object, fields: Sequence[str]) -> list[str]:
        if not fields:
            return []
        frame = self.frames[table]
        if row not in frame.index:
            return ["" for _ in fields]
        return [self.mask.value(table, name, frame.at[row, name]) for name in fields]


def _name(table: str, outcome: str, reason: str) -> Name:
    """Of the figure of a group of rows; a reason is of one outcome alone."""
    if reason not in ("", ALL):
        return (table, "reasons", reason)
    return (table, "rows" if outcome == ALL else outcome)


_SHOWN_ANYWAY = frozenset({"key", "filemaker_id", "filemaker_metadata"})


def explore(
    plans: Sequence[Plan],
    mask: Masking,
    *,
    rows: int = 5,
    frames: Mapping[str, pd.DataFrame] | None = None,
) -> Explorer:
    """The explorer of *plans*; *frames* adds the typed fields of their rows."""
    outcomes = {plan.table: plan.rows.astype(object).fillna("") for plan in plans}
    return Explorer(outcomes, mask, rows, frames or {})
