"""Where JupyterLab serves a page of a run, and where it lies beside the notebook."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import quote

from ipykernel.connect import get_connection_file

from reimport_lib.plain import visible
from reimport_lib.show.html import PageLink

_LOOK = "color:var(--jp-content-link-color,LinkText);text-decoration:underline"
"""JupyterLab takes its colour from a link in a widget."""
_STARTED_BY = "JPY_PARENT_PID"


@dataclass(frozen=True, slots=True)
class RunPage(PageLink):
    """
    A word that opens a page of a run beside the notebook.

    Attributes:
        file: the page; a word alone where it is not there.
        served: for a widget, whose links JupyterLab does not turn into its own.
    """

    file: Path = Path()
    served: bool = False

    def html(self) -> str:
        words = escape(visible(self.words))
        address = _address(self.file, served=self.served)
        if not address:
            return words
        look = f'style="{_LOOK}" target="_blank"'
        return f'<a href="{escape(address)}" {look}>{words}</a>'


def _address(file: Path, *, served: bool) -> str:
    if not file.is_file():
        return ""
    if not served:
        with suppress(ValueError):
            return quote(Path(os.path.relpath(file)).as_posix())
        return ""
    base, root = _server()
    with suppress(ValueError):
        return (
            base and f"{base}files/{quote(file.resolve().relative_to(root).as_posix())}"
        )
    return ""


@cache
def _server() -> tuple[str, Path]:
    """The path of the server that started this kernel, and the folder it serves."""
    pid = os.environ.get(_STARTED_BY, "")
    with suppress(OSError, RuntimeError, ValueError, LookupError):
        runtime = Path(get_connection_file()).parent  # where servers are listed too
        told = json.loads(
            (runtime / f"jpserver-{pid}.json").read_text(encoding="utf-8")
        )
        return str(told["base_url"]), Path(told["root_dir"]).resolve()
    return "", Path()
