"""Whatever an export or a mapping holds, the answer is a table, or one error that says what is wrong.

The same is tried for minutes, guided by coverage, by ``python tests/bench fuzz``.
"""

import contextlib
import string

import pytest
from bench.fuzz import PRESETS as FUZZED
from bench.fuzz import seeds
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.calibrate.lines import find_lines
from sim.errors import ExportError, TierSimError
from sim.intake.aside import write_set_aside
from sim.intake.mapping import load_mapping
from sim.intake.read import read_export

FUZZ = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60
)
PRESETS = st.sampled_from(["any", "servicenow", "jira", "zendesk"])
CELLS = st.sampled_from(
    ["", "?", "2026-01-05 08:00:00", "31/12/2026 23:59", "9999-12-31 23:59:59", "1e9", "-1", "=1+1"]
) | st.text(alphabet=string.printable + "é\x85\ufeff\u2028", max_size=8)


def _only_export_errors(path, preset, tmp_path):
    try:
        export = read_export(path, preset)
    except ExportError:
        return
    assert len(export.tickets) <= export.rows
    write_set_aside(export.set_aside, tmp_path / "aside.csv")
    with contextlib.suppress(TierSimError):
        find_lines(export)


@FUZZ
@given(content=st.binary(max_size=300), preset=PRESETS, suffix=st.sampled_from([".csv", ".xes"]))
def test_any_bytes(tmp_path, content, preset, suffix):
    """Noise is no export, and is told so."""
    path = tmp_path / f"export{suffix}"
    path.write_bytes(content)
    _only_export_errors(path, preset, tmp_path)


@FUZZ
@given(data=st.data())
@pytest.mark.parametrize("kind", ["table", "log"])
def test_any_slip_in_an_export(tmp_path, request, kind, data):
    """An export with pieces cut out, doubled or replaced."""
    text = request.getfixturevalue(kind)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        to = min(len(text), at + data.draw(st.integers(0, 20)))
        text = text[:at] + data.draw(CELLS) + text[to:]
    path = tmp_path / "export.csv"
    path.write_text(text, encoding="utf-8", newline="")
    _only_export_errors(path, data.draw(PRESETS), tmp_path)


@FUZZ
@given(text=st.text(alphabet="ab:-[]{}&*!|>'\"%#?,.\n \t0192~<@`e", max_size=80))
@pytest.mark.parametrize("head", ["", "columns: {id: number}\n", "states: "])
def test_any_mapping(tmp_path, text, head):
    """Text made of YAML's own signs, alone and after what is right."""
    path = tmp_path / "mapping.yaml"
    path.write_text(head + text, encoding="utf-8")
    with contextlib.suppress(ExportError):
        load_mapping(path)


def test_the_bench_begins_with_exports_that_are_read(tmp_path):
    """A seed that is refused at its header leads nowhere; each is read by its preset, in its words."""
    corpus, path = tmp_path / "corpus", tmp_path / "export.csv"
    corpus.mkdir()
    seeds("exports", corpus)
    for seed in corpus.iterdir():
        *content, _, preset = seed.read_bytes()
        path.write_bytes(bytes(content))
        export = read_export(path, FUZZED[preset])
        assert {"id", "opened"} <= export.mapping.columns.keys(), seed.name
        assert not export.set_aside, seed.name
    headers = {seed.read_bytes().split(b"\n")[0] for seed in corpus.iterdir()}
    assert len(headers) > 2 * len(FUZZED)
