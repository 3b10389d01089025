"""The renderer: whatever goes in, only listed elements and attributes come out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reimport_lib import show
from reimport_lib.plain import visible
from reimport_lib.show import html
from reimport_lib.show.html import (
    ATTRIBUTES,
    ELEMENTS,
    Badge,
    Element,
    Fold,
    Grid,
    PageLink,
    Sentence,
    Stack,
)
from reimport_lib.show.results import Card
from reimport_lib.show.sanitizer import sanitized
from tests.show.attacks import CONTROL, PAYLOADS, Found, assert_harmless


def shapes(payload: str) -> list[Element]:
    """Everything that takes a text, with *payload* in every place."""
    cells = (payload, Badge(payload, payload), PageLink(payload, payload))
    table = Grid(
        payload,
        (payload, "b", "what to do"),
        (cells, (payload, payload, payload)),
        right=frozenset({payload}),
        foot=payload,
    )
    return [
        table,
        Grid(payload, ("a",), (), empty=payload),
        Sentence(payload),
        Fold(payload, table),
        Stack((table, Sentence(payload, strong=True))),
        Card(payload, ((payload, payload),)),
    ]


def test_there_are_enough_attacks() -> None:
    assert len(set(PAYLOADS)) >= 40


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_becomes_markup(payload: str) -> None:
    for shown in shapes(payload):
        assert_harmless(shown.html(), elements=ELEMENTS, attributes=ATTRIBUTES)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_reaches_a_terminal_as_a_command(payload: str) -> None:
    for shown in shapes(payload):
        assert not CONTROL.search(shown.text())


def test_only_what_the_sanitizer_let_through_is_passed_on_as_it_is() -> None:
    unescaped = [
        (path.name, line.strip())
        for path in sorted((Path(show.__file__).parent / "templates").iterdir())
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\bsafe\b|autoescape|__html__", line)
    ]

    # besides, a file of ours that the policy names, and JSON that ends no element
    assert unescaped == [
        (
            "changes.j2",
            '<script type="application/json" id="changes-data">{{ data | safe }}'
            "</script>",
        ),
        ("changes.j2", "<script>{{ script | safe }}</script>"),
        ("notebook.j2", "{{ body | safe }}"),
    ]


def test_what_cannot_be_seen_is_made_visible() -> None:
    assert visible("a\x1b[0m\x00\u202eb\u00a0c") == "a␛[0m␀[U+202E]b c"
    assert visible("a\nb\tc\n") == "a\nb\tc\n"
    assert visible("a\nb\rc") == "a\nb␍c"


def test_joiners_that_names_need_stay() -> None:
    assert visible("a\u200cb\u200d") == "a\u200cb\u200d"


def test_only_our_own_advice_has_commands_in_it() -> None:
    heads = ("value", "what to do")

    html = Grid("a", heads, (("b`c`", "run `reimport <x>` or `reimport`"),)).html()

    assert "b`c`" in html
    assert "or <code>reimport</code>" in html
    assert "`reimport &lt;x&gt;`" not in html


def test_formulas_are_not_typeset() -> None:
    html = Grid("a", ("b",), (("$x$",),)).html()

    assert "mathjax_ignore" in html


def test_a_table_names_its_caption_heads_and_rows() -> None:
    html = Grid("Rows", ("a", "n"), (("x", "1"),), right=frozenset({"n"})).html()

    assert "<caption" in html
    assert html.count('scope="col"') == 2
    assert html.count('scope="row"') == 1
    assert html.count("text-align:right") == 2


def test_a_table_as_text_is_aligned() -> None:
    table = Grid(
        "Rows", ("name", "n"), (("x", "1"), ("yy", "1,000")), right=frozenset({"n"})
    )

    assert table.text().splitlines() == [
        "Rows",
        "name      n",
        "----  -----",
        "x         1",
        "yy    1,000",
    ]


def test_a_table_without_rows_says_so() -> None:
    assert Grid("Rows", ("a",), (), empty="none.").text() == "Rows: none."


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        Grid("Rows", ("a", "b"), (("x",),)).html()


@pytest.mark.parametrize(
    "target",
    [
        *("http://a.example/b.html", "//a/b.html", "b.txt", "#a.html"),
        *("../b.html", "../run/b.html", "../../20260302T090000Z-full/b.html"),
        *("../20260302T090000Z-full/../b.html", "../20260302T090000Z-full/b.txt"),
    ],
)
def test_a_link_leads_only_to_a_page_beside_or_of_a_run(target: str) -> None:
    assert PageLink("word", target).html() == "word"
    assert (
        sanitized(f'<a href="{target}">word</a>') == "<a>word</a>"
        or target == "#a.html"
    )
    for page in ("00_validation.html", "../20260302T090000Z-full/report.html"):
        link = PageLink("word", page).html()
        assert Found(link).targets == {page}
        assert sanitized(link) == link


def test_jupyter_is_given_html_and_text() -> None:
    assert set(Sentence("x")._repr_mimebundle_()) == {"text/html", "text/plain"}


def test_templates_that_were_loaded_are_not_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    html.load_templates()
    loader = html._environment().loader
    monkeypatch.setattr(loader, "get_source", None)

    assert "<table" in Grid("rows", ("name",), [("notes",)]).html()
