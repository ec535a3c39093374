"""Exports that could be real, whose truth is known: tools, languages, forms of dates, kinds of files, faults.

``tests/exports_by_tool.toml`` has the columns of tools; this file fills them with tickets that were made
up, and writes them as one of the kinds of files that tools write.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import html
import io
import json
import random
import tomllib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from sim.errors import ExportError
from sim.intake.guess import guess_mapping
from sim.intake.read import read_export
from sim.workload.journeys import NOT_YET

TABLE = Path(__file__).with_name("exports_by_tool.toml")
ISO = "%Y-%m-%d %H:%M:%S"
MONDAY = dt.datetime(2025, 3, 3)  # noqa: DTZ001 - exports write local times
WORDS = {
    "en": (["New", "In progress", "Pending", "Resolved", "Closed"], ["Low", "Medium", "High"]),
    "de": (["Neu", "In Bearbeitung", "Wartet auf Kunde", "Gelöst", "Geschlossen"], ["Niedrig", "Mittel", "Hoch"]),
    "fr": (["Nouveau", "En cours", "En attente", "Résolu", "Clos"], ["Basse", "Moyenne", "Haute"]),
    "es": (["Nuevo", "En curso", "En espera", "Resuelto", "Cerrado"], ["Baja", "Media", "Alta"]),
    "pt": (["Novo", "Em andamento", "Pendente", "Solucionado", "Fechado"], ["Baixa", "Média", "Alta"]),
    "it": (["Nuovo", "In corso", "In attesa", "Risolto", "Chiuso"], ["Bassa", "Media", "Alta"]),
    "nl": (["Nieuw", "In behandeling", "Wacht op aanmelder", "Opgelost", "Gesloten"], ["Laag", "Midden", "Hoog"]),
}  # fmt: skip
"""Of each language: states from new to closed, and priorities."""
TEAMS = ("Service Desk", "Applications", "Network", "Field Services")
PEOPLE = ("Ana Silva", "Bo Chen", "Cy Young", "Dee Brown", "Eva Novak", "Finn Berg", "Gus Hall")
CHANNELS = ("Email", "Phone", "Portal")
CATEGORIES = ("Mail", "Printer", "VPN", "Account")
TEXTS = (
    "Cannot log on",
    'Printer says "PC load letter", again',
    "VPN drops; twice a day",
    "Mail | spam",
)


@dataclass(frozen=True)
class Tool:
    """What one tool writes.

    Attributes
    ----------
    name : str
    columns : tuple of (str, str)
        Name of each column, and what it holds.
    dates : str
        As in strftime.
    separator, file : str
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    dates: str = ISO
    separator: str = ","
    file: str = "csv"

    @property
    def language(self) -> str:
        """The tool's language; English where its name says none."""
        last = self.name.rpartition("_")[2]
        return last if last in WORDS else "en"


@dataclass(frozen=True)
class Made:
    """An export and its truth.

    Attributes
    ----------
    name : str
        Of the file.
    data : bytes
    columns : dict
        Role to the name of its column.
    opened, resolved : list
        Local times of each ticket, to the second or minute that the form writes; None for none.
    teams : list of str
    """

    name: str
    data: bytes
    columns: dict[str, str]
    opened: list[dt.datetime]
    resolved: list[dt.datetime | None]
    teams: list[str]
    ids: list[str] = field(default_factory=list)


@cache
def tools() -> dict[str, Tool]:
    """Read the table of tools."""
    found = {}
    for name, written in tomllib.loads(TABLE.read_text("utf-8")).items():
        pairs = tuple(
            (column.strip(), what)
            for column, _, what in (p.rpartition("=") for p in written.pop("columns").split(";"))
        )
        found[name] = Tool(name, pairs, **written)
    return found


