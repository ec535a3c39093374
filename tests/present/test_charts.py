"""Charts: the same to the byte, drawn from the study's numbers, and readable whatever names hold."""

import csv
import io
import re
import subprocess
import sys
from dataclasses import replace
from itertools import combinations, pairwise

import pytest

from sim.errors import OutputError, TierSimError
from sim.present import chart, names, standard
from sim.present.charts import catalogue, flow
from sim.present.charts.flow_picture import Move, Picture
from sim.present.charts.frontier import on_frontier
from sim.present.charts.shared import spread_out
from sim.present.picture import SIZES, framed
from sim.present.text import drawable
from sim.study.estimate import Estimate
from sim.units import HOUR

OPTIONS = {"tornado": {"metric": "l1_share"}, "response curve": {}}
OF_SEVERAL = [name for name in names() if name != "response curve"]


def made(study, name):
    """Make a chart of the study."""
    return chart(study, name, **OPTIONS.get(name, {}))


def rows_of(drawn):
    """Read a chart's CSV as dictionaries."""
    return list(csv.DictReader(io.StringIO(drawn.csv())))


@pytest.mark.parametrize("name", OF_SEVERAL)
def test_a_chart_is_the_same_to_the_byte(study, name):
    """Drawing twice from one study gives one picture."""
    first, second = made(study, name), made(study, name)
    assert first.svg() == second.svg()
    assert first.csv() == second.csv()


@pytest.mark.parametrize("name", ["utilisation", "differences"])
def test_the_order_of_formats_changes_no_byte(study, name):
    """SVG and PNG come from one figure; whichever is saved first, both are what they are alone."""
    first, second = made(study, name), made(study, name)
    alone = first.svg(), first.png(dpi=50)
    after = second.png(dpi=50), second.svg()
    assert alone == (after[1], after[0])


@pytest.mark.parametrize("size", ["phone", "panel"])
def test_every_size_is_the_same_to_the_byte(study, size):
    """A phone's picture is laid out anew, and still the same each time."""
    assert chart(study, "flow").svg(size) == chart(study, "flow").svg(size)
    assert chart(study, "flow").png(size, dpi=50) == chart(study, "flow").png(size, dpi=50)


@pytest.mark.parametrize("name", [name for name in OF_SEVERAL if name != "warm up"])
def test_a_chart_says_what_it_found_and_how(study, name):
    """Title with a number and an interval; subtitle with period, n and method; footer with the run."""
    drawn = made(study, name)
    counts = name in ("service levels", "waiting", "backlog over the week")
    number = r"\d" if counts else r"\d.*\(.*\d.*\)"
    assert re.search(number, drawn.title), drawn.title
    assert "4 weeks" in drawn.subtitle or "35 days" in drawn.subtitle
    assert "4 replications" in drawn.subtitle
    assert "95 % intervals" in drawn.subtitle
    assert "seed 7 · 4 replications · TierSim" in drawn.footer
    assert drawn.rows
    assert all(len(row) == len(drawn.columns) for row in drawn.rows)


def test_the_response_curve_finds_the_dial(dial):
    """Scenarios that differ in one number make a curve over it, lowest setting first."""
    drawn = chart(dial, "response curve")
    assert drawn.svg() == chart(dial, "response curve").svg()
    settings = [row["setting"] for row in rows_of(drawn) if row["metric"] == "l1_share"]
    assert settings == ["20 %", "40 %", "60 %", "90 %"]


def test_the_response_curve_refuses_several_dials(study):
    """Scenarios that differ in several fields have no common axis."""
    with pytest.raises(TierSimError, match="differ in one field"):
        chart(study, "response curve")


