"""What a reader moves: the desk, and what would be changed in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import streamlit as st

from sim.errors import TierSimError
from sim.scenario.gallery import gallery
from sim.scenario.model import Scenario
from sim.study.priced import unpriced
from sim.web import exports, moves, upload
from sim.web.shown import plain
from sim.web.state import Asked, from_params, own_desk, to_params

Refuse = Callable[[TierSimError], None]
MOST_HEADS: Final = 24
"""Sliders of a desk with many teams and shifts."""
OWN: Final = "Your own file"
COSTS: Final = "What people cost"
"""Where prices are stated; other parts of the page point to it."""
DEAREST: Final = 1000.0
"""Of an hour, as far as the page takes it."""
DEAREST_TERMS: Final = 1_000_000.0
"""Of a ticket or a month with a provider, likewise."""


def from_address(refuse: Refuse) -> Asked:
    """Return what is asked: what this reader did last, or what the address says at first."""
    memory = st.session_state
    if "asked" not in memory:
        memory.asked, memory.turn, memory.stopped, memory.refused = Asked(), 0, False, []
        try:
            asked = from_params(st.query_params.to_dict())
            asked.changed(asked.base())
            memory.asked = asked
        except TierSimError as error:
            refuse(error)
    found: Asked = memory.asked
    return found


def to_address(asked: Asked) -> None:
    """Let the address bar say what is asked."""
    memory = st.session_state
    if asked != memory.asked:
        memory.stopped = False
    memory.asked = asked
    params: dict[str, str] = {}
    try:
        params = to_params(asked)
        st.caption("The address of this page holds the desk and your change: share it as it is.")
    except TierSimError as error:
        st.caption(plain(str(error)))
    if st.query_params.to_dict() != params:
        st.query_params.from_dict(params)


def begin(asked: Asked) -> None:
    """Take another desk: its sliders are new ones."""
    memory = st.session_state
    memory.asked, memory.stopped = asked, False
    memory.turn += 1


def choose(asked: Asked, refuse: Refuse, busy: Callable[[str], None]) -> tuple[Asked, str]:
    """Let the reader choose a desk of the gallery, or send one.

    Returns
    -------
    asked : Asked
    unused : str
        The file that was sent and cannot be used, so that nobody takes the desk for it; empty for
        none.
    """
    memory = st.session_state
    with st.expander("Use a file of your own"):
        unused = _send(refuse, busy)
    asked = memory.asked
    names = [""] * bool(asked.own) + list(gallery())
    chosen = st.selectbox(
        "Desk",
        names,
        index=names.index(asked.desk),
        format_func=lambda name: name.replace("-", " ").capitalize() or OWN,
        key=f"desk {memory.turn}",
        help="As it is, this desk is what your change is held against.",
    )
    if chosen != asked.desk:
        begin(Asked(chosen))
        st.rerun()
    return asked, unused


def _send(refuse: Refuse, busy: Callable[[str], None]) -> str:
    """Take a file; returns its name where it cannot be used."""
    sent = st.file_uploader(
        "Scenario or ticket export",
        ["yaml", "yml", *upload.EXPORTS],
        help="A scenario is YAML. To a ticket export (CSV, XLSX, XES) a desk is fitted.",
    )
    if sent is None:
        return ""
    if not upload.is_scenario(sent.name):
        used = exports.offer(sent, refuse, lambda desk: begin(own_desk(desk)), busy)
        return "" if used else sent.name
    memory = st.session_state
    if sent.file_id == memory.get("sent"):
        for error in memory.refused:
            refuse(error)
        return sent.name if memory.refused else ""
    memory.sent, memory.refused = sent.file_id, []
    try:
        scenario = upload.read_scenario(sent.getvalue(), sent.name)
    except TierSimError as error:
        memory.refused = [error]
        refuse(error)
        return str(sent.name)
    begin(own_desk(scenario))
    return ""


def move(asked: Asked, base: Scenario) -> Asked:
    """Let the reader move what can be moved; returns what is asked then."""
    known, turn = dict(asked.changes), st.session_state.turn
    patterns = moves.hours(base)
    pattern = _choice("Hours of the first line", patterns, known, f"hours {turn}")
    given = moves.outsourcing(base)
    providers: dict[str, dict[str, Any]] = {moves.IN_HOUSE: {}}
    if given is not None:
        providers[moves.OUTSOURCED] = given
    last = plain(list(base.tiers)[-1])
    provider = _choice(f"{last} is done by", providers, known, f"provider {turn}")
    found = patterns[pattern] | providers[provider]
    if provider == moves.OUTSOURCED:
        path = f"tiers.{list(base.tiers)[-1]}.provider"
        found[path] = _terms(found[path], known.get(path, {}), base.costs.currency, turn)
    staged = base.with_(found, name=base.name) if found else base
    for one in list(moves.heads(staged))[:MOST_HEADS]:
        value = st.slider(
            plain(one.label),
            0,
            one.most,
            _within(known.get(one.path, one.now), one.most),
            key=f"{one.path} {pattern} {turn}",
        )
        if value != one.now:
            found[one.path] = value
    now = round(100 * base.documentation.completeness("summary"))
    value = st.slider(
        "Quality of notes and runbooks, %",
        0,
        100,
        _within(100 * known.get("documentation.quality", now / 100), 100),
        key=f"notes {turn}",
        help="How complete the notes of an escalation are, and how many runbooks are usable.",
    )
    if value != now:
        found["documentation.quality"] = value / 100
    _price(asked, base)
    # What a link changes beyond the sliders stays, until the reader goes back.
    reach = {one.path for one in moves.heads(base)} | {"documentation.quality"}
    reach |= {path for choice in (*patterns.values(), *providers.values()) for path in choice}
    reach |= {one.path for one in moves.heads(staged)}
    beyond = {path: value for path, value in known.items() if path not in reach}
    st.button("Back to the desk as it is", on_click=begin, args=(Asked(asked.desk, asked.own),))
    return Asked(asked.desk, asked.own, found | beyond)


def _terms(
    assumed: dict[str, Any], known: dict[str, Any], currency: str, turn: int
) -> dict[str, Any]:
    """Show the terms of the provider that is chosen, and let them be changed."""
    st.caption(
        f"Terms of the provider, in {plain(currency)}: assumed until you state them. Taken up "
        f"after {assumed['intake']}, in its hours."
        + (
            ""
            if assumed["price"]
            else " No price is known in this currency: without one its work is free."
        )
    )
    said = {
        field: st.number_input(
            f"{label}, {plain(currency)}",
            0.0,
            DEAREST_TERMS,
            float(known.get(field, assumed[field])),
            key=f"provider {field} {turn}",
        )
        for field, label in (("price", "Price of a ticket"), ("retainer", "Retainer, a month"))
    }
    return assumed | said


def _price(asked: Asked, base: Scenario) -> None:
    """Let the reader state what an hour of each tier costs: a price is the desk's, no change of it."""
    turn, currency = st.session_state.turn, plain(base.costs.currency)
    free = unpriced(base)
    with st.expander(COSTS, expanded=bool(free)), st.form(f"costs {turn}", border=False):
        if free:
            st.caption(f"No price is stated for {plain(', '.join(free))}: costs leave that out.")
        said = {
            one: st.number_input(
                f"{plain(one.label)}, {currency} per paid hour",
                0.0,
                DEAREST,
                min(one.now, DEAREST),
                step=1.0,
                key=f"{one.path} {turn}",
            )
            for one in moves.prices(base)
        }
        sent = st.form_submit_button("Count these costs")
    changed = {one.path: value for one, value in said.items() if value != one.now}
    if sent and changed:
        priced = own_desk(base.with_(changed, name=base.name))
        begin(Asked(priced.desk, priced.own, asked.changes))
        st.rerun()


def _within(value: Any, most: int) -> int:
    """Return where a slider begins: a link may hold anything that a scenario allows."""
    return min(max(round(value), 0), most) if isinstance(value, int | float) else 0


def _choice(
    label: str,
    choices: Mapping[str, Mapping[str, Any]],
    known: Mapping[str, Any],
    key: str,
) -> str:
    """Let the reader choose one of several sets of changes, as a link says at first."""
    names = list(choices)
    said = [
        place
        for place, name in enumerate(names)
        if choices[name] and all(path in known for path in choices[name])
    ]
    return str(
        st.selectbox(label, names, said[-1] if said else 0, key=key, disabled=names[1:] == [])
    )