def make(tool: Tool, seed: int, tickets: int = 80, faults: Sequence[str] = ()) -> Made:
    """Make an export of a tool, and say what is in it."""
    rng = random.Random(seed)
    states, priorities = WORDS[tool.language]
    # Nothing finer than the form says is true of a ticket.
    step = dt.timedelta(seconds=1 if "%S" in tool.dates else 60)
    at, rows, made = MONDAY, [], Made("", b"", {}, [], [], [])
    for number in range(tickets):
        at += dt.timedelta(minutes=rng.randint(30, 1400), seconds=rng.randint(0, 59))
        opened = _floor(at, step)
        over = rng.random() < 0.9
        resolved = (
            _floor(opened + dt.timedelta(minutes=rng.randint(10, 3000)), step) if over else None
        )
        closed = _floor(resolved + dt.timedelta(minutes=2880), step) if resolved else None
        team = rng.choice(TEAMS)
        cell = {
            "id": f"{4000 + 3 * number + rng.randint(0, 2)}",
            "opened": opened, "resolved": resolved, "closed": closed,
            "updated": closed or opened + dt.timedelta(minutes=30),
            "state": states[4] if over else rng.choice(states[:3]),
            "team": team, "assignee": rng.choice(PEOPLE), "priority": rng.choice(priorities),
            "channel": rng.choice(CHANNELS), "category": rng.choice(CATEGORIES),
            "reassigned": str(rng.randint(0, 2)), "reopened": str(rng.randint(0, 1)),
            "-text": f"{rng.choice(TEXTS)} ({rng.randint(1, 9999)})", "-person": rng.choice(PEOPLE[::-1]),
            "-mail": f"user{rng.randint(1, 40)}@example.org", "-count": str(rng.randint(1, 5)),
            "-yesno": rng.choice(("true", "false")), "sla": rng.choice(("true", "false")), "-empty": "", "-const": "One",
            "-date": opened + dt.timedelta(days=1), "-counter": str(number + 1),
            "-ref": str(90000 + number), "-impact": str(rng.randint(1, 3)),
            "-float": f"{rng.random():.4f}",
        }  # fmt: skip
        for role in ("opened", "closed"):
            when = cell[role]
            cell[f"{role}day"] = when and _written(when, tool.dates.partition(" ")[0])
            cell[f"{role}clock"] = when and _written(when, tool.dates.partition(" ")[2])
        rows.append([_cell(cell[what], tool.dates) for _, what in tool.columns])
        made.opened.append(opened)
        says = {what for _, what in tool.columns}
        made.resolved.append(resolved if "resolved" in says else closed)
        made.teams.append(team)
        made.ids.append(cell["id"])
    header = [name for name, _ in tool.columns]
    name, data = _file(tool, header, rows, rng, faults)
    columns = {what: column for column, what in tool.columns if not what.startswith("-")}
    for role in ("opened", "closed"):
        if f"{role}day" in columns:
            columns[role] = f"{columns.pop(f'{role}day')} + {columns.pop(f'{role}clock')}"
    return Made(name, data, columns, made.opened, made.resolved, made.teams, made.ids)


def _floor(at: dt.datetime, step: dt.timedelta) -> dt.datetime:
    return at - (at - MONDAY) % step


def _written(at: dt.datetime, form: str) -> str:
    seconds = (at - dt.datetime(1970, 1, 1)).total_seconds()  # noqa: DTZ001 - likewise
    if form in ("epoch", "epoch ms"):
        return f"{seconds * (1000 if form.endswith('ms') else 1):.0f}"
    if form == "serial":
        return f"{seconds / 86_400 + 25_569:.10f}"
    for language, months in MONTHS.items():
        # Not by the locale of whoever runs this.
        form = form.replace(f"%b[{language}]", months.split()[at.month - 1])
    return at.strftime(form)


