"""The STRESS-DES check-list, filled from a study: what is reported, and what only its author knows.

Monks, Currie, Onggo, Robinson, Kunc and Taylor, "Strengthening the reporting of empirical simulation
studies: Introducing the STRESS guidelines", Journal of Simulation 13(1), 2019: twenty items in six
sections, one of them in five parts. The words for what each item asks are ours. An item is *filled* when scenario and manifest
answer it, *in part* when they answer some of it, and what is missing is listed with where to write it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sim.errors import StudyError, TierSimError
from sim.present.sentences import changed_words, definition
from sim.present.text import one_line, plural
from sim.scenario.model import Scenario
from sim.scenario.support import Tier
from sim.scenario.wording import listed
from sim.study.asked import words
from sim.study.settling import horizon, settling
from sim.study.showing import said
from sim.study.study import Study
from sim.units import HOURS_PER_WEEK, exact_duration, format_duration, format_share

SOURCE: Final = (
    "Monks et al. 2019, “Strengthening the reporting of empirical simulation studies: Introducing the "
    "STRESS guidelines”, Journal of Simulation 13(1)"
)
SECTIONS: Final = {
    "1": "Objectives",
    "2": "Logic",
    "3": "Data",
    "4": "Experimentation",
    "5": "Implementation",
    "6": "Code access",
}


@dataclass(frozen=True)
class Item:
    """One item of the check-list.

    Attributes
    ----------
    number, title : str
    filled : tuple of str
        What scenario and manifest say to it.
    missing : tuple of str
        What they cannot say, and where its author may.
    """

    number: str
    title: str
    filled: tuple[str, ...]
    missing: tuple[str, ...] = ()

    @property
    def section(self) -> str:
        """The section it stands in."""
        return SECTIONS[self.number[0]]

    @property
    def word(self) -> str:
        """Whether it is filled."""
        if not self.missing:
            return "filled"
        return "in part" if self.filled else "missing"


def checklist(study: Study) -> tuple[Item, ...]:
    """Fill the check-list from a study."""
    return (*_objectives(study), *_logic(study), *_data(study), *_experiment(study), *_code(study))


def missing(items: Sequence[Item]) -> list[str]:
    """List what could not be filled, with the item's number."""
    return [f"{item.number} {item.title}: {gap}" for item in items for gap in item.missing]


def summary(items: Sequence[Item]) -> str:
    """Say how far the check-list is filled."""
    count = {word: sum(item.word == word for item in items) for word in ("filled", "in part")}
    rest = len(items) - sum(count.values())
    return (
        f"{count['filled']} of {len(items)} items are filled, {count['in part']} in part, "
        f"{rest} not at all."
    )


def markdown(study: Study) -> str:
    """Write the check-list as Markdown, what is missing first."""
    items = checklist(study)
    gaps = missing(items)
    lines = ["# STRESS-DES check-list", "", f"{SOURCE}. {summary(items)}", ""]
    if gaps:
        lines += ["## Still to be written", "", *(f"- {gap}" for gap in gaps), ""]
    section = ""
    for item in items:
        if item.section != section:
            section = item.section
            lines += [f"## {section}", ""]
        lines += [f"### {item.number} {item.title} ({item.word})", ""]
        lines += [*(f"{_escaped(text)}\n" for text in item.filled)]
        lines += [*(f"*Missing: {_escaped(gap)}*\n" for gap in item.missing)]
    return "\n".join(lines).rstrip() + "\n"


def _escaped(text: str) -> str:
    for sign in ("\\", "`", "*", "_", "<", "[", "|"):
        text = text.replace(sign, f"\\{sign}")
    return text