def test_bytes_do_not_depend_on_hashing(study, tmp_path):
    """Sets and dictionaries are walked in one order, however Python hashes text today."""
    code = (
        "import sys; sys.path.insert(0, 'tests/present'); from conftest import small, compare\n"
        "from sim.present import standard; import hashlib\n"
        "study = compare([small(), small('poor-notes')], replications=2, seed=7, jobs=1)\n"
        "text = ''.join(c.csv() + c.title + (c.svg() if c.name in ('differences', 'frontier') else '')"
        " for c in standard(study))\n"
        "print(hashlib.sha256(text.encode()).hexdigest())\n"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PATH": "", "MPLCONFIGDIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1


def test_service_level_numbers_are_the_study_s(study):
    """What the CSV says of a promise is the study's estimate, to the bit."""
    for row in rows_of(chart(study, "service levels")):
        verdict = study[row["scenario"]].verdict(row["service level"])
        assert float(row["share met"]) == verdict.estimate.mean
        assert float(row["low"]) == verdict.estimate.low
        assert float(row["high"]) == verdict.estimate.high
        assert float(row["goal"]) == verdict.goal
        assert row["verdict"] == verdict.word


def test_difference_numbers_are_the_study_s(study):
    """What the CSV says of a difference is the study's paired difference, to the bit."""
    rows = rows_of(chart(study, "differences"))
    assert len(rows) == 2 * len(study.metrics)
    for row in rows:
        estimate = study[row["scenario"]].difference(row["metric"]).estimate
        assert float(row["difference"]) == estimate.mean
        assert float(row["low"]) == estimate.low


def test_share_numbers_are_the_study_s(study):
    """Three definitions for each scenario."""
    rows = rows_of(chart(study, "L1 share"))
    assert len(rows) == 3 * len(study)
    for row in rows:
        assert float(row["share"]) == study[row["scenario"]].estimate(row["metric"]).mean


def test_the_waterfall_of_l1_ends_where_the_metrics_do(study):
    """Taking the escalated away from 100 % leaves the headline; taking the reopened, the adjusted one."""
    rows = {row["step"]: row for row in rows_of(chart(study, "L1 resolution"))}
    resolved, good = rows["resolved there"], rows["resolved for good"]
    assert float(resolved["share"]) == pytest.approx(study[0].estimate("l1_share").mean)
    assert float(good["share"]) == study[0].estimate("l1_share_reopen_adjusted").mean
    parts = [float(r["share"]) for name, r in rows.items() if name.startswith("escalated")]
    assert 1 - sum(parts) == pytest.approx(float(resolved["share"]))


def test_the_waterfall_of_breaches_adds_up(study):
    """The parts add up to all of it, each beginning where the one before ends."""
    rows = rows_of(chart(study, "breaches"))
    *parts, whole = [float(row["hours"]) for row in rows]
    assert sum(parts) == pytest.approx(whole)
    begins = [float(row["bar begins at, hours"]) for row in rows[:-1]]
    assert begins == pytest.approx([sum(parts[:n]) for n in range(len(parts))])


def test_flow_numbers_are_the_curve_s(study):
    """What goes into the first tier is what arrives."""
    rows = rows_of(chart(study, "flow"))
    came = next(r for r in rows if (r["from"], r["to"]) == ("entry", "L1"))
    assert float(came["tickets"]) == pytest.approx(study[0].estimate("tickets").mean, rel=0.01)


def test_one_scenario_can_be_chosen(study):
    """A chart about one scenario shows the one that is asked for, and says so."""
    drawn = chart(study, "flow", scenario="poor-notes")
    assert "poor-notes" in drawn.title
    assert "poor-notes" in drawn.footer


def test_a_promise_is_drawn_on_its_own_clock(study):
    """There is a line for each promise, which is near the service level at its target."""
    rows = rows_of(chart(study, "resolution time"))
    levels = study[0].scenario.service_levels
    assert {row["promise"] for row in rows} == {f"{tier} resolution" for tier in ("L1", "L2", "L3")}
    for name in ("L1 resolution", "L2 resolution", "L3 resolution"):
        own = [row for row in rows if row["promise"] == name]
        near = min(own, key=lambda row: abs(float(row["time, hours"]) * HOUR - levels[name].within))
        met = study[0].estimate(f"service_level[{name}]").mean
        assert float(near["share"]) == pytest.approx(met, abs=0.06)


def test_times_of_one_tier_compare_scenarios(study):
    """With a tier, there is a line for each scenario."""
    rows = rows_of(chart(study, "resolution time", tier="L2"))
    assert {row["scenario"] for row in rows} == set(study.names)
    assert {row["tier"] for row in rows} == {"L2"}


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("servise levels", {}, "did you mean 'service levels'"),
        ("flow", {"tier": "L1"}, "has no option 'tier'"),
        ("tornado", {}, "needs the option 'metric'"),
        ("resolution time", {"tier": "L4"}, "it has L1, L2, L3 and 'all'"),
        ("breaches", {"level": "L1 respons"}, "did you mean 'L1 response'"),
        ("flow", {"scenario": "nobody"}, "no scenario 'nobody'"),
    ],
)
def test_what_cannot_be_drawn_is_said(study, name, options, says):
    """One sentence that a user can act on."""
    with pytest.raises(TierSimError, match=re.escape(says)):
        chart(study, name, **options)


def test_a_study_without_curves_has_the_charts_that_need_none(study):
    """Standard charts leave out what the study cannot feed."""
    bare = [
        replace(r, replications=tuple(replace(one, curves={}) for one in r.replications))
        for r in study
    ]
    bare = [replace(r, base=bare[0] if n else None) for n, r in enumerate(bare)]
    found = [c.name for c in standard(replace(study, results=tuple(bare)))]
    assert found == ["service levels", "differences", "L1 share", "frontier"]


