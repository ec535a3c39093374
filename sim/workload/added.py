"""Tickets beside those of users: they come after the others, so that no number shifts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.workload.journeys import ALWAYS, NEVER_MS, NONE, NOT_YET, SUCCESSORS, Outcome

VISIT_DEFAULTS: dict[str, tuple[type, int]] = {
    "queue": (np.int32, NONE),
    "work_ms": (np.int64, 1),
    "patience_ms": (np.int64, NEVER_MS),
    "give_up_ms": (np.int64, NONE),
    "awaits": (np.int32, NONE),
    "raises": (np.int32, NONE),
    "resolves": (np.bool_, False),
    "side_visit": (np.int32, NONE),
    "side_delay_ms": (np.int64, 0),
    "side_calendar": (np.int8, ALWAYS),
    "is_side": (np.bool_, False),
    "kind": (np.int8, 0),
    "wait": (np.int8, 0),
    "rework_ms": (np.int64, 0),
    "writing_ms": (np.int64, 0),
    "notes": (np.int8, NONE),
    "runbook": (np.bool_, False),
    "needs_room": (np.bool_, False),
}
TICKET_DEFAULTS: dict[str, tuple[type, int]] = {
    "arrival_ms": (np.int64, 0),
    "first_visit": (np.int32, NONE),
    "priority": (np.int8, 0),
    "taken_from_ms": (np.int64, NOT_YET),
    "due_ms": (np.int64, NEVER_MS),
    "topic": (np.int16, NONE),
    "channel": (np.int8, NONE),
    "difficulty": (np.float32, 0),
    "origin": (np.int8, 0),
    "problem": (np.int32, NONE),
    "prevented_by": (np.int32, NONE),
    "closes_on": (np.int32, NONE),
}


class Added:
    """Tickets beside those of users: incidents, what they cause, and projects.

    They are few, and come in batches of tickets that make the same visits one after the other.
    """

    def __init__(self) -> None:
        self.tickets = 0
        self._visits = 0
        self._ticket_columns: list[dict[str, NDArray[Any]]] = []
        self._visit_columns: list[dict[str, NDArray[Any]]] = []

    def add(self, arrival_ms: Any, visits: Sequence[Mapping[str, Any]], **columns: Any) -> None:
        """Add a batch of tickets.

        Parameters
        ----------
        arrival_ms : array of int64
            One number a ticket.
        visits : sequence of mappings
            The columns of each visit that every ticket of the batch makes, in order; a number for
            all, or one a ticket. Being done leads to the next.
        **columns
            The tickets' columns.
        """
        count, length = len(arrival_ms), len(visits)
        rows = np.arange(count)
        self._ticket_columns.append(
            {
                "arrival_ms": np.asarray(arrival_ms, np.int64),
                "first_visit": (self._visits + rows * length).astype(np.int32),
                **{name: np.broadcast_to(value, count) for name, value in columns.items()},
            }
        )
        number = self._visits + np.arange(count * length).reshape(count, length)
        for place, visit in enumerate(visits):
            after = number[:, place] + 1 if place + 1 < length else np.full(count, NONE)
            self._visit_columns.append(
                {
                    "number": number[:, place],
                    "ticket": self.tickets + rows,
                    "after": after,
                    **{name: np.broadcast_to(value, count) for name, value in visit.items()},
                }
            )
        self.tickets += count
        self._visits += count * length

    def ticket_columns(self, base: dict[str, NDArray[Any]], visits: int) -> dict[str, Any]:
        """Return the columns of all tickets: those of users, then these."""
        merged = dict(base)
        names = {name for batch in self._ticket_columns for name in batch}
        names |= {name for name, column in base.items() if column.size}
        if not len(base["arrival_ms"]):
            # Without users every column is empty, needed or not.
            names |= TICKET_DEFAULTS.keys()
        for name in names:
            dtype, default = TICKET_DEFAULTS[name]
            column = base.get(name, np.empty(0, dtype))
            if not column.size:
                column = np.full(len(base["arrival_ms"]), default, dtype)
            parts = [column]
            for batch in self._ticket_columns:
                count = len(batch["arrival_ms"])
                part = batch.get(name, np.full(count, default, dtype))
                parts.append((part + visits if name == "first_visit" else part).astype(dtype))
            merged[name] = np.concatenate(parts)
        return merged

    def after(
        self, base: dict[str, NDArray[Any]], tickets: int, visits: int
    ) -> dict[str, NDArray[Any]]:
        """Return the columns of all visits: those in ``base``, then these."""
        total = visits + self._visits
        merged: dict[str, NDArray[Any]] = {}
        names = {name for batch in self._visit_columns for name in batch}
        for name in names & VISIT_DEFAULTS.keys() | {
            n for n in VISIT_DEFAULTS if base.get(n) is not None
        }:
            dtype, default = VISIT_DEFAULTS[name]
            column = merged[name] = np.full(total, default, dtype)
            if name in base:
                column[:visits] = base[name]
            for batch in self._visit_columns:
                if name in batch:
                    column[visits + batch["number"]] = batch[name]
        successor = merged["successor"] = np.full((SUCCESSORS, total), NONE, np.int32)
        successor[:, :visits] = base["successor"]
        ticket = merged["ticket"] = np.empty(total, np.int32)
        ticket[:visits] = base["ticket"]
        for batch in self._visit_columns:
            at = visits + batch["number"]
            ticket[at] = tickets + batch["ticket"]
            successor[Outcome.DONE, at] = np.where(
                batch["after"] == NONE, NONE, visits + batch["after"]
            )
        for name, default in (("delay_ms", 0), ("delay_calendar", ALWAYS)):
            links = base[name]
            merged[name] = links
            if links.shape[1]:
                merged[name] = np.full((SUCCESSORS, total), default, links.dtype)
                merged[name][:, :visits] = links
        return merged
