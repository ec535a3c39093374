"""Small files that ask for a lot: they are read or refused within bounds of memory and time."""

import json

import pytest
from guarded import assert_within, command

from sim.errors import ScenarioError
from sim.limits import YAML_BYTES, YAML_FAULTS, YAML_VALUES
from sim.scenario.file import load
from sim.scenario.wording import closest, some

DESK = {
    "name": "Small",
    "shifts": {"day": {"Mon-Fri": "08:00-17:00"}},
    "demand": {"volume": "60 / week"},
    "priorities": {"P1": {"share": "100 %"}},
    "topics": {"mail": {"share": "100 %", "difficulty": 0.4}},
    "tiers": {
        "L1": {"ability": 0.5, "work": "10 min", "staff": {"day": 1}},
        "L2": {"ability": 0.9, "work": "40 min", "staff": {"day": 1}},
    },
}
TEAMS = {f"t{i}": {"topics": ["mail"], "staff": {"day": 1}} for i in range(3000)}


def many(count, value):
    """So many keys with one value."""
    return {f"k{i}": value for i in range(count)}


WIDE = {
    "topics": DESK | {"topics": many(2000, {"share": 0.0005, "difficulty": 0.4})},
    "topics that lack all": DESK | {"topics": many(15_000, {})},
    "a what-if of topics": {"extends": "base.yaml", "topics": many(15_000, {})},
    "unknown keys": DESK | many(18_000, 1),
    "paths": {"extends": "base.yaml", **{f"topics.mail.k{i}": 1 for i in range(15_000)}},
    "teams": DESK
    | {"tiers": {"L1": DESK["tiers"]["L1"], "L2": {"ability": 1, "work": "1 h", "teams": TEAMS}}},
    "promises": DESK | {"service_levels": many(9_000, {"clock": "respond"})},
}


@pytest.mark.parametrize("name", WIDE)
def test_a_wide_desk_is_told_what_is_wrong(tmp_path, name):
    """Faults grow with the keys and not with their square; of very many some are told."""
    (tmp_path / "base.yaml").write_text(json.dumps(DESK), encoding="utf-8")
    file = tmp_path / "wide.yaml"
    file.write_text(json.dumps(WIDE[name]), encoding="utf-8")
    code, said, peak = command("check", file)
    assert code == 2, said[-500:]
    assert "wide.yaml:1:" in said
    assert len(said) < 1000 * YAML_FAULTS
    assert_within(peak, file.stat().st_size)


DENSE = {
    "a flow list": "a: [" + "a," * ((YAML_BYTES - 5) // 2) + "]",
    "a list": "a:\n" + "- a\n" * ((YAML_BYTES - 3) // 4),
    "anchors": "a: [" + ",".join(f"&a{i} 1" for i in range(YAML_BYTES // 12)) + "]",
    "aliases": "a: &x 1\nb: [" + "*x," * (YAML_BYTES // 3 - 8) + "]",
    "an alias of aliases": "a: &x [1, 2, 3]\nb: &y ["
    + "*x, " * 1000
    + "]\nc: ["
    + "*y, " * 1000
    + "]",
}


@pytest.mark.parametrize("name", DENSE)
def test_a_megabyte_of_short_values_is_counted_as_it_is_read(tmp_path, name):
    """It ends at the limit, which is named, and not after minutes."""
    file = tmp_path / "dense.yaml"
    file.write_text(DENSE[name], encoding="utf-8")
    assert file.stat().st_size <= YAML_BYTES
    code, said, peak = command("check", file)
    assert code == 2
    assert f"more than {YAML_VALUES:,}" in said
    assert_within(peak, file.stat().st_size)


def test_as_many_faults_are_told_as_somebody_reads(tmp_path):
    """Each of them has its line all the same."""
    file = tmp_path / "wide.yaml"
    file.write_text(
        "\n".join([json.dumps(DESK)[:-1], *(f', "k{i}": 1' for i in range(2 * YAML_FAULTS)), "}"]),
        encoding="utf-8",
    )
    with pytest.raises(ScenarioError) as refused:
        load(file)
    faults = refused.value.faults
    assert len(faults) == YAML_FAULTS
    assert [fault.line for fault in faults[:3]] == [2, 3, 4]


def test_a_name_is_looked_for_among_as_many_as_can_be_compared():
    """And of many names the first are listed."""
    names = [f"team {i}" for i in range(900)]
    assert closest("team 89O", names) is not None
    assert closest("team 89O", names * 2 + [f"x{i}" for i in range(500)]) is None
    assert some(names).endswith("and 860 more names")
