"""A chart: what it found, what it shows, and the numbers that it was drawn from.

Every chart has the same frame. On top stands the finding, below it what was measured and how sure
that is, then the picture, then which scenario and which run. A chart is drawn once for a slide or
a page and once, narrower, for a phone: shrinking the first to the width of the second would leave
letters that nobody can read.
"""

from __future__ import annotations

import csv
import io
import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim import writing
from sim.borders import cell, unsteered
from sim.errors import OutputError
from sim.present.text import drawable, number_and_unit, one_line
from sim.present.theme import DEFAULT, Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Value = str | float | int | None
"""A cell of a chart's numbers; None where nothing was measured."""


@dataclass(frozen=True)
class Size:
    """How large a chart is drawn.

    Attributes
    ----------
    name : str
    width, height : float
        In inches; the height of a narrow chart is the chart's own.
    title, subtitle, text, small : float
        Sizes of letters, in points.
    margin : float
        In inches.
    framed : bool
        Whether titles and footer are drawn; a slide of a deck writes them itself.
    """

    name: str
    width: float
    height: float
    title: float
    subtitle: float
    text: float
    small: float
    margin: float
    framed: bool = True


SLIDE: Final = Size("slide", 10.0, 5.625, 15.5, 10.0, 10.5, 8.0, 0.32)
PHONE: Final = Size("phone", 3.9, 4.8, 11.0, 7.8, 8.2, 6.6, 0.14)
PANEL: Final = Size("panel", 10.0, 4.3, 15.5, 10.0, 10.5, 8.0, 0.05, framed=False)
SIZES: Final[Mapping[str, Size]] = {size.name: size for size in (SLIDE, PHONE, PANEL)}
CHART: Final = "a chart"
KINDS: Final = (".svg", ".png", ".csv")
DPI: Final = 160
_LINE: Final = 1.32
"""Height of a line of text, as a multiple of its letters."""
_POINTS: Final = 72
_PLACES: Final = 6
"""Decimals of a place in the picture: a thousandth of a point."""
_SLACK: Final = 1.03
"""Letters are a little wider in one format than in another."""


@dataclass(frozen=True)
class Canvas:
    """What a chart draws on.

    Attributes
    ----------
    figure : Figure
        Laid out so that titles and footer have their place.
    theme : Theme
    size : Size
    """

    figure: Figure
    theme: Theme
    size: Size

    @property
    def narrow(self) -> bool:
        """Whether it is drawn for a phone."""
        return self.size is PHONE

    def axes(self, rows: int = 1, columns: int = 1, **options: Any) -> list[Axes]:
        """Return axes, row by row, with the theme's sizes of letters."""
        grid = self.figure.subplots(rows, columns, squeeze=False, **options)
        found: list[Axes] = list(grid.flat)
        for axes in found:
            axes.tick_params(labelsize=self.size.text, length=3)
        return found

    def write(self, text: str) -> str:
        """Make text of a user drawable."""
        return drawable(one_line(text), self.theme.family)


