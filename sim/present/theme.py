"""How everything that TierSim draws looks: one theme, which a small YAML file may brand.

::

    colours: {series: ["#003366", "#cc5500"], ink: "#111111"}
    font: fonts/Corporate.ttf
    logo: logo.png
    footer: Example Consulting · confidential

The colours of the default are those of Okabe and Ito ("Color Universal Design", 2008), which people
with any kind of colour vision can tell apart; the font travels with matplotlib. A chart never says
anything by colour alone, so that a brand's colours cannot make it unreadable.
"""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from sim import reading, writing
from sim.errors import TierSimError
from sim.scenario.wording import did_you_mean

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_LOCK = threading.RLock()
"""matplotlib's settings belong to the process; pages draw in several threads."""
HASH_SALT: Final = "tiersim"
LARGEST_THEME: Final = 1_000_000
LARGEST_LOGO: Final = 2_000_000
"""Bytes."""
"""Bytes. A logo travels inside every report."""
_IMAGES: Final = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}


@dataclass(frozen=True)
class Colours:
    """What is drawn in which colour; each is ``#rrggbb``.

    Attributes
    ----------
    series : tuple of str
        One thing beside another: tiers, scenarios, causes.
    ink, muted : str
        Text, and text that explains it.
    grid, shade, paper : str
        Lines behind the data, shaded areas, the ground.
    good, bad, unsure : str
        Verdicts; always beside a word or a mark.
    """

    series: tuple[str, ...] = (
        "#0072B2",
        "#D55E00",
        "#009E73",
        "#CC79A7",
        "#E69F00",
        "#56B4E9",
        "#7A5C00",
        "#6B7480",
    )
    ink: str = "#1B1F24"
    muted: str = "#59626D"
    grid: str = "#D5DAE0"
    shade: str = "#EDF0F3"
    paper: str = "#FFFFFF"
    good: str = "#00795A"
    bad: str = "#B84A00"
    unsure: str = "#8A6100"


@dataclass(frozen=True)
class Theme:
    """How charts, report, deck and page look.

    Attributes
    ----------
    colours : Colours
    font : str
        Name of a font that matplotlib ships, or the path of a font file.
    logo : Path or None
        PNG or JPEG.
    footer : str
        Stands at the end of every footer.
    """

    colours: Colours = Colours()
    font: str = "DejaVu Sans"
    logo: Path | None = None
    footer: str = ""

    def series(self, position: int) -> str:
        """Return the colour of the n-th thing, counted from 0; they repeat."""
        return self.colours.series[position % len(self.colours.series)]

    @cached_property
    def family(self) -> str:
        """The name of the font, once matplotlib knows its file."""
        from matplotlib import font_manager  # noqa: PLC0415 - heavy, and only needed to draw

        path = Path(self.font)
        if path.suffix.lower() not in (".ttf", ".otf"):
            known = {font.name for font in font_manager.fontManager.ttflist}
            if self.font not in known:
                raise TierSimError(
                    f"there is no font {self.font!r} here{did_you_mean(self.font, known)}; "
                    "give the path of a .ttf or .otf file"
                )
            return self.font
        try:
            font_manager.fontManager.addfont(path)
            return font_manager.FontProperties(fname=path).get_name()
        except (OSError, RuntimeError) as error:
            raise TierSimError(f"the font {path} cannot be read: {error}") from None

    @contextmanager
    def active(self) -> Iterator[None]:
        """Set matplotlib up for drawing, for as long as the block lasts."""
        import matplotlib as mpl  # noqa: PLC0415 - heavy, and only needed to draw

        with _LOCK, mpl.rc_context():
            mpl.rcdefaults()
            mpl.rcParams.update(self._settings())  # type: ignore[arg-type]
            yield

    def _settings(self) -> dict[str, Any]:
        colours = self.colours
        return {
            "font.family": [self.family, "DejaVu Sans"]
            if self.family != "DejaVu Sans"
            else "DejaVu Sans",
            "svg.hashsalt": HASH_SALT,
            # Letters as outlines: the same picture where the font is not installed.
            "svg.fonttype": "path",
            # A dollar sign in a name is a dollar sign.
            "text.parse_math": False,
            "text.color": colours.ink,
            "axes.edgecolor": colours.grid,
            "axes.labelcolor": colours.muted,
            "axes.facecolor": "none",
            "axes.grid": False,
            "axes.axisbelow": True,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.unicode_minus": True,
            "figure.facecolor": colours.paper,
            "savefig.facecolor": colours.paper,
            "grid.color": colours.grid,
            "grid.linewidth": 0.7,
            "xtick.color": colours.grid,
            "ytick.color": colours.grid,
            "xtick.labelcolor": colours.muted,
            "ytick.labelcolor": colours.muted,
            "hatch.linewidth": 0.7,
            "lines.linewidth": 2.0,
            "lines.solid_capstyle": "round",
        }

    def logo_uri(self) -> str:
        """Return the logo as a ``data:`` address; empty where there is none."""
        if self.logo is None:
            return ""
        kind = _IMAGES[self.logo.suffix.lower()]
        return f"data:{kind};base64,{base64.b64encode(self.logo.read_bytes()).decode()}"


