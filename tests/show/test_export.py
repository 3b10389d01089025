"""An exported notebook stands alone, keeps the twin and runs nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
)
from papermill.execute import ERROR_ANCHOR_MSG as ERROR_ANCHOR
from papermill.execute import ERROR_MARKER_TAG, ERROR_MESSAGE_TEMPLATE

from reimport_lib.show import charts, plans
from reimport_lib.show.explorer import explore
from reimport_lib.show.export import WIDGET, export, to_html
from reimport_lib.show.sanitizer import ALLOWED_ATTRIBUTES, ALLOWED_ELEMENTS
from tests.show.attacks import PAYLOADS, assert_harmless
from tests.show.invented import MASK, PRIVATE, plan

PAGE_ELEMENTS = ALLOWED_ELEMENTS | set(
    "html head meta title style body main nav".split()
)
HEAD_ATTRIBUTES = frozenset("lang charset http-equiv content name".split())
PAGE_ATTRIBUTES = ALLOWED_ATTRIBUTES | HEAD_ATTRIBUTES


def shown(thing: Any) -> Any:
    """The output that a kernel makes of *thing*."""
    bundle = thing._repr_mimebundle_()
    data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
    return new_output("display_data", data, metadata=metadata)


def notebook(*outputs: Any, text: str = "# Appointments") -> Any:
    return new_notebook(
        cells=[new_markdown_cell(text), new_code_cell("plan", outputs=list(outputs))],
        metadata={"widgets": {"state": {"value": "Zephyrine"}}},
    )


def html(*outputs: Any, text: str = "# Appointments") -> str:
    return to_html(notebook(*outputs, text=text), title="04_appointments")


def assert_stands_alone(page: str) -> None:
    assert_harmless(page, elements=PAGE_ELEMENTS, attributes=PAGE_ATTRIBUTES)
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert "@import" not in page


def test_a_page_asks_no_other_host_for_anything() -> None:
    page = html(shown(charts.outcome_bar("notes", {"created": 2})))

    assert_stands_alone(page)
    assert not re.search(r"https?://", page)


def test_charts_are_inline_with_their_alt_text() -> None:
    chart = charts.outcome_bar("notes", {"created": 2})

    page = html(shown(chart))

    assert 'src="data:image/png;base64,' in page
    assert f'alt="{chart.alt}"' in page
    assert f'width="{chart.width}"' in page


def test_tables_are_kept() -> None:
    page = html(shown(plans.outcomes_stack(plan())))

    said = re.sub("</?data[^>]*>", "", page)
    assert "5 = 2 created + 1 skipped + 2 rejected" in said
    assert "<table" in page


def test_a_widget_leaves_only_its_twin() -> None:
    twin = {"text/html": explore([plan()], MASK).html(), "text/plain": "twin"}
    widget = {WIDGET: {"model_id": "abc"}, "text/plain": "VBox(children=())"}

    page = html(new_output("display_data", twin), new_output("display_data", widget))

    assert "<details" in page
    assert "missing_required" in page
    assert "VBox" not in page
    assert "model_id" not in page
    for text in PRIVATE:
        assert text not in page


def test_the_code_is_folded_away() -> None:
    assert '<details class="code"><summary>code</summary>' in html()


def test_a_failed_cell_shows_its_error() -> None:
    error = new_output(
        "error",
        ename="GateFailed",
        evalue="x",
        traceback=["\x1b[31mGateFailed\x1b[39m: 12 of 6,490"],
    )

    page = html(error)

    assert "12 of 6,490" in page
    assert "\x1b" not in page


def test_the_banners_of_a_failed_notebook_are_words_for_a_reader() -> None:
    tagged = {"tags": [ERROR_MARKER_TAG]}
    top = new_markdown_cell(ERROR_MESSAGE_TEMPLATE % "9", metadata=tagged)
    anchor = new_markdown_cell(ERROR_ANCHOR, metadata=tagged)

    page = to_html(new_notebook(cells=[top, anchor]), title="03 Patients")

    assert '<a href="#papermill-error-cell">why it stopped</a>' in page
    assert '<p id="papermill-error-cell"><strong>It stopped here:' in page
    assert "Exception" not in page


@pytest.mark.parametrize("kind", ["text/html", "text/plain", "text/markdown"])
def test_no_attack_in_an_output_survives(kind: str) -> None:
    outputs = [new_output("display_data", {kind: text}) for text in PAYLOADS]

    assert_stands_alone(html(*outputs))


def test_no_attack_in_text_code_or_errors_survives() -> None:
    joined = "\n\n".join(PAYLOADS)
    outputs = [
        new_output("stream", name="stderr", text=joined),
        new_output("error", ename=joined, evalue=joined, traceback=[joined]),
        new_output("display_data", {"application/javascript": "alert(1)"}),
        new_output("display_data", {"image/svg+xml": "<svg onload=alert(1)>"}),
    ]
    made = notebook(*outputs, text=joined)
    made.cells.append(new_code_cell(joined))

    assert_stands_alone(to_html(made, title=PAYLOADS[0]))


def test_the_notebook_is_left_as_it_is(tmp_path: Path) -> None:
    made = notebook(new_output("display_data", {WIDGET: {}, "text/plain": "x"}))
    path = tmp_path / "04_appointments.ipynb"
    nbformat.write(made, path)
    before = path.read_bytes()

    page = export(path)

    assert path.read_bytes() == before
    assert "<title>04 appointments</title>" in page
    assert 'href="report.html"' in page
