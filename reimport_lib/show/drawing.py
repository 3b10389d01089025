"""What every chart shares: bars with their names and figures, below a title.

Imports matplotlib and html. Figures are made without pyplot, so no state is shared,
and their bytes are the same on every run: fonts are matplotlib's own, no date inside.
"""

from __future__ import annotations

import base64
import io
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, wraps
from itertools import chain
from typing import Any, ParamSpec

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from PIL import Image, ImageColor

from reimport_lib.plain import shortened, visible
from reimport_lib.plan.codes import Outcome
from reimport_lib.show.figured import NamedNumber, figures_in
from reimport_lib.show.html import Bundle, Element, Grid

FONT = "DejaVu Sans"
WIDTH = 9.0  # inches
MARGIN = 0.08  # inches
BEFORE, AFTER = 0.05, 0.11  # inches between a bar and its name, and its figures
PITCH = 0.32  # inches from bar to bar
DOTS = 160  # per inch; shown at fewer, sharp on dense screens
SHOWN_DOTS = 100
SHADE = 12  # of 255: how far apart the colours of a smooth edge are
LONGEST_NAME = 32
REMEMBERED = 8

PAPER = "#ffffff"
INK = "#1d2430"
RULE = "#c9cfd8"
BAD = "#c2410c"
LOUD: Mapping[str, Any] = {"color": BAD, "weight": "bold"}
FOUND, LOW, MISSING, UNKNOWN = "found", "below the floor", "missing", "unknown"

_CROSSED = {"fc": BAD, "ec": "#ffffff", "hatch": "xxxx", "lw": 0.4}
# Blue, amber and vermilion stay apart for colour-blind readers; texture says it again.
FILLS: dict[str, Mapping[str, Any]] = {
    Outcome.CREATED: {"color": "#1f6aa5"},
    Outcome.UPDATED: {"color": "#e8a33d"},
    Outcome.UNCHANGED: {"color": "#b4bcc8"},
    Outcome.SKIPPED: {"fc": "#f4f5f7", "ec": "#8b94a1", "hatch": "////", "lw": 0.4},
    Outcome.REJECTED: _CROSSED,
    Outcome.DELETED: _CROSSED,
    Outcome.KEPT: {"color": "#b4bcc8"},
    FOUND: {"color": "#1f6aa5"},
    LOW: _CROSSED,
    MISSING: {"color": "#e9ecf1"},
    UNKNOWN: {"fc": "#ffffff", "ec": "#8b94a1", "hatch": "....", "lw": 0.4},
}
_STYLE: Any = {
    "font.family": FONT,
    "font.size": 9.5,
    "text.color": INK,
    "hatch.linewidth": 0.7,
    "text.parse_math": False,
}


_INKS = ("color", "fc", "ec")

Point = tuple[float, float]
ChartWords = ParamSpec("ChartWords")


@dataclass(frozen=True, slots=True)
class Chart(Element):
    """
    A drawn chart and everything that can be said of it without seeing it.

    Attributes:
        title: the finding, in one sentence.
        numbers: the same figures as a table.
        width, height: in CSS pixels; the picture has more dots than that.
        figures: every figure that is drawn.
    """

    title: str
    numbers: Grid
    png: bytes = field(repr=False)
    width: int
    height: int
    figures: Sequence[NamedNumber] = ()

    @property
    def alt(self) -> str:
        """The figures, for whoever cannot see the picture."""
        cells = [
            [visible(cell if isinstance(cell, str) else cell.text()) for cell in row]
            for row in self.numbers.rows
        ]
        rows = "; ".join(" ".join(row) for row in cells)
        return f"{visible(self.title)}. {rows}".removesuffix(". ")

    @property
    def named(self) -> str:
        """Name and number of each figure, for who reads pages by a program."""
        told = dict.fromkeys(f"{each.place}={each.number}" for each in self.figures)
        return " ".join(told)

    def text(self) -> str:
        return f"{visible(self.title)}\n{self.numbers.text()}"

    def base64(self) -> str:
        """The picture as a page holds it inside."""
        return base64.b64encode(self.png).decode()

    def _repr_mimebundle_(self, **_kwargs: object) -> Bundle:
        data = {"image/png": self.base64(), "text/plain": self.text()}
        size: dict[str, int | str] = {"width": self.width, "height": self.height}
        return data, {"image/png": size | {"alt": self.alt}}