@dataclass(frozen=True, eq=False)
class Chart:
    """A chart that is ready to be drawn.

    Attributes
    ----------
    name : str
        As it is asked for: ``service levels``.
    title : str
        The finding, a sentence with number and interval.
    subtitle : str
        Measure, unit, period, n and method.
    footer : str
        Scenario, seed, replications and version.
    columns, rows : sequences
        The numbers that are drawn; durations in hours, shares as parts of 1.
    draw : callable
        Draws the picture on a ``Canvas``.
    phone_height, height : float
        In inches, at the width of a phone and of a slide. A chart of many rows is higher than a
        slide, which then shows it smaller.
    """

    name: str
    title: str
    subtitle: str
    footer: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Value]]
    draw: Callable[[Canvas], None]
    theme: Theme = DEFAULT
    phone_height: float = PHONE.height
    height: float = SLIDE.height
    _drawn: dict[tuple[str, ...], bytes] = field(default_factory=dict, init=False, repr=False)
    _laid_out: dict[str, Figure] = field(default_factory=dict, init=False, repr=False)

    def svg(self, size: str = "slide") -> str:
        """Return the picture as SVG; the same chart always gives the same text.

        Parameters
        ----------
        size : {"slide", "phone", "panel"}
            A panel is a slide's picture without titles and footer.
        """
        # No date, and no version of what drew it: they would change the text, and nothing else.
        metadata = {"Date": None, "Creator": None, "Title": one_line(self.title)}
        return unsteered(self._saved("svg", size, metadata=metadata).decode())

    def png(self, size: str = "slide", dpi: int = DPI) -> bytes:
        """Return the picture as PNG."""
        return self._saved("png", size, dpi=dpi, metadata={"Software": None})

    def _saved(self, kind: str, size: str, **options: Any) -> bytes:
        key = (kind, size, str(options.get("dpi", "")))
        if key not in self._drawn:
            if size not in SIZES:
                raise OutputError(
                    f"a chart has the sizes {', '.join(map(repr, SIZES))}, not {size!r}"
                )
            out = io.BytesIO()
            with self.theme.active(), warnings.catch_warnings():
                # Letters that the font lacks are replaced by boxes; the rest needs no saying.
                warnings.filterwarnings("ignore", message="Glyph .* missing from")
                # Laid out once for each size: SVG and PNG are saved from the same figure, which then goes.
                figure = self._laid_out.pop(size, None)
                if figure is None:
                    figure = self._laid_out[size] = framed(self, SIZES[size])
                figure.savefig(out, format=kind, **options)
            self._drawn[key] = out.getvalue()
        return self._drawn[key]

    def csv(self) -> str:
        """Return the numbers that are drawn, as CSV."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(map(cell, self.columns))
        for row in self.rows:
            writer.writerow([_cell(value) for value in row])
        return out.getvalue()

    def save(self, path: str | Path, size: str = "slide") -> list[Path]:
        """Write the picture, and its numbers as CSV beside it.

        Parameters
        ----------
        path : path
            Ends in ``.svg`` or ``.png``; or in ``.csv`` for the numbers alone.
        size : {"slide", "phone"}

        Returns
        -------
        list of Path
            The files written.

        Raises
        ------
        OutputError
            If the ending is another one, or the file cannot be written.
        """
        makers: dict[str, Callable[[], bytes | str]] = {
            ".svg": lambda: self.svg(size),
            ".png": lambda: self.png(size),
            ".csv": self.csv,
        }
        places = chart_files(Path(path))
        # Both or none: a picture is not written beside numbers that cannot be.
        writing.check(places)
        return [writing.write(one, makers[one.suffix.lower()](), what) for one, what in places]

    def _repr_svg_(self) -> str:
        return self.svg()

    def _repr_png_(self) -> bytes:
        return self.png(dpi=_POINTS)

    def __repr__(self) -> str:
        return f"<chart {self.name!r}: {one_line(self.title)}>"


def chart_files(path: Path) -> list[tuple[Path, str]]:
    """Return the files that a chart is written as, each with what it is.

    Raises
    ------
    OutputError
        If the name ends otherwise.
    """
    if path.suffix.lower() not in KINDS:
        raise OutputError(f"{path}: a chart is written as .svg, .png or .csv")
    return [(one, CHART) for one in dict.fromkeys((path, path.with_suffix(".csv")))]


def _cell(value: Value) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return cell(value) if isinstance(value, str) else repr(value)


def framed(chart: Chart, size: Size) -> Figure:
    """Draw a chart with its frame; the theme is active."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - heavy
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(size.width, _height(chart, size)))
    FigureCanvasAgg(figure)
    canvas = Canvas(figure, chart.theme, size)
    bottom, top = _frame(canvas, chart) if size.framed else (0.0, figure.get_figheight())
    height = figure.get_figheight()
    figure.set_layout_engine(
        "constrained",
        rect=(
            size.margin / size.width,
            bottom / height,
            1 - 2 * size.margin / size.width,
            max(0.2, (top - bottom - 0.06) / height),
        ),
        h_pad=0.02,
        w_pad=0.02,
        hspace=0.06,
    )
    chart.draw(canvas)
    # Laid out once here, and no engine left behind: while there is one, even one that does nothing,
    # saving goes through the whole picture twice.
    engine = figure.get_layout_engine()
    assert engine is not None
    engine.execute(figure)
    figure.set_layout_engine(None)  # matplotlib: as rcParams say, which is none
    # The solver's last digits differ from run to run; names of clips are made from all of them.
    for axes in figure.axes:
        left, bottom, width, height = (
            round(float(edge), _PLACES) for edge in axes.get_position().bounds
        )
        axes.set_position((left, bottom, width, height))
    return figure