DEFAULT: Final = Theme()


def load_theme(path: str | Path) -> Theme:
    """Read a brand's theme; what it does not say is as in the default.

    Parameters
    ----------
    path : path
        YAML with ``colours``, ``font``, ``logo`` and ``footer``. Paths in it start at its folder.

    Raises
    ------
    TierSimError
        If the file cannot be read, or says something else.
    """
    from ruamel.yaml import YAML  # noqa: PLC0415 - only where a brand is given
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    path = Path(path)
    try:
        tree = YAML(typ="safe").load(reading.read(path, LARGEST_THEME))
    except (OSError, YAMLError, ValueError, RecursionError) as error:
        first = str(getattr(error, "strerror", None) or error).splitlines()[0]
        raise TierSimError(f"the theme {path} cannot be read: {first}") from None
    if not isinstance(tree, dict):
        raise TierSimError(f"the theme {path} is no mapping of colours, font, logo and footer")
    _known(tree, [one.name for one in fields(Theme)], str(path))
    found: dict[str, Any] = {}
    if "colours" in tree:
        found["colours"] = _colours(tree["colours"], str(path))
    if "font" in tree:
        beside = path.parent / str(tree["font"])
        found["font"] = str(beside) if beside.is_file() else str(tree["font"])
    if "logo" in tree:
        found["logo"] = _logo(path.parent / str(tree["logo"]))
    if "footer" in tree:
        found["footer"] = str(tree["footer"])
    theme = replace(DEFAULT, **found)
    _ = theme.family  # a font that is not there is said now, not in the middle of a report
    return theme


def _known(tree: Mapping[Any, Any], names: list[str], where: str) -> None:
    for key in tree:
        if key not in names:
            hint = did_you_mean(str(key), names)
            raise TierSimError(
                f"{where}: {key!r} is not known{hint}; allowed are {', '.join(names)}"
            )


def _colours(tree: Any, where: str) -> Colours:
    if isinstance(tree, list):
        tree = {"series": tree}
    if not isinstance(tree, dict):
        raise TierSimError(f"{where}: colours is a list of colours, or a mapping")
    _known(tree, [one.name for one in fields(Colours)], f"{where}: colours")
    found: dict[str, Any] = {}
    for name, value in tree.items():
        several = value if isinstance(value, list) else [value]
        for one in several:
            if not isinstance(one, str) or not _COLOUR.fullmatch(one):
                raise TierSimError(
                    f"{where}: colours.{name}: {one!r} is no colour; write '#0072B2' in quotes"
                )
        if name == "series" and not several:
            raise TierSimError(f"{where}: colours.series is empty")
        found[name] = tuple(several) if name == "series" else several[0]
    return Colours(**found)


def _logo(path: Path) -> Path:
    if path.suffix.lower() not in _IMAGES:
        raise TierSimError(f"the logo {path} is no PNG or JPEG")
    try:
        size = len(reading.read(path, LARGEST_LOGO + 1))
    except (OSError, ValueError) as error:
        raise TierSimError(f"the logo {path} cannot be read: {writing.reason(error)}") from None
    if size > LARGEST_LOGO:
        raise TierSimError(f"the logo {path} is larger than {LARGEST_LOGO:,} bytes")
    return path
