"""Charts state their finding, say their numbers, and are the same every time."""

from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib.image import imread
from PIL import Image

from reimport_lib.plan.codes import Outcome
from reimport_lib.plan.decide import Link
from reimport_lib.show import charts, drawing
from reimport_lib.show.drawing import LONGEST_NAME
from reimport_lib.show.html import ATTRIBUTES, ELEMENTS
from tests.show.attacks import PAYLOADS, assert_harmless

COUNTS = {"created": 9812, "updated": 5, "unchanged": 5318, "rejected": 14}


def test_the_outcome_bar_states_its_finding_and_its_numbers() -> None:
    chart = charts.outcome_bar("appointments", COUNTS)

    assert chart.title == (
        "9,812 of 15,149 appointments will be created; 5 will be updated;"
        " 14 are rejected"
    )
    assert "created 9,812 64.76%" in chart.alt
    assert "rejected      14   0.09%" in chart.text()


def test_jupyter_is_given_a_picture_its_size_its_alt_text_and_its_numbers() -> None:
    chart = charts.outcome_bar("appointments", COUNTS)

    data, metadata = chart._repr_mimebundle_()

    assert set(data) == {"image/png", "text/plain"}
    assert metadata["image/png"]["alt"] == chart.alt
    assert metadata["image/png"]["width"] == chart.width


def test_a_chart_is_the_same_bytes_every_time() -> None:
    assert charts.outcome_bar("notes", COUNTS).png == (
        charts.outcome_bar("notes", COUNTS).png
    )


def test_the_picture_is_a_png_with_more_dots_than_it_is_shown_with() -> None:
    chart = charts.outcome_bar("notes", COUNTS)

    height, width = imread(io.BytesIO(chart.png)).shape[:2]

    assert width > chart.width
    assert height > chart.height


@pytest.mark.parametrize(
    ("links", "floors", "title"),
    [
        (
            [Link("owner", 12, 6490)],
            {"owner": 0.98},
            "Images: owner is below its floor: 12 of 6,490 (0.18%), needs 98%",
        ),
        (
            [Link("owner", 6490, 6490), Link("object", 6489, 6490)],
            {"object": 0.85},
            "Images: 1 of 6,490 rows names a stored file that is not there",
        ),
        (
            [Link("owner", 2, 2), Link("clinic", 0, 9, checked=False)],
            {},
            "Images: everything that a row names was found;"
            " 1 link could not be checked",
        ),
        (
            [Link("owner", 2, 2)],
            {},
            "Images: everything that a row names was found",
        ),
        (
            [Link("clinic", 0, 9, checked=False)],
            {},
            "Images: no link could be checked, as nothing is loaded",
        ),
        ([Link("owner", 0, 0)], {}, "Images: no row names anything to link to"),
        ([], {}, "Images: no row names anything to link to"),
    ],
)
def test_match_rates_state_the_worst_first(
    links: list[Link], floors: dict[str, float], title: str
) -> None:
    assert charts.match_rates("images", links, floors).title == title


def test_the_longest_link_of_the_cover_is_not_cut() -> None:
    longest = ("text message replies: owner", "appointments: appointment type")

    assert max(map(len, longest)) <= LONGEST_NAME


def test_a_rate_that_was_not_checked_is_not_shown_as_one() -> None:
    chart = charts.match_rates("images", [Link("clinic", 0, 9, checked=False)])

    assert "could not check" in chart.alt
    assert "%" not in chart.alt


def test_the_overview_counts_all_tables() -> None:
    tables = {
        "patients": {"created": 6, "rejected": 1},
        "notes": {"unchanged": 2, "skipped": 1},
        "sms": {},
    }

    chart = charts.outcome_overview(tables, applied=False)

    assert chart.title == (
        "8 of 10 rows (80.00%) come in by the plans or are there already;"
        " 1 skipped, 1 rejected"
    )
    assert [row[0] for row in chart.numbers.rows] == ["patients", "notes"]


def test_deletions_are_drawn_by_table_and_say_what_they_are_told() -> None:
    chart = charts.deletion_bars({"notes": (2, 1), "sms": (0, 0)}, "2 records go")

    assert chart.title == "2 records go"
    assert chart.numbers.rows == [("notes", "2", "1")]