def test_welchs_plot_is_in_a_report_where_the_warm_up_is_too_short(study, monkeypatch):
    """Of the scenario that fills up, and in no other report."""
    assert "warm up" not in [c.name for c in standard(study)]
    short = study[1]
    monkeypatch.setattr(catalogue, "too_short", lambda one: True if one is short else None)
    (plot,) = [c for c in standard(study) if c.name == "warm up"]
    assert plot.title.startswith(short.name)


def test_one_replication_draws_without_intervals(single):
    """A single replication has no interval; its charts are drawn all the same, and say so."""
    first = replace(single[0], replications=single[0].replications[:1])
    drawn = list(standard(replace(single, results=(first,))))
    assert "not yet known" in drawn[0].title
    assert all(c.svg() for c in drawn if c.name in ("L1 share", "flow", "breaches", "weeks"))


def test_hostile_names_are_drawn(hostile):
    """No name is markup, mathematics or a missing letter in a picture, and none leaves it."""
    for drawn in standard(hostile):
        for row in csv.reader(io.StringIO(drawn.csv())):
            assert not any(cell.startswith(("=", "@", "\t")) for cell in row)
        if drawn.name in ("service levels", "frontier", "flow"):
            svg = drawn.svg()
            assert "<script" not in svg
            assert "onerror=alert(1)>" not in svg.replace("&gt;", "")


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Desk 🚀", "Desk [rocket]"),
        ("Team 👍🏽 of ❤", "Team [thumbs up sign] of ❤"),
        ("🇳🇱 desk", "NL desk"),
        ("Tier Ｌ２ at ㎏", "Tier L2 at kg"),
        ("桌 desk", "□ desk"),
        ("Größe, Łódź, שולחן", "Größe, Łódź, שולחן"),
    ],
)
def test_a_letter_that_the_font_lacks_is_said_otherwise(text, drawn):
    """Signs are named, plain forms are taken, and what has no telling name is a box."""
    assert drawable(text, "DejaVu Sans") == drawn


def test_saving_writes_picture_and_numbers(study, tmp_path):
    """Beside the picture stand the numbers; a new folder is made."""
    drawn = chart(study, "L1 share")
    written = drawn.save(tmp_path / "new" / "share.svg")
    assert [path.name for path in written] == ["share.svg", "share.csv"]
    assert written[0].read_text(encoding="utf-8") == drawn.svg()
    assert drawn.save(tmp_path / "share.png")[0].read_bytes().startswith(b"\x89PNG")
    assert [p.name for p in drawn.save(tmp_path / "alone.csv")] == ["alone.csv"]
    assert not list(tmp_path.rglob("*.part"))


def test_another_ending_is_refused(study, tmp_path):
    """The message names the endings that there are."""
    with pytest.raises(OutputError, match=r"\.svg, \.png or \.csv"):
        chart(study, "L1 share").save(tmp_path / "share.gif")


def test_labels_are_moved_apart_and_keep_their_order():
    """No two stand closer than asked; the order of what they name is theirs."""
    moved = spread_out([0.5, 0.5, 0.51, 0.1], 0.2)
    assert moved[3] < moved[0] < moved[1] < moved[2]
    ordered = sorted(moved)
    assert all(b - a >= 0.2 - 1e-9 for a, b in pairwise(ordered))


def test_the_frontier_keeps_what_nothing_beats():
    """A dearer and worse desk is not on it; of two alike both are."""
    assert on_frontier([(1.0, 0.5), (2.0, 0.4), (3.0, 0.9)]) == [0, 2]
    assert on_frontier([(1.0, 0.5), (1.0, 0.5)]) == [0, 1]


def crossing(drawn, size, *, ticks=False):
    """List pairs of labels in a picture that stand on each other; of tick labels alone if asked."""
    with drawn.theme.active():
        figure = framed(drawn, SIZES[size])
        renderer = figure.canvas.get_renderer()
        shown = [axes for axes in figure.axes if axes.get_visible()]
        if ticks:
            found = [t for axes in shown for t in axes.get_xticklabels()]
        else:
            found = [t for axes in shown for t in axes.texts]
        boxes = [(t.get_text(), t.get_window_extent(renderer)) for t in found if t.get_visible()]
    boxes = [(text, box) for text, box in boxes if text]
    assert boxes
    # A pixel of air is in every box.
    return [
        (one, other)
        for (one, box), (other, its) in combinations(boxes, 2)
        if min(box.x1, its.x1) - max(box.x0, its.x0) > 1
        and min(box.y1, its.y1) - max(box.y0, its.y0) > 1
    ]


