"""The tables of a run, and what it writes."""

import csv
import xml.etree.ElementTree as ET

import pandas as pd
import pytest

from sim.errors import MissingExtraError, OutputError
from sim.outcome.run import Run

XES = "{http://www.xes-standard.org/}"


def test_tickets(six):
    """One row per ticket; what has not happened is null, and times are local."""
    frame = six.tickets.to_pandas()
    assert len(frame) == len(six.tickets) == 6
    assert frame["arrived"][0] == pd.Timestamp("2026-01-05 08:10", tz="UTC")
    assert frame["arrived_ms"][0] == 490 * 60_000
    assert pd.isna(frame["ended"][4])
    assert frame["ended_ms"].isna().tolist() == [False] * 4 + [True, False]
    assert frame["ending"].tolist() == [
        "resolved", "resolved", "resolved", "abandoned", "open", "resolved",
    ]  # fmt: skip
    assert frame["priority"].tolist() == ["P1", "P2", "P2", "P2", "P2", "P1"]
    assert frame["visits"].tolist() == [1, 3, 5, 2, 1, 1]
    assert isinstance(frame["topic"].dtype, pd.CategoricalDtype)


def test_visits(six):
    """Only visits that were made are rows, and they keep their numbers."""
    frame = six.visits.to_pandas()
    assert frame["visit"].tolist() == [0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14]
    assert frame["outcome"].tolist()[9:11] == ["left", "left"]
    assert pd.isna(frame["started"][9])
    assert pd.isna(frame["agent"][9])
    assert frame["pool"].tolist()[:3] == ["L1", "L1", "L2"]
    # B lacked the summary; a visit without an escalation before it has no notes at all.
    assert not frame["notes_summary"][2]
    assert frame["notes_steps"][2]
    assert pd.isna(frame["notes_summary"][0])
    assert frame["waited_for"][3] == "user"


def test_spells(six):
    """A visit that was interrupted has two."""
    frame = six.spells.to_pandas()
    assert (frame["visit"] == 4).sum() == 2
    assert frame["ended"][3] == pd.Timestamp("2026-01-05 12:00", tz="UTC")
    assert (six.spells["ticket"] == frame["ticket"]).all()
    with pytest.raises(KeyError):
        six.spells["colour"]


def test_local_time(six):
    """Times are shown on the clock of the scenario's zone."""
    zone = six.scenario.with_({"period.time_zone": "Europe/Paris"})
    there = Run(zone, six.workload, six.desk, six.log, 1, 0, "by hand")
    assert str(there.tickets.to_pandas()["arrived"][0]) == "2026-01-05 08:10:00+01:00"


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_saving(six, tmp_path, kind):
    """Three whole files, and nothing else, in a folder that is made."""
    if kind == "parquet":
        pytest.importorskip("pyarrow")
    written = six.save(tmp_path / "new", kind)
    assert sorted(p.name for p in (tmp_path / "new").glob("[!.]*")) == sorted(
        p.name for p in written
    )
    read = pd.read_csv if kind == "csv" else pd.read_parquet
    assert len(read(written[0])) == 6


def test_saving_elsewhere(six, tmp_path):
    """A folder that is a file, and a format that is none, are said in a sentence."""
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        six.save(tmp_path / "file", "csv")
    with pytest.raises(OutputError, match="'xlsx' is no format of tables"):
        six.save(tmp_path, "xlsx")


def test_parquet_without_its_package(six, tmp_path, monkeypatch):
    """The extra that is missing is named, and no file is left."""

    def refuse(*args, **kwargs):
        raise ImportError("no engine")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", refuse)
    with pytest.raises(MissingExtraError, match=r"tiersim\[parquet\]"):
        six.save(tmp_path)
    assert not list(tmp_path.iterdir())


def test_xes(six, tmp_path):
    """Every spell has a start and a complete event; a caller's leaving is withdraw."""
    six.event_log(tmp_path / "log.xes")
    log = ET.parse(tmp_path / "log.xes").getroot()
    traces = log.findall(f"{XES}trace")
    assert len(traces) == 6

    def values(event):
        return {child.get("key"): child.get("value") for child in event}

    names = [values(t)["concept:name"] for t in traces]
    assert names == [str(n) for n in range(6)]
    parked = [values(e) for e in traces[1].findall(f"{XES}event")]
    assert [(e["concept:name"], e["lifecycle:transition"]) for e in parked] == [
        ("L1: work", "start"),
        ("L1: work", "complete"),
        ("L2: clarify", "start"),
        ("L2: clarify", "complete"),
        ("L2: work", "start"),
        ("L2: work", "complete"),
        ("L2: work", "start"),
        ("L2: work", "complete"),
    ]
    assert parked[0]["time:timestamp"] == "2026-01-05T08:50:00.000+00:00"
    assert parked[0]["org:resource"] == "agent 1"
    assert parked[0]["org:group"] == "L1"
    gone = [values(e) for e in traces[3].findall(f"{XES}event")]
    assert [e["lifecycle:transition"] for e in gone] == ["withdraw", "withdraw"]
    assert "org:resource" not in gone[0]


def test_xes_with_odd_names(six, tmp_path):
    """Names with quotes, angle brackets or control characters leave the file well-formed."""
    odd = six.scenario.model_copy(update={"name": 'A <desk> & "more" \x07'})
    Run(odd, six.workload, six.desk, six.log, 1, 0, "x").event_log(tmp_path / "log.xes")
    name = ET.parse(tmp_path / "log.xes").getroot().find(f"{XES}string[@key='concept:name']")
    assert name.get("value") == 'A <desk> & "more" '


def test_event_log_as_csv(six, tmp_path):
    """One row per spell and leaving, with the columns of interval logs."""
    six.event_log(tmp_path / "log.csv")
    with (tmp_path / "log.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(six.spells) + 2
    assert rows[0] == {
        "case:concept:name": "0",
        "concept:name": "L1: work",
        "concept:instance": "0",
        "org:resource": "agent 0",
        "org:group": "L1",
        "start_timestamp": "2026-01-05T08:10:00.000+00:00",
        "time:timestamp": "2026-01-05T08:20:00.000+00:00",
        "lifecycle:transition": "complete",
        "case:priority": "P1",
        "case:topic": "software",
        "case:channel": "phone",
        "case:ending": "resolved",
    }


def test_an_event_log_of_another_kind(six, tmp_path):
    """Only two suffixes are known."""
    with pytest.raises(OutputError, match=r"ends in \.xes or \.csv"):
        six.event_log(tmp_path / "log.json")
