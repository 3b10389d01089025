"""The charts of a run: outcomes, match rates, fill rates, deletions.

Each takes plain counts, states its finding as the title, and writes every figure beside
its bar: no value has to be read off an axis, and no meaning hangs on colour alone. The
only texts are names of tables, outcomes, links and columns.
"""

from __future__ import annotations

from reimport_lib.show.drawing import Chart
from reimport_lib.show.outcome_charts import (
    deletion_bars,
    outcome_bar,
    outcome_overview,
)
from reimport_lib.show.rate_charts import fill_rates, match_rates

__all__ = [
    "Chart",
    "deletion_bars",
    "fill_rates",
    "match_rates",
    "outcome_bar",
    "outcome_overview",
]
