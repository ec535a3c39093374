"""A million rows of an export: how long until it is read and looked at, and how much memory.

``python tests/bench export`` runs it and keeps ``results/bench/export.md``. The rows are the gallery's
sample export again and again, each time six weeks later and under other ids: nearly every date is
another one, which is the worst case for reading them; and a million tickets of a small desk are
decades, whose every week the data page goes through. Each case is a process of its own.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sim.calibrate.datapage import data_page
from sim.intake.read import read_export
from sim.scenario.gallery import folder

RESULTS = Path(__file__).parents[2] / "results" / "bench"
SAMPLE = "sample-export.csv.gz"
ROWS = 1_000_000
SHIFT = dt.timedelta(weeks=6)
FORM = "%Y-%m-%d %H:%M:%S"
DATES = ("opened_at", "sys_updated_at", "resolved_at")
GOAL_S, GOAL_MIB = 60, 2048
KIB_OF_MAXRSS = 1024 if sys.platform != "darwin" else 1
MIB = 2**20


def _rows(*, tickets: bool) -> Iterator[dict[str, str]]:
    with gzip.open(folder() / SAMPLE, "rt", encoding="utf-8", newline="") as file:
        once = list(csv.DictReader(file))
    if tickets:
        once = [row for row in once if row["sys_mod_count"] == "0"]
    written, shift, copy = 0, dt.timedelta(), 0
    while written < ROWS:
        for row in once[: ROWS - written]:
            later = {
                name: f"{dt.datetime.strptime(row[name], FORM) + shift:{FORM}}"  # noqa: DTZ007
                for name in DATES
                if row[name]
            }
            yield {**row, **later, "number": f"{row['number']}-{copy}"}
        written += len(once)
        shift += SHIFT
        copy += 1


def _write(path: Path, *, tickets: bool) -> None:
    """Write the rows as the file's name asks for."""
    if path.suffix == ".jsonl":
        with path.open("w", encoding="utf-8") as lines:
            lines.writelines(f"{json.dumps(row)}\n" for row in _rows(tickets=tickets))
        return
    if path.suffix == ".xlsx":
        _write_workbook(path, tickets=tickets)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = _rows(tickets=tickets)
        first = next(rows)
        out = csv.DictWriter(file, first.keys())
        out.writeheader()
        out.writerow(first)
        out.writerows(rows)


def _write_workbook(path: Path, *, tickets: bool) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("Tickets")
    dated = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for number, row in enumerate(_rows(tickets=tickets), 1):
        if number == 1:
            sheet.write_row(0, 0, list(row))
        for place, (name, value) in enumerate(row.items()):
            if name in DATES and value:
                sheet.write_datetime(number, place, dt.datetime.fromisoformat(value), dated)
            else:
                sheet.write_string(number, place, value)
    book.close()


def _measure(path: str) -> None:
    """Read an export in this process, and print what that took."""
    begin = time.perf_counter()
    export = read_export(path, "servicenow")
    read = time.perf_counter()
    data_page(export)
    found = {
        "rows": export.rows,
        "tickets": len(export),
        "read_s": read - begin,
        "page_s": time.perf_counter() - read,
        "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB_OF_MAXRSS / MIB,
    }
    sys.stdout.write(json.dumps(found))


def main() -> None:
    """Measure both kinds of exports, and keep the table."""
    about = (
        f"`python tests/bench export`, {dt.datetime.now(dt.UTC):%Y-%m-%d}, {platform.machine()}, "
        f"{os.cpu_count()} cores, Python {platform.python_version()}. "
        f"Goal: under {GOAL_S} s and {GOAL_MIB} MiB, read and looked at (data page)."
    )
    lines = [
        "# A million rows of an export",
        "",
        about,
        "",
        "| export | file | rows | tickets | file, MiB | read, s | data page, s | most memory, MiB | goal |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    kinds = [(suffix, tickets) for suffix in ("csv", "jsonl", "xlsx") for tickets in (False, True)]
    for suffix, tickets in kinds:
        name = "ticket table" if tickets else "event log"
        with tempfile.TemporaryDirectory() as place:
            path = Path(place) / f"export.{suffix}"
            _write(path, tickets=tickets)
            command = [sys.executable, __file__, str(path)]
            ran = subprocess.run(command, check=True, capture_output=True, text=True)
            size = path.stat().st_size / MIB
        found = json.loads(ran.stdout)
        kept = found["read_s"] + found["page_s"] < GOAL_S and found["mib"] < GOAL_MIB
        lines.append(
            f"| {name} | {suffix} | {found['rows']:,} | {found['tickets']:,} | {size:.0f} | "
            f"{found['read_s']:.1f} | {found['page_s']:.1f} | {found['mib']:.0f} | "
            f"{'met' if kept else 'missed'} |"
        )
        sys.stdout.write(lines[-1] + "\n")
        sys.stdout.flush()
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "export.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _measure(sys.argv[1])