@dataclass(frozen=True, slots=True)
class Bar:
    """
    One line of a chart.

    Attributes:
        parts: key of ``FILLS`` -> its length; the longest bar is 1 long.
        label: the figures, beside the end of the bar.
        floor: what the first part should reach, marked; None for no mark.
    """

    name: str
    parts: Mapping[str, float]
    label: str = ""
    floor: tuple[float, str] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """
    Where bars and texts lie, in inches from the upper left.

    Attributes:
        left: where bars begin.
        top: the middle of the first bar.
        pitch: from bar to bar.
        long: what a bar of length 1 takes.
    """

    figure: Figure
    left: float
    top: float
    pitch: float
    long: float

    def bar(
        self, place: float, length: float, fill: str, *, start: float, high: float = 0.6
    ) -> None:
        """A bar at *place* of the list that begins at *start*; *high*: of the pitch."""
        size = length * self.long, high * self.pitch
        self._rectangle(self.point(start, place + high / 2), size, **FILLS[fill])

    def mark(self, place: float, length: float) -> None:
        """An upright line at *length* of the bar at *place*."""
        x, y = self.point(length, place + 0.36)
        self._rectangle((x - 0.011, y), (0.022, 0.72 * self.pitch), fc=INK)

    def text(self, place: float, length: float, words: str, **look: Any) -> None:
        """*words* at *length* of the bar at *place*."""
        _text(self.figure, words, **look).set_position(self.point(length, place))

    def point(self, length: float, place: float, right: float = 0) -> Point:
        """*length* of the bar at *place*, and *right* of it, as figures count."""
        from_top = self.top + place * self.pitch
        x = self.left + length * self.long + right
        return x, self.figure.get_figheight() - from_top

    def _rectangle(self, at: Point, size: Point, **look: Any) -> None:
        inches, look = self.figure.dpi_scale_trans, {"lw": 0, **look}
        self.figure.patches.append(Rectangle(at, *size, transform=inches, **look))


def drawn_once(chart: Callable[ChartWords, Chart]) -> Callable[ChartWords, Chart]:
    """*chart*, which is of its words alone, so that those of before need no drawing."""
    known: dict[str, Chart] = {}

    @wraps(chart)
    def drawn(*words: ChartWords.args, **named: ChartWords.kwargs) -> Chart:
        said = repr((words, named))
        found = known.pop(said, None)
        known[said] = chart(*words, **named) if found is None else found
        while len(known) > REMEMBERED:
            del known[next(iter(known))]
        return known[said]

    return drawn


def draw(
    title: str,
    bars: Sequence[Bar],
    numbers: Grid,
    *,
    pitch: float = PITCH,
    heads: int = 0,
    reach: float = 1,
    add: Callable[[Drawing], None] | None = None,
) -> Chart:
    """
    The chart of *bars*, from top to bottom; without any it is only its title.

    Args:
        numbers: every figure of the chart; the alternative text is made of them.
        pitch: inches from bar to bar.
        heads: lines of room above the bars.
        reach: how far to the right the chart goes, in lengths of the longest bar.
        add: draws more beside and above them.
    """
    lines = textwrap.wrap(drawable(title), 88) or [""]
    head = 0.35 + 0.22 * len(lines)
    height = head + pitch * (len(bars) + heads)
    with rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH, height), dpi=DOTS)
        canvas = FigureCanvasAgg(figure)
        words = "\n".join(lines)
        head_line = _text(figure, words, size=12, weight="bold", va="top")
        head_line.set_position((MARGIN, height - MARGIN))
        first = head - MARGIN + pitch * (heads + 0.5)
        drawing = _draw_bars(figure, bars, first, pitch, reach)
        if add:
            add(drawing)
        canvas.draw()  # type: ignore[no-untyped-call]
    size = (round(WIDTH * SHOWN_DOTS), round(height * SHOWN_DOTS))
    texts = chain([title], *((bar.name, bar.label) for bar in bars), *numbers.rows)
    figures = [each for text in texts for each in figures_in(text)]
    return Chart(str(title), numbers, _png(canvas), *size, figures)


