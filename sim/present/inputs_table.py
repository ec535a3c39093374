"""Which input matters, as people read it: tornado, break-even, screening and shares of variance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sim.present.numbers import written_change
from sim.present.text import one_line
from sim.study.asked import words
from sim.study.inputs import Written
from sim.study.screening import Screened, Share
from sim.study.sensitivity import BreakEven, Tornado
from sim.units import exact_duration, format_share, rate_per_h

TORNADO: Final = ("input", "from", "changes it by", "to", "changes it by")
MORRIS: Final = ("input", "from … to", "strength", "interplay")
SOBOL: Final = ("input", "from … to", "alone", "with all it does together with others")
ONE_AT_A_TIME: Final = (
    "One input at a time, the others as they are: what two of them do together is not seen here; "
    "`--method sobol` sees it."
)
_SHARES: Final = 1.0


def value(given: Written, path: str) -> str:
    """Write the value of an input as people write it.

    Examples
    --------
    >>> value(0.655, "documentation.quality"), value("660000 ms", "tiers.L1.work")
    ('65.5 %', '11 min')
    >>> value(7, "tiers.L1.staff.day"), value("2.5 / h", "demand.volume")
    ('7', '420 / week')
    """
    if isinstance(given, str):
        if given.endswith(" ms"):
            # Found by bisection: no more than a second is meant.
            ms = int(given.removesuffix(" ms"))
            return exact_duration(ms if ms < 60_000 else 1000 * round(ms / 1000))  # noqa: PLR2004 - a minute
        return f"{rate_per_h(given) * 168:.4g} / week" if given.endswith(" / h") else given
    if isinstance(given, float) and given <= _SHARES and not path.endswith(("ability", "slope")):
        return f"{100 * given:.3g} %"
    return f"{given:.4g}"


def tornado_rows(found: Tornado, currency: str = "") -> list[tuple[str, ...]]:
    """Return the bars, the strongest first, under ``TORNADO``."""
    return [
        (
            one_line(bar.input.path),
            value(bar.input.low, bar.input.path),
            written_change(found.metric, bar.low.estimate, currency),
            value(bar.input.high, bar.input.path),
            written_change(found.metric, bar.high.estimate, currency),
        )
        for bar in found.bars
    ]


def tornado_sentence(found: Tornado) -> str:
    """Say which inputs matter, and which were not seen to."""
    shown = [bar for bar in found.bars if bar.low.shown or bar.high.shown]
    label = words(found.metric).label
    if not shown:
        return f"None of these inputs was seen to move “{label}” over its range."
    first = f"“{label}” is moved most by {one_line(shown[0].input.path)}."
    still = [one_line(bar.input.path) for bar in found.bars if bar not in shown]
    return f"{first} Not seen to move it: {', '.join(still)}." if still else first


def break_even_sentence(found: BreakEven, changed: str, currency: str = "") -> str:
    """Say how much of an input makes up for a change."""
    path = found.input.path
    label = words(found.metric, currency).label
    low = "below the range" if found.low is None else value(found.low, path)
    high = "beyond the range" if found.high is None else value(found.high, path)
    return (
        f"{one_line(path)} of {value(found.value, path)} makes up for {changed} in “{label}”. "
        f"Between {low} and {high} no difference is shown: less or more than that is clearly not equal."
    )


def screened_rows(found: Sequence[Screened], metric: str) -> list[tuple[str, ...]]:
    """Return Morris' effects under ``MORRIS``."""
    write = words(metric).write_change
    return [
        (
            one_line(one.input.path),
            f"{value(one.input.low, one.input.path)} … {value(one.input.high, one.input.path)}",
            f"{write(one.strength).lstrip('+')} ± {write(one.strength_half_width).lstrip('+')}",
            write(one.interplay).lstrip("+"),
        )
        for one in found
    ]


def share_rows(found: Sequence[Share]) -> list[tuple[str, ...]]:
    """Return Sobol's shares under ``SOBOL``."""
    return [
        (
            one_line(one.input.path),
            f"{value(one.input.low, one.input.path)} … {value(one.input.high, one.input.path)}",
            f"{format_share(one.alone)} ± {format_share(one.alone_half_width)}".replace("-", "−"),
            f"{format_share(one.in_all)} ± {format_share(one.in_all_half_width)}".replace("-", "−"),
        )
        for one in found
    ]
