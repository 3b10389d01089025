"""The ipywidgets control of the explorer; imported only where it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import ipywidgets

from reimport_lib.plan.codes import SOURCE_OUTCOMES
from reimport_lib.show.words import noun

if TYPE_CHECKING:
    from reimport_lib.show.explorer import Explorer

_ALL = "all"
_WIDE = {"description_width": "initial"}


def make_control(explorer: Explorer) -> ipywidgets.VBox:
    """Choices of table, outcome, reason and first row above the page they choose."""
    table = _dropdown("Table", [(noun(name), name) for name in explorer.outcomes])
    outcome = _dropdown("Outcome", [_ALL, *(str(name) for name in SOURCE_OUTCOMES)])
    reason = _dropdown("Reason", [_ALL, *explorer.choices(table.value, _ALL)])
    first = ipywidgets.BoundedIntText(
        value=1, min=1, max=10**9, step=explorer.rows, description="From", style=_WIDE
    )
    shown = ipywidgets.HTML()

    def show(_change: object = None) -> None:
        page = explorer.page(
            table.value,
            outcome=outcome.value,
            reason=reason.value,
            first=first.value - 1,
        )
        shown.value = page.html()

    def restart(_change: object = None) -> None:
        first.value = 1
        show()

    def choose(_change: object) -> None:
        reason.options = [_ALL, *explorer.choices(table.value, outcome.value)]
        restart()

    table.observe(choose, names="value")
    outcome.observe(choose, names="value")
    reason.observe(restart, names="value")
    first.observe(show, names="value")
    show()
    choices = ipywidgets.HBox([table, outcome, reason, first])
    choices.layout.flex_flow = "row wrap"
    return ipywidgets.VBox([choices, shown])


def _dropdown(
    name: str, options: Sequence[str | tuple[str, str]]
) -> ipywidgets.Dropdown:
    return ipywidgets.Dropdown(options=options, description=name, style=_WIDE)