MONTHS = {
    "de": "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "es": "ene feb mar abr may jun jul ago sep oct nov dic",
    "pt": "jan fev mar abr mai jun jul ago set out nov dez",
    "it": "gen feb mar apr mag giu lug ago set ott nov dic",
    "nl": "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
}
FORMS = (
    ISO, "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S.000", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M",
    "%m/%d/%Y %I:%M %p", "%d.%m.%Y %H:%M", "%d.%m.%y %H:%M", "%Y/%m/%d %H:%M:%S", "%Y%m%dT%H%M%S",
    "%d-%m-%Y %H:%M:%S", "%a %b %d %H:%M:%S %Y", "%d-%b-%Y %H:%M", "%d %B %Y %H:%M", "epoch", "epoch ms",
    "serial", "%Y-%m-%d %H:%M:%S UTC", "%d/%b/%y %I:%M %p", "%A, %d %B %Y %H:%M",
)  # fmt: skip
"""Of dates, whatever the tool."""


def any_export(seed: int) -> tuple[Made, str]:
    """Make an export from a tool, a form of dates, a separator and faults, all drawn; and say which."""
    rng = random.Random(seed)
    tool = rng.choice(list(tools().values()))
    apart = any(what == "openedday" for _, what in tool.columns)
    own = [f"%d %b[{tool.language}] %Y %H:%M", f"%d-%b[{tool.language}]-%y %H:%M"]
    drawn = rng.random()
    dates = tool.dates if apart or drawn < 0.3 else rng.choice(own if drawn < 0.45 else FORMS)
    separator = rng.choice((tool.separator, ",", ";", "\t", "|", "^"))
    made_by = replace(tool, dates=dates, separator=separator)
    faults = rng.sample(FAULTS, rng.choice((0, 1, 1, 2, 3)))
    made = make(made_by, seed, rng.randint(25, 90), faults)
    return made, f"seed {seed}: {tool.name}, {dates!r}, {separator!r}, {', '.join(faults)}"


def _cell(value: object, form: str) -> str:
    if isinstance(value, dt.datetime):
        return _written(value, form)
    return "" if value is None else str(value)


FAULTS = (
    "title", "total", "bom", "cp1252", "utf16", "gzip", "zip", "stars", "shouted", "underscored", "bracketed",
    "spaced", "quoted", "backslash", "counted", "empty twin", "dashes", "trailing", "blank lines", "n/a",
    "lists", "units", "joined", "doubled", "hint", "jsonl", "wrapped", "html", "shuffled", "newest first",
)  # fmt: skip
"""What exports have in them that no reader should mind."""


def _file(
    tool: Tool, header: list[str], rows: list[list[str]], rng: random.Random, faults: Sequence[str]
) -> tuple[str, bytes]:
    if "newest first" in faults:
        rows.reverse()
    if "shuffled" in faults:
        rows = rng.sample(rows, len(rows))
    if "n/a" in faults:
        rows = [[cell or "N/A" for cell in row] for row in rows]
    if "empty twin" in faults:
        # A second column of the same name, before the one that is filled.
        at = next(n for n, (_, what) in enumerate(tool.columns) if what == "state")
        header = [*header[:at], header[at], *header[at:]]
        rows = [[*row[:at], "", *row[at:]] for row in rows]
    if "counted" in faults:
        header = ["No.", *header]
        rows = [[str(number), *row] for number, row in enumerate(rows, 1)]
    if "joined" in faults:
        header = [*header, "Worklog"]
        rows = [[*row, f"note {n}"] for row in rows for n in range(1 + len(row[0]) % 2)]
    kind = next((one for one in ("jsonl", "wrapped", "html", "lists") if one in faults), tool.file)
    if kind == "lists":
        return "export.json", json.dumps([header, *rows]).encode()
    if kind in ("json", "jsonl", "wrapped") and "empty twin" in faults:
        kind = "csv"  # An object has no name twice.
    if kind in ("json", "jsonl", "wrapped"):
        text = _json(header, rows, kind)
        name = "export.json"
    elif kind == "html":
        lines = [header, *rows]
        cells = ("".join(f"<td>{html.escape(c)}</td>" for c in row) for row in lines)
        text = "<html><meta charset=utf-8><table>" + "".join(f"<tr>{c}</tr>" for c in cells)
        text += "</table></html>"
        name = "export.xls"
    else:
        text, name = _text(tool, header, rows, faults), "export.csv"
    encoding = "utf-8"
    if kind == "csv":
        encoding = next((e for f, e in _ENCODINGS if f in faults), "utf-8")
    data = text.encode(encoding)
    if "gzip" in faults:
        return f"{name}.gz", gzip.compress(data, mtime=0)
    if "zip" in faults:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr(name, data)
        return f"{name}.zip", packed.getvalue()
    return name, data