def _height(chart: Chart, size: Size) -> float:
    if size is PHONE:
        return chart.phone_height
    return chart.height - (SLIDE.height - size.height)


def _frame(canvas: Canvas, chart: Chart) -> tuple[float, float]:
    """Write titles and footer; returns where the picture begins and ends, in inches."""
    figure, size, colours = canvas.figure, canvas.size, canvas.theme.colours
    height = figure.get_figheight()
    room = _logo(canvas, height)
    top = height - size.margin
    for text, points, weight, colour, beside in (
        (chart.title, size.title, "bold", colours.ink, room),
        (chart.subtitle, size.subtitle, "normal", colours.muted, 0.0),
    ):
        lines = _wrapped(canvas, text, points, weight, size.width - 2 * size.margin - beside)
        figure.text(
            size.margin / size.width,
            top / height,
            "\n".join(lines),
            fontsize=points,
            fontweight=weight,
            color=colour,
            va="top",
            linespacing=_LINE / 1.2,
        )
        top -= len(lines) * points * _LINE / _POINTS + 0.05
    foot = _wrapped(canvas, chart.footer, size.small, "normal", size.width - 2 * size.margin)
    figure.text(
        size.margin / size.width,
        size.margin * 0.6 / height,
        "\n".join(foot),
        fontsize=size.small,
        color=colours.muted,
        va="bottom",
        linespacing=_LINE / 1.2,
    )
    return size.margin * 0.6 + len(foot) * size.small * _LINE / _POINTS + 0.08, top


def _wrapped(canvas: Canvas, text: str, points: float, weight: str, width: float) -> list[str]:
    """Break text into lines that fit a width in inches, measured in the font that is used."""
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415 - heavy

    renderer = canvas.figure.canvas.get_renderer()  # type: ignore[attr-defined]
    properties = FontProperties(
        family=[canvas.theme.family, "DejaVu Sans"], size=points, weight=weight
    )

    def wide(word: str) -> float:
        extent = renderer.get_text_width_height_descent(word, properties, ismath=False)[0]
        return float(extent) * _SLACK / float(canvas.figure.dpi)

    space = wide("n n") - wide("nn")
    lines: list[str] = []
    used = 0.0
    for word in number_and_unit(canvas.write(text)).split(" "):
        length = wide(word)
        if lines and used + space + length <= width:
            lines[-1] = f"{lines[-1]} {word}"
            used += space + length
            continue
        # A word that is wider than the picture is cut: nothing may leave the frame.
        while length > width and len(word) > 1:
            cut = max(1, int(len(word) * width / length) - 1)
            lines.append(word[:cut])
            word = word[cut:]  # noqa: PLW2901 - what is left of it
            length = wide(word)
        lines.append(word)
        used = length
    return lines or [""]


def _logo(canvas: Canvas, height: float) -> float:
    """Place the brand's logo in the upper right corner; returns the width it takes, in inches."""
    path = canvas.theme.logo
    if path is None:
        return 0.0
    from matplotlib import image  # noqa: PLC0415 - heavy

    try:
        pixels = image.imread(path)
    except (OSError, ValueError, SyntaxError) as error:
        raise OutputError(f"the logo {path} cannot be drawn: {error}") from None
    tall = canvas.size.title * 2 / _POINTS
    wide = min(tall * pixels.shape[1] / pixels.shape[0], canvas.size.width / 4)
    size = canvas.size
    box = (
        1 - (size.margin + wide) / size.width,
        1 - (size.margin + tall) / height,
        wide / size.width,
        tall / height,
    )
    axes = canvas.figure.add_axes(box)
    axes.imshow(pixels)
    axes.set_axis_off()
    axes.set_in_layout(False)
    return float(wide) + 0.15
