"""The page of all runs: each is in it, with its figures and the way to its report."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

from reimport_lib.show.history import render
from reimport_lib.show.sanitizer import ALLOWED_ATTRIBUTES, ALLOWED_ELEMENTS
from tests.show.attacks import PAYLOADS, assert_harmless
from tests.show.examples import run

ELEMENTS = ALLOWED_ELEMENTS | set("html head meta title style body main h2".split())
ATTRIBUTES = ALLOWED_ATTRIBUTES | set("lang charset http-equiv content name".split())


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<body>") :]).split())


def named(run_id: str, *of: str) -> Any:
    return {**copy.deepcopy(run(*of)), "run_id": run_id}


def test_every_run_is_there_with_its_figures_newest_first(tmp_path: Path) -> None:
    (tmp_path / "20261122T101500Z-full").mkdir()
    (tmp_path / "20261122T101500Z-full" / "report.html").write_text("x")
    manifests = [
        named("20261121T101500Z-rehearsal"),
        named("20261122T101500Z-full", "full"),
        named("20261123T101500Z-full", "full", "failed", "notes", "x"),
    ]

    page = render(manifests, tmp_path, ["20261120T101500Z-full"])

    text = words(page)
    assert text.startswith("4 runs ")
    rows = text[text.index("Every run, newest first") :]
    found = re.findall(r"2026112\dT101500Z-(?:full|rehearsal) (?=import|reh|unr)", rows)
    assert [run_id[:8] for run_id in found] == [
        "20261123",
        "20261122",
        "20261121",
        "20261120",
    ]
    assert "✓ Succeeded" in rows
    assert "✗ Failed" in rows
    assert "59,239 of 64,424 (91.95%)" in rows
    assert 'href="20261122T101500Z-full/report.html"' in page
    assert page.count("report.html") == 1


def test_rates_stand_side_by_side_of_those_that_came_to_their_end(
    tmp_path: Path,
) -> None:
    worse = named("20261123T101500Z-full", "full")
    link = {e["name"]: e for e in worse["phases"]}["notes"]["links"]["notes"][0]
    link["found"] = 11_000

    text = words(render([named("20261122T101500Z-full", "full"), worse], tmp_path, []))

    assert "notes: owner 99.92% 96.42%" in text


def test_no_text_of_a_record_becomes_markup(tmp_path: Path) -> None:
    payload = "".join(PAYLOADS)
    manifest = named(payload, "full")
    manifest["parameters"]["reviewed"] = payload
    manifest["finished_at"] = payload

    page = render([manifest], tmp_path, [payload])

    assert_harmless(page, elements=ELEMENTS, attributes=ATTRIBUTES)


def test_a_folder_without_runs_says_so(tmp_path: Path) -> None:
    assert "no run yet." in words(render([], tmp_path, []))
