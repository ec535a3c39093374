"""Scenario files: what is read, what is refused, and how it is said."""

import os
import pickle
import re
import string
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.errors import Fault, OutputError, ScenarioError
from sim.scenario.change import difference_lines, differences, plain
from sim.scenario.checking import _quotes_cut
from sim.scenario.file import LONGEST_CHAIN, dump, dumps, load
from sim.scenario.wording import dotted
from sim.units import exact_rate, rate_per_h

ROOT = Path(__file__).parents[2]
GALLERY = sorted((ROOT / "scenarios").glob("*.yaml"))
BASE = ROOT / "scenarios" / "in-house-desk.yaml"
BASE_TEXT = BASE.read_text(encoding="utf-8")

SMALL = """\
name: Small desk
shifts:
  day: {Mon-Fri: 08:00-17:00}
demand: {volume: 100 / week}
priorities:
  P1: {share: 10 %}
  P2: {share: 90 %}
topics:
  software: {share: 60 %, difficulty: 0.4}
  network:  {share: 40 %, difficulty: 0.6}
tiers:
  L1: {ability: 0.5, work: 12 min, staff: {day: 3}}
  L2: {ability: 0.9, work: 1 h, staff: {day: 2}}
"""


@pytest.fixture
def desk(tmp_path):
    """Write files into a folder; the first is called ``desk.yaml`` and is returned."""

    def write(content, **others):
        for name, text in {"desk": content, "small": SMALL, **others}.items():
            (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        return tmp_path / "desk.yaml"

    return write


def faults_of(path):
    """Load a file that must be refused; its faults as (file name, line, column, key, text)."""
    with pytest.raises(ScenarioError) as refused:
        load(path)
    return [(Path(f.file).name, f.line, f.column, f.path, f.what) for f in refused.value.faults]


@pytest.mark.parametrize("path", GALLERY, ids=lambda p: p.stem)
def test_the_gallery_is_read_and_written(path, tmp_path):
    """Every scenario of the gallery loads, and is equal after writing and reading it again."""
    scenario = load(path)
    dump(scenario, tmp_path / "again.yaml")
    assert load(tmp_path / "again.yaml") == scenario
    # The order of tiers, priorities and topics means something, and equality of mappings has none.
    assert str(plain(load(tmp_path / "again.yaml"))) == str(plain(scenario))


def test_a_name_of_its_own():
    """No two scenarios of the gallery go by one name, as a comparison needs."""
    names = [load(path).name for path in GALLERY]
    assert len(set(names)) == len(names)


def test_a_what_if_gives_only_what_differs(desk):
    """Mappings merge, values replace, null takes away, and a path says the same as nesting."""
    changes = [
        "tiers: {L1: {staff: {day: 4}}}",
        "tiers.L1.staff.day: 4",
        "tiers.L1.staff: {day: 4}",
        "tiers.L1: {staff: {day: 4}}",
    ]
    for change in changes:
        what_if = load(desk(f"extends: small.yaml\nname: Four\n{change}\n"))
        assert difference_lines(load(desk(SMALL)), what_if) == ["tiers.L1.staff.day: 3 -> 4"]
    assert what_if.name == "Four"


def test_the_quality_of_notes_is_one_dial(desk):
    """A what-if that turns it turns all that it sets, what the base gives apart included."""
    parts = ("summary", "steps", "data", "reason", "runbooks")
    apart = desk(
        "extends: small.yaml\ndocumentation: {quality: 60 %, summary: 57 %, reason: 40 %, runbooks: 10 %}\n"
    )
    base = load(apart)
    assert base.documentation.completeness("summary") == 0.57
    turned = apart.parent / "turned.yaml"
    turned.write_text(f"extends: {apart.name}\ndocumentation: {{quality: 80 %, data: 30 %}}\n")
    for found in (
        load(turned),
        base.with_({"documentation.quality": 0.8, "documentation.data": 0.3}, name="turned"),
    ):
        notes = found.documentation
        assert notes.quality == 0.8
        assert [getattr(notes, part) for part in parts] == [None, None, 0.3, None, None]
    # Left where it is, as by a search that may turn it, it sets nothing.
    assert base.with_({"documentation.quality": "60 %"}).documentation == base.documentation


def test_null_takes_away_what_the_base_says(desk):
    """After ``null`` the default holds again."""
    text = SMALL.replace("ability: 0.5,", "ability: 0.5, absence: 20 %, pre_empts: P1,")
    what_if = load(desk("extends: b.yaml\ntiers: {L1: {absence: null, pre_empts: null}}\n", b=text))
    assert what_if == load(desk(SMALL)).with_({}, name="Desk")


def test_null_of_an_unknown_key_is_a_fault(desk):
    """A slip in a key that is to be taken away is found like any other."""
    ((_, line, column, key, what),) = faults_of(
        desk("extends: small.yaml\ntiers: {L1: {pre_emts: null}}\n")
    )
    assert (line, column, key) == (2, 14, "tiers.L1.pre_emts")
    assert "did you mean 'pre_empts'?" in what


def test_shifts_are_replaced_whole(desk):
    """A shift that runs on other days does not keep the base's days beside them."""
    what_if = load(desk("extends: small.yaml\nshifts: {day: {Mon-Sun: 00:00-24:00}}\n"))
    assert what_if.shifts["day"].hours_per_week() == 168
    one_more = load(desk("extends: small.yaml\nshifts.day.Sat: 08:00-12:00\n"))
    assert one_more.shifts["day"].hours_per_week() == 49


def test_words_about_a_scenario(desk):
    """A file without a name is called by its file name; neither lesson nor about is inherited."""
    base = SMALL + "lesson: All is well.\nabout: A small desk.\n"
    what_if = load(desk("extends: one-more.yaml\n", **{"one-more": "extends: b.yaml\n", "b": base}))
    assert (what_if.name, what_if.lesson, what_if.about) == ("Desk", "", "")
    assert load(desk("extends: b.yaml\n", b=base)).name == "Desk"


def test_extends_may_climb_and_follow_links(tmp_path):
    """``..`` and links are only reading; the link's own folder counts."""
    (tmp_path / "clients").mkdir()
    (tmp_path / "small.yaml").write_text(SMALL)
    (tmp_path / "clients" / "a.yaml").write_text("extends: ../small.yaml\n")
    (tmp_path / "clients" / "link.yaml").symlink_to(tmp_path / "small.yaml")
    (tmp_path / "clients" / "b.yaml").write_text("extends: link.yaml\n")
    a, b = (load(tmp_path / "clients" / f"{name}.yaml") for name in "ab")
    assert differences(a, b) == {}


@pytest.mark.parametrize(
    ("what_if", "text"),
    [
        ("extends: desk.yaml", "extends itself"),
        ("extends: gone.yaml", "there is no such file"),
        ("extends: smal.yaml", "did you mean 'small.yaml'?"),
        ("extends: folder.yaml", "this is a folder"),
        ("extends: text.yaml", "no YAML"),
        ("extends: /etc/hosts", "a path relative to this file"),
        ("extends: https://example.org/a.yaml", "a path relative to this file"),
        ("extends: notes.txt", "ends in .yaml or .yml"),
        ("extends: [small.yaml]", "the name of one file"),
        ("extends:", "the name of one file"),
        ("extends: pipe.yaml", "no ordinary file"),
        ('extends: "a\\0b.yaml"', "cannot be read"),
        (f"extends: {'a' * 300}.yaml", "cannot be read"),
    ],
)
def test_what_extends_may_not_be(desk, tmp_path, what_if, text):
    """One clear message, at the line that says ``extends``."""
    path = desk(what_if, text="a: [1")
    (tmp_path / "folder.yaml").mkdir()
    os.mkfifo(tmp_path / "pipe.yaml")
    ((_, line, _, _, what),) = faults_of(path)
    assert text in what
    assert line == 1 or "no YAML" in what


def test_a_chain_has_an_end(desk):
    """Files may extend one another, but not for ever."""
    links = {f"c{i}": f"extends: c{i + 1}.yaml\n" for i in range(LONGEST_CHAIN - 2)}
    fits = links | {f"c{LONGEST_CHAIN - 2}": SMALL}
    assert load(desk("extends: c0.yaml\n", **fits)).tiers["L1"].staff == {"day": 3}
    long = links | {
        f"c{LONGEST_CHAIN - 2}": f"extends: c{LONGEST_CHAIN - 1}.yaml\n",
        f"c{LONGEST_CHAIN - 1}": SMALL,
    }
    ((_, _, _, _, what),) = faults_of(desk("extends: c0.yaml\n", **long))
    assert "more than 10 files" in what


def test_every_fault_in_one_go(desk):
    """Eight mistakes of eight kinds, in two files, are all found where they stand."""
    base = SMALL.replace("work: 1 h", "work: 60")
    what_if = """\
extends: base.yaml
tiers:
  L1: {abilty: 0.6, staff: {dya: 3}}
topics:
  software: {share: 70 %}
documentation: {quality: 65}
tiers.L3.cost: 50
shifts:
  late: {Mon-Fir: 12:00-20:00}
  late: {Mon: 12:00-20:00}
period: {start: 2026-13-01}
"""
    found = faults_of(desk(what_if, base=base))
    assert [fault[:4] for fault in found] == [
        ("desk.yaml", 3, 8, "tiers.L1.abilty"),
        ("desk.yaml", 3, 29, "tiers.L1.staff.dya"),
        ("desk.yaml", 5, 14, "topics"),
        ("desk.yaml", 6, 26, "documentation.quality"),
        ("desk.yaml", 7, 1, "tiers.L3.cost"),
        ("desk.yaml", 9, 9, "shifts.late"),
        ("desk.yaml", 10, 3, "shifts.late"),
        ("desk.yaml", 11, 17, "period.start"),
        ("base.yaml", 13, 28, "tiers.L2.work"),
    ]
    words = [
        "unknown key 'abilty' (did you mean 'ability'?); allowed are ability, work",
        "'dya' is not known",
        "the shares add up to 110 %, not to 100 %",
        "65 is not a share; write '65 %'",
        "tiers has no 'L3'",
        "'Mon-Fir' are no days; write for example 'Mon-Fri'",
        "the key stands here again; first in line 9",
        "'2026-13-01' was found; allowed is a date, such as 2026-03-02",
        "60 has no unit; write for example '60 min'",
    ]
    for (*_, what), expected in zip(found, words, strict=True):
        assert expected in what


def test_a_fault_does_not_make_others(desk):
    """What only fails because a value beside it is wrong is not reported."""
    text = SMALL.replace("share: 60 %", "share: 60").replace("day: {Mon-Fri", "day: {Mon-Fry")
    assert [key for *_, key, _ in faults_of(desk(text))] == ["shifts.day", "topics.software.share"]


def test_a_sum_is_checked_beside_other_faults(desk):
    """A wrong difficulty does not hide that the shares do not add up."""
    text = SMALL.replace("share: 60 %, difficulty: 0.4", "share: 50 %, difficulty: 4")
    assert [key for *_, key, _ in faults_of(desk(text))] == ["topics", "topics.software.difficulty"]


def test_a_word_that_is_a_slip(desk):
    """Where one of a few words is allowed, the nearest is suggested."""
    ((*_, what),) = faults_of(desk("extends: small.yaml\ntiers.L1.at_shift_end: parks\n"))
    assert what == "'parks' was found (did you mean 'park'?); allowed is one of 'finish', 'park'"


@pytest.mark.parametrize(
    ("line", "key", "text"),
    [
        (
            "tiers: {L4: {staff: {day: 7}}}",
            "tiers.L4",
            "no 'L4' in tiers; it has L1, L2. To add one, give it ability and work too",
        ),
        ("tiers: {l2: {work: 2 h}}", "tiers.l2", "(did you mean 'L2'?); it has L1, L2. To add one"),
        ("tiers.l2: {work: 2 h}", "tiers.l2", "(did you mean 'L2'?)"),
        ("priorities: {P3: {}}", "priorities.P3", "has no 'P3' in priorities; it has P1, P2"),
    ],
)
def test_a_part_that_a_what_if_adds_by_a_slip(desk, line, key, text):
    """One fault at the name, with the names there are; not one for each thing that it lacks."""
    (fault,) = faults_of(desk(f"extends: small.yaml\n{line}\n"))
    assert fault[:2] == ("desk.yaml", 2)
    assert fault[3] == key
    assert text in fault[4]


def test_a_part_that_a_what_if_adds_with_all_it_needs(desk):
    """A tier behind the others is no slip; a part of a tier that lacks something is not one either."""
    whole = "extends: small.yaml\ntiers: {L3: {ability: 1, work: 2 h, staff: {day: 1}}}\n"
    assert list(load(desk(whole)).tiers) == ["L1", "L2", "L3"]
    found = faults_of(desk("extends: small.yaml\ntiers: {L2: {on_call: {after: 1 h}}}\n"))
    assert {fault[3] for fault in found} == {"tiers.L2.on_call.staff", "tiers.L2.on_call.priority"}
    assert all("is missing" in fault[4] for fault in found)


def test_a_new_name_that_is_a_slip(desk):
    """Where a desk has a tier too many by a slip, the message says so."""
    found = faults_of(desk(f"{SMALL}  L11: {{staff: {{day: 4}}}}\n"))
    assert all("is 'L11' a slip for 'L1'?" in what for *_, what in found)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "the file is empty"),
        (b"# only words\n", "the file is empty"),
        (b"\x00\x01\x02", "no text file"),
        (b"\xff\xfea", "no text in UTF-8"),
        (b"a: [1", "no YAML"),
        (b"a: 1\n b: 2", "no YAML"),
        (b"a: *b", "no YAML"),
        (b"- a\n- b\n", "a scenario is a mapping"),
        (b"just words", "a scenario is a mapping"),
        (b"a: 1\n---\nb: 2\n", "no YAML"),
        (b"a: &a [*a]\n", "aliases"),
        (b"[" * 5000, "nested more than 24 levels"),
        (b"a: " + b"{a: " * 5000, "nested more than 24 levels"),
        (b"x" * (1024 * 1024 + 1), "larger than 1 MiB"),
    ],
)
def test_files_that_are_no_scenario(tmp_path, content, text):
    """One clear message each."""
    path = tmp_path / "desk.yaml"
    path.write_bytes(content)
    ((*_, what),) = faults_of(path)
    assert text in what