def test_fill_rates_show_the_columns_with_gaps_in_the_order_of_the_file() -> None:
    filled = {"b": 1, "a": 4, "c": 0, "d": 3}

    chart = charts.fill_rates("patients", filled, 4)

    assert [row[0] for row in chart.numbers.rows] == ["b", "d"]
    assert chart.title == (
        "Patients: 1 of 4 columns filled in every row, 2 in some, 1 in none"
    )


def test_columns_beyond_forty_are_left_to_the_table() -> None:
    filled = {f"column {number}": number for number in range(80)}

    chart = charts.fill_rates("patients", filled, 80)

    assert len(chart.numbers.rows) == 40
    assert chart.numbers.rows[0][0] == "column 40"


def test_a_chart_of_nothing_is_still_a_chart() -> None:
    assert charts.outcome_bar("notes", {}).png
    assert charts.outcome_overview({}, applied=True).png
    assert charts.fill_rates("notes", {}, 0).png
    assert charts.match_rates("notes", []).png
    assert charts.deletion_bars({}, "Nothing is deleted").png
    assert charts.outcome_overview({}, applied=True).title == (
        "0 of 0 rows came in or are there already"
    )


@pytest.mark.parametrize("found", [0, 1, 9_999_999])
def test_nothing_is_cut_off_at_the_edges(found: int) -> None:
    name = "a name of a column that nobody would give to anything, and longer"
    link = Link(name, found, 9_999_999)
    counts = {"created": 9_999_999, "rejected": 1}

    for chart in (
        charts.match_rates("", [link, link], {name: 1.0}),
        charts.fill_rates("notes", {name: found or 1}, 10_000_000),
        charts.outcome_bar("notes", counts),
        charts.outcome_overview({name: counts, "notes": counts}, applied=False),
        charts.deletion_bars({name: (9_999_999, 9_999_999)}, name * 9),
    ):
        pixels = imread(io.BytesIO(chart.png))[..., :3]
        edges = (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1])
        assert all((edge == 1).all() for edge in edges)


def test_a_chart_of_the_same_words_is_drawn_once() -> None:
    tables = {"notes": COUNTS, "patients": {"created": 2}}

    drawn = charts.outcome_overview(tables, applied=False)

    assert charts.outcome_overview(dict(tables), applied=False) is drawn
    assert charts.outcome_overview(tables, applied=True) is not drawn
    assert charts.outcome_overview(tables | {"sms": COUNTS}, applied=False) != drawn
    for number in range(drawing.REMEMBERED):
        charts.outcome_overview({"notes": {"created": number + 1}}, applied=False)
    again = charts.outcome_overview(tables, applied=False)
    assert again is not drawn
    assert again == drawn


def test_the_palette_has_every_colour_that_charts_are_drawn_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[Image.Image] = []
    in_palette = drawing.in_palette
    monkeypatch.setattr(
        drawing, "in_palette", lambda image: (drawn.append(image), in_palette(image))[1]
    )
    links = [Link("first", 5, 10), Link("second", 10, 10)]
    counts = {outcome.value: 7 for outcome in Outcome}

    made = (
        charts.match_rates("", links, {"first": 0.8, "second": 0.8}),
        charts.fill_rates("notes", {"first": 3, "second": 0}, 7),
        charts.outcome_bar("notes", counts),
        charts.outcome_overview({"notes": counts}, applied=False),
        charts.deletion_bars({"notes": (3, 4)}, "notes"),
    )

    for image, chart in zip(drawn, made, strict=True):
        shown = imread(io.BytesIO(chart.png))[..., :3] * 255
        apart = np.abs(np.asarray(image) - shown).max(axis=2)
        assert apart.max() < 2 * drawing.SHADE
        assert (apart < drawing.SHADE).mean() > 0.99


def test_hostile_column_names_stay_text() -> None:
    chart = charts.fill_rates("patients", dict.fromkeys(PAYLOADS[:40], 1), 2)
    links = [Link(payload, 1, 2) for payload in PAYLOADS[:20]]

    assert_harmless(chart.html(), elements=ELEMENTS, attributes=ATTRIBUTES)
    rates = charts.match_rates("images", links)
    assert_harmless(rates.html(), elements=ELEMENTS, attributes=ATTRIBUTES)
