"""``tiersim calibrate`` from the outside: what it writes, says and refuses."""

import datetime as dt
import json

import pytest

from sim.calibrate import as_export, read_export, write_sample
from sim.cli.top import main
from sim.intake.guess import guess_mapping
from sim.intake.mapping import load_mapping
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
    assert said["answer"][0].startswith("Fitted to")
    (fit, ahead) = said["checks"]
    assert (fit["predicted"], ahead["predicted"]) == (False, True)
    assert {"real", "simulated", "low", "high", "noise"} <= fit["figures"][0].keys()
    page = (tmp_path / "client-calibration.html").read_text(encoding="utf-8")
    assert "Fitted to" in page
    report = (tmp_path / "client-calibration.txt").read_text(encoding="utf-8")
    assert "HOW THE DESK IN THE FILE COMPARES WITH THE EXPORT" in report
    assert "3 in 4 resolved within, beyond L1: " in report
    assert "p75" not in report


def test_guesses_the_tool_and_keeps_what_it_found(export, tmp_path, capsys):
    """Without ``--as`` the tool is guessed and said; the mapping written reads the same export."""
    output = tmp_path / "client.yaml"
    assert main(["calibrate", str(export), "-o", str(output), "--replications", "2"]) == 0
    said = capsys.readouterr()
    assert "Read as servicenow" in said.err
    assert "The data:" in said.out
    found = tmp_path / "client-mapping.yaml"
    again = read_export(export, found)
    first = read_export(export, "servicenow")
    assert (again.tickets.opened_ms == first.tickets.opened_ms).all()
    assert again.mapping.columns == first.mapping.columns
    assert "acts as the first line" in found.read_text(encoding="utf-8")


def test_writes_a_sample_without_the_clients_names(export, tmp_path, capsys):
    """Simulated tickets, no topic, channel or person of the client's, that read without help."""
    output = tmp_path / "client.yaml"
    asked = ["calibrate", str(export), "-o", str(output), "--replications", "2", "--no-predict"]
    assert main([*asked, "--anonymous"]) == 0
    said = capsys.readouterr().out
    assert "not known: it was not asked for" in said
    assert "to be kept to yourself" in said
    assert "team,Team 1," in (tmp_path / "client-key.csv").read_text(encoding="utf-8")
    made = tmp_path / "client-sample.csv.gz"
    sample = read_export(made, guess_mapping(made)[0])
    assert sample.mapping.columns["team"] == ("team",)
    real = read_export(export, "servicenow")
    assert len(sample) > 0
    assert not set(sample.categories) & set(real.categories)
    assert not set(sample.channels) & set(real.channels)
    assert sample.set_aside == ()


def test_a_scenario_of_somebody_is_left_as_it_is(export, tmp_path, capsys):
    """As `new` refuses."""
    output = tmp_path / "my-desk.yaml"
    output.write_text("name: Mine\n", encoding="utf-8")
    asked = ["calibrate", str(export), "-o", str(output), "--replications", "2", "--no-predict"]
    assert main(asked) == 2
    assert (
        "my-desk.yaml exists already, and was not written by TierSim: it is left as it is"
        in capsys.readouterr().err
    )
    assert output.read_text(encoding="utf-8") == "name: Mine\n"
    assert [path.name for path in tmp_path.iterdir()] == ["my-desk.yaml"]


def test_what_a_calibration_wrote_is_written_anew_unless_it_was_changed(export, tmp_path, capsys):
    """A change by hand of the scenario is refused with the way out; one of the mapping is kept."""
    output, mapping = tmp_path / "client.yaml", tmp_path / "client-mapping.yaml"
    asked = ["calibrate", str(export), "-o", str(output), "--replications", "2", "--no-predict"]
    assert main(asked) == 0
    first = output.read_text(encoding="utf-8")
    output.write_text(first, encoding="utf-8", newline="\r\n")  # as an editor may save it
    assert main(asked) == 0
    assert output.read_text(encoding="utf-8") == first
    capsys.readouterr()

    changed = mapping.read_text(encoding="utf-8").replace("name: ", "name: My own ", 1)
    mapping.write_text(changed, encoding="utf-8")
    assert main([*asked, "--as", "servicenow"]) == 0
    said = capsys.readouterr().out
    assert f"changed by hand: {mapping}; to read the export by it: --as {mapping}" in said
    assert mapping.read_text(encoding="utf-8") == changed
    assert main([*asked, "--as", str(mapping)]) == 0
    assert mapping.read_text(encoding="utf-8") == changed

    mine = output.read_text(encoding="utf-8").replace("ability:", "# raised by us\n    ability:", 1)
    output.write_text(mine, encoding="utf-8")
    capsys.readouterr()
    assert main(asked) == 2
    assert "client.yaml was changed since TierSim wrote it" in capsys.readouterr().err
    assert output.read_text(encoding="utf-8") == mine


def test_days_the_wrong_way_round(export, tmp_path, capsys):
    """The first day lies after the last: told as that."""
    asked = ["calibrate", str(export), "-o", str(tmp_path / "client.yaml")]
    assert main([*asked, "--first", "2026-03-02", "--last", "2026-02-02"]) == 2
    assert "--first 2026-03-02 lies after --last 2026-02-02" in capsys.readouterr().err


def test_refuses_what_is_no_export(tmp_path, capsys):
    """An empty file is one sentence and exit code 2; nothing is written."""
    empty = tmp_path / "empty.csv"
    empty.write_text("", encoding="utf-8")
    output = tmp_path / "client.yaml"
    assert main(["calibrate", str(empty), "--as", "servicenow", "-o", str(output)]) == 2
    assert "empty" in capsys.readouterr().err
    assert not output.exists()


def test_holidays_are_read_as_days(export, tmp_path, capsys):
    """Days off reach the scenario and the mapping that is kept; what is no date is named."""
    output = tmp_path / "client.yaml"
    asked = ["calibrate", str(export), "-o", str(output), "--replications", "2", "--no-predict"]
    assert main([*asked, "--holidays", "2026-12-25, 2026-12-26"]) == 0
    christmas = (dt.date(2026, 12, 25), dt.date(2026, 12, 26))
    assert set(christmas) <= set(load(output).holidays)
    assert load_mapping(tmp_path / "client-mapping.yaml").holidays == christmas
    assert "2026-12-25, 2026-12-26 are holidays, as was stated" in capsys.readouterr().out
    assert main([*asked, "--holidays", "25.12.2026"]) == 2
    assert "'25.12.2026' is no date" in capsys.readouterr().err