def test_paths_that_are_no_file(tmp_path):
    """A folder, and a file that is not there."""
    assert "this is a folder" in faults_of(tmp_path)[0][-1]
    assert "no such file" in faults_of(tmp_path / "gone.yaml")[0][-1]


def test_a_bomb_of_aliases(tmp_path):
    """A page of aliases that stands for billions of values is stopped early."""
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for above, name in zip(string.ascii_lowercase[:9], string.ascii_lowercase[1:10], strict=True):
        lines.append(f"{name}: &{name} [{', '.join([f'*{above}'] * 9)}]")
    path = tmp_path / "desk.yaml"
    path.write_text("\n".join(lines))
    assert "once aliases are followed" in faults_of(path)[0][-1]


@pytest.mark.parametrize(
    "value",
    ["!!python/object/apply:os.system [id]", "!!python/name:os.system ''", "!mine 1", "!!set {a}"],
)
def test_tags_are_refused(desk, value):
    """No value makes an object."""
    found = faults_of(desk(SMALL + f"about: {value}\n"))
    assert "is not allowed; leave it out" in found[0][-1]


def test_merge_keys_are_refused(desk):
    """YAML 1.2 has none; a reader that ignored them would lose what they say."""
    found = faults_of(desk(SMALL + "users: &u {answers_in: 1 h}\nupdates: {<<: *u}\n"))
    assert any("merge keys are not used here" in what for *_, what in found)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("costs.user_hour", ".inf"),
        ("costs.user_hour", ".nan"),
        ("costs.user_hour", "1e999"),
        ("costs.user_hour", "true"),
        ("tiers.L1.ability", "true"),
        ("tiers.L1.ability", "-.inf"),
        ("tiers.L1.staff.day", "9" * 400),
        ("tiers.L1.staff.day", "2.5"),
        ("tiers.L1.staff.day", "yes"),
        ("documentation.quality", ".nan"),
        ("demand.volume", "1e400 / week"),
        ("demand.profile", "{Mon: {08-10: .inf}}"),
        ("demand.growth", ".inf"),
        ("period.length", "1e300 y"),
        ("documentation.effort", "[1]"),
        ("name", "[]"),
        ("name", "7"),
        ("about", "{a: 1}"),
    ],
)
def test_numbers_that_are_none(desk, key, value):
    """Not a number, endless ones, truths and far too long ones have one message each."""
    ((*_, path, what),) = faults_of(desk(f"extends: small.yaml\n{key}: {value}\n"))
    assert path.startswith(key)
    assert len(what) < 200


