"""The report: whole, escaped, and closed to the world outside."""

import dataclasses
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from matplotlib import image

import sim
from sim.errors import MissingExtraError, OutputError, TierSimError
from sim.present import load_theme, picture, save_charts, write
from sim.present.animation import animate
from sim.present.assumptions import assumptions
from sim.present.report import Asked, write_all
from sim.present.templates import file_name

VOID = {"meta", "img", "br", "wbr", "input", "link", "hr"}
SVG_ALONE = {"path", "use", "rect", "line"}


class Page(HTMLParser):
    """What a browser would find."""

    def __init__(self, text):
        super().__init__()
        self.open, self.addresses, self.scripts, self.anchors, self.ids = [], [], 0, [], []
        self.handlers = []
        self.words = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Note what the tag asks for."""
        known = dict(attrs)
        self.scripts += tag == "script"
        self.addresses += [known[name] for name in ("src", "href", "xlink:href") if name in known]
        self.handlers += [name for name in known if name.startswith("on")]
        self.ids += [known["id"]] if "id" in known else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        """Take a tag that closes itself as closed."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        """Every tag closes the one opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data):
        """Keep the words."""
        self.words.append(data)


@pytest.fixture(scope="module")
def page(study, tmp_path_factory):
    """Write a report, and read its text."""
    path = write(study, tmp_path_factory.mktemp("report") / "options.html")
    return path.read_text(encoding="utf-8")


def test_the_page_asks_nobody(page):
    """Every address is a place on the page, or holds its content."""
    found = Page(page)
    assert not found.open
    assert not found.scripts
    assert not found.handlers
    for address in found.addresses:
        assert address.startswith(("#", "data:")), address
        assert not address.startswith("#") or address[1:] in found.ids
    assert "http" not in re.sub(r"data:[^\"]*", "", page).lower().replace("http-equiv", "")
    assert not re.search(r"url\((?!#)", page)


def test_no_two_things_have_one_name(page):
    """Pictures keep their names apart, and each name that is asked for is there."""
    found = Page(page)
    assert len(found.ids) == len(set(found.ids))
    wanted = set(re.findall(r"url\(#([^)]+)\)", page))
    assert wanted <= set(found.ids)


def test_the_answer_comes_first(page, study):
    """The headline is the title and the first heading; then come options, levels, shares, method."""
    words = " ".join("".join(Page(page).words).split()).replace("\u2060", "").replace("\u00a0", " ")
    first = words.index("keeps") if "keeps" in words else 0
    order = ["The options", "Service levels", "What the first line resolves", "Charts"]
    order += ["What differs", "Assumptions", "Method", "Definitions", "Run it again"]
    places = [words.index(f"{text} ", first) for text in order]
    assert places[0] > first
    for result in study:
        for verdict in result.verdicts.values():
            assert f"{100 * verdict.estimate.mean:.1f} %" in words
    assert "(a) never left the first line" in words
    assert "tickets bounce (above" in words
    assert "documentation.quality" in words
    assert "assumed; 69 % had to repeat themselves" in words
    assert f"Seed {study.seed}" in words


def test_the_page_is_the_same_each_time(study, tmp_path, few_charts):
    """Nothing in it is the time of day or the order of a set."""
    first, second = (write(study, tmp_path / f"{name}.html").read_bytes() for name in "ab")
    assert first == second


def test_hostile_text_stays_text(hostile, tmp_path):
    """Names and descriptions are shown as written; none becomes a tag or an attribute."""
    text = write(hostile, tmp_path / "hostile.html").read_text(encoding="utf-8")
    found = Page(text)
    assert not found.open
    assert not found.scripts
    assert not found.handlers
    words = "".join(found.words)
    assert "<script>alert(1)</script>" in words
    assert "=cmd|' /C calc'!A0" in words
    assert "a" * 5_000 in words
    assert "🚀" in words


