"""HTML that somebody else made, rebuilt from an allow list.

Imports html. What comes out is written anew from the parsed pieces: listed elements
with listed attributes, and text. Nothing is passed on as it came.
"""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

from reimport_lib.plain import visible
from reimport_lib.show.html import ATTRIBUTES, ELEMENTS, OTHER_RUN

_TEXT_ELEMENTS = (
    "h1 h2 h3 h4 h5 h6 ul ol li dl dt dd em strong b i code pre blockquote hr br"
    " figure figcaption section nav sub sup small"
)
ALLOWED_ELEMENTS = ELEMENTS | frozenset(_TEXT_ELEMENTS.split())
ALLOWED_ATTRIBUTES = ATTRIBUTES | frozenset({"id", "height", "colspan", "rowspan"})

_VOID = frozenset({"img", "hr", "br"})
_SILENT = frozenset({"script", "style", "template", "title", "noscript", "iframe"})
_PLAIN_STYLE = re.compile(r"[\w\s.:;,#%()-]*")
_FORBIDDEN_STYLE = re.compile(r"url|expression|position|content|import", re.IGNORECASE)
_TARGET = re.compile(rf"((?:{OTHER_RUN})?\w[\w.-]*\.html)?(#[\w.-]*)?")
_UNTOLD = "not described"
_PICTURE = re.compile(r"data:image/png;base64,[A-Za-z0-9+/=\s]*")


def sanitized(markup: str) -> str:
    """
    *markup* with only allowed elements and attributes; all other text escaped.

    Scripts and styles vanish with what is in them; other elements only lose their
    tags. Links lead to pages beside it or of another run, or within it; pictures are
    inline PNG.
    """
    rebuilt = _Rebuilt()
    rebuilt.feed(markup)
    rebuilt.close()
    return rebuilt.result()


class _Rebuilt(HTMLParser):
    """Writes what it reads again, piece by piece, if it is on the list."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._open: list[str] = []
        self._silent = ""

    def result(self) -> str:
        closing = [f"</{tag}>" for tag in reversed(self._open)]
        return "".join([*self._pieces, *closing])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._silent:
            return
        if tag in _SILENT:
            self._silent = tag
        elif tag in ALLOWED_ELEMENTS:
            if tag == "img":
                given = dict(attrs)
                if not _PICTURE.fullmatch(given.get("src") or ""):
                    return
                attrs = attrs if "alt" in given else [*attrs, ("alt", _UNTOLD)]
            shown = "".join(_attribute(tag, name, value or "") for name, value in attrs)
            self._pieces.append(f"<{tag}{shown}>")
            if tag not in _VOID:
                self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            self._silent = "" if tag == self._silent else self._silent
        elif tag in self._open:
            while self._open:
                last = self._open.pop()
                self._pieces.append(f"</{last}>")
                if last == tag:
                    return

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._pieces.append(escape(visible(data)))


def _attribute(tag: str, name: str, value: str) -> str:
    if name not in ALLOWED_ATTRIBUTES or not _harmless(name, value):
        return ""
    return f' {name}="{escape(visible(value))}"'


def _harmless(name: str, value: str) -> bool:
    if name == "style":
        plain = _PLAIN_STYLE.fullmatch(value) is not None
        return plain and _FORBIDDEN_STYLE.search(value) is None
    if name == "href":
        return _TARGET.fullmatch(value) is not None
    if name == "src":
        return _PICTURE.fullmatch(value) is not None
    return True
