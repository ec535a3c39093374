"""What must hold between the parts of a scenario; each fault is one sentence with its path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import TYPE_CHECKING

from sim.errors import UnitError
from sim.limits import YAML_FAULTS
from sim.scenario.targets import target_text
from sim.scenario.wording import closest, some
from sim.units import DAY, HOUR

if TYPE_CHECKING:
    from sim.scenario.model import Scenario
    from sim.scenario.staffing import Person, Vacancy
    from sim.scenario.support import Tier

SHARE_TOLERANCE = 0.001
"""Shares may miss 100 % by rounding in the third digit of a per cent's tenth."""


def faults(scenario: Scenario) -> list[str]:
    """List the faults as ``path: what is wrong``, as many as are told at once."""
    found = chain(
        _shares(scenario),
        _names(scenario),
        _hours(scenario),
        _topics_and_teams(scenario),
        _handing_over(scenario),
        _events(scenario),
        _zones(scenario),
    )
    return list(islice(found, YAML_FAULTS))


def _unknown(path: str, name: str, known: Iterable[str]) -> str:
    names = list(known)
    close = closest(name, names)
    hint = f"; did you mean {close!r}?" if close else ""
    return f"{path}: {name!r} is not known; there are {some(names)}{hint}"


def _adds_up(path: str, shares: Mapping[str, float]) -> Iterator[str]:
    total = sum(shares.values())
    if abs(total - 1) > SHARE_TOLERANCE:
        yield f"{path}: the shares add up to {100 * total:.4g} %, not to 100 %"


def _shares(scenario: Scenario) -> Iterator[str]:
    yield from _adds_up("topics", {k: v.share for k, v in scenario.topics.items()})
    yield from _adds_up("channels", {k: v.share for k, v in scenario.channels.items()})
    matrix = scenario.demand.priority_matrix
    needs_default = any(not t.priorities and not t.impact for t in scenario.topics.values())
    if needs_default:
        yield from _adds_up("priorities", {k: v.share for k, v in scenario.priorities.items()})
    for name, topic in scenario.topics.items():
        path = f"topics.{name}"
        for field in ("priorities", "impact", "urgency"):
            shares = getattr(topic, field)
            if shares:
                yield from _adds_up(f"{path}.{field}", shares)
        yield from (
            _unknown(f"{path}.priorities", p, scenario.priorities)
            for p in topic.priorities
            if p not in scenario.priorities
        )
        if topic.impact and not matrix:
            yield f"{path}.impact: `demand.priority_matrix` is missing"
        for impact in topic.impact:
            if matrix and impact not in matrix:
                yield _unknown(f"{path}.impact", impact, matrix)
            yield from (
                _unknown(f"{path}.urgency", urgency, matrix[impact])
                for urgency in topic.urgency
                if impact in matrix and urgency not in matrix[impact]
            )
    for impact, row in matrix.items():
        yield from (
            _unknown(f"demand.priority_matrix.{impact}.{urgency}", p, scenario.priorities)
            for urgency, p in row.items()
            if p not in scenario.priorities
        )


def _names(scenario: Scenario) -> Iterator[str]:
    for name, tier in scenario.tiers.items():
        path = f"tiers.{name}"
        staffs = {path: tier.staff or {}} | {
            f"{path}.teams.{team}": value.staff for team, value in tier.teams.items()
        }
        if tier.on_call is not None:
            staffs[f"{path}.on_call"] = tier.on_call.staff
            if tier.on_call.priority not in scenario.priorities:
                wrong = tier.on_call.priority
                yield _unknown(f"{path}.on_call.priority", wrong, scenario.priorities)
        for vacancy in tier.vacancies:
            yield from _vacancy(f"{path}.vacancies", tier, vacancy)
        for person, one in tier.people.items():
            yield from _person(scenario, name, tier, person, one)
        for place, staff in staffs.items():
            yield from (
                _unknown(f"{place}.staff", shift, scenario.shifts)
                for shift in staff
                if shift not in scenario.shifts
            )
        if tier.pre_empts is not None and tier.pre_empts not in scenario.priorities:
            yield _unknown(f"{path}.pre_empts", tier.pre_empts, scenario.priorities)
    for name, level in scenario.service_levels.items():
        path = f"service_levels.{name}"
        if level.tier is not None and level.tier not in scenario.tiers:
            yield _unknown(f"{path}.tier", level.tier, scenario.tiers)
        for field, known in (("priorities", scenario.priorities), ("topics", scenario.topics)):
            yield from (
                _unknown(f"{path}.{field}", value, known)
                for value in getattr(level, field)
                if value not in known
            )