def test_what_stands_between_backticks_is_code(single, tmp_path, few_charts):
    """Keys and commands in a note are set as code; what a user wrote there stays escaped."""
    said = "Set `period.warm_up` to `<b>`, 5 weeks > 4."
    noted = dataclasses.replace(single, remarks=(said,))
    text = write(noted, tmp_path / "noted.html").read_text(encoding="utf-8")
    assert "Set <code>period.warm_up</code> to <code>&lt;b&gt;</code>, 5 weeks &gt; 4." in text
    shown = re.sub(r"<(style|pre|script)\b.*?</\1>|<!--.*?-->", "", text, flags=re.DOTALL)
    assert "`" not in re.sub(r"<[^>]*>", "", shown)


def test_a_film_plays_in_the_page_and_escapes_names(study, hostile, tmp_path, few_charts):
    """The page with a film has one script, which no name can end."""
    run = sim.run(hostile["<script>alert(1)</script>"].scenario, seed=1)
    text = write(study, tmp_path / "film.html", run=run).read_text(encoding="utf-8")
    found = Page(text)
    assert found.scripts == 1
    assert all(address.startswith(("#", "data:")) for address in found.addresses)
    film = animate(run, length="1 d")
    assert film.html() == film._repr_html_()
    assert film.html().count("</script>") == 1


def test_a_film_tells_the_log(study):
    """Every visit of the stretch is there, and nobody works before joining or after the end."""
    run = sim.run(study[0].scenario, seed=1)
    film = animate(run, start="8 d", length="2 d")
    begin, end = 8 * 24 * 60 * 60_000, 10 * 24 * 60 * 60_000
    joined, finished = run.log.joined_ms, run.log.finished_ms
    inside = (joined >= 0) & (joined < end) & ((finished < 0) | (finished >= begin))
    visits = film.story["visits"]
    assert len(visits) == inside.sum()
    for _, tier, came, done, _, *spells in visits:
        assert 0 <= tier < 3
        assert spells == sorted(spells, key=lambda minute: (minute is None, minute))
        assert not spells or spells[0] >= came
        assert done is None or not spells or spells[-1] <= done
    for steps in film.story["staff"]:
        assert all(there >= 0 for _, there in steps)


def test_a_film_of_too_much_is_refused(study):
    """A browser cannot draw a year; the message says what to do."""
    run = sim.run(study[0].scenario.with_({"demand.volume": "40000 / week"}, name="many"), seed=1)
    with pytest.raises(TierSimError, match="choose a shorter one"):
        _ = animate(run, length="7 d").story
    busy = sim.run(study[0].scenario.with_({"demand.volume": "16000 / week"}, name="busy"), seed=1)
    assert animate(busy, start="1 d").story["length"] == 24 * 60, "a day is the most that it holds"
    with pytest.raises(TierSimError, match="after the end"):
        animate(run, start="60 d")


def test_another_ending_is_refused(study, tmp_path):
    """The message names the endings that there are."""
    with pytest.raises(OutputError, match=r"\.html, \.pdf, \.pptx or \.xlsx"):
        write(study, tmp_path / "report.docx")


def test_a_place_that_cannot_be_written_leaves_nothing(single, tmp_path):
    """A folder in the way is said in one sentence; no half of a file is left."""
    (tmp_path / "taken.xlsx").mkdir()
    with pytest.raises(OutputError, match=r"taken\.xlsx"):
        write(single, tmp_path / "taken.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["taken.xlsx"]


@pytest.mark.parametrize(
    "kind",
    [("pptx", "pptx", "office"), ("xlsx", "xlsxwriter", "office"), ("pdf", "weasyprint", "pdf")],
)
def test_a_missing_extra_says_how_to_install_it(single, tmp_path, monkeypatch, kind):
    """The message is a command that can be pasted, and nothing is written."""
    ending, package, extra = kind
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=re.escape(f"pip install 'tiersim[{extra}]'")):
        write(single, tmp_path / f"report.{ending}")
    assert not list(tmp_path.iterdir())


