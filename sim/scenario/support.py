"""Who supports: tiers and their staff, their notes, their runbooks, their routing."""

from __future__ import annotations

import math
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.errors import UnitError
from sim.scenario.hours import Model
from sim.scenario.laws import Law, LawName, law
from sim.scenario.quantities import Duration, Money, Share, written
from sim.scenario.staffing import Heads, OnCall, Person, Provider, Vacancy
from sim.scenario.waiting import (
    LAW_WORDS,
    SEEN_WORDS,
    Answers,
    ChangeWindow,
    LeftLying,
    Seen,
    Vendor,
)

FIELDS_OF_NOTES = ("summary", "steps", "data", "reason")
DIALS = {"quality": (*FIELDS_OF_NOTES, "runbooks", "complete"), "complete": FIELDS_OF_NOTES}
"""What each dial of the documentation sets: a change of it alone undoes their own values."""
MOST_NAMES = 500
"""Teams of a tier, shifts, hours, promises: what there is of each at most."""


class Team(Model):
    """Some of a tier's people, who take some of its topics."""

    staff: dict[str, Heads] = Field(description="Heads by shift.")
    topics: tuple[str, ...] = Field(
        description="Topics it takes; every topic belongs to one team of the tier.", min_length=1
    )
    also_serves: dict[str, Duration] = Field(
        default_factory=dict,
        description="Cross-training: other queues it helps with when its own is empty, in this "
        "order, once the first in line has waited so long (0: at once); a team of the same tier "
        "(`network`), or a tier or team of another (`L1`, `L2.network`).",
        max_length=MOST_NAMES,
    )


