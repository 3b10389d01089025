"""An executed notebook as one HTML page that needs nothing else.

Imports nbconvert (lazily: it is slow to start), sanitizer and html. Code is folded
away, and a widget is left to the static twin shown before it. Whatever nbconvert makes
goes through the allow list, and then gets a head whose policy forbids scripts and other
hosts.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from reimport_lib.record.manifest import DamagedRecord, read_manifest
from reimport_lib.record.status import Status
from reimport_lib.show import check_words
from reimport_lib.show.changes import PAGE
from reimport_lib.show.html import PageLink, from_template
from reimport_lib.show.sanitizer import sanitized
from reimport_lib.show.words import STATUSES, saying

WIDGET = "application/vnd.jupyter.widget-view+json"
MIME_TYPES = ("text/html", "image/png", "text/plain")
CHANGES = "What changes, field by field"

_TEMPLATE = """
{%- extends 'basic/index.html.j2' -%}
{% block input_group -%}
<details class="code"><summary>code</summary>
{{ super() }}
</details>
{% endblock input_group %}
"""
_CODE = "ipython3"
_STOPPED = "papermill-error-cell-tag"
_ANCHOR = "papermill-error-cell"


def load() -> None:
    """Have nbconvert ready: importing it takes longer than most pages."""
    _exporter()


def export(notebook: Path) -> str:
    """
    The page of the executed notebook at *notebook*; the caller writes it.

    The page links to ``report.html`` and, by the ``run.json`` beside it, to the pages
    before and after it.
    """
    stored = json.loads(notebook.read_text(encoding="utf-8"))
    return to_html(stored, title=notebook.stem, place=_place(notebook))


@dataclass(frozen=True, slots=True)
class PageOfRun:
    """
    Where a page stands in its run.

    Attributes:
        verdict: how its phase ended, and what its checks found; "" where unknown.
        before, after: the pages beside it; None at the ends, and where the run stopped.
        changes: leads to what its phase, and others, change; None where it plans none.
    """

    verdict: str = ""
    before: PageLink | None = None
    after: PageLink | None = None
    changes: PageLink | None = None


def _place(notebook: Path) -> PageOfRun:
    """Out of the run's record; of a page that is no phase's, nothing."""
    try:
        phases = read_manifest(notebook.parent)["phases"]
    except (DamagedRecord, OSError):
        return PageOfRun()
    names = [f"{p['number']:02d}_{p['name'].replace('-', '_')}" for p in phases]
    if notebook.stem not in names:
        return PageOfRun()
    at = names.index(notebook.stem)
    entry = phases[at]
    said = saying(STATUSES, entry["status"])
    verdict = f"{said.sign} {said.word}"
    if entry["checks"]:
        made = (check["verdict"] for check in entry["checks"])
        verdict += ": " + check_words.found(made, (entry["name"],))
    goes_on = entry["status"] == Status.SUCCEEDED and at + 1 < len(names)
    return PageOfRun(
        verdict,
        _link(names[at - 1]) if at else None,
        _link(names[at + 1]) if goes_on else None,
        PageLink(CHANGES, PAGE) if "plan_digests" in entry else None,
    )


def _link(name: str) -> PageLink:
    return PageLink(name.replace("_", " "), f"{name}.html")


def to_html(notebook: Any, *, title: str, place: PageOfRun | None = None) -> str:
    """The page of *notebook*, as it is stored, which is left as it is."""
    metadata = {n: value for n, value in notebook["metadata"].items() if n != "widgets"}
    cells = [_cell(cell) for cell in notebook["cells"]]
    shown = json.dumps({**notebook, "metadata": metadata, "cells": cells})
    body, _ = _exporter().from_file(io.StringIO(shown))
    title = title.replace("_", " ")
    return from_template(
        "notebook.j2", title=title, body=sanitized(body), place=place or PageOfRun()
    )


def _cell(cell: Any) -> Any:
    if _STOPPED in cell["metadata"].get("tags", ()):
        return {**cell, "source": _stopped("".join(cell["source"]))}
    if cell["cell_type"] != "code":
        return cell
    return {**cell, "outputs": list(_shown(cell["outputs"]))}


def _stopped(banner: str) -> str:
    """papermill's banner over a page or a cell that failed, in words for a reader."""
    if f'id="{_ANCHOR}"' in banner:
        return f'<p id="{_ANCHOR}"><strong>It stopped here:</strong></p>'
    return (
        "<p><strong>This phase did not come to its end: "
        f'<a href="#{_ANCHOR}">why it stopped</a>.</strong></p>'
    )


def _shown(outputs: Iterable[Any]) -> Iterator[Any]:
    """Streams, errors, and of the rest the kinds that a report may hold; no widget."""
    for output in outputs:
        if "data" not in output:
            yield output
        elif WIDGET not in output["data"]:
            data = {k: v for k, v in output["data"].items() if k in MIME_TYPES}
            if data:
                yield {**output, "data": data}


@cache
def _exporter() -> Any:
    from nbconvert import HTMLExporter
    from nbconvert.exporters.templateexporter import TemplateExporter
    from nbconvert.filters import Highlight2HTML

    class Exporter(HTMLExporter):
        """Reads no page again that it has made: ``sanitized`` does, and takes half."""

        def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> Any:
            given = self._init_resources(resources)  # type: ignore[no-untyped-call]
            to_html: Any = Highlight2HTML
            self.filters["highlight_code"] = to_html(pygments_lexer=_CODE, parent=self)
            return TemplateExporter.from_notebook_node(self, nb, given, **kw)

    return Exporter(  # type: ignore[no-untyped-call]
        raw_template=_TEMPLATE,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
        mathjax_url="",
        require_js_url="",
        mermaid_js_url="",
    )