def _objectives(study: Study) -> Iterator[Item]:
    first = study[0].scenario
    about = (one_line(first.about),) if first.about else ()
    gap = "which decision the study is to inform, for whom, and why it was made"
    if not about:
        gap += "; what desk it is (`about` of the scenario)"
    yield Item("1.1", "Purpose of the model", about, (gap,))
    yield Item(
        "1.2",
        "Model outputs",
        (
            *tuple(
                f"{words(metric, first.costs.currency).label}: {definition(metric)}".rstrip(": ")
                for metric in study.metrics
            ),
            (
                "Figures are taken from the log of each finished replication, of what comes after the "
                f"warm-up; the interval is Student's t over replications, {100 * study.level:g} %, "
                "lengthened on the side of the longer tail where they are skewed (Johnson 1978)."
            ),
        ),
    )
    aims = []
    gaps = []
    for result in study:
        own = result.scenario
        inherited = result.base is not None and own.about == first.about
        said = one_line("" if inherited else own.about) or one_line(
            "" if result.base is not None and own.lesson == first.lesson else own.lesson
        )
        aims.append(f"{one_line(result.name)}: {said or changed_words(result)}")
        if not said:
            gaps.append(f"why “{one_line(result.name)}” was chosen (its `about`)")
    design = (
        f"Every scenario is given {plural(study.replications, 'replication')}"
        + (" on the same tickets" if study.common_tickets and len(study) > 1 else "")
        + ". Nothing was optimised."
    )
    yield Item("1.3", "Aims of experimentation", (*aims, design), tuple(gaps))


def _logic(study: Study) -> Iterator[Item]:
    first = study[0].scenario
    tiers = list(first.tiers)
    yield Item(
        "2.1",
        "Base model overview diagram",
        (
            (
                f"Tickets come in, and go through {' → '.join(map(one_line, tiers))}; the chart “flow” of "
                "the report draws how many go where, and back."
            ),
        ),
    )
    yield Item("2.2", "Base model logic", tuple(_mechanisms(first)))
    changes = tuple(
        f"{one_line(result.name)}: {changed_words(result, most=40)}" for result in study.results[1:]
    )
    yield Item("2.3", "Scenario logic", changes or ("There is one scenario.",))
    yield Item(
        "2.4",
        "Algorithms",
        (
            (
                "Arrivals: a Poisson process (or gaps of the law that `demand.arrivals` names) whose rate is volume × profile of the week × a gamma factor "
                "of each day (mean 1); unit-rate exponential gaps are mapped through the cumulated rate."
            ),
            (
                "Resolution: a tier solves a ticket with probability logistic((ability − difficulty) / "
                "slope) (Rasch 1960); difficulty is Beta by topic. Touch times are drawn by each tier's law."
            ),
            (
                "Everything random is sampled before the run and belongs to the ticket; the engine draws "
                "nothing."
            ),
        ),
    )
    yield Item(
        "2.5.1",
        "Components: entities",
        (
            (
                "Tickets, with time of arrival, topic, priority, channel and difficulty; and their visits "
                "to queues, each with its work, patience, delays and what follows each way it may end."
            ),
            (
                f"{plural(len(first.topics), 'topic')}, priorities {listed(map(one_line, first.priorities))}, "
                f"channels {listed(map(one_line, first.channels))}."
            ),
        ),
    )
    yield Item("2.5.2", "Components: activities", tuple(_activities(first)))
    yield Item("2.5.3", "Components: resources", tuple(_resources(first)))
    yield Item(
        "2.5.4",
        "Components: queues",
        (*(_queue(name, tier) for name, tier in first.tiers.items()), *_leaving(first)),
    )
    yield Item(
        "2.5.5",
        "Components: entry and exit points",
        (
            (
                f"{first.demand.volume * HOURS_PER_WEEK:,.0f} tickets a week come in at {_entries(first)}; "
                "a ticket ends when it is resolved for good, abandoned, or closed with its incident. "
                "Those open at the end of the period are counted as open."
            ),
        ),
    )


