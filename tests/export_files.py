"""Small exports, made here; and the real one, where it is."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
REAL = "data/servicenow-2016/incident_event_log.csv.gz"


@pytest.fixture(scope="session")
def real_export() -> Path:
    """Give the real export; it is no part of the project."""
    shared = Path(os.environ.get("TIERSIM_SHARED", CHECKOUT.parent / "shared"))
    path = shared / REAL
    if not path.is_file():
        pytest.skip(f"the real export is not there ({path}; TIERSIM_SHARED names another place)")
    return path


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a text as a file, and give its path."""

    def write_text(text: str, name: str = "export.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write_text


TABLE = """\
number,opened_at,resolved_at,closed_at,priority,category,assignment_group,contact_type
INC1,2026-01-05 08:00:00,2026-01-05 08:30:00,2026-01-10 08:30:00,1 - Critical,Mail,Service Desk,Phone
INC2,2026-01-05 09:00:00,2026-01-05 12:00:00,2026-01-10 12:00:00,3 - Moderate,VPN,Network,Email
INC3,2026-01-06 10:00:00,,,3 - Moderate,Mail,Service Desk,Phone
"""

LOG = """\
number,incident_state,opened_at,sys_updated_at,sys_mod_count,assignment_group,assigned_to,resolved_at
INC1,New,5/1/2026 08:00,5/1/2026 08:00,0,Desk,Ann,5/1/2026 12:00
INC1,Active,5/1/2026 08:00,5/1/2026 09:00,1,Desk,Ann,5/1/2026 12:00
INC1,Awaiting User Info,5/1/2026 08:00,5/1/2026 09:30,2,Apps,Bob,5/1/2026 12:00
INC1,Active,5/1/2026 08:00,5/1/2026 11:00,3,Apps,Cy,5/1/2026 12:00
INC1,Active,5/1/2026 08:00,5/1/2026 11:30,4,Desk,Ann,5/1/2026 12:00
INC1,Resolved,5/1/2026 08:00,5/1/2026 12:00,5,Desk,Ann,5/1/2026 12:00
INC1,Closed,5/1/2026 08:00,10/1/2026 12:00,6,Desk,Ann,5/1/2026 12:00
INC2,New,13/1/2026 10:00,13/1/2026 10:00,0,?,?,13/1/2026 10:20
INC2,Resolved,13/1/2026 10:00,13/1/2026 10:20,1,Desk,Ann,13/1/2026 10:20
"""


@pytest.fixture
def table() -> str:
    """Give a ticket table of three tickets in the columns of ServiceNow."""
    return TABLE


@pytest.fixture
def log() -> str:
    """Give an event log of two tickets in the columns of ServiceNow."""
    return LOG


@pytest.fixture
def busy_table() -> Callable[..., str]:
    """Give a maker of ticket tables: so many tickets a day from a first day."""

    def make(first: dt.date, days: int, a_day: int = 6) -> str:
        lines = ["number,opened_at,resolved_at,priority,category,assignment_group,contact_type"]
        for day in range(days):
            for n in range(a_day):
                at = dt.datetime.combine(first, dt.time(8)) + dt.timedelta(days=day, hours=n)
                done = at + dt.timedelta(hours=1 + n)
                team = "Service Desk" if n % 3 else "Network"
                lines.append(
                    f"INC{day:03}{n},{at},{done},{1 + n % 4} - x,Category {n},{team},"
                    f"{'Phone' if n % 2 else 'Email'}"
                )
        return "\n".join(lines) + "\n"

    return make