def test_every_chart_is_saved_with_its_numbers(single, tmp_path, few_charts):
    """A folder holds picture and CSV of each chart, numbered in the order of the report."""
    written = save_charts(single, tmp_path / "charts", kinds=("svg",))
    names = sorted(path.name for path in written)
    assert names[0] == f"01-{file_name('service levels')}.csv"
    assert len(names) == 2 * len({name.rpartition(".")[0] for name in names})
    assert sorted(path.name for path in (tmp_path / "charts").glob("[!.]*")) == names


def test_several_files_share_their_pictures(single, tmp_path, few_charts, monkeypatch):
    """Page, paper and folder show the same charts; each is laid out once in a size, never once a file."""
    laid_out, plain = [], picture.framed
    monkeypatch.setattr(
        picture,
        "framed",
        lambda chart, size: laid_out.append((chart.name, size.name)) or plain(chart, size),
    )
    files = [tmp_path / "a.html", tmp_path / "b.html"]
    written = write_all(single, files, Asked(), charts_in=tmp_path / "charts")
    assert written[:2] == files
    assert len(written) > 6
    assert files[0].read_bytes() == files[1].read_bytes()
    assert len(laid_out) == len(set(laid_out)) == 6


def test_a_study_writes_itself(single, tmp_path):
    """``study.report`` and ``study.chart`` reach this room."""
    assert single.report(tmp_path / "own.xlsx").exists()
    assert single.chart("L1 share").name == "L1 share"


def test_a_brand_colours_everything(study, tmp_path, few_charts):
    """Colours, footer and logo of a theme are on the page and in every chart."""
    image.imsave(tmp_path / "logo.png", [[[1.0, 0.0, 0.0]] * 4] * 2)
    (tmp_path / "brand.yaml").write_text(
        'colours: {series: ["#123456"], ink: "#0A0B0C"}\nlogo: logo.png\nfooter: Example Ltd\n'
    )
    theme = load_theme(tmp_path / "brand.yaml")
    text = write(study, tmp_path / "brand.html", theme=theme).read_text(encoding="utf-8")
    assert "#123456" in text
    assert "--ink:#0A0B0C" in text
    assert "Example Ltd" in text
    assert text.count("data:image/png;base64,") > 4
    drawn = study.chart("L1 share", theme=theme)
    assert "#123456" in drawn.svg()
    assert drawn.footer.endswith("Example Ltd")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("colour: {}", "did you mean 'colours'"),
        ("colours: {ink: black}", "is no colour"),
        ("colours: {series: []}", "is empty"),
        ("font: Comic Nonsense", "there is no font"),
        ("logo: missing.png", "cannot be read"),
        ("logo: logo.svg", "no PNG or JPEG"),
        ("- a list", "no mapping"),
        ("colours: [", "cannot be read"),
    ],
)
def test_a_theme_that_cannot_be_used_is_said(tmp_path, text, says):
    """One sentence with the file's name."""
    (tmp_path / "brand.yaml").write_text(text)
    with pytest.raises(TierSimError, match=re.escape(says)):
        load_theme(tmp_path / "brand.yaml")


def test_the_room_costs_nothing_until_something_is_drawn():
    """Looking at a study in a terminal brings in no drawing library and no extra."""
    code = "import sim.present, sys; print([m for m in sys.modules if m in "
    code += "('matplotlib', 'jinja2', 'pptx', 'xlsxwriter', 'weasyprint')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_shape_of_answers_is_told_in_words(study):
    """Of forty quantiles a report says the shortest, the median and the longest, with units."""
    seen = [number / 4 for number in range(1, 41)]
    desk = study[0].scenario.with_(
        {"users.answers_in": "10 h", "users.answers_shape": seen}, name="as seen"
    )
    values = {row[0]: row[1] for table in assumptions(desk) for row in table.rows}
    # Evenly spaced from 0.25 to 10, of mean 5.125; the mean wait is 10 h.
    assert values["users.answers_shape"] == "as seen: from 29 min to 19 h 31 min, median 10 h"
    assert all(value.count(",") < 30 for value in values.values())