class Tier(Model):
    """A line of support."""

    ability: Annotated[float, Field(ge=-1, le=3)] = Field(
        description="A ticket is solved with probability logistic((ability - difficulty) / slope)."
    )
    work: Duration = Field(description="Mean touch time of a ticket that the tier solves.")
    work_cv: Annotated[float, Field(ge=0, le=5)] = Field(
        1.0, description="Coefficient of variation of the touch time (assumed)."
    )
    work_law: LawName = Field("lognormal", description=LAW_WORDS)
    work_seen: Seen = Field((), description=SEEN_WORDS.format("work"))
    triage: Duration = Field(
        0, description="Time to log and classify a new ticket, when it comes in at this tier."
    )
    finds_out_after: Share = Field(
        0.6,
        description="Part of the touch time after which a ticket that the tier cannot solve is "
        "known to be so (assumed).",
    )
    asks_user: Share = Field(
        0.0, description="Share of tickets for which this tier has to wait for the user's answer."
    )
    user_answers: Answers | None = Field(
        None,
        description="How long users take to answer this tier, in `users.hours`; absent: as long as "
        "`users` says.",
    )
    first_contact: Share = Field(
        0.0,
        description="Share of the tickets that come in and are solved here which are settled at once, "
        "whatever else holds: they neither lie nor wait for anybody. Of calls and chats that is "
        "first contact.",
    )
    left_lying: LeftLying | None = Field(
        None, description="Tickets that lie in somebody's list before they are taken up."
    )
    reopens: Share = Field(
        0.02,
        description="Share of tickets solved here that come back (measured: 0.9 % to 4.3 % in "
        "three real logs).",
    )
    staff: dict[str, Heads] | None = Field(
        None, description="Heads by shift, where the tier is one team."
    )
    teams: dict[str, Team] = Field(
        default_factory=dict,
        description="The tier's teams, where it has several.",
        max_length=MOST_NAMES,
    )
    also_serves: dict[str, Duration] = Field(
        default_factory=dict,
        description="Cross-training of a tier that is one team; as in a team.",
        max_length=MOST_NAMES,
    )
    people: dict[str, Person] = Field(
        default_factory=dict,
        description="People with skills and speeds of their own, by name, beside the heads of `staff` "
        "(which may be `{}`).",
        max_length=1000,
    )
    room: Annotated[int, Field(ge=0, le=1_000_000)] | None = Field(
        None,
        description="Lines: how many may wait in each of its queues. Who comes in and finds more is "
        "turned away (a busy signal), and counts as one who left; absent: any number.",
    )
    provider: Provider | None = Field(
        None,
        description="A third party does this tier's work, instead of staff; `work` is then the "
        "elapsed time that it takes, in its hours.",
    )
    on_call: OnCall | None = Field(None, description="Who comes when nobody is there.")
    vacancies: tuple[Vacancy, ...] = Field(
        (), description="Positions that are empty for a while.", max_length=MOST_NAMES
    )
    time_box: Duration | None = Field(
        None,
        description="Work on a ticket that takes longer is given up, and escalated, although the "
        "tier could have solved it.",
    )
    short_box: Duration | None = Field(None, description="The time-box that holds under pressure.")
    pressure_at: Annotated[float, Field(ge=0, le=1000)] = Field(
        1.0,
        description="Pressure: more tickets than this wait for each person there (assumed).",
    )
    hands_back: Share = Field(
        0.0,
        description="Share of the tickets solved here that go back to the first tier, whose people "
        "close them: the service desk owns a ticket from its opening to its closure (ITIL).",
    )
    sends_back: Share | None = Field(
        None,
        description="Reason missing: chance that the ticket is sent back from here; absent: "
        "`documentation.sent_back`. Specialists know better what is not theirs.",
    )
    closes_early: Share = Field(
        0.0,
        description="Share of the tickets which the tier cannot solve that it closes as solved all "
        "the same.",
    )
    early_comes_back: Share = Field(
        0.8, description="Share of those that come back, and are escalated then (assumed)."
    )
    vendor: Vendor | None = Field(None, description="A vendor that some tickets need.")
    change: ChangeWindow | None = Field(None, description="Windows that some fixes need.")
    absence: Share = Field(
        0.08, description="Share of shifts that a person misses (sickness, leave; assumed)."
    )
    breaks: Share = Field(
        0.12,
        description="Share of a shift not spent on tickets (breaks, meetings, training). With "
        "absence this is the shrinkage (vendor guide: 20-30 % at tier 1, 30-50 % at tier 2).",
    )
    at_shift_end: Literal["finish", "park"] = Field(
        "park", description="Work in hand when the shift ends: finished in overtime, or parked."
    )
    order: Literal[
        "priority", "first come", "earliest due", "last come", "random", "shortest work"
    ] = Field(
        "priority",
        description="In what order tickets are served: by class and then first come; first come; earliest "
        "due; last come; random, by lots that are drawn ahead and kept (who drew badly is overtaken by every newcomer "
        "who drew better: the mean wait of the textbook's random order, and more spread); shortest work first, as if it were known.",
    )
    takes: Literal["own first", "longest wait"] = Field(
        "own first",
        description="From which queue its people take, where they serve several (`also_serves`): in that "
        "order, or from the one whose first in line has waited longest.",
    )
    pre_empts: str | None = Field(
        None, description="Tickets of this priority, or a more urgent one, interrupt others."
    )
    cost: Money = Field(0.0, description="Cost of a person per paid hour.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        ways = [name for name in ("staff", "teams", "provider") if getattr(self, name)]
        if self.staff is not None and "staff" not in ways:
            ways.insert(0, "staff")
        if len(ways) != 1:
            raise UnitError(
                f"a tier has one of `staff`, `teams` and `provider`; here: {', '.join(ways) or 'none'}"
            )
        if self.provider:
            own = ("on_call", "vacancies", "time_box", "change", "left_lying", "people", "room")
            used = [n for n in own if getattr(self, n) not in (None, (), {}, 0)]
            if used:
                raise UnitError(f"a provider's tier has no {', '.join(map('`{}`'.format, used))}")
        if self.short_box is not None and (self.time_box or self.short_box) < self.short_box:
            raise UnitError("`short_box` is longer than `time_box`")
        if self.teams and self.also_serves:
            raise UnitError("where a tier has teams, `also_serves` stands in each team")
        self.law_of_work()
        if self.absence + self.breaks >= 1:
            raise UnitError("absence and breaks leave no time to work")
        return self

    def law_of_work(self) -> Law:
        """Return the law of the touch time."""
        given = self.work_cv != type(self).model_fields["work_cv"].default
        return law(self.work_law, self.work_cv, field="work", cv_given=given, seen=self.work_seen)


class Documentation(Model):
    """What an escalation carries, what that costs its writer, and what its lack costs others.

    Four fields are each complete or not: the summary, the steps already taken, the diagnostic
    data, the reason for escalating. ``quality`` is the chance that each is complete.
    """

    quality: Share = Field(
        0.6,
        description="One dial: sets the four fields and the runbooks (assumed). In a file that "
        "extends another it sets all of them that the file does not give beside it.",
    )
    complete: Share | None = Field(
        None,
        description="Or, in people's words: share of the escalations that arrive complete, with all "
        "four fields. 22 % of them are a chance of 68 % for each field, since all four have to be "
        "there; it sets the fields where given, and leaves the runbooks to `quality`.",
    )
    summary: Share | None = Field(None, description="Its completeness, where not `quality`.")
    steps: Share | None = Field(None, description="Its completeness, where not `quality`.")
    data: Share | None = Field(None, description="Its completeness, where not `quality`.")
    reason: Share | None = Field(None, description="Its completeness, where not `quality`.")
    runbooks: Share | None = Field(
        None,
        description="Share of existing runbooks that are usable, where not `quality`.",
    )
    writing: Duration = Field(
        written("40 min"),
        description="Time to write notes in which all four fields are surely complete (assumed).",
    )
    effort: Annotated[float, Field(ge=1, le=10)] = Field(
        5.0,
        description="How writing time grows: each field takes a quarter of `writing` x "
        "completeness ^ effort. Above 1 the last gaps cost most (assumed).",
    )
    explaining_again: Duration = Field(
        written("10 min"),
        description="Summary missing: minutes of the user's and as many of the receiver's before "
        "and after the wait for the user (assumed; 69 % had to repeat themselves, Kana 2013).",
    )
    steps_repeated: Share = Field(
        0.7,
        description="Steps missing: part of the earlier tiers' work that is done again (assumed).",
    )
    extra_diagnosis: Share = Field(
        0.3, description="Data missing: extra work, as a part of the receiver's own (assumed)."
    )
    sent_back: Share = Field(
        0.35, description="Reason missing: chance that the ticket is sent back (assumed)."
    )
    sender_solves: Share = Field(
        0.0,
        description="Share of the tickets sent back that their sender then solves after all, "
        "instead of sending them again.",
    )
    looking: Duration = Field(
        written("5 min"), description="A look at a ticket that is then sent back or on (assumed)."
    )
    completing: Duration = Field(
        written("8 min"),
        description="The sender's time to complete notes that came back (assumed).",
    )

    def completeness(self, field: str) -> float:
        """Return the chance that a field of the notes (or ``runbooks``) is complete."""
        own: float | None = getattr(self, field)
        if own is not None:
            return own
        if self.complete is not None and field in FIELDS_OF_NOTES:
            # All four have to be there, each by itself.
            return float(self.complete ** (1 / len(FIELDS_OF_NOTES)))
        return self.quality

    def arrives_complete(self) -> float:
        """Return the share of escalations whose notes hold all four fields.

        Examples
        --------
        >>> round(Documentation(quality="60 %").arrives_complete(), 4)
        0.1296
        >>> round(Documentation(complete="22 %").arrives_complete(), 4)
        0.22
        """
        return math.prod(self.completeness(field) for field in FIELDS_OF_NOTES)

    def writing_ms(self) -> int:
        """Return the time that the notes of one escalation take to write, in ms."""
        quarter = self.writing / len(FIELDS_OF_NOTES)
        completeness = (self.completeness(f) for f in FIELDS_OF_NOTES)
        return round(quarter * sum(float(c**self.effort) for c in completeness))


class Upkeep(Model):
    """Time that people spend on keeping runbooks usable."""

    tier: str = Field(description="The tier whose people write.")
    time: Duration = Field(description="Their time in a week, all together.")


class Knowledge(Model):
    """Runbooks, and what one does for the first line."""

    lift: Annotated[float, Field(ge=0, le=1)] = Field(
        0.15, description="What a usable runbook adds to the first tier's ability (assumed)."
    )
    time_saved: Share = Field(
        0.25, description="Part of the first tier's touch time that it saves (assumed)."
    )
    slope: Annotated[float, Field(gt=0, le=2)] = Field(
        0.1,
        description="How sharply success falls with difficulty: the slope of the logistic "
        "success curve (Rasch 1960; assumed).",
    )
    ages: Duration | None = Field(
        None,
        description="Mean time in which a runbook becomes unusable without upkeep; absent: never.",
    )
    library: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        150, description="How many runbooks there are (assumed)."
    )
    rewriting: Duration = Field(
        written("90 min"), description="Time to bring one runbook up to date (assumed)."
    )
    upkeep: Upkeep | None = Field(None, description="Time spent on that; absent: none.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.upkeep is not None and self.ages is None:
            raise UnitError("`upkeep` needs `ages`: runbooks that never age need none")
        if self.ages == 0 or self.rewriting == 0:
            raise UnitError("`ages` and `rewriting` are longer than 0")
        return self


class Routing(Model):
    """How well it is known where a ticket belongs."""

    clarity: Share = Field(
        1.0,
        description="Criteria clarity: chance that an escalation goes where it belongs. Otherwise "
        "a wrong team looks at it and sends it on; where a tier is one team, it goes back to the "
        "sender, who makes sure and sends it again.",
    )
    through_first: Share = Field(
        0.0,
        description="Share of the escalations from behind the first tier that go through it: its "
        "people look, and send the ticket on.",
    )
    owned_through_first: Share | None = Field(
        None,
        description="That share for the tickets that came in at the first tier, whose people own "
        "them (ITIL); absent: `through_first`.",
    )
    closing: Duration = Field(
        written("5 min"),
        description="Work of the first tier on a ticket that is handed back to it (`hands_back` of "
        "the tiers) to be closed (assumed).",
    )
    confirms: Share = Field(
        0.0,
        description="Share of the tickets handed back for which the first tier waits until the "
        "user confirms.",
    )