_ENCODINGS = (("bom", "utf-8-sig"), ("cp1252", "cp1252"), ("utf16", "utf-16"))


def _json(header: list[str], rows: list[list[str]], kind: str) -> str:
    objects = []
    for row in rows:
        one: dict[str, object] = {}
        for name, value in zip(header, row, strict=True):
            *above, last = name.split(".") if kind == "json" else [name]
            inner: dict[str, object] = one
            for part in above:
                inner = inner.setdefault(part, {})  # type: ignore[assignment]
            inner[last] = value or None
        objects.append(one)
    if kind == "jsonl":
        return "\n".join(json.dumps(one) for one in objects)
    return json.dumps(
        {"total": len(objects), "issues": objects} if kind == "wrapped" else objects, indent=1
    )


def _text(tool: Tool, header: list[str], rows: list[list[str]], faults: Sequence[str]) -> str:
    change = {
        "stars": lambda name: f"*{name}",
        "shouted": str.upper,
        "underscored": lambda name: name.replace(" ", "_"),
        "bracketed": lambda name: f"{name} (UTC)" if "-" not in name else name,
        "units": lambda name: f"{name}\n[local]",
        "spaced": lambda name: f"  {name} ",
    }
    for fault in faults:
        if fault in change:
            header = [change[fault](name) for name in header]
    out = io.StringIO(newline="")
    if "hint" in faults:
        out.write(f"sep={tool.separator}\r\n")
    if "title" in faults:
        out.write("Ticket report\r\nPrinted on 01.04.2025\r\n\r\n")
    backslash = "backslash" in faults
    quoting = csv.QUOTE_ALL if {"quoted", "backslash"} & set(faults) else csv.QUOTE_MINIMAL
    writer = csv.writer(
        out, delimiter=tool.separator, quoting=quoting, doublequote=not backslash,
        escapechar="\\" if backslash else None,
    )  # fmt: skip
    if "blank lines" in faults:
        out.write("\r\n\r\n")
    writer.writerow([*header, ""] if "trailing" in faults else header)
    if "dashes" in faults:
        writer.writerow(["-" * max(3, len(name)) for name in header])
    for row in rows if "trailing" not in faults else [[*row, ""] for row in rows]:
        writer.writerow(row)
        if "doubled" in faults and len(row[0]) % 2:
            writer.writerow(row)
    if "total" in faults:
        out.write(f"Total: {len(rows)}\r\n")
    return out.getvalue()


def wrongs(path: Path, made: Made) -> list[str] | None:
    """Return what was read otherwise than it was written; None where it was refused."""
    try:
        export = read_export(path, guess_mapping(path)[0])
    except ExportError:
        return None
    one = export.tickets
    place = {text: at for at, text in enumerate(made.ids)}
    if set(one.id) != set(made.ids):
        return ["ids"]
    order = [place[text] for text in one.id]
    found = []
    for name, got, true in (
        ("opened", one.opened_ms, made.opened),
        ("resolved", one.resolved_ms, made.resolved),
    ):
        if got.tolist() != [_ms(true[at]) for at in order]:
            found.append(name)
    if "team" in made.columns:
        teams = [export.teams[code] if code >= 0 else "" for code in one.last_team]
        found += ["teams"] * (teams != [made.teams[at] for at in order])
    for role in ("state", "priority", "category", "channel", "assignee"):
        if (role in made.columns) and role not in export.mapping.columns:
            found.append(f"{role} unread")
    return found


def _ms(at: dt.datetime | None) -> int:
    return NOT_YET if at is None else round(at.replace(tzinfo=dt.UTC).timestamp() * 1000)
