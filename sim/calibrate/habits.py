"""What people do with tickets: notes and hand-overs, waits for users, reopening, promises.

Each part is put into the scenario as a file would hold it, and into the ledger with where it comes
from. What an export cannot tell is assumed, and said to be so.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from sim.calibrate.answers import elapsed_ms
from sim.calibrate.figures import WORKING_DAYS
from sim.calibrate.firstcontact import at_once_share
from sim.calibrate.handovers import HandOvers
from sim.calibrate.hours import ALWAYS, open_hours
from sim.calibrate.parameters import Ledger, share_interval
from sim.calibrate.paths import Levels
from sim.calibrate.times import UserWaits, reopenings
from sim.intake.export import USER, Export
from sim.units import MINUTE
from sim.workload.journeys import NONE

QUALITY: Final = 0.6
"""Completeness of notes where nothing tells (assumed)."""
THREE_DAYS: Final = 3
Tree = dict[str, Any]


def settle_notes(tree: Tree, waits: UserWaits | None, ledger: Ledger) -> None:
    """Settle the notes: what the export shows of their lack, and what it cannot show."""
    notes = tree["documentation"]
    ledger.say(
        "documentation.quality",
        QUALITY,
        "assumed",
        "steps and data missing only cost touch time, which no export holds",
    )
    if waits is None:
        return
    count, total = waits.after_hand_over
    if not total:
        return
    rate, interval = count / total, share_interval(count, total)
    expected = waits.expected
    most, least = (expected, expected) if waits.told_apart else (2 * expected, 0.0)
    notes["summary"] = round(_complete(rate, expected), 4)
    why = (
        f"after a hand-over {100 * rate:.0f} % of stays wait for the user; "
        f"{100 * expected:.0f} % would without one"
    )
    if not waits.told_apart:
        why += ", if the tiers behind ask as often as the first: nothing tells (0 to twice that)"
    ends = _complete(interval[1], least), _complete(interval[0], most)
    ledger.say("documentation.summary", notes["summary"], "fitted", why, *ends)


def _complete(rate: float, expected: float) -> float:
    """Return how often the summary is there, if else a share of stays waits for the user."""
    return float(np.clip((1 - rate) / max(1 - expected, 1e-9), 0, 1))


def settle_hand_overs(
    tree: Tree, export: Export, levels: Levels, found: HandOvers | None, ledger: Ledger
) -> None:
    """Settle what comes back, goes round, or is handed back to be closed."""
    if found is None:
        return
    notes, routing = tree["documentation"], tree["routing"]
    reason = QUALITY if found.sent_back <= 1 - QUALITY else 1 - found.sent_back
    scale = max(1 - reason, 1e-9)
    notes["reason"] = round(reason, 4)
    notes["sent_back"] = round(min(found.sent_back / scale, 1.0), 4) if found.sent_back else 0
    notes["sender_solves"] = round(found.sender_solves, 4)
    routing["through_first"] = round(found.through_first, 4)
    interval = dict(zip(("back", "solves", "through"), found.intervals, strict=False))
    low, high = interval["back"]
    ledger.say(
        "documentation.sent_back",
        float(notes["sent_back"]),
        "fitted",
        f"{100 * found.sent_back:.0f} % of escalations come back; how much of it is the reason "
        "missing is assumed",
        low / scale,
        min(high / scale, 1.0),
    )
    ledger.say(
        "documentation.sender_solves",
        found.sender_solves,
        "fitted",
        "tickets that end with the team they came back to",
        *interval["solves"],
    )
    ledger.say(
        "routing.through_first",
        found.through_first,
        "fitted",
        "escalations between teams behind the first line with a stay there between",
        *interval["through"],
    )
    handed_back = zip(tree["tiers"], found.hands_back, found.intervals[3:], strict=True)
    for number, (tier, share, ends) in enumerate(handed_back):
        if share:
            tree["tiers"][tier]["hands_back"] = round(share, 4)
            why = f"of {int((levels.top == number).sum())} tickets that went as far as {tier}"
            ledger.say(f"tiers.{tier}.hands_back", share, "fitted", why, *ends)
    waited, closings = _closing_waits(export, levels, found)
    if closings:
        share = min(waited / closings, 1.0)
        routing["confirms"] = round(share, 4)
        ledger.say(
            "routing.confirms",
            share,
            "measured",
            f"of about {closings:.0f} last stays at the first line, to be closed there",
            *share_interval(share * closings, closings),
        )


def _closing_waits(export: Export, levels: Levels, found: HandOvers) -> tuple[int, float]:
    """Count the last stays at the first line that waited for the user, and those that closed.

    Some of the last stays after another tier are of senders who solved what came back.
    """
    visits = export.visits
    last = np.append(np.diff(visits.ticket) != 0, np.ones(1, np.bool_))[: len(visits)]
    back = last & levels.handed_over & (levels.of_visit == 0)
    solved = found.kept_by_sender * float(((levels.entry == 0) & (levels.top > 0)).sum())
    waited = int((visits.in_state_ms[back, USER] > 0).sum())
    return waited, max(float(back.sum()) - solved, float(waited))


def settle_users(tree: Tree, waits: UserWaits | None, levels: Levels, ledger: Ledger) -> None:
    """Settle how often each tier asks users."""
    if waits is None:
        return
    for number, (tier, (count, asked)) in enumerate(zip(tree["tiers"], waits.asks, strict=True)):
        # What is settled at once asks nobody.
        total = round(asked * (1 - at_once_share(tree, levels, number)))
        share = min(count / total, 1.0) if total else 0.0
        tree["tiers"][tier]["asks_user"] = round(share, 4)
        interval = share_interval(min(count, total), total)
        why = f"of {total} stays"
        if total < asked:
            why += ", those settled at once left out"
        ledger.say(f"tiers.{tier}.asks_user", share, "measured", why, *interval)


def settle_reopening(tree: Tree, export: Export, ledger: Ledger) -> None:
    """Settle how often tickets come back, and after how long."""
    reopened = export.tickets.reopened
    known = reopened[reopened != NONE]
    if not len(known):
        for tier in tree["tiers"]:
            ledger.say(f"tiers.{tier}.reopens", 0.02, "assumed", "0.9 % to 4.3 % in real logs")
        return
    count = int((known > 0).sum())
    share, interval = count / len(known), share_interval(count, len(export))
    for tier in tree["tiers"]:
        tree["tiers"][tier]["reopens"] = round(share, 5)
        ledger.say(f"tiers.{tier}.reopens", share, "measured", "of all tickets", *interval)
    after = reopenings(export)
    if len(after[0]):
        hours = tree["users"].get("hours", ALWAYS)
        mean = float(np.mean(elapsed_ms(tree, export, hours, *after)))
        tree["users"]["comes_back_after"] = f"{max(round(mean / MINUTE), 1)} min"
        ledger.say("users.comes_back_after", mean, "measured", f"{len(after[0])} reopenings")


def make_promises(tree: Tree, ledger: Ledger) -> None:
    """Promise what is usual: no export says what was promised.

    Clocks stop while the user is waited for, and run on through all other waits: whom an export does
    not name is no vendor that a clock may stop for.
    """
    tiers = list(tree["tiers"])
    levels: dict[str, Any] = {}
    usual = (("respond", 0, "15 min", 0.9), ("resolve", 0, "1 h", 0.8),
             ("resolve", 1, "4 h", 0.8), ("resolve", 2, "", 0.8))  # fmt: skip
    for clock, number, within, goal in usual:
        if number < len(tiers):
            tier = tiers[number]
            day_h = open_hours(tree["shifts"], f"{tier} day") / WORKING_DAYS
            name = f"{tier} {'response' if clock == 'respond' else 'resolution'}"
            levels[name] = {
                "clock": clock,
                "tier": tier,
                "within": within or f"{THREE_DAYS * day_h:g} h",
                "hours": f"{tier} day",
                "pauses": ["user"],
                "goal": goal,
            }
            why = "the usual promise" if within else "the usual promise: three working days"
            ledger.say(f"service_levels.{name}", goal, "assumed", why)
    tree["service_levels"] = levels