def _mechanisms(scenario: Scenario) -> Iterator[str]:
    yield (
        "A ticket waits in a tier's queue, is worked on, and is solved or handed on with notes. Notes "
        "are four fields, each complete or not; what is missing makes the user explain again, work "
        "be repeated, diagnosis take longer, or the ticket come back."
    )
    tiers = scenario.tiers.values()
    known = (
        ("waiting for the user", any(t.asks_user for t in tiers)),
        ("reopening", any(t.reopens for t in tiers)),
        ("time-boxes", any(t.time_box for t in tiers)),
        ("vendors", any(t.vendor for t in tiers)),
        ("change windows", any(t.change for t in tiers)),
        ("providers", any(t.provider for t in tiers)),
        ("people on call", any(t.on_call for t in tiers)),
        ("unclear routing", scenario.routing.clarity < 1),
        ("status updates and chasers", scenario.updates is not None),
        ("major incidents", bool(scenario.incidents)),
        ("recurring problems and their fixes", scenario.problems is not None),
        ("ageing runbooks", scenario.knowledge.ages is not None),
    )
    on = [name for name, holds in known if holds]
    off = [name for name, holds in known if not holds]
    yield f"Also modelled here: {listed(on)}." if on else "Nothing else is modelled here."
    if off:
        yield f"Switched off: {listed(off)}."


def _activities(scenario: Scenario) -> Iterator[str]:
    for name, tier in scenario.tiers.items():
        yield (
            f"{one_line(name)}: work of {exact_duration(tier.work)} on average, {tier.law_of_work().words()}, "
            f"by topic where a topic says so; a ticket that it cannot solve is known to be so after "
            f"{format_share(tier.finds_out_after, 0)} of that, and goes to the next tier."
        )
    notes = scenario.documentation
    yield f"Notes of one escalation take {format_duration(notes.writing_ms())} to write."


def _resources(scenario: Scenario) -> Iterator[str]:
    for name, tier in scenario.tiers.items():
        if tier.provider is not None:
            yield f"{one_line(name)}: a provider, with as many people as it takes."
            continue
        staffs = {"": tier.staff or {}} | {
            f" {team}": value.staff for team, value in tier.teams.items()
        }
        heads = [
            f"{count} on {one_line(shift)}{one_line(team)}"
            for team, staff in staffs.items()
            for shift, count in staff.items()
        ]
        ends = "finished in overtime" if tier.at_shift_end == "finish" else "parked"
        yield (
            f"{one_line(name)}: {listed(heads)}; absence {format_share(tier.absence, 0)}, breaks "
            f"{format_share(tier.breaks, 0)}; work in hand at the end of a shift is {ends}."
        )


def _queue(name: str, tier: Tier) -> str:
    if tier.provider is not None:
        return f"{one_line(name)}: no queue; the provider takes every ticket after its intake."
    orders = {
        "priority": "by priority, then first come, first served",
        "first come": "first come, first served",
        "earliest due": "the earliest due first",
    }
    interrupts = (
        f"; {tier.pre_empts} interrupts others, whose work is resumed" if tier.pre_empts else ""
    )
    return f"{one_line(name)}: {orders[tier.order]}; parked work first{interrupts}; no limit of length."


def _leaving(scenario: Scenario) -> Iterator[str]:
    patient = {n: c.patience for n, c in scenario.channels.items() if c.patience is not None}
    for name, patience in patient.items():
        yield f"Callers by {one_line(name)} hang up after {exact_duration(patience)} on average (exponential)."
    if not patient:
        yield "Nobody leaves a queue."


def _entries(scenario: Scenario) -> str:
    first = next(iter(scenario.tiers))
    return listed(dict.fromkeys(one_line(t.goes_to or first) for t in scenario.topics.values()))


