"""The page about mapping files says what the model takes, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.intake.mapping import ROLES, STATES, Mapping, load_mapping
from sim.intake.mapping_page import EXTENDS, PARTS, ROLES_MEAN, STATES_MEAN, mapping_text

ROOT = Path(__file__).parents[2]
PAGE = mapping_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)


def test_the_checked_in_page_is_current():
    """After a change of the model: tiersim schema --mapping -o scenarios/MAPPING.md --force."""
    assert (ROOT / "scenarios" / "MAPPING.md").read_text(encoding="utf-8") == PAGE


def test_every_key_role_and_state_is_there():
    """What the model takes is what the page lists."""
    assert PARTS.keys() == Mapping.model_fields.keys()
    assert tuple(ROLES_MEAN) == ROLES
    assert tuple(STATES_MEAN) == STATES
    assert all(field.description for field in Mapping.model_fields.values())


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_example_on_the_page_is_a_mapping(text, write):
    """A reader may copy each."""
    load_mapping(write(text, "own.yaml"))


@pytest.mark.parametrize("name", PARTS)
def test_the_example_of_a_key_sets_it(name, write):
    """It is about its key, and says something else than the default."""
    part = PARTS[name]
    found = load_mapping(write(part.example, "own.yaml"))
    assert found.model_fields_set == {name}
    assert getattr(found, name) != getattr(Mapping(), name)


def test_what_extends_takes_over(write):
    """As the page says: columns are merged name by name, teams are replaced."""
    assert EXTENDS.example == "extends: servicenow"
    write("{extends: servicenow, teams: {L1: a, L2: b}}", "base.yaml")
    own = load_mapping(
        write("{extends: base.yaml, columns: {id: Ref}, teams: {L1: c}}", "own.yaml")
    )
    assert own.columns["id"] == ("Ref",)
    assert own.states == load_mapping("servicenow").states
    assert own.teams == {"L1": ("c",)}


def test_the_readme_leads_to_it():
    """A page that nothing names is not found."""
    assert "](scenarios/MAPPING.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
