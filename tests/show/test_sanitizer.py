"""Foreign HTML is rebuilt from a list; nothing else gets through."""

from __future__ import annotations

import pytest

from reimport_lib.show.sanitizer import ALLOWED_ATTRIBUTES, ALLOWED_ELEMENTS, sanitized
from tests.show.attacks import PAYLOADS, assert_harmless


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_attack_survives(payload: str) -> None:
    for markup in (payload, f"<p title='{payload}'>{payload}</p>", f"<td>{payload}"):
        assert_harmless(
            sanitized(markup), elements=ALLOWED_ELEMENTS, attributes=ALLOWED_ATTRIBUTES
        )


def test_all_attacks_together_do_not_survive() -> None:
    markup = sanitized("".join(PAYLOADS) + "<p>after</p>")

    assert_harmless(markup, elements=ALLOWED_ELEMENTS, attributes=ALLOWED_ATTRIBUTES)


def test_rebuilding_twice_changes_nothing() -> None:
    cell = '<td style="color:red">1'
    once = sanitized(f'<h2 id="a">x &amp; y</h2><table><tr>{cell}</table>')

    assert sanitized(once) == once


@pytest.mark.parametrize(
    ("markup", "rebuilt"),
    [
        ("<p>a<script>b</script>c</p>", "<p>ac</p>"),
        ("<custom>text</custom>", "text"),
        ("<p>open", "<p>open</p>"),
        ("</p>closed", "closed"),
        ("<b>x<i>y</b>z", "<b>x<i>y</i></b>z"),
        ('<a href="#top">x</a>', '<a href="#top">x</a>'),
        ('<a href="report.html">x</a>', '<a href="report.html">x</a>'),
        ('<a href="http://a.example">x</a>', "<a>x</a>"),
        ('<img src="http://a.example/x.png">', ""),
        (
            '<img alt="a" src="data:image/png;base64,AAAA">',
            '<img alt="a" src="data:image/png;base64,AAAA">',
        ),
        (
            '<img src="data:image/png;base64,AAAA">',
            '<img src="data:image/png;base64,AAAA" alt="not described">',
        ),
        ('<td style="background:url(x)">1</td>', "<td>1</td>"),
        ("a<br/>b", "a<br>b"),
    ],
)
def test_what_is_kept(markup: str, rebuilt: str) -> None:
    assert sanitized(markup) == rebuilt