def _data(study: Study) -> Iterator[Item]:
    first = study[0].scenario
    replayed = study.manifest.arrivals is not None
    sources = [
        (
            "Defaults carry their source in their description (the report's “Assumptions”): measured in "
            "a published survey or a real log, or assumed."
        )
    ]
    if replayed:
        sources.append(
            f"Arrivals are replayed from an export (fingerprint {study.manifest.arrivals})."
        )
    gap = "where the values that the scenario itself states come from, with sample sizes and dates"
    yield Item("3.1", "Data sources", tuple(sources), (gap,))
    if replayed:
        yield Item(
            "3.2",
            "Pre-processing",
            ("Rows of the export that cannot be used were set aside, with reasons.",),
            ("what was done to the export before",),
        )
    else:
        yield Item(
            "3.2",
            "Pre-processing",
            ("No data is read by the model: tickets are sampled from the scenario.",),
            ("what was done to the data from which the scenario's values were taken, if to any",),
        )
    yield Item(
        "3.3",
        "Input parameters",
        (
            (
                "The report's “Assumptions” lists every field of the first scenario with its value and "
                "distribution, “What differs” every field in which the others differ; the manifest holds "
                "all scenarios whole."
            ),
            f"Time-dependent: demand by hour of the week, holidays ({len(first.holidays)})"
            + (
                f", growth {format_share(first.demand.growth)} a year"
                if first.demand.growth
                else ""
            )
            + ", shifts.",
        ),
    )
    from sim.present.assumptions import assumptions  # noqa: PLC0415 - reads every field

    rows = [row for table in assumptions(first) for row in table.rows]
    assumed = sum("assumed" in row[3] and "default" in row[2] for row in rows)
    yield Item(
        "3.4",
        "Assumptions",
        (
            (
                f"{assumed} of {len(rows)} fields keep a default that is marked as assumed; the report's "
                "“Assumptions” names them."
            ),
        ),
    )


def _experiment(study: Study) -> Iterator[Item]:
    first = study[0].scenario
    filled = [horizon(first), "The desk starts empty."]
    gaps = []
    try:
        seen = settling(study[0])
    except (StudyError, TierSimError):
        gaps.append("how the warm-up was chosen (the study kept no curves to look at)")
    else:
        filled.append(
            "The warm-up is held against MSER-5 over whole weeks and a paired interval of early against "
            f"later weeks: {said(seen.claim())}"
        )
    yield Item("4.1", "Initialisation", tuple(filled), tuple(gaps))
    period = first.period
    yield Item(
        "4.2",
        "Run length",
        (
            (
                f"{exact_duration(period.length)} from {period.start.isoformat()}, of which "
                f"{exact_duration(period.length - period.warm_up)} are counted; the clock counts whole "
                "milliseconds."
            ),
        ),
    )
    asked: dict[str, Any] = dict(study.manifest.asked)
    filled = [f"{plural(study.replications, 'independent replication')} of each scenario."]
    gaps = []
    if asked.get("precision"):
        filled.append(f"As many as the asked precision took: {asked['precision']}.")
    else:
        gaps.append("why so many replications (or ask for a precision: `--precision`)")
    if len(study) > 1:
        filled.append(
            "Differences are paired by replication, and several are judged together by Holm's method."
        )
    yield Item("4.3", "Estimation approach", tuple(filled), tuple(gaps))


def _code(study: Study) -> Iterator[Item]:
    manifest = study.manifest
    versions = ", ".join(f"{name} {version}" for name, version in manifest.versions.items())
    yield Item("5.1", "Software or programming language", (f"{versions}; {manifest.platform}.",))
    yield Item(
        "5.2",
        "Random sampling",
        (
            "numpy's SFC64, one stream for each seed, replication and purpose; a draw belongs to "
            f"a ticket by its number. Seed {manifest.seed}."
            + (
                " Every scenario met the same tickets (common random numbers)."
                if study.common_tickets and len(study) > 1
                else ""
            ),
        ),
    )
    engine = (
        "an event list in compiled code" if manifest.engine == "compiled" else "processes (SimPy)"
    )
    yield Item(
        "5.3",
        "Model execution",
        (
            f"Engine {manifest.engine}: {engine}; both engines give equal logs.",
            (
                "At one instant: work completed, people leave, people come, tickets join, patience ends, "
                "then dispatch. Idle longest takes the next ticket; ties go to the lower number."
            ),
            "Replications are independent and run on several cores; their number changes no figure.",
        ),
    )
    yield Item(
        "5.4",
        "System specification",
        (f"{manifest.platform}.",),
        ("how long the study ran, on what processor and with how much memory",),
    )
    yield Item(
        "6.1",
        "Computer model sharing statement",
        (
            (
                f"TierSim {manifest.versions.get('tiersim', '')}, MIT licence. The manifest holds scenarios, "
                "seed and versions: enough to run the study again to the bit."
            ),
        ),
        ("where readers find this study's scenarios and manifest (an address or DOI)",),
    )
