"""The JSON Schema and the reference are those of the models, and fit the gallery."""

import json
import shutil
from pathlib import Path

import jsonschema
import pytest

from sim.scenario.file import SUFFIXES
from sim.scenario.gallery import BASE, gallery
from sim.scenario.model import Scenario
from sim.scenario.reference import reference_text
from sim.scenario.schema import scenario_schema, schema_text
from sim.scenario.yaml_text import read_yaml

ROOT = Path(__file__).parents[2]
SCHEMA = jsonschema.Draft202012Validator(scenario_schema())


def complaints(text):
    """List what the schema says against a file."""
    return [error.message for error in SCHEMA.iter_errors(read_yaml(text.encode(), "x").tree)]


def test_the_checked_in_schema_is_current():
    """After a change of the models: tiersim schema -o scenarios/scenario.schema.json."""
    kept = (ROOT / "scenarios" / "scenario.schema.json").read_text(encoding="utf-8")
    assert json.loads(kept) == json.loads(schema_text())


def test_the_checked_in_reference_is_current():
    """After a change of the models: tiersim schema --reference -o scenarios/REFERENCE.md."""
    kept = (ROOT / "scenarios" / "REFERENCE.md").read_text(encoding="utf-8")
    assert kept == reference_text()


def test_the_schema_is_one():
    """It follows its own dialect."""
    jsonschema.Draft202012Validator.check_schema(scenario_schema())


@pytest.mark.parametrize("path", gallery().values(), ids=lambda p: p.stem)
def test_the_gallery_fits_the_schema(path):
    """An editor shows no fault in a file of the gallery, and finds the schema."""
    text = path.read_text(encoding="utf-8")
    assert complaints(text) == []
    assert text.startswith("# yaml-language-server: $schema=scenario.schema.json\n")


@pytest.mark.parametrize(
    "text",
    [
        "name: No desk\n",
        "extends: base.txt\n",
        "extends: base.yaml\ntiers: {L1: {abilty: 1}}\n",
        "extends: base.yaml\ntiers: {L1: {work: 13}}\n",
        "extends: base.yaml\nshifts: {day: {Mon-Fir: 08:00-17:00}}\n",
        "extends: base.yaml\nshifts: {day: {Mon-Fri: 8 to 5}}\n",
        "extends: base.yaml\ndemand: {profile: {Mon: {08-12: many}}}\n",
        "extends: base.yaml\ndocumentation: {quality: 65}\n",
        "extends: base.yaml\nunknown: 1\n",
    ],
)
def test_the_schema_finds_slips(text):
    """What an editor underlines."""
    assert complaints(text)


@pytest.mark.parametrize(
    "text",
    [
        "extends: base.yaml\n",
        "extends: ../base.yml\ntiers: {L1: {pre_empts: null, work: null}, L2: null}\n",
        "extends: base.yaml\ntiers.L1.staff.day: 7\n",
        "extends: base.yaml\nshifts: {day: {'Mon, Wed-Fri': '08-12, 13:00-17:00'}}\n",
        "extends: base.yaml\nshifts: {day: {Mon: ['08-12', '13-17'], on_holidays: true}}\n",
        "extends: base.yaml\ndemand: {profile: {Mon-Fri: {08-12: 1.5}}}\n",
    ],
)
def test_the_schema_lets_a_what_if_be_short(text):
    """Nothing inside a part is required, and null takes away."""
    assert complaints(text) == []


def test_every_field_is_described():
    """A field without a word about it is no field for a user."""
    page = reference_text()
    assert all(f"| `{name}` |" in page for name in Scenario.model_fields)
    empty = [line for line in page.splitlines() if line.startswith("| `") and line.endswith("|  |")]
    assert empty == []


def test_the_gallery_travels(tmp_path):
    """The base stands first, and every file can be copied away with its base."""
    names = list(gallery())
    assert names[0] == BASE
    for path in gallery().values():
        assert path.suffix in SUFFIXES
        shutil.copy(path, tmp_path)