def _person(
    scenario: Scenario, tier_name: str, tier: Tier, name: str, one: Person
) -> Iterator[str]:
    path = f"tiers.{tier_name}.people.{name}"
    if one.shift not in scenario.shifts:
        yield _unknown(f"{path}.shift", one.shift, scenario.shifts)
    if tier.teams and one.team not in tier.teams:
        yield _unknown(f"{path}.team", str(one.team), tier.teams)
    if one.team is not None and not tier.teams:
        yield f"{path}.team: the tier has no teams"
    queues = dict.fromkeys(queue_names(scenario))
    yield from (
        _unknown(f"{path}.also_serves", other, queues)
        for other in one.also_serves
        if served_queue(scenario, tier_name, other) is None
    )


def _vacancy(path: str, tier: Tier, vacancy: Vacancy) -> Iterator[str]:
    if tier.teams and vacancy.team not in tier.teams:
        yield _unknown(f"{path}.team", str(vacancy.team), tier.teams)
        return
    if vacancy.team is not None and not tier.teams:
        yield f"{path}.team: the tier has no teams"
        return
    staff = tier.teams[str(vacancy.team)].staff if tier.teams else tier.staff or {}
    if vacancy.shift not in staff:
        yield _unknown(f"{path}.shift", vacancy.shift, staff)
    elif vacancy.heads > staff[vacancy.shift]:
        yield f"{path}.heads: {vacancy.heads} of {staff[vacancy.shift]} people cannot be missing"


def _hours(scenario: Scenario) -> Iterator[str]:
    known = {**scenario.hours, **scenario.shifts, "always": None}
    used = {"users.hours": scenario.users.hours}
    used |= {f"service_levels.{k}.hours": v.hours for k, v in scenario.service_levels.items()}
    if scenario.updates is not None:
        used["updates.hours"] = scenario.updates.hours
    for name, tier in scenario.tiers.items():
        for part in ("provider", "vendor", "change", "left_lying"):
            value = getattr(tier, part)
            if value is not None:
                used[f"tiers.{name}.{part}.hours"] = value.hours
        if tier.left_lying is not None and tier.left_lying.handed_over is not None:
            used[f"tiers.{name}.left_lying.handed_over.hours"] = tier.left_lying.handed_over.hours
    yield from (_unknown(path, name, known) for path, name in used.items() if name not in known)
    for name, level in scenario.service_levels.items():
        if level.within.long and level.hours in known and level.hours != "always":
            hours, days = int(level.within / HOUR), level.within / DAY
            of_days = (
                f"{days:.0f} working day{'s' * (days != 1)}" if days % 1 == 0 else "3 working days"
            )
            yield (
                f"service_levels.{name}.within: {target_text(level.within)} in the hours "
                f"{level.hours!r} may be days of work or of 24 of their hours: write {of_days!r} or "
                f"'{hours} h'"
            )


def _events(scenario: Scenario) -> Iterator[str]:
    for name, incident in scenario.incidents.items():
        path = f"incidents.{name}"
        if incident.priority not in scenario.priorities:
            yield _unknown(f"{path}.priority", incident.priority, scenario.priorities)
        if incident.topic not in scenario.topics:
            yield _unknown(f"{path}.topic", incident.topic, scenario.topics)
        yield from (
            _unknown(f"{path}.engineers", tier, scenario.tiers)
            for tier in incident.engineers
            if tier not in scenario.tiers
        )
    upkeep, problems = scenario.knowledge.upkeep, scenario.problems
    places = {"knowledge.upkeep": upkeep, "problems": problems, "updates": scenario.updates}
    for path, part in ((f"{key}.tier", part) for key, part in places.items()):
        if part is None:
            continue
        if part.tier not in scenario.tiers:
            yield _unknown(path, part.tier, scenario.tiers)
        elif scenario.tiers[part.tier].provider is not None:
            yield f"{path}: {part.tier} is a provider's, whose time is not ours to plan"


