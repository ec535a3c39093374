"""Charts that PowerPoint draws itself, so that whoever gets the deck can edit them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from sim.borders import cell
from sim.present.text import one_line

if TYPE_CHECKING:
    from sim.present.theme import Theme

MOST_LABELS: Final = 7
"""Names below an axis of time: a day of the week each."""
_LONG_BAR: Final = 0.45
"""A bar from this share on has room for its number and interval."""
_LIGHT: Final = 0.58
Values = Sequence[Sequence[float | None]]


@dataclass(frozen=True)
class Native:
    """What an editable chart shows.

    Attributes
    ----------
    kind : {"bars", "lines"}
    categories, series : sequence of str
    values : sequence of sequence of float or None
        For each series, one for each category.
    labels : sequence of sequence of str
        What stands at each point: PowerPoint has no interval of its own to show.
    unit : str
        ``%`` where values are shares, else what stands behind the numbers of the axis.
    """

    kind: Literal["bars", "lines"]
    categories: Sequence[str]
    series: Sequence[str]
    values: Values
    labels: Sequence[Sequence[str]] = ()
    unit: str = ""


def bars(
    categories: Sequence[str],
    series: Sequence[str],
    values: Values,
    labels: Sequence[Sequence[str]],
    *,
    unit: str,
) -> Native:
    """Describe bars, each with its number and interval."""
    return Native("bars", categories, series, values, labels, unit)


def lines(categories: Sequence[str], series: Sequence[str], values: Values) -> Native:
    """Describe lines over time."""
    return Native("lines", categories, series, values)


def place(slide: Any, native: Native, box: tuple[Any, Any, Any, Any], theme: Theme) -> None:
    """Draw an editable chart on a slide.

    Parameters
    ----------
    slide : pptx.slide.Slide
    native : Native
    box : tuple of lengths
        Left, top, width and height.
    theme : Theme
    """
    from pptx.chart.data import CategoryChartData  # noqa: PLC0415 - an extra
    from pptx.enum.chart import (  # noqa: PLC0415
        XL_AXIS_CROSSES,
        XL_CHART_TYPE,
        XL_LABEL_POSITION,
        XL_LEGEND_POSITION,
        XL_TICK_LABEL_POSITION,
    )
    from pptx.util import Pt  # noqa: PLC0415

    shares = native.unit == "%"
    data = CategoryChartData(  # type: ignore[no-untyped-call]
        number_format="0.0%" if shares else "#,##0.0"
    )
    data.categories = [cell(one_line(name)) for name in native.categories]
    for name, values in zip(native.series, native.values, strict=True):
        data.add_series(cell(one_line(name)), list(values))  # type: ignore[no-untyped-call]
    kind = XL_CHART_TYPE.BAR_CLUSTERED if native.kind == "bars" else XL_CHART_TYPE.LINE
    chart = slide.shapes.add_chart(kind, *box, data).chart
    chart.font.size = Pt(11)
    chart.font.color.rgb = _rgb(theme.colours.ink)
    chart.has_title = False
    chart.has_legend = len(native.series) > 1
    if chart.has_legend:
        chart.legend.position = XL_LEGEND_POSITION.TOP
        chart.legend.include_in_layout = False
    value_axis, category_axis = chart.value_axis, chart.category_axis
    value_axis.minimum_scale = 0
    behind = f'" {native.unit}"' if native.unit else ""
    value_axis.tick_labels.number_format = "0%" if shares else f"#,##0{behind}"
    value_axis.tick_labels.number_format_is_linked = False
    value_axis.major_gridlines.format.line.color.rgb = _rgb(theme.colours.grid)
    value_axis.format.line.fill.background()
    category_axis.format.line.color.rgb = _rgb(theme.colours.grid)
    category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    if native.kind == "lines":
        _label_every(category_axis, max(1, len(native.categories) // MOST_LABELS))
    plot = chart.plots[0]
    if native.kind == "bars":
        # The first category on top, as in a table; room on the right for number and interval.
        category_axis.reverse_order = True
        category_axis.crosses = XL_AXIS_CROSSES.MAXIMUM
        plot.gap_width, plot.overlap = 45, -5
        known = [value for values in native.values for value in values if value is not None]
        top = max(known, default=1.0)
        value_axis.maximum_scale = 1.0 if shares else top * 1.35
        if shares:
            value_axis.major_unit = 0.2
    for number, series in enumerate(plot.series):
        colour = _rgb(theme.series(number))
        if native.kind == "lines":
            series.smooth = False
            series.format.line.color.rgb = colour
            series.format.line.width = Pt(2.25)
            _dash(series, number)
            continue
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = colour
        for at, text in enumerate(native.labels[number]):
            value = native.values[number][at]
            if value is None:
                continue
            label = series.points[at].data_label
            # An axis of shares ends at 100 %: words of a long bar stand in it.
            inside = shares and value > _LONG_BAR
            label.position = (
                XL_LABEL_POSITION.INSIDE_END if inside else XL_LABEL_POSITION.OUTSIDE_END
            )
            frame = label.text_frame
            frame.text = one_line(text)
            frame.word_wrap = False
            run = frame.paragraphs[0].runs[0]
            run.font.size = Pt(9 if len(native.series) > 2 else 11)  # noqa: PLR2004 - bars get thin
            ground = theme.series(number)
            run.font.color.rgb = _rgb(readable_on(ground) if inside else theme.colours.ink)


def readable_on(ground: str) -> str:
    """Return black or white, whichever can be read on a colour.

    Examples
    --------
    >>> readable_on("#0072B2"), readable_on("#E69F00")
    ('#FFFFFF', '#000000')
    """
    red, green, blue = (int(ground[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return "#FFFFFF" if 0.299 * red + 0.587 * green + 0.114 * blue < _LIGHT else "#000000"


def _rgb(colour: str) -> Any:
    from pptx.dml.color import RGBColor  # noqa: PLC0415 - an extra

    return RGBColor.from_string(colour[1:])  # type: ignore[no-untyped-call]


def _label_every(axis: Any, step: int) -> None:
    """Label one category in so many; python-pptx has no way of its own."""
    from pptx.oxml.ns import qn  # noqa: PLC0415 - an extra

    found = axis._element.find(qn("c:tickLblSkip"))  # noqa: SLF001
    if found is None:
        found = axis._element.makeelement(qn("c:tickLblSkip"), {})  # noqa: SLF001
        before = axis._element.find(qn("c:noMultiLvlLbl"))  # noqa: SLF001
        if before is None:
            axis._element.append(found)  # noqa: SLF001
        else:
            before.addprevious(found)
    found.set("val", str(step))


def _dash(series: Any, number: int) -> None:
    """Tell lines apart without colour."""
    from pptx.enum.dml import MSO_LINE  # noqa: PLC0415 - an extra

    styles = (MSO_LINE.SOLID, MSO_LINE.DASH, MSO_LINE.ROUND_DOT, MSO_LINE.DASH_DOT)
    series.format.line.dash_style = styles[number % len(styles)]
