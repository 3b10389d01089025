"""What the fields of the backend can hold, so that a plan says what will be stored.

Pure; ``write.capacities`` asks the models. A value that a field would cut, round or put
something else in place of would look like a person's edit to the next import.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from reimport_lib.frames import Column
from reimport_lib.plan.values.canonical import canonical


@dataclass(frozen=True, slots=True)
class Capacity:
    """
    What one field can hold.

    Attributes:
        length: characters of a text at most.
        digits, places: of a decimal number, before and behind its point.
        least, most: of whole numbers.
        empty: it can hold nothing; a text can always be blank.
        default: stands in for nothing where it cannot be empty; None: each row must
            bring a value.
    """

    length: int | None = None
    digits: int | None = None
    places: int = 0
    least: int | None = None
    most: int | None = None
    empty: bool = True
    default: object = None

    def holds(self, value: object) -> bool:
        """*value* is stored as it is, neither cut nor rounded nor refused."""
        if isinstance(value, str):
            return self.length is None or len(value) <= self.length
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            return True
        if self.digits is not None:
            fits = abs(value) < 10**self.digits
            return fits and round(Decimal(value), self.places) == value
        least = self.least is None or value >= self.least
        return least and (self.most is None or value <= self.most)


Capacities = Mapping[str, Mapping[str, Capacity]]
"""Table -> managed column -> what the model's field holds."""


def stand_ins(capacities: Mapping[str, Capacity]) -> dict[str, str]:
    """Column -> the canonical text of what it holds in place of nothing."""
    return {
        name: canonical(capacity.default)
        for name, capacity in capacities.items()
        if capacity.default is not None
    }


def filled(
    columns: Mapping[str, Column], capacities: Mapping[str, Capacity]
) -> dict[str, Column]:
    """*columns*, with defaults where a field that cannot be empty was given nothing."""
    found = dict(columns)
    for name, column in columns.items():
        default = capacities.get(name, Capacity()).default
        if default is not None and (blank := column.isna()).any():
            found[name] = column.astype(object).where(~blank, default)
    return found
