"""Texts that try to be more than text, and what HTML may hold after all."""

from __future__ import annotations

import re
from html.parser import HTMLParser

PAYLOADS = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    '<img src="x" onerror="alert(1)">',
    "<img/src='x'/onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x>",
    "<math><mtext></mtext><mglyph><style><img src onerror=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    '<iframe srcdoc="<script>alert(1)</script>">',
    "<object data=javascript:alert(1)>",
    "<embed src=//evil.example/x.swf>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href=//evil.example/>x</a>",
    '" onmouseover="alert(1)',
    "' onfocus='alert(1)' autofocus='",
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    "</td></tr></table><script>alert(1)</script>",
    "</caption><script>alert(1)</script>",
    "</summary></details><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "<!--><script>alert(1)</script>-->",
    "--><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<style>*{background:url(//evil.example/)}</style>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=//evil.example/'>",
    "<base href=//evil.example/>",
    "<form action=//evil.example/><input name=x></form>",
    "<button data-commandlinker-command='notebook:run' data-commandlinker-args='{}'>",
    "<b data-commandlinker-command='docmanager:open'>x</b>",
    "<div style='position:fixed;top:0;left:0;width:99em;background:url(//e.example)'>",
    "<video><source onerror=alert(1)></video>",
    "<body onload=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;img src=x onerror=alert(1)&#62;",
    "$\\href{javascript:alert(1)}{x}$",
    "\\(\\unicode{<img src=x onerror=alert(1)>}\\)",
    "$$\\require{html}\\style{position:fixed}{x}$$",
    "[x](javascript:alert(1)) ![x](x' onerror='alert(1))",
    "\x1b[31mred\x1b[0m \x1b]8;;http://evil.example\x07link\x1b]8;;\x07",
    "\x1b[2J\x1b[1;1H\x00\x08\x7f",
    "\u202egnp.exe\u202c \u2066x\u2069",
    "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "\ufeff<script\u2028>alert(1)</script>",
    "{{ 7*7 }} {% include '/etc/passwd' %} ${7*7}",
    "<a href=report.html onclick=alert(1)>x</a>",
    "<x-custom onclick=alert(1)>x</x-custom>",
)
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_HREF = re.compile(r"(\w[\w.-]*\.html)?(#[\w.-]*)?")


class Found(HTMLParser):
    """Elements, attributes and targets of a document, as a browser would see them."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.targets: set[str] = set()
        self.styles: set[str] = set()
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name in ("href", "src"):
                self.targets.add(value or "")
            if name == "style":
                self.styles.add(value or "")


def assert_harmless(
    markup: str, *, elements: frozenset[str], attributes: frozenset[str]
) -> None:
    """Nothing in *markup* is outside the lists, leaves the page or runs."""
    found = Found(markup)
    assert found.elements <= elements
    assert found.attributes <= attributes
    for target in found.targets:
        assert _HREF.fullmatch(target) or target.startswith("data:image/png;base64,")
    for style in found.styles:
        assert not re.search(r"url|position|expression", style)
    assert not CONTROL.search(markup)
