"""What columns of frames are called in signatures.

Imports nothing of this package, and what it names only for a type checker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Column: TypeAlias = "pd.Series[Any]"
"""(n,) one value a row, of object: what the texts of a source column become."""

Mask: TypeAlias = "pd.Series[bool]"
"""(n,) bool, one a row."""

Array: TypeAlias = "np.ndarray[tuple[Any, ...], np.dtype[Any]]"
"""(n,) what a column holds, without its record numbers."""

Rows: TypeAlias = "pd.Index[Any]"
"""(n,) record numbers, by which columns of one table fit each other."""