def test_numbers_are_those_of_yaml_1_2(desk):
    """22:30 is no number of 1350, ``yes`` is a word, and 010 is ten."""
    text = SMALL.replace("08:00-17:00}", "22:30-23:30}").replace("name: Small desk", "name: yes")
    scenario = load(desk("%YAML 1.1\n---\n" + text.replace("day: 3", "day: 010")))
    assert scenario.shifts["day"].spans()[0] == (1350, 1410)
    assert (scenario.name, scenario.tiers["L1"].staff) == ("yes", {"day": 10})


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ("demand.volume: 1000000000 / week", "demand.volume"),
        ("period: {length: 20 y}\ndemand.volume: 1000000 / week", "demand.volume"),
        ("period: {length: 20 y}\ntiers.L1.staff.day: 99000", "tiers.L1"),
    ],
)
def test_slips_that_would_fill_the_memory(desk, change, key):
    """A thousand million tickets are refused before anything is simulated."""
    ((*_, path, what),) = faults_of(desk(f"extends: small.yaml\n{change}\n"))
    assert path == key
    assert "a slip?" in what


def test_with_tells_what_is_not_allowed(desk):
    """Changes have the messages of files, without lines."""
    base = load(desk(SMALL))
    cases = {
        "tiers.L1.staff.dya": "did you mean 'day'?",
        "tiers.L1.abilty": "did you mean 'ability'?",
        "tiers.L1.work": "7 has no unit; write for example '7 min'",
        "teirs.L1.work": "did you mean 'tiers'?",
        "tiers.L1.work.mean": "nothing is below it",
        "tiers..work": "single dots",
        "topics.software.share": "7 is not a share; write '7 %'",
    }
    for path, text in cases.items():
        with pytest.raises(ScenarioError, match=re.escape(text)) as refused:
            base.with_({path: 7})
        assert len(refused.value.faults) == 1


