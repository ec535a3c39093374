"""The questions that make a desk, and how what people answer is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sim.errors import UnitError
from sim.facts.stated import SHAPES, read_between
from sim.scenario.hours import Hours
from sim.units import duration_ms, rate_per_h, share

NOT_KNOWN: Final = "?"
_NOTHING: Final = (NOT_KNOWN, "", "-", "no", "none", "nobody", "not known", "unknown")
_USERS: Final = re.compile(r"\s*([\d ,.']+?)\s*users?\s*", re.IGNORECASE)
_ROUND_THE_CLOCK: Final = ("24x7", "24/7", "always", "round the clock")
_DAYS: Final = re.compile(r"\s*([A-Z][a-z]{2}(?:-[A-Z][a-z]{2})?)\s+(.+)")
MOST_TIERS: Final = 5
_DAY_H: Final = 24


@dataclass(frozen=True)
class Question:
    """A question.

    Attributes
    ----------
    key : str
    text, example : str
    usual : str
        What is taken where somebody only presses Enter.
    read : callable
        Reads the answer; raises ``UnitError`` with what is allowed.
    """

    key: str
    text: str
    example: str
    usual: str
    read: Callable[[str], Any]


def _nothing(text: str) -> bool:
    return text.strip().lower() in _NOTHING


def _count(text: str) -> dict[str, Any]:
    """Read tickets a week, or users."""
    users = _USERS.fullmatch(text)
    if users is not None:
        return {"users": int(_number(users[1]))}
    if "/" in text or "per" in text:
        rate_per_h(text)
        return {"tickets": text}
    return {"tickets": f"{_number(text):g} / week"}


def _number(text: str) -> float:
    bare = re.sub(r"[ ,']", "", text)
    try:
        found = float(bare)
    except ValueError:
        raise UnitError(f"{text!r} is no number") from None
    if not 0 < found < 1e9:  # noqa: PLR2004 - more tickets than there are people
        raise UnitError(f"{text!r} is out of range; it is above 0")
    return found


def _heads(text: str) -> list[int | str]:
    found: list[int | str] = []
    for part in text.split(","):
        if part.strip().lower() in ("provider", "outsourced"):
            found.append("provider")
        elif part.strip().isdigit() and int(part):
            found.append(int(part))
        else:
            raise UnitError(
                f"{part.strip()!r}: a number of people, or `provider`; the first line first: 6, 4, 3"
            )
    if len(found) > MOST_TIERS:
        raise UnitError(f"{len(found)} tiers; there are at most {MOST_TIERS}")
    return found


def _hours(text: str) -> list[dict[str, str]]:
    """Read opening hours, tier by tier."""
    return [_week(part) for part in text.split(";")]


def _week(text: str) -> dict[str, str]:
    if text.strip().lower() in _ROUND_THE_CLOCK:
        return {"Mon-Sun": "00:00-24:00"}
    found: dict[str, str] = {}
    days = ""
    for part in text.split(","):
        match = _DAYS.fullmatch(part)
        if match is not None:
            days = match[1]
            found[days] = match[2].strip()
        elif days:
            found[days] += f", {part.strip()}"
        else:
            raise UnitError(
                f"{text.strip()!r}: write `Mon-Fri 08:00-17:00, Sat 09:00-13:00`, or `24x7`"
            )
    Hours.model_validate(found)
    return found


def _when(text: str) -> Any:
    if text.strip().isdigit() and 1 <= int(text) <= len(SHAPES):
        return SHAPES[int(text) - 1]
    if text.strip().lower() in SHAPES:
        return text.strip().lower()
    try:
        weights = [float(part) for part in re.split(r"[,\s]+", text.strip())]
    except ValueError:
        weights = []
    if len(weights) != _DAY_H:
        raise UnitError(f"{text!r}: a number from 1 to {len(SHAPES)}, or 24 numbers")
    return weights


def _share(text: str) -> float | None:
    """Read a share; a bare number is in per cent here, as the question is."""
    if _nothing(text):
        return None
    bare = text.replace(",", ".").strip()
    found = share(bare if "%" in bare else f"{bare} %")
    if not 0 < found < 1:
        raise UnitError(f"{text!r}: between 0 and 100 %, and neither")
    return found


def _times(text: str) -> list[Any]:
    """Read handling times, tier by tier: a time, a range or not known."""
    found: list[Any] = []
    for part in text.split(","):
        if _nothing(part):
            found.append(None)
            continue
        read_between(part)
        found.append(part.strip())
    return found


def _durations(text: str) -> list[str | None]:
    found: list[str | None] = []
    for part in text.split(","):
        if not _nothing(part):
            duration_ms(part)
        found.append(None if _nothing(part) else part.strip())
    return found


def _money(text: str) -> dict[str, Any]:
    if _nothing(text):
        return {"pay": []}
    match = re.fullmatch(r"([\d\s.,]+?)\s*([A-Za-z€$£]{1,8})?\s*", text)
    if match is None:
        raise UnitError(f"{text!r}: an hour at each tier and the currency, as in `32, 45, 62 EUR`")
    return {"pay": [_number(part) for part in match[1].split(",")], "currency": match[2]}


def _on_call(text: str) -> list[str]:
    if _nothing(text):
        return []
    found = [part.strip() for part in text.split(",")]
    for one in found:
        if not re.fullmatch(r"L[1-5]", one):
            raise UnitError(f"{one!r}: the tiers, as in `L2, L3`, or `nobody`")
    return found


def _calls(text: str) -> dict[str, Any]:
    """Read the share of those who call, and how long they wait."""
    if _nothing(text):
        return {}
    part, _, waits = text.partition(",")
    bare = part.strip()
    found: dict[str, Any] = {"calls": share(bare if "%" in bare else f"{bare} %")}
    if not found["calls"]:
        raise UnitError(f"{text!r}: above 0 %, or `none`")
    if not _nothing(waits):
        duration_ms(waits)
        found["patience"] = waits.strip()
    return found


def _open(text: str) -> float | None:
    return None if _nothing(text) else _number(text)


QUESTIONS: Final = (
    Question("count", "How many tickets come in a week? Or how many users are there?", "460, or 1850 users", "", _count),
    Question("heads", "How many people are planned at the same time, tier by tier, the first line first?", "6, 4, 3; or 6, 4, provider", "", _heads),
    Question("hours", "When are they there? Tiers that differ are parted by a semicolon.", "Mon-Fri 08:00-17:00; or 24x7; Mon-Fri 08:00-18:00", "Mon-Fri 08:00-17:00", _hours),
    Question("when", "When do tickets come? " + ", ".join(f"{n}: {name}" for n, name in enumerate(SHAPES, 1)) + "; or 24 numbers, one for each hour of a working day", "1", "1", _when),
    Question(
        "calls",
        "What share comes by phone or chat, and how long do callers wait before they hang up?",
        "55 %, 5 min; or 55 %, ?; or none",
        "none",
        _calls,
    ),
    Question("solves", "What share of what comes to the first line does it solve today?", "70 %, or ?", NOT_KNOWN, _share),
    Question("work", "How long does handling a ticket take, tier by tier?", "13 min, 20-40 min, ?", NOT_KNOWN, _times),
    Question("takes", "In what time are half of the tickets resolved, tier by tier, counted day and night?", "40 min, 5 h, ?", NOT_KNOWN, _durations),
    Question("response", "What share is taken up within 15 minutes today?", "85 %, or ?", NOT_KNOWN, _share),
    Question("backlog", "How many tickets are open, on a normal day?", "60, or ?", NOT_KNOWN, _open),
    Question("complete", "What share of the escalations arrive complete (summary, steps taken, data, reason)?", "22 %, or ?", NOT_KNOWN, _share),
    Question("reopened", "What share of the solved tickets come back?", "3 %, or ?", NOT_KNOWN, _share),
    Question("on_call", "At which tiers is somebody on call for the most urgent tickets?", "L2, L3, or nobody", "nobody", _on_call),
    Question("pay", "What does a paid hour cost, tier by tier?", "32, 45, 62 EUR, or ?", NOT_KNOWN, _money),
)  # fmt: skip
"""Fourteen questions; the first two have to be answered."""


def known_from(answers: Mapping[str, str], name: str) -> dict[str, Any]:
    """Turn answers into facts, as ``facts`` takes them.

    Parameters
    ----------
    answers : mapping of str to str
        By the key of the question, as somebody typed them.
    name : str
        Of the desk.

    Examples
    --------
    >>> known = known_from({"count": "460", "heads": "6, 4", "work": "13 min, ?"}, "Ours")
    >>> known["tickets"], known["tiers"]["L1"]["work"], known["tiers"]["L2"]["heads"]
    ('460 / week', '13 min', 4)
    """
    read = {one.key: one.read(answers.get(one.key, one.usual)) for one in QUESTIONS}
    heads: list[int | str] = read["heads"]
    tiers: dict[str, dict[str, Any]] = {}
    for place, people in enumerate(heads):
        tier: dict[str, Any] = {"provider": True} if people == "provider" else {"heads": people}
        tier["hours"] = read["hours"][min(place, len(read["hours"]) - 1)]
        tiers[f"L{place + 1}"] = tier
    for key in ("work", "takes"):
        _spread(tiers, key, read[key])
    own = {key: tier for key, tier in tiers.items() if "provider" not in tier}
    pay = read["pay"]["pay"]
    if pay:
        _spread(own, "cost", pay)
    for tier_name in read["on_call"]:
        if tier_name not in own:
            raise UnitError(f"there is no tier {tier_name} with people of its own")
        own[tier_name]["on_call"] = "P1"
    if read["solves"] is not None and len(tiers) > 1:
        tiers["L1"]["solves"] = read["solves"]
    found: dict[str, Any] = {
        "name": name,
        **read["count"],
        **read["calls"],
        "tiers": tiers,
        "when": read["when"],
    }
    found |= {
        key: read[key] for key in ("backlog", "complete", "reopened") if read[key] is not None
    }
    if read["pay"].get("currency"):
        found["currency"] = read["pay"]["currency"]
    if read["response"] is not None:
        found["answered_in_time"] = read["response"]
    return found


def _spread(tiers: Mapping[str, dict[str, Any]], key: str, values: list[Any]) -> None:
    """Give each tier its value; more values than tiers are too many."""
    if len(values) > len(tiers):
        raise UnitError(
            f"{len(values)} values for {len(tiers)} tiers: {', '.join(map(str, values))}"
        )
    for tier, value in zip(tiers.values(), values, strict=False):
        if value is not None:
            tier[key] = value
