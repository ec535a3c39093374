"""Settle how many tickets are settled at once: solved at once, with no wait for anybody.

That a ticket lies, and that it waits for others, may come about independently. Then some tickets are
solved at once by chance. Where more are, those beyond it are a kind of their own:
with a share ``f`` of them, and marginal shares ``p`` of tickets with each kind of wait,

    seen = f + (1 - f) * product of (1 - p / (1 - f))
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from sim.calibrate.noted import seen_taken_up, shows_states
from sim.calibrate.parameters import Ledger, share_interval
from sim.calibrate.paths import Levels
from sim.intake.export import CHANGE, RESOLVED, USER, VENDOR, Export
from sim.units import HOUR, MINUTE
from sim.workload.journeys import NOT_YET, Flags

CONTACT_MS: Final = HOUR
"""A contact is not longer."""
FEWEST: Final = 100
"""Solved tickets, below which nothing is told."""
STEPS: Final = 50
RESAMPLES: Final = 200
Tree = dict[str, Any]


def settle_first_contact(tree: Tree, export: Export, levels: Levels, ledger: Ledger) -> None:
    """Put into the file how many of the tickets solved where they came in are settled at once.

    What settled at once means, ``settled_at_once`` says.
    """
    if not shows_states(export):
        return
    rng = np.random.default_rng(1)
    for number, tier in enumerate(tree["tiers"]):
        waits = _waits(export, levels, number)
        count = len(waits)
        if count < FEWEST:
            continue
        settled = int(_at_once(waits).sum())
        value = beyond_chance(waits)
        spread = [beyond_chance(waits[rng.integers(0, count, count)]) for _ in range(RESAMPLES)]
        low, high = (float(end) for end in np.quantile(spread, (0.025, 0.975)))
        ledger.notices.append(
            f"{tier}: {_interval(settled, count)} of the {count} tickets that came in and were "
            "solved here, and show when they were taken up, were settled at once (taken up within a "
            "minute, solved within an hour, no wait noted). Which of them were calls or chats, and so "
            "solved at first contact, the export does not show."
        )
        if low <= 0:
            continue
        tree["tiers"][tier]["first_contact"] = round(value, 4)
        why = (
            f"{100 * settled / count:.0f} % of {count} tickets are settled at once; "
            "this is what is more than independent waits would leave"
        )
        ledger.say(f"tiers.{tier}.first_contact", value, "measured", why, low, high)


def settled_at_once(export: Export, levels: Levels, number: int) -> Flags:
    """Tell which tickets were settled at once.

    The first team took such a ticket up within a minute of its opening, or came with it resolved,
    and resolved it within an hour; it waited for nobody.

    Parameters
    ----------
    export : Export
        A real one, or a mirrored run.
    levels : Levels
    number : int
        The tier's position.

    Returns
    -------
    bool array
        One for each ticket that came in and was solved at the tier, and shows when it was taken up;
        none where the export shows no states.
    """
    if not shows_states(export):
        return np.zeros(0, np.bool_)
    return _at_once(_waits(export, levels, number))


def _at_once(waits: Flags) -> Flags:
    return np.asarray(~waits.any(axis=1))


def _interval(count: int, total: int) -> str:
    low, high = (100 * end for end in share_interval(count, total))
    return f"{100 * count / total:.0f} % ({low:.0f} to {high:.0f})"


def _waits(export: Export, levels: Levels, number: int) -> Flags:
    """Return whether tickets solved where they came in waited to be taken up, and then for others.

    Who waits for the user waits longer for all else: they count as one.

    Returns
    -------
    bool array, shape (tickets, 2)
        Of the tickets that show when they were taken up.
    """
    visits, tickets = export.visits, export.tickets
    last = np.append(np.diff(visits.ticket) != 0, np.ones(1, np.bool_))[: len(visits)]
    resolved = tickets.resolved_ms[visits.ticket]
    alone = ~levels.handed_over & last & (resolved != NOT_YET) & (levels.of_visit == number)
    spent = visits.in_state_ms
    straight = spent[:, :RESOLVED].sum(axis=1) < MINUTE
    own = np.flatnonzero(alone & (seen_taken_up(export, levels) | straight))
    lay = np.where(straight, 0, visits.worked_ms - visits.from_ms)[own]
    asked = spent[own, USER]
    noted = spent[own][:, (VENDOR, CHANGE)].sum(axis=1)
    rest = resolved[own] - visits.from_ms[own] - lay - asked
    return np.stack([lay >= MINUTE, (asked > 0) | (noted > 0) | (rest > CONTACT_MS)], axis=1)


def beyond_chance(waits: Flags) -> float:
    """Return the share of tickets without any wait that independent waits do not explain.

    Examples
    --------
    >>> alike = np.array([[False, False]] * 6 + [[True, True]] * 4)
    >>> round(beyond_chance(alike), 2)
    0.6
    >>> beyond_chance(np.array([[False, False], [False, True], [True, False], [True, True]]))
    0.0
    """
    seen = float(_at_once(waits).mean())
    each = waits.mean(axis=0)

    def made(share: float) -> float:
        rest = max(1 - share, 1e-9)
        return share + rest * float(np.prod(np.clip(1 - each / rest, 0, 1)))

    if seen <= made(0.0):
        return 0.0
    low, high = 0.0, min(1 - float(each.max()), seen)
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if made(middle) < seen else (low, middle)
    return (low + high) / 2


def at_once_share(tree: Tree, levels: Levels, number: int, *, solved: bool = False) -> float:
    """Return which part of a tier's tickets is settled at once.

    Parameters
    ----------
    tree, levels
    number : int
        The tier's position.
    solved : bool
        Of the tickets that went as far as the tier, instead of those that came in there.
    """
    both = (levels.entry == number) & (levels.top == number)
    of = (levels.top if solved else levels.entry) == number
    share = list(tree["tiers"].values())[number].get("first_contact", 0.0)
    return float(share * both.sum() / max(of.sum(), 1))
