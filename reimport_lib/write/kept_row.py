"""A row as the ledger has it, in half of the room that a dictionary takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any


class KeptRow(Mapping[str, Any]):
    """
    Attribute -> encoded value.

    An undo holds every row that a run has touched; the rows of a model share *places*.

    Args:
        places: attribute -> its place in *cells*.
    """

    __slots__ = ("_cells", "_places")

    def __init__(self, places: Mapping[str, int], cells: Sequence[Any]) -> None:
        self._places = places
        self._cells = cells

    def __getitem__(self, name: str) -> Any:
        return self._cells[self._places[name]]

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def of(self, names: Iterable[str]) -> list[Any]:
        """The values of *names*, at once."""
        places = map(self._places.__getitem__, names)
        return list(map(self._cells.__getitem__, places))

    def __repr__(self) -> str:
        return f"KeptRow({', '.join(self._places)})"


class JsonText(str):
    """A value of a ``JSONField``, as JSON already."""

    __slots__ = ()


NOT_THERE = KeptRow({}, ())
"""Of a row that is not there."""
