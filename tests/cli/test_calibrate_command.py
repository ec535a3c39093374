"""``tiersim calibrate`` from the outside: what it writes, says and refuses."""

import json

import pytest

from sim.calibrate import as_export, write_sample
from sim.cli.top import main
from sim.scenario.file import load
from sim.scenario.gallery import gallery
from sim.study.evaluate import replicate


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    """Two months of the gallery's base, as a ServiceNow audit log."""
    base = load(gallery()["in-house-desk"])
    path = tmp_path_factory.mktemp("export") / "tickets.csv"
    write_sample(as_export(replicate(base, seed=3)), path)
    return path


def test_writes_a_scenario_that_loads(export, tmp_path, capsys):
    """The desk is a file that loads, and the report names where numbers come from."""
    output = tmp_path / "client.yaml"
    asked = [
        "calibrate",
        str(export),
        "--as",
        "servicenow",
        "-o",
        str(output),
        "--replications",
        "2",
    ]
    assert main([*asked, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert str(output) in said["written"]
    assert {row["origin"] for row in said["parameters"]} >= {"measured", "fitted", "assumed"}
    assert load(output).tiers
    report = (tmp_path / "client-calibration.txt").read_text(encoding="utf-8")
    assert "HOW THE DESK COMPARES WITH THE EXPORT" in report


def test_refuses_what_is_no_export(tmp_path, capsys):
    """An empty file is one sentence and exit code 2; nothing is written."""
    empty = tmp_path / "empty.csv"
    empty.write_text("", encoding="utf-8")
    output = tmp_path / "client.yaml"
    assert main(["calibrate", str(empty), "--as", "servicenow", "-o", str(output)]) == 2
    assert "empty" in capsys.readouterr().err
    assert not output.exists()
