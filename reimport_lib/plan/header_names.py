"""Headers of export files: what they are without decoration, and what they nearly are.

Pure; imports only what is invisible.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from reimport_lib.plan.values.text import visible

NEAR = 0.85
"""From this likeness (0..1) on, an unmapped header is a misspelt one."""


def clean_header(header: str) -> str:
    """*header* without blanks, invisible characters and a leading ``Table::``."""
    bare = visible(header).strip()
    return bare.rsplit("::", 1)[-1].strip() or bare


def nearest(header: str, names: Sequence[str]) -> str:
    """The one of *names* that *header* nearly is; "" for none."""
    bare = _letters(header)
    for name in names:
        if bare and bare == _letters(name):
            return name
    lower = {name.casefold(): name for name in names if len(name) > 3}
    near = difflib.get_close_matches(header.casefold(), lower, n=1, cutoff=NEAR)
    return lower[near[0]] if near and _digits(near[0]) == _digits(header) else ""


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", name).casefold()


def _digits(name: str) -> str:
    return re.sub(r"\D", "", name)


def quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
