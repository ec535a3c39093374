"""How much TierSim takes in: for each kind of input, the most that is read, and what reading it costs.

A file of a few bytes can ask for hours and for all the memory there is. So whatever comes from
outside is counted before it is unfolded, and what is above a limit here is refused by its name. The
table in ``scenarios/LIMITS.md`` is written from ``LIMITS``; files beyond each are in the tests called
``test_bounds``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB

YAML_BYTES: Final = MIB
YAML_DEEP: Final = 24
"""Levels of nesting; a scenario has six."""
YAML_VALUES: Final = 40_000
"""Keys and values, once aliases are followed; the largest desk that is taken has some 30,000."""
YAML_FAULTS: Final = 200
"""Faults that are told of one scenario; nobody reads more."""
LINK_CHARACTERS: Final = 24_000
"""Of a desk in an address: browsers and servers cut longer ones."""
LINK_CHANGE_CHARACTERS: Final = 16_000
LINK_UNFOLDED_BYTES: Final = 256 * KIB
"""Of YAML that an address unfolds to."""
MANIFEST_BYTES: Final = 16 * MIB
KEPT_BYTES: Final = 64 * MIB
"""Of the numbers of one replication that is kept: a year of daily curves of a large desk has two."""
EXPORT_COLUMNS: Final = 16_384
"""As many as a spreadsheet has."""
EXPORT_ROW_CHARACTERS: Final = 4_000_000
EXPORT_UNFOLDED_BYTES: Final = 2 * 1024 * MIB
"""Of a packed export."""
WORKBOOK_UNFOLDED_BYTES: Final = 1024 * MIB
WORKBOOK_CELLS: Final = 20_000_000
"""Of a sheet, empty ones counted: a million rows of twenty columns."""
PACKED_MEMORY: Final = 2 * 1024 * MIB
"""Reading what is packed, a workbook too, takes so much at most: it may be large inside."""

MEMORY_TIMES: Final = 10
"""Reading an input takes so many times its size at most, and"""
MEMORY_BESIDE: Final = 300 * MIB
"""so much beside it."""
ANSWER_S: Final = 10
"""Seconds until it is read or refused, on one core of an ordinary machine, and"""
MIB_PER_S: Final = 1
"""so many MiB of an export for each second more; what is packed counts ten times."""
PACKED_TIMES: Final = 10


@dataclass(frozen=True)
class Limit:
    """What is taken of one kind of input.

    Attributes
    ----------
    kind : str
        Of input, as its user calls it.
    most : str
        What is read at most.
    where : str
        What says so where it is exceeded, and what to do then.
    """

    kind: str
    most: str
    where: str


def size(count: int) -> str:
    """Write a count of bytes.

    Examples
    --------
    >>> size(1024 * 1024), size(256 * 1024), size(3 * 1024 ** 3)
    ('1 MiB', '256 KiB', '3 GiB')
    """
    for unit, name in ((1024 * MIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if count >= unit:
            return f"{count / unit:.3g} {name}"
    return f"{count} bytes"


def export_memory(count: int, *, packed: bool) -> int:
    """Return how many bytes reading an export may take.

    Parameters
    ----------
    count : int
        Bytes of the file.
    packed : bool
        Whether it is compressed, as workbooks are.
    """
    plain = MEMORY_BESIDE + MEMORY_TIMES * count
    return max(plain, PACKED_MEMORY) if packed else plain


def export_seconds(count: int, *, packed: bool) -> int:
    """Return how many seconds of work reading an export may take.

    Examples
    --------
    >>> export_seconds(1000, packed=False), export_seconds(50 * MIB, packed=False)
    (10, 60)
    """
    return ANSWER_S + count * (PACKED_TIMES if packed else 1) // (MIB_PER_S * MIB)


LIMITS: Final = (
    Limit(
        "Scenario or column mapping (YAML)",
        f"{size(YAML_BYTES)}, {YAML_VALUES:,} keys and values, {YAML_DEEP} levels",
        "the line at which it is exceeded; exit code 2",
    ),
    Limit(
        "Link to the page",
        f"{LINK_CHARACTERS:,} characters of a desk, unfolding to {size(LINK_UNFOLDED_BYTES)}; "
        f"{LINK_CHANGE_CHARACTERS:,} of changes",
        "the page; download the scenario and share the file",
    ),
    Limit(
        "Study folder",
        f"{size(KEPT_BYTES)} for a replication, stored as it is; {size(MANIFEST_BYTES)} for the "
        "manifest",
        "the file is named; exit code 2",
    ),
    Limit(
        "Export as text (CSV, JSON, XES)",
        f"{EXPORT_COLUMNS:,} columns; {EXPORT_ROW_CHARACTERS:,} characters in a row of CSV",
        "the row is named; exit code 2",
    ),
    Limit(
        "Packed export (gzip, zip)",
        f"what unfolds to {size(EXPORT_UNFOLDED_BYTES)}",
        "unpack it",
    ),
    Limit(
        "Workbook (XLSX)",
        f"what unfolds to {size(WORKBOOK_UNFOLDED_BYTES)}; {WORKBOOK_CELLS:,} cells in a sheet, "
        "empty ones counted",
        "delete what stands far from the table, or save the sheet as CSV",
    ),
)
"""What is taken of each kind of input."""


def as_markdown() -> str:
    """Write the page of limits."""
    rows = "\n".join(f"| {one.kind} | {one.most} | {one.where} |" for one in LIMITS)
    return f"""\
# What TierSim takes in

Written from the table in `sim/limits.py`: `python -c "from sim.limits import as_markdown; \
print(as_markdown(), end='')"`.

| input | at most | where it is exceeded |
|---|---|---|
{rows}

Reading takes at most {MEMORY_TIMES} times the size of the file and {size(MEMORY_BESIDE)} beside; of a
packed export or a workbook, which may be large inside, {size(PACKED_MEMORY)}. An export is read within
{ANSWER_S} seconds of work on one core, and one more for each {MIB_PER_S} MiB (a packed one counts
{PACKED_TIMES} times); then it is refused. Commands and the page read exports in a process of its own,
so that Linux holds both bounds; elsewhere the time alone is held. `read_export` in a notebook reads
in the notebook's own process, within the limits of the table.
"""