def queue_names(scenario: Scenario) -> list[str]:
    """Name the queues of a scenario: ``L1``, or ``L2.network`` where a tier has teams."""
    return [
        f"{name}.{team}" if team else name
        for name, tier in scenario.tiers.items()
        for team in (tier.teams or ("",))
    ]


def served_queue(scenario: Scenario, tier: str, name: str) -> str | None:
    """Resolve a name in ``also_serves``, seen from a tier; None if there is no such queue."""
    queues = queue_names(scenario)
    return next((q for q in (f"{tier}.{name}", name) if q in queues), None)


def _topics_and_teams(scenario: Scenario) -> Iterator[str]:
    for name, topic in scenario.topics.items():
        if topic.goes_to is not None and topic.goes_to not in scenario.tiers:
            yield _unknown(f"topics.{name}.goes_to", topic.goes_to, scenario.tiers)
        yield from (
            _unknown(f"topics.{name}.work", tier, scenario.tiers)
            for tier in topic.work
            if tier not in scenario.tiers
        )
    for name, tier in scenario.tiers.items():
        helpers = {f"tiers.{name}": tier.also_serves} | {
            f"tiers.{name}.teams.{team}": value.also_serves for team, value in tier.teams.items()
        }
        queues = dict.fromkeys(queue_names(scenario))
        for place, others in helpers.items():
            yield from (
                _unknown(f"{place}.also_serves", other, queues)
                for other in others
                if f"{name}.{other}" not in queues and other not in queues
            )
        taken: dict[str, str] = {}
        for team, value in tier.teams.items():
            path = f"tiers.{name}.teams.{team}.topics"
            for topic_name in value.topics:
                if topic_name not in scenario.topics:
                    yield _unknown(path, topic_name, scenario.topics)
                elif topic_name in taken:
                    yield f"{path}: {topic_name!r} belongs to team {taken[topic_name]!r} already"
                taken[topic_name] = team
        missing = [t for t in scenario.topics if tier.teams and t not in taken]
        if missing:
            yield f"tiers.{name}.teams: no team takes {some(map(repr, missing))}"


def _handing_over(scenario: Scenario) -> Iterator[str]:
    """Refuse what only other tiers can do: an accepted number has to act."""
    first, *behind = scenario.tiers.items()
    if first[1].hands_back:
        yield f"tiers.{first[0]}.hands_back: the first tier has nobody to hand back to"
    if first[1].sends_back is not None:
        yield f"tiers.{first[0]}.sends_back: nobody escalates to the first tier"
    for name in ("through_first", "owned_through_first"):
        if getattr(scenario.routing, name) and len(behind) < 2:  # noqa: PLR2004 - one to the next
            yield f"routing.{name}: there is one tier behind the first, or none"
    last_name, last = list(scenario.tiers.items())[-1]
    if last.vendor is not None and last.vendor.passed_on is not None:
        yield f"tiers.{last_name}.vendor.passed_on: the last tier passes nothing on"


def _zones(scenario: Scenario) -> Iterator[str]:
    from sim.scenario.model import check_zone  # noqa: PLC0415 - it needs this module

    if scenario.sites:
        yield from _adds_up("sites", {k: v.share for k, v in scenario.sites.items()})
    for group in ("shifts", "hours"):
        for name, value in getattr(scenario, group).items():
            if value.site is not None and value.site not in scenario.sites:
                yield _unknown(f"{group}.{name}.site", value.site, scenario.sites)
            if value.time_zone is not None:
                try:
                    check_zone(value.time_zone)
                except UnitError as error:
                    yield f"{group}.{name}.time_zone: {error}"
            if name == "always":
                yield f"{group}.always: the name `always` is taken"