def _draw_bars(
    figure: Figure, bars: Sequence[Bar], top: float, pitch: float, reach: float
) -> Drawing:
    """*bars* as long as names and labels let them be."""
    names = [drawable(shortened(bar.name, LONGEST_NAME)) for bar in bars]
    named = [_text(figure, name, ha="right") for name in names]
    labels = [
        _text(figure, drawable(bar.label), **(LOUD if LOW in bar.parts else {}))
        for bar in bars
    ]
    ends = [sum(bar.parts.values()) for bar in bars]
    left = MARGIN + max(map(_wide, named), default=0) + BEFORE
    room = WIDTH - MARGIN - left
    long = min(
        (
            (room - AFTER - _wide(label)) / end
            for label, end in zip(labels, ends, strict=True)
            if label.get_text() and end
        ),
        default=room,
    )
    drawing = Drawing(figure, left, top, pitch, min(long, room / reach))
    for place, (bar, name, label) in enumerate(zip(bars, named, labels, strict=True)):
        end = 0.0
        for fill in FILLS:
            if length := bar.parts.get(fill):
                drawing.bar(place, length, fill, start=end)
                end += length
        name.set_position(drawing.point(0, place, -BEFORE))
        label.set_position(drawing.point(end, place, AFTER))
        if bar.floor:
            mark, words = bar.floor
            drawing.mark(place, mark)
            drawing.text(place - 0.38, mark, words, ha="center", va="bottom", size=8)
    return drawing


def _text(figure: Figure, words: str, **look: Any) -> Text:
    at = figure.dpi_scale_trans
    return figure.text(0, 0, words, transform=at, **{"va": "center_baseline", **look})


def _wide(text: Text) -> float:
    """Inches that *text* takes."""
    return float(text.get_window_extent().width) / DOTS


def _png(canvas: FigureCanvasAgg) -> bytes:
    """The drawing in a palette: a quarter of the bytes, which a report holds inside."""
    pixels = bytes(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    image = Image.frombytes("RGBA", canvas.get_width_height(), pixels)
    buffer = io.BytesIO()
    in_palette(image.convert("RGB")).save(buffer, "PNG")
    return buffer.getvalue()


def in_palette(image: Image.Image) -> Image.Image:
    """An RGB picture of a chart in the colours that charts are drawn in."""
    return image.quantize(palette=_palette(), dither=Image.Dither.NONE)


@cache
def _palette() -> Image.Image:
    """Every colour of a chart, and what lies between it and what it is drawn on."""
    looks = [*FILLS.values(), LOUD, {"color": INK}]
    pairs = {(look[name], PAPER) for look in looks for name in look if name in _INKS}
    pairs |= {(look["ec"], look["fc"]) for look in looks if "ec" in look}
    colours = [
        part
        for pair in sorted(pairs)
        for shade in _between(*map(ImageColor.getrgb, pair))
        for part in shade
    ]
    palette = Image.new("P", (1, 1))
    palette.putpalette(colours)
    return palette


def _between(start: Sequence[int], end: Sequence[int]) -> Iterator[Sequence[int]]:
    """Colours from *start* to *end*, which an eye cannot tell from their neighbours."""
    ways = [there - here for here, there in zip(start, end, strict=True)]
    steps = max(1, max(map(abs, ways)) // SHADE)
    for step in range(steps + 1):
        yield [
            here + round(way * step / steps)
            for here, way in zip(start, ways, strict=True)
        ]


@cache
def _glyphs() -> frozenset[int]:
    """The characters that matplotlib's own font can draw."""
    return frozenset(get_font(findfont(FONT)).get_charmap())


def drawable(words: str) -> str:
    """*words* as the font can show them; the numbers beside keep the rest."""
    glyphs = _glyphs()
    shown = visible(words).replace("\t", " ").replace("\n", " ")
    return "".join(char if ord(char) in glyphs else "□" for char in shown)
