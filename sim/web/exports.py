"""A ticket export that was sent: how it is read is guessed, shown, changed, and kept.

The road is that of ``tiersim calibrate``: the header tells the tool, a desk is fitted, and what the
command would write beside it can be taken away.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from sim.errors import ExportError, TierSimError
from sim.present.text import one_line
from sim.scenario.model import Scenario
from sim.web import files, upload
from sim.web.sheet import take
from sim.web.shown import plain

ROLES: Final = {
    "id": "Ticket number",
    "opened": "Opened at",
    "resolved": "Resolved at",
    "closed": "Closed at",
    "updated": "Updated at (one row per update)",
    "state": "State",
    "team": "Team",
    "assignee": "Person",
    "priority": "Priority",
    "category": "Category",
    "channel": "Channel",
    "sequence": "Number of the update",
    "reopened": "Times reopened",
    "reassigned": "Times handed over",
    "sla": "Service level made",
    "duration": "How long it took",
}
"""What a column may hold, in a reader's words; see ``sim.intake.mapping.Role``."""
COLUMNS: Final = "Columns and time zone"
ABSENT: Final = "not in the export"


def offer(
    sent: Any,
    refuse: Callable[[TierSimError], None],
    begin: Callable[[Scenario], None],
    busy: Callable[[str], None],
) -> bool:
    """Show how an export is read, and fit a desk to it, once for each way.

    Parameters
    ----------
    sent : UploadedFile
    refuse : callable
        Tells what cannot be done.
    begin : callable
        Takes the desk.
    busy : callable
        Tells what is under way, in place of what is shown of another desk.

    Returns
    -------
    bool
        Whether a desk was fitted to it.
    """
    memory = st.session_state
    try:
        way = _way(sent)
    except TierSimError as error:
        refuse(error)
        return False
    mark = (sent.file_id, way)
    if mark != memory.get("sent"):
        memory.sent, memory.refused, memory.fitted = mark, [], None
        try:
            busy(f"Fitting a desk to “{sent.name}” …")
            with st.spinner("Fitting a desk to the export"):
                memory.fitted = upload.fit_export(sent.getvalue(), sent.name, way)
            begin(memory.fitted.desk.scenario)
        except TierSimError as error:
            memory.refused = [error]
    for one in memory.refused:
        refuse(one)
    fitted: upload.Fitted | None = memory.fitted
    if fitted is not None:
        _tell(fitted)
    return fitted is not None


def _way(sent: Any) -> upload.Way:
    """Show the guess, and let the reader change it."""
    from sim.intake.mapping import presets  # noqa: PLC0415 - only where an export is sent

    memory = st.session_state
    if memory.get("guessed for") != sent.file_id:
        memory.guess = upload.guess(sent.getvalue(), sent.name)
        memory["guessed for"] = sent.file_id
    found: upload.Guess = memory.guess
    st.caption(plain(found.why))
    names = presets()
    key = sent.file_id
    preset = st.selectbox("Read as", names, names.index(found.preset), key=f"as {key}")
    with st.popover(COLUMNS):
        kept = st.file_uploader("A mapping kept earlier", ["yaml", "yml"], key=f"map {key}")
        way = upload.Way(preset, b"" if kept is None else kept.getvalue())
        return _changed(way, found, f"{key} {preset} {kept and kept.file_id}")


def _changed(way: upload.Way, found: upload.Guess, key: str) -> upload.Way:
    """Let the reader say what stands in which column."""
    from sim.intake.columns import needed  # noqa: PLC0415 - only where an export is sent

    taken = upload.columns_of(way, found)
    with st.form(f"columns {key}", border=False):
        chosen = {role: _column(role, taken[role], found, key) for role in taken}
        zones = ["UTC", *sorted(zoneinfo.available_timezones() - {"UTC"})]
        zone = st.selectbox("Time zone of dates that state none", zones, key=f"zone {key}")
        st.form_submit_button("Read it so")
    there = {role for role, column in chosen.items() if column}
    wanted = needed(way.mapping().kind, there)
    missing = [f"“{ROLES[role]}”" for role in wanted if role not in there]
    if missing:
        raise ExportError(
            f"No column is known to hold {' and '.join(missing)}; say which under “{COLUMNS}”, if "
            f"this is a ticket export. There are: {', '.join(found.header)}."
        )
    columns = () if chosen == taken else tuple(chosen.items())
    return upload.Way(way.preset, way.kept, columns, "" if zone == "UTC" else zone)


def _column(role: str, taken: str, found: upload.Guess, key: str) -> str:
    names = ["", *dict.fromkeys(name for name in found.header if name)]
    return str(
        st.selectbox(
            ROLES[role],
            names,
            names.index(taken),
            format_func=lambda name: one_line(name) or ABSENT,
            key=f"{role} {key}",
        )
    )


def _tell(fitted: upload.Fitted) -> None:
    """Say what was noticed, the serious first, and offer what the command would write."""
    desk = fitted.desk
    for finding in desk.page.findings:
        if finding.serious:
            st.warning(plain(f"{finding.about}: {finding.text}"))
    with st.popover("What was read and decided"):
        for finding in desk.page.findings:
            st.caption(plain(f"{finding.about}: {finding.text}"))
        for notice in desk.notices:
            st.caption(plain(notice))
    with st.container(horizontal=True):
        for one in files.of_export(fitted):
            take(one)