def test_differences_are_written_as_people_do(desk):
    """What was found to differ, never a label that someone typed."""
    base = load(desk(SMALL))
    other = base.with_(
        {"tiers.L1.staff.day": 4, "tiers.L1.pre_empts": "P1", "holidays": ["2026-04-03"]},
        name="Other",
    )
    assert difference_lines(base, other) == [
        "holidays: [] -> [2026-04-03]",
        "tiers.L1.staff.day: 3 -> 4",
        "tiers.L1.pre_empts: not there -> P1",
    ]


def test_an_error_travels_between_processes():
    """Workers hand their errors back by pickling."""
    error = ScenarioError([Fault("wrong", "a.b", "desk.yaml", 1, 2)])
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.faults) == ("desk.yaml:1:2: a.b: wrong", error.faults)


def test_a_place_that_cannot_be_written(desk, tmp_path):
    """One message, and nothing half written."""
    with pytest.raises(OutputError, match="cannot be written"):
        dump(load(desk(SMALL)), tmp_path / "small.yaml" / "desk.yaml")
    (tmp_path / "taken").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        dump(load(desk(SMALL)), tmp_path / "taken")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["desk.yaml", "small.yaml", "taken"]


def test_names_may_hold_anything(desk, tmp_path):
    """Names with dots, colons and quotes are read, written and pointed at."""
    text = SMALL.replace("software:", "\"soft.ware: 'a'\":")
    scenario = load(desk(text))
    dump(scenario, tmp_path / "again.yaml")
    assert load(tmp_path / "again.yaml") == scenario
    wrong = text.replace("difficulty: 0.4", "difficulty: 0.4, work: {L9: 1 h}")
    ((_, line, _, key, _),) = faults_of(desk(wrong))
    assert (line, key) == (9, "topics.soft.ware: 'a'.work.L9")