@pytest.mark.parametrize("size", ["slide", "phone"])
@pytest.mark.parametrize("reach", [0.00011, 0.0003, 0.0037, 0.042, 0.12, 0.9])
def test_tick_labels_of_differences_do_not_meet(study, size, reach, monkeypatch):
    """However small a difference is, its axis can be read, and so can the panel's beside it."""
    told = Estimate(reach / 2, -reach / 9, reach, 4)
    changes = [
        replace(one, difference=replace(one.difference, estimate=told)) for one in study.changes()
    ]
    monkeypatch.setattr(type(study), "changes", lambda *_: changes)
    assert crossing(chart(study, "differences"), size, ticks=True) == []


def every_way(tiers):
    """Let tickets go every way between tiers, in, out and in again."""
    few, many = Estimate(40, 36, 44, 4), Estimate(1234, 1100, 1400, 4)
    ways = [Move(one, other, few) for one in tiers for other in tiers]
    for tier in tiers:
        ways += [Move("entry", tier, many), Move(tier, "resolved", many), Move(tier, "open", many)]
        ways += [Move(tier, "abandoned", few), Move("reopened", tier, few)]
    return ways


@pytest.mark.parametrize("size", ["slide", "panel", "phone"])
@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_a_flow_of_many_tiers_can_be_read(study, size, count):
    """Labels hide neither each other nor another number's line, and nothing leaves the picture."""
    tiers = [f"L{number}" for number in range(1, count + 1)]
    picture = Picture(every_way(tiers), tiers)
    drawn = replace(
        chart(study, "flow"),
        draw=picture.draw,
        height=picture.height,
        phone_height=picture.phone_height,
    )
    assert crossing(drawn, size) == []
    with drawn.theme.active():
        figure = framed(drawn, SIZES[size])
        (axes,) = figure.axes
        whole = figure.bbox
        lines = [line.get_transform().transform_path(line.get_path()) for line in axes.lines]
        for text in (text for text in axes.texts if text.get_text()):
            box = text.get_window_extent(figure.canvas.get_renderer())
            assert min(box.x0 - whole.x0, whole.x1 - box.x1) >= 0, text.get_text()
            assert min(box.y0 - whole.y0, whole.y1 - box.y1) >= 0, text.get_text()
            # One line is the label's own.
            assert sum(line.intersects_bbox(box.padded(-1), filled=False) for line in lines) <= 1
        frame = axes.get_window_extent().padded(2)
        for line in lines:
            assert all(frame.contains(x, y) for x, y in line.vertices)


def test_a_flow_of_many_tiers_leaves_out_small_moves(study):
    """Below one in 200 tickets a way is in the numbers alone where tiers are many."""
    tiers = [*study[0].scenario.tiers, "L4"]
    few, many = Estimate(4, 3, 5, 4), Estimate(1000, 900, 1100, 4)
    found = [Move("entry", "L1", many), Move("L1", "L3", few), Move("L3", "L1", many)]
    assert flow._shown(found, tiers) == [found[0], found[2]]
    assert flow._shown(found, tiers[:3]) == found


def test_welchs_plot_shows_the_interval_that_it_speaks_of(study):
    """Each day's moving average lies within its band; the numbers beside the picture have the ends."""
    rows = rows_of(chart(study, "warm up"))
    drawn = [row for row in rows if row["moving average"]]
    assert drawn
    for row in drawn:
        low, high = float(row["moving average, low"]), float(row["moving average, high"])
        assert low <= float(row["moving average"]) <= high
    assert any(row["moving average, low"] < row["moving average, high"] for row in drawn)
    assert "its interval as a band" in chart(study, "warm up").subtitle


@pytest.mark.parametrize("size", ["slide", "phone"])
@pytest.mark.parametrize("name", ["utilisation", "waiting"])
def test_a_cell_of_the_week_holds_one_number_that_can_be_read(study, name, size):
    """No number is smaller than 6 points, nor wider than its cell."""
    drawn = chart(study, name)
    with drawn.theme.active():
        figure = framed(drawn, SIZES[size])
        for axes in figure.axes:
            across = abs(axes.get_xlim()[1] - axes.get_xlim()[0])
            cell = axes.get_window_extent().width / across
            for text in axes.texts:
                assert re.fullmatch(r"\(?<?[\d.]+[mhd]?\)?", text.get_text())
                assert text.get_fontsize() >= 6
                assert text.get_window_extent(figure.canvas.get_renderer()).width <= cell
