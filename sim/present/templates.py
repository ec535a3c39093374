"""What fills a page: the templates, and charts as they stand on it."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from sim.borders import unsteered
from sim.present.inline_svg import Pictures
from sim.present.picture import Chart
from sim.present.report_tables import on_paper
from sim.present.text import breakable, coded, kept_together, soft

if TYPE_CHECKING:
    from jinja2 import Environment

_UNSAFE: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Shown:
    """A chart as it stands on the page."""

    name: str
    anchor: str
    title: str
    subtitle: str
    wide: str
    narrow: str
    csv: str


def file_name(name: str) -> str:
    """Make a name fit for a file.

    Examples
    --------
    >>> file_name("L1 share")
    'l1-share'
    """
    return _UNSAFE.sub("-", name.lower()).strip("-")


@cache
def environment() -> Environment:
    """Return what fills templates; whatever a user wrote is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - to write alone
    from markupsafe import Markup  # noqa: PLC0415

    made = Environment(
        loader=PackageLoader("sim.present", ""),
        autoescape=True,
        undefined=StrictUndefined,
        # Of a text that is marked as safe it takes nothing that is HTML.
        finalize=lambda value: type(value)(unsteered(value)) if isinstance(value, str) else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["kept_together"] = kept_together
    # It escapes by itself.
    made.filters["coded"] = lambda text: Markup(coded(text))  # noqa: S704
    made.filters["on_paper"] = on_paper
    made.filters["cell"] = lambda text: Markup(soft(coded(breakable(kept_together(text)))))  # noqa: S704
    return made


def inline(pictures: Pictures, chart: Chart, *, prefix: str = "") -> Shown:
    """Put a chart on a page, once for a desk and once for a phone; a prefix tells anchors apart."""
    return Shown(
        chart.name,
        f"{prefix}{file_name(chart.name)}",
        chart.title,
        chart.subtitle,
        pictures.inline(chart),
        pictures.inline(chart, "phone"),
        _data_uri("text/csv;charset=utf-8", chart.csv().encode()),
    )


def image(chart: Chart) -> Shown:
    """Put a chart on paper, as an image.

    WeasyPrint spends half a second on each SVG, on its thousands of letters. At the width of a page a
    slide's PNG has 220 dots an inch, as many as print shows, and is there already.
    """
    uri = _data_uri("image/png", chart.png())
    return Shown(chart.name, file_name(chart.name), chart.title, chart.subtitle, uri, "", "")


def _data_uri(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
