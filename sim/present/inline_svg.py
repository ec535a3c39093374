"""Pictures inside a page: small, each with names of its own, and following the page's dark mode.

What matplotlib writes is good for a file. In one page with many pictures the same letters would be
drawn anew in each, names would clash, and black letters would stand on a dark page.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Final

from sim.present.picture import Chart
from sim.present.theme import Theme

_HEAD: Final = re.compile(
    r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>", re.DOTALL
)
_GLYPH: Final = re.compile(r'<path id="([^"]+)" d="([^"]*)"(?: transform="scale\(0\.015625\)")?/>')
_LETTER: Final = re.compile(
    r'<use xlink:href="#([^"]+)"(?: transform="translate\(([-\d.]+) ([-\d.]+)\)")?/>'
)
_EMPTY_DEFS: Final = re.compile(r"<defs>\s*</defs>")
_NUMBER: Final = re.compile(r"-?\d+\.\d{3,}")
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}\b")
_PATH: Final = re.compile(r' d="([^"]*)"')
_ROOT: Final = re.compile(r"<svg [^>]*>")
_VIEW: Final = re.compile(r'viewBox="([^"]+)"')
_TITLE: Final = re.compile(r"<title>.*?</title>", re.DOTALL)
_LIGHTER: Final = 0.42
"""How far a colour moves towards white on a dark page."""
DARK: Final = {
    "ink": "#E9ECEF",
    "muted": "#A9B2BC",
    "grid": "#3A414A",
    "shade": "#242A31",
    "paper": "#15191E",
}
"""The theme's quiet colours on a dark page."""


def lighter(colour: str, part: float = _LIGHTER) -> str:
    """Mix a colour with white.

    Examples
    --------
    >>> lighter("#000000", 0.5)
    '#808080'
    """
    parts = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(one + (255 - one) * part):02X}" for one in parts)


def dark_colours(theme: Theme) -> dict[str, str]:
    """Return what each colour of a theme becomes on a dark page."""
    colours = theme.colours
    found = {getattr(colours, name).lower(): dark for name, dark in DARK.items()}
    loud = (*colours.series, colours.good, colours.bad, colours.unsure)
    return {one.lower(): lighter(one) for one in loud} | found


def variables(theme: Theme) -> str:
    """Write the style sheet's variables for a dark page."""
    return "".join(f"--k{one[1:]}:{dark};" for one, dark in dark_colours(theme).items())


@dataclass
class Pictures:
    """The pictures of one page; letters are kept once for all of them.

    Attributes
    ----------
    theme : Theme
    glyphs : dict of str to str
        Outline to the name it has on the page.
    """

    theme: Theme
    glyphs: dict[str, str] = field(default_factory=dict)
    _count: int = 0

    def inline(self, chart: Chart, size: str = "slide") -> str:
        """Return a chart as an element of the page."""
        self._count += 1
        prefix = f"c{self._count}-"
        svg = _EMPTY_DEFS.sub("", self._letters(_HEAD.sub("", chart.svg(size))))
        svg = re.sub(r'\bid="([^"]+)"', lambda m: f'id="{prefix}{m[1]}"', svg)
        svg = re.sub(r"url\(#([^)]+)\)", lambda m: f"url(#{prefix}{m[1]})", svg)
        svg = re.sub(r'xlink:href="#(?!g-)([^"]+)"', lambda m: f'href="#{prefix}{m[1]}"', svg)
        svg = svg.replace('xlink:href="#g-', 'href="#g-')
        svg = _PATH.sub(lambda m: f' d="{" ".join(m[1].split())}"', svg)
        svg = _NUMBER.sub(lambda m: f"{float(m[0]):.2f}".rstrip("0").rstrip("."), svg)
        known = dark_colours(self.theme)
        svg = _COLOUR.sub(lambda m: f"var(--k{m[0][1:]},{m[0]})" if m[0] in known else m[0], svg)
        view = _VIEW.search(svg)
        box = view[1] if view else "0 0 720 405"
        label = html.escape(f"{chart.title}. {chart.subtitle}", quote=True)
        svg = _TITLE.sub("", svg, count=1)
        root = f'<svg class="chart {size}" viewBox="{box}" role="img" aria-label="{label}">'
        return re.sub(r">\s+<", "><", _ROOT.sub(lambda _: root, svg, count=1)).strip()

    def _letters(self, svg: str) -> str:
        """Take the letters' outlines out, and shorten what places them."""
        own: dict[str, str] = {}

        def keep(match: re.Match[str]) -> str:
            name, outline = match[1], " ".join(match[2].split())
            if "scale(0.015625)" not in match[0]:
                return match[0]
            own[name] = self.glyphs.setdefault(outline, f"g-{len(self.glyphs):x}")
            return ""

        def place(match: re.Match[str]) -> str:
            name = own.get(match[1])
            if name is None:
                return match[0]
            if match[2] is None:
                return f'<use xlink:href="#{name}"/>'
            y = "" if float(match[3]) == 0 else f' y="{float(match[3]):.0f}"'
            return f'<use xlink:href="#{name}" x="{float(match[2]):.0f}"{y}/>'

        return _LETTER.sub(place, _GLYPH.sub(keep, svg))

    def definitions(self) -> str:
        """Return the letters that the pictures use; it stands once on the page, before or after."""
        paths = "".join(
            f'<path id="{name}" d="{outline}" transform="scale(.015625)"/>'
            for outline, name in self.glyphs.items()
        )
        return (
            '<svg width="0" height="0" style="position:absolute" aria-hidden="true">'
            f"<defs>{paths}</defs></svg>"
        )
