"""What every chart shares: bars with their names and figures, below a title.

Imports matplotlib and html. Figures are made without pyplot, so no state is shared,
and their bytes are the same on every run: fonts are matplotlib's own, no date inside.
"""

from __future__ import annotations

import base64
import io
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from PIL import Image

from reimport_lib.plain import shortened, visible
from reimport_lib.plan.codes import Outcome
from reimport_lib.show.figured import NamedNumber, figures_in
from reimport_lib.show.html import Bundle, Element, Grid

FONT = "DejaVu Sans"
WIDTH = 9.0  # inches
MARGIN = 0.08  # inches
PITCH = 0.32  # inches from bar to bar
DOTS = 160  # per inch; shown at fewer, sharp on dense screens
SHOWN_DOTS = 100
COLOURS = 64
LONGEST_NAME = 32

INK = "#1d2430"
RULE = "#c9cfd8"
BAD = "#c2410c"
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
    "ytick.labelcolor": INK,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.spines.bottom": False,
    "xtick.bottom": False,
    "xtick.labelbottom": False,
    "ytick.major.size": 0,
    "figure.constrained_layout.w_pad": MARGIN,
    "figure.constrained_layout.h_pad": MARGIN,
    "hatch.linewidth": 0.7,
    "text.parse_math": False,
}


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


def draw(
    title: str,
    bars: Sequence[Bar],
    numbers: Grid,
    *,
    pitch: float = PITCH,
    heads: int = 0,
    add: Callable[[Axes], None] | None = None,
) -> Chart:
    """
    The chart of *bars*, from top to bottom; without any it is only its title.

    Args:
        numbers: every figure of the chart; the alternative text is made of them.
        pitch: inches from bar to bar.
        heads: lines of room above the bars.
        add: draws more beside and above them.
    """
    lines = textwrap.wrap(drawable(title), 88) or [""]
    height = 0.35 + 0.22 * len(lines) + pitch * (len(bars) + heads)
    with rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH, height), dpi=DOTS, layout="constrained")
        canvas = FigureCanvasAgg(figure)
        words = "\n".join(lines)
        figure.suptitle(words, x=MARGIN / WIDTH, ha="left", size=12, weight="bold")
        axes = figure.subplots()
        _draw_bars(axes, bars)
        axes.set(xlim=(0, 1), ylim=(max(len(bars), 1) - 0.5, -0.5 - heads))
        if add:
            add(axes)
        canvas.draw()  # type: ignore[no-untyped-call]
    size = (round(WIDTH * SHOWN_DOTS), round(height * SHOWN_DOTS))
    texts = chain([title], *((bar.name, bar.label) for bar in bars), *numbers.rows)
    figures = [each for text in texts for each in figures_in(text)]
    return Chart(str(title), numbers, _png(canvas), *size, figures)


def _draw_bars(axes: Axes, bars: Sequence[Bar]) -> None:
    places = range(len(bars))
    ends = np.zeros(len(bars))
    for fill, look in FILLS.items():
        drawn = [y for y in places if bars[y].parts.get(fill)]
        if not drawn:
            continue
        lengths = [bars[y].parts[fill] for y in drawn]
        axes.barh(drawn, lengths, height=0.6, left=ends[drawn], **look)
        ends[drawn] += lengths
    labels = [drawable(bar.label) for bar in bars]
    shown = axes.bar_label(axes.barh(places, 0, left=ends), labels, padding=8)
    for y, bar in enumerate(bars):
        if LOW in bar.parts:
            shown[y].set(color=BAD, weight="bold")
        if bar.floor:
            mark, words = bar.floor
            axes.vlines(mark, y - 0.36, y + 0.36, colors=INK, linewidth=1.6)
            axes.text(mark, y - 0.38, words, ha="center", va="bottom", size=8)
    axes.set_yticks(
        places, [drawable(shortened(bar.name, LONGEST_NAME)) for bar in bars]
    )


def _png(canvas: FigureCanvasAgg) -> bytes:
    """The drawing in a palette: a quarter of the bytes, which a report holds inside."""
    pixels = bytes(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    image = Image.frombytes("RGBA", canvas.get_width_height(), pixels)
    buffer = io.BytesIO()
    few = image.convert("RGB").quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE)
    few.save(buffer, "PNG")
    return buffer.getvalue()


@cache
def _glyphs() -> frozenset[int]:
    """The characters that matplotlib's own font can draw."""
    return frozenset(get_font(findfont(FONT)).get_charmap())


def drawable(words: str) -> str:
    """*words* as the font can show them; the numbers beside keep the rest."""
    glyphs = _glyphs()
    shown = visible(words).replace("\t", " ").replace("\n", " ")
    return "".join(char if ord(char) in glyphs else "□" for char in shown)
