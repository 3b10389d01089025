"""A plugin for the pytest that runs nbval: its kernels are forked, as in a run.

A kernel that imports everything itself takes longer than what is asked of it.
"""

from __future__ import annotations

from typing import Any

import nbval.kernel
from jupyter_client.manager import KernelManager

from reimport_lib.execute.prefork import forked


class Manager(KernelManager):
    """nbval's manager of kernels."""

    def __init__(self, **words: Any) -> None:
        super().__init__(**words)
        if forked.AVAILABLE:
            forked.let_fork(self)


def pytest_configure() -> None:
    nbval.kernel.KernelManager = Manager
