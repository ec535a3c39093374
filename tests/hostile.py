"""Names that attack whatever shows them, and what must not be left of them."""

import base64
import csv
import io
import json
import re
import unicodedata
import zipfile

import pytest

import sim
from sim.scenario.change import plain
from sim.scenario.model import Scenario

LEADS = ("=", "+", "-", "@", "\t=", "\r=", " =", "\uff1d", "\x1b=", "\u200f=", "\n=")
"""How a formula may begin, as a spreadsheet sees it once what steers text is gone."""
STEERS = (
    "\x1b[31m\x1b]8;;http://x\x07",  # colours, and a link
    "\x9b2J\x85",  # the same in one sign, and an end of line
    "\r\x08\x00\x7f",  # writes over what stands there
    "\u202e\u2066\u200f\u061c",  # turns the direction
    "\u2028\u2029\ufeff\ufff9",
    "\U000e0041\U000e007f",
)
PLAIN = re.compile(r"[+-]?\d+([.,]\d+)*\s?%?")


def hostile(number):
    """Return a name of its own that holds everything."""
    lead = LEADS[number % len(LEADS)]
    return f"{lead}cmd|'{''.join(STEERS)}<b>&\"{number}"


def desk(**changes):
    """Return a desk of the gallery of which every name is hostile."""
    short = {"period.length": "3 weeks", "period.warm_up": "1 week", **changes}
    tree = plain(sim.example().with_(short, name="short"))
    places = ("shifts", "hours", "priorities", "channels", "topics", "tiers", "service_levels")
    names = [name for place in places for name in tree[place]]
    new = {name: hostile(number) for number, name in enumerate(dict.fromkeys(names))}
    tree = _renamed(tree, new)
    tree |= {
        key: hostile(99 + place) for place, key in enumerate(("name", "about", "lesson", "caution"))
    }
    return Scenario.model_validate(tree)


def _renamed(tree, new):
    if isinstance(tree, dict):
        return {new.get(key, key): _renamed(value, new) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_renamed(value, new) for value in tree]
    return new.get(tree, tree) if isinstance(tree, str) else tree


def steering(text):
    """List what is left that a terminal or a reader of text would obey."""
    kept = {"\n", "\t", "\u200b", "\u2060", "\u200d", "\u200c"}
    bad = {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - kept
    return sorted(hex(ord(c)) for c in bad)


def formulas(cells):
    """List the cells that a spreadsheet would take for formulas."""
    return [
        one
        for one in cells
        if one.strip()[:1] in tuple("=+-@\uff1d") and not PLAIN.fullmatch(one.strip())
    ]


def cells_of_csv(text, delimiter=","):
    """Return all cells of a CSV file."""
    return [one for row in csv.reader(io.StringIO(text), delimiter=delimiter) for one in row]


def cells_of_workbook(data):
    """Return the texts of a workbook's cells, and how many are formulas."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(io.BytesIO(data))
    cells = [one for sheet in book for row in sheet.iter_rows() for one in row]
    return [one.value for one in cells if isinstance(one.value, str)], sum(
        one.data_type == "f" for one in cells
    )


def faults_of_file(path):
    """List what is wrong with a file that TierSim wrote, by its kind."""
    data, kind = path.read_bytes(), path.suffix
    if kind in (".npz", ".png"):
        return []
    if kind in (".xlsx", ".pptx"):
        return _faults_of_office(data, kind)
    if kind == ".pdf":
        return []
    text = data.decode().replace("\r\n", "\n")
    if kind in (".json", ".yaml"):
        # Data, which has to read back as it was: it holds no sign of the first kind raw.
        return [one for one in steering(text) if int(one, 16) < 0xA0]
    found = steering(text)
    if kind == ".csv":
        found += formulas(cells_of_csv(text))
    for inside in re.findall(r"data:text/csv[^,]*;base64,([A-Za-z0-9+/=]+)", text):
        found += formulas(cells_of_csv(base64.b64decode(inside).decode()))
    for inside in re.findall(r"data:image/svg[^,]*;base64,([A-Za-z0-9+/=]+)", text):
        found += steering(base64.b64decode(inside).decode())
    return found


def _faults_of_office(data, kind):
    if kind == ".xlsx":
        texts, count = cells_of_workbook(data)
        return [*formulas(texts), *steering("".join(texts).replace("_x000D_", "")), *["f"] * count]
    found = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.endswith(".xlsx"):
                texts, count = cells_of_workbook(archive.read(name))
                found += [*formulas(texts), *["f"] * count]
            elif name.endswith(".xml"):
                text = archive.read(name).decode()
                found += steering(text.replace("\r\n", "\n"))
                found += re.findall(r"_x00[0-9A-F]{2}_", text)
    return found


def faults_of_json(text):
    """List what is wrong with JSON that a command printed; it has to be JSON all the same."""
    json.loads(text)
    return steering(text)