FUZZ = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60
)


def _says_what(error):
    assert error.faults
    assert all(fault.what for fault in error.faults)


def _only_scenario_errors(path):
    try:
        scenario = load(path)
    except ScenarioError as error:
        _says_what(error)
    else:
        dumps(scenario)


@FUZZ
@given(st.binary(max_size=200))
def test_any_bytes(tmp_path, content):
    """Whatever a file holds, the answer is a scenario or a list of faults."""
    path = tmp_path / "fuzz.yaml"
    path.write_bytes(content)
    _only_scenario_errors(path)


@FUZZ
@given(st.text(alphabet="ab:-[]{}&*!|>'\"%#?,.\n \t0192~<@`e", max_size=80))
def test_any_yaml_like_text(tmp_path, text):
    """Likewise for text made of YAML's own signs."""
    path = tmp_path / "fuzz.yaml"
    path.write_text(text, encoding="utf-8")
    _only_scenario_errors(path)


@FUZZ
@given(st.data())
def test_any_slip_in_a_scenario(tmp_path, data):
    """Likewise for the base with pieces cut out, doubled or replaced."""
    text = BASE_TEXT
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        to = min(len(text), at + data.draw(st.integers(0, 12)))
        piece = data.draw(st.text(alphabet=string.printable + "é\x85\ufeff", max_size=6))
        text = text[:at] + piece + text[to:]
    path = tmp_path / "fuzz.yaml"
    path.write_text(text, encoding="utf-8", newline="")
    _only_scenario_errors(path)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["5 %", "1 h", "3 / week", "x", "", "P1", "L1", "always", "Mon", "08-12"]),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(
            st.sampled_from(["day", "L1", "Mon-Fri", "x", "share", "low"]), below, max_size=3
        )
    ),
    max_leaves=5,
)


