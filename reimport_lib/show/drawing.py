"""What every chart shares: the figure, its colours, its title, and how it is shown.

Imports matplotlib and words. Figures are made without pyplot, so no state is shared,
and their bytes are the same on every run: fonts are matplotlib's own, no date inside.
"""

from __future__ import annotations

import base64
import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image

from reimport_lib.plain import visible
from reimport_lib.plan.codes import Outcome
from reimport_lib.show.html import Table, escape

FONT = "DejaVu Sans"
WIDTH = 9.0  # inches
DOTS = 160  # per inch; shown at half of that, sharp on dense screens
SHOWN_DOTS = 100
COLOURS = 64

INK = "#1d2430"
SOFT = "#5b6472"
PALE = "#e9ecf1"
RULE = "#c9cfd8"
FOUND = "#1f6aa5"
BAD = "#c2410c"

# Blue, amber and vermilion stay apart for colour-blind readers; texture says it again.
FILLS: dict[str, tuple[str, str]] = {
    Outcome.CREATED: ("#1f6aa5", ""),
    Outcome.UPDATED: ("#e8a33d", ""),
    Outcome.UNCHANGED: ("#b4bcc8", ""),
    Outcome.SKIPPED: ("#f4f5f7", "////"),
    Outcome.REJECTED: ("#c2410c", "xxxx"),
    Outcome.DELETED: ("#c2410c", "xxxx"),
    Outcome.KEPT: ("#b4bcc8", ""),
}
_STYLE: Any = {
    "font.family": FONT,
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": RULE,
    "hatch.linewidth": 0.7,
    "text.parse_math": False,
}


@dataclass(frozen=True, slots=True)
class Chart:
    """
    A drawn chart and everything that can be said of it without seeing it.

    Attributes:
        title: the finding, in one sentence.
        alt: the figures, for whoever cannot see the picture.
        numbers: the same figures as a table.
        width, height: in CSS pixels; the picture has more dots than that.
    """

    title: str
    alt: str
    numbers: Table
    png: bytes = field(repr=False)
    width: int
    height: int

    def text(self) -> str:
        return f"{visible(self.title)}\n{self.numbers.text()}"

    def html(self) -> str:
        """The picture inside the page itself."""
        data = base64.b64encode(self.png).decode()
        return (
            f'<img class="reimport-chart" src="data:image/png;base64,{data}" '
            f'alt="{escape(self.alt)}" width="{self.width}" '
            f'style="max-width:100%;height:auto;background:#fff">'
        )

    def _repr_mimebundle_(
        self, **_kwargs: object
    ) -> tuple[dict[str, str], dict[str, dict[str, int | str]]]:
        data = {
            "image/png": base64.b64encode(self.png).decode(),
            "text/plain": self.text(),
        }
        shape: dict[str, int | str] = {
            "width": self.width,
            "height": self.height,
            "alt": self.alt,
        }
        return data, {"image/png": shape}


@dataclass(frozen=True, slots=True)
class Sheet:
    """An empty figure: its title is set, *axes* fills the rest."""

    figure: Figure
    canvas: FigureCanvasAgg
    axes: Axes
    title: str


def sheet(title: str, *, inches: float, left: float = 0.0) -> Sheet:
    """
    A figure with *inches* of height for the drawing, below its title.

    Args:
        left: inches left of the axes, for the names of bars.
    """
    lines = textwrap.wrap(drawable(title), 88) or [""]
    head = 0.2 + 0.22 * len(lines)
    height = head + inches
    with rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH, height), dpi=DOTS, facecolor="white")
        canvas = FigureCanvasAgg(figure)
        margin = 0.08
        axes = figure.add_axes(
            (
                (margin + left) / WIDTH,
                0.06 / height,
                (WIDTH - left - 2 * margin) / WIDTH,
                (inches - 0.06) / height,
            )
        )
        axes.set_axis_off()
        figure.text(
            margin / WIDTH,
            1 - 0.1 / height,
            "\n".join(lines),
            fontsize=12,
            fontweight="bold",
            va="top",
            ha="left",
            linespacing=1.25,
        )
    return Sheet(figure, canvas, axes, title)


def finish(drawn: Sheet, numbers: Table) -> Chart:
    """The chart as bytes; its alternative text is the title and the numbers."""
    with rc_context(_STYLE):
        drawn.canvas.draw()  # type: ignore[no-untyped-call]
    width, height = drawn.figure.get_size_inches()
    rows = "; ".join(
        " ".join(
            visible(cell if isinstance(cell, str) else cell.text()) for cell in row
        )
        for row in numbers.rows
    )
    alt = f"{visible(drawn.title)}. {rows}".removesuffix(". ")
    return Chart(
        drawn.title,
        alt,
        numbers,
        _png(drawn.canvas),
        round(width * SHOWN_DOTS),
        round(height * SHOWN_DOTS),
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
    shown = visible(words).replace("\t", " ")
    return "".join(
        char if ord(char) in glyphs or char == "\n" else "□" for char in shown
    )


def write(
    drawn: Sheet,
    x: float,
    y: float,
    words: str,
    *,
    align: Literal["left", "center", "right"] = "left",
    level: Literal["center_baseline", "baseline"] = "center_baseline",
    colour: str = INK,
    size: float = 9.5,
    bold: bool = False,
) -> Text:
    """Text at (x, y) of the axes; y is its middle or its last baseline."""
    return drawn.axes.text(
        x,
        y,
        drawable(words),
        ha=align,
        va=level,
        color=colour,
        family=FONT,
        fontsize=size,
        fontweight="bold" if bold else "normal",
        linespacing=1.3,
        parse_math=False,
    )


def bar(
    drawn: Sheet,
    left: float,
    width: float,
    y: float,
    *,
    height: float,
    fill: str,
    hatch: str = "",
) -> None:
    """A bar from *left*, *width* wide, its middle at *y*."""
    edge = "#ffffff" if hatch == "xxxx" else "#8b94a1" if hatch else fill
    shape = Rectangle(
        (left, y - height / 2),
        width,
        height,
        facecolor=fill,
        edgecolor=edge,
        hatch=hatch or None,
        linewidth=0.4 if hatch else 0.0,
    )
    drawn.axes.add_artist(shape)


def line(
    drawn: Sheet,
    xs: Sequence[float],
    ys: Sequence[float],
    *,
    colour: str = SOFT,
    width: float = 0.8,
) -> None:
    """A line through the points, its corners round."""
    drawn.axes.add_artist(
        Line2D(xs, ys, color=colour, linewidth=width, solid_joinstyle="round")
    )


def extent(drawn: Sheet, text: Text) -> Bbox:
    """The box of *text* in the data coordinates of the axes."""
    renderer = drawn.canvas.get_renderer()  # type: ignore[no-untyped-call]
    box = text.get_window_extent(renderer)
    return box.transformed(drawn.axes.transData.inverted())


def spread(centres: list[float], widths: list[float], *, gap: float) -> list[float]:
    """
    Move labels as little as needed so that none overlaps and all stay within 0..1.

    Args:
        centres: wanted middles, ascending. widths: of the labels, in the same units.
    """
    lefts = [
        min(max(centre - width / 2, 0.0), 1.0 - width)
        for centre, width in zip(centres, widths, strict=True)
    ]
    for number in range(1, len(lefts)):
        lefts[number] = max(lefts[number], lefts[number - 1] + widths[number - 1] + gap)
    limit = 1.0
    for number in reversed(range(len(lefts))):
        lefts[number] = min(lefts[number], limit - widths[number])
        limit = lefts[number] - gap
    return [left + width / 2 for left, width in zip(lefts, widths, strict=True)]
