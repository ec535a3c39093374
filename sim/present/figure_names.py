"""The figures of a calibration in the words of those who read it; a name that is not known stays as it is."""

from __future__ import annotations

import re
from typing import Final

DISTANCES: Final = {
    "n-gram distance": (
        "paths through the tiers",
        "how differently tickets go from tier to tier: from 0, the same, to 1, nothing in common",
    ),
    "circadian distance": (
        "hours of the day at which tickets come to a tier",
        "by how many hours of the day, on average, a ticket's coming to a tier would have to be moved",
    ),
    "relative event distance": (
        "when in its life a ticket comes to a tier",
        "by how many hours since opening, on average, a ticket's coming to a tier would have to be moved",
    ),
    "cycle time distance": (
        "spread of the times to resolution",
        "by how many hours, on average, a time to resolution would have to be changed",
    ),
    "arrival distance": (
        "when tickets arrive",
        "by how many hours, on average, the opening of a ticket would have to be moved",
    ),
}
"""How far the simulated log as a whole lies from the export: what is compared, and what its number is."""
LEGEND: Final = (
    (
        "half / 3 in 4 / 9 in 10 resolved within",
        "the time by which so many of the tickets are resolved (median, 75th and 90th percentile)",
    ),
    ("stay", "from a ticket's coming to a tier to its leaving it; a ticket may have several"),
    ("until taken up", "from coming to a tier until somebody works on the ticket"),
    (
        "as far as L2",
        "tickets whose highest tier was L2; “L1 alone”: only L1 had them; “beyond L1”: all others",
    ),
    (
        "last at L1",
        "tickets that L1 had last, where the export does not show with whom tickets began",
    ),
    (
        "noise",
        (
            "how much two halves of the export, cut at random, differ in the figure: nothing can be "
            "nearer. Of a share it is in points. Of a time or a count it is a factor: “a factor of 1.46” "
            "says that one half has 1.46 times what the other has; twice the noise is then 1.46 × 1.46"
        ),
    ),
)
"""Words of the tables that need to be explained."""
_PART: Final = {
    "10": "1 in 10",
    "25": "1 in 4",
    "50": "half",
    "75": "3 in 4",
    "90": "9 in 10",
    "95": "19 in 20",
}
GROUPS: Final = {"L1 only": "L1 alone", "others": "beyond L1"}
"""Which tickets a time is of."""
_WHOLE: Final = {
    "tickets a week": "tickets opened in a week",
    "in office hours": "tickets opened in office hours (Monday to Friday, 8 to 18 h)",
    "open tickets, mean of the days": "open tickets at midnight, on average",
    "open tickets at the end": "open tickets at the end of the days compared",
    "began at L1": "tickets that began at L1",
    "never left L1, of those that began there": "of those that began at L1, never left it",
    "last at L1": "tickets that L1 had last",
    "0 hand-overs": "tickets never handed over",
    "1 hand-overs": "tickets handed over once",
    "2 hand-overs": "tickets handed over twice",
    "returned to a team it had left": "tickets that came back to a team they had left",
    "reopened": "tickets opened again",
    "waited for the user": "tickets that ever waited for the user",
    "service level made, of those resolved": "of those resolved, kept the service level",
}


def figure_name(name: str) -> str:
    """Write the name of a figure in words; of what is not known, as it is.

    Examples
    --------
    >>> figure_name("0 hand-overs"), figure_name("resolution p90, as far as L2")
    ('tickets never handed over', '9 in 10 resolved within, as far as L2')
    >>> figure_name("n-gram distance"), figure_name("settled at once, L1")
    ('paths through the tiers', 'settled at once, L1')
    """
    if name in _WHOLE:
        return _WHOLE[name]
    if name in DISTANCES:
        return DISTANCES[name][0]
    found = re.fullmatch(r"(\d+) hand-overs", name)
    if found:
        return f"tickets handed over {found[1]} times"
    found = re.fullmatch(r"(resolution|until taken up) p(\d+)(?:, (.*))?", name)
    if found and found[2] in _PART:
        what = "resolved within" if found[1] == "resolution" else "taken up within"
        whose = f", {GROUPS.get(found[3], found[3])}" if found[3] else ""
        return f"{_PART[found[2]]} {what}{whose}"
    found = re.fullmatch(r"resolved within (\d+) h, of those resolved", name)
    if found:
        return f"of those resolved, within {found[1]} h"
    return name