def _paths(tree, path=()):
    for key, value in tree.items():
        yield (*path, key)
        if isinstance(value, dict):
            yield from _paths(value, (*path, key))


@FUZZ
@given(st.data())
def test_any_change_of_a_scenario(data):
    """Likewise for any value at any key of a scenario."""
    base = load(BASE)
    paths = list(_paths(base.model_dump(mode="json")))
    chosen = data.draw(st.lists(st.sampled_from(paths), min_size=1, max_size=3))
    try:
        base.with_({dotted(path): data.draw(VALUES) for path in chosen}, name="Changed")
    except ScenarioError as error:
        _says_what(error)


@given(st.floats(0, 1e9), st.integers(0, 900), st.sampled_from(["h", "d", "week", "month", "year"]))
def test_a_rate_is_written_so_that_it_is_read_again_to_the_bit(number, whole, unit):
    """What is stored of a study is compared with the scenario by its digits: `58 / year` was not."""
    for rate in (number, rate_per_h(f"{whole} / {unit}")):
        assert rate_per_h(exact_rate(rate)) == rate


def test_only_what_was_quoted_is_cut_short():
    """Words between two quotes are no quote: a hint after a list of names stays whole."""
    said = "'day' is not known; there are L1 day, L2 day and a third shift; did you mean 'L3 day'?"
    assert _quotes_cut(said) == said
    assert _quotes_cut(f"{'x' * 90!r} was found") == f"'{'x' * 58}… was found"
