"""Import what the notebooks need, once, in the process that kernels are forked from."""

import os
from contextlib import suppress
from functools import cache
from importlib import import_module

import django  # noqa: F401
import ipykernel.ipkernel
import ipykernel.kernelapp
import ipykernel.zmqshell  # noqa: F401
import matplotlib.backends.backend_agg
import matplotlib.figure  # noqa: F401
import pandas  # noqa: F401
import pyarrow.parquet  # noqa: F401

import reimport_lib.phases.notebook  # noqa: F401
from reimport_lib.show import charts, html
from reimport_lib.tables import registry
from reimport_lib.write import bind, sealed

with suppress(ImportError):  # only who opens notebooks in JupyterLab needs it
    import ipywidgets  # noqa: F401


def load() -> None:
    """Load tables, backend and a chart: the first finds fonts and templates."""
    registry.all_tables()
    bind.load()
    charts.outcome_bar("rows", {"created": 2, "skipped": 1, "rejected": 1}).html()


def forget_held() -> None:
    """What loading the backend would have sent is told by the first kernel alone."""
    sealed.held()


@cache
def load_rest() -> None:
    """Load what the first kernel reads for itself: each of the others needs it, too."""
    # which warns of modules that Python has frozen, in whoever imports it
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    import_module("ipykernel.debugger")
    html.load_templates()
    if registry.api_checks():
        bind.load_api()
