"""Deck, workbook and paper: what they hold, and that no name is ever run."""

import html
import re
from dataclasses import replace

import pytest

from sim.present import write
from sim.present.report import Asked, page
from sim.units import HOUR

openpyxl = pytest.importorskip("openpyxl")
pptx = pytest.importorskip("pptx")


@pytest.fixture(scope="module")
def book(study, tmp_path_factory):
    """Write a workbook, and read it again."""
    path = write(study, tmp_path_factory.mktemp("book") / "options.xlsx")
    return openpyxl.load_workbook(path)


@pytest.fixture(scope="module")
def slides(study, tmp_path_factory):
    """Write a deck, and read its slides again."""
    path = write(study, tmp_path_factory.mktemp("deck") / "options.pptx")
    return list(pptx.Presentation(path).slides)


def records(sheet):
    """Read a sheet with headings in its first row."""
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def words_of(slide):
    """Collect every word that a slide shows."""
    found = []
    for shape in slide.shapes:
        if shape.has_text_frame:
            found.append(shape.text_frame.text)
        if shape.has_table:
            found += [cell.text for row in shape.table.rows for cell in row.cells]
    return "\n".join(found)


def test_results_are_numbers(book, study):
    """A mean is a number, in the unit beside it, and the study's own."""
    rows = {(r["scenario"], r["id"]): r for r in records(book["Results"])}
    assert len(rows) == sum(len(result.metrics) for result in study)
    for result in study:
        share = rows[result.name, "l1_share"]
        assert share["mean"] == result.estimate("l1_share").mean
        assert share["unit"] == "share"
        took = rows[result.name, "resolution[mean]"]
        assert took["mean"] == pytest.approx(result.estimate("resolution[mean]").mean / HOUR)
        assert took["unit"] == "hours"
        assert rows[result.name, "staff_cost"]["unit"] == "EUR"


def test_differences_are_numbers(book, study):
    """Each option against the first, with interval and p."""
    rows = records(book["Differences"])
    row = next(r for r in rows if (r["scenario"], r["id"]) == ("poor-notes", "l1_share"))
    found = study["poor-notes"].difference("l1_share")
    # A workbook holds 16 digits of a number.
    assert (row["difference"], row["low"], row["p"]) == pytest.approx(
        (found.estimate.mean, found.estimate.low, found.p), rel=1e-14
    )


def test_the_workbook_holds_everything(book, study):
    """Answer, inputs with sources, chart numbers, definitions, method and manifest."""
    names = book.sheetnames
    for name in ("Answer", "Service levels", "What differs", "Inputs", "Definitions", "Method"):
        assert name in names
    assert len([name for name in names if name[:2].isdigit()]) >= 12
    inputs = records(book["Inputs"])
    quality = [r for r in inputs if r["field"] == "documentation.quality"]
    assert [r["value"] for r in quality] == ["60 %", "60 %", "30 %"]
    assert "assumed" in quality[0]["what it is, and its source"]
    manifest = {row["what"]: row["value"] for row in records(book["Manifest"])}
    assert manifest["seed"] == 7
    for one in study.manifest.scenarios:
        assert one["hash"].startswith(manifest[f"scenario {one['name']}"].split()[-1])
    assert book["Manifest"].max_row < 20


def test_shares_are_in_per_cent_and_durations_in_hours(book):
    """A cell of a share is formatted in per cent; no heading speaks of ms, no time is below 0."""
    results = {row[2].value: row for row in book["Results"].iter_rows(min_row=2)}
    assert {cell.number_format for cell in results["l1_share"][4:7]} == {"0.0%"}
    assert results["resolution[mean]"][4].number_format != "0.0%"
    for sheet in book:
        rows = list(sheet.iter_rows(values_only=True))
        headings = [cell for row in rows[:4] for cell in row if isinstance(cell, str)]
        assert not [text for text in headings if re.search(r"\bms\b", text)], sheet.title
    (waits,) = (sheet for sheet in book if sheet.title.endswith("breaches"))
    lows = [row[2] for row in waits.iter_rows(min_row=5, values_only=True)]
    assert lows
    assert min(lows) >= 0
    (levels,) = (sheet for sheet in book if sheet.title.endswith("service levels"))
    assert {row[2].number_format for row in levels.iter_rows(min_row=5)} == {"0.0%"}


def test_no_text_is_a_formula(hostile, tmp_path):
    """A name that begins with = + - @ stays what it was, and Excel runs nothing."""
    path = write(hostile, tmp_path / "hostile.xlsx")
    found = openpyxl.load_workbook(path)
    cells = [cell for sheet in found for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert not [cell for cell in cells if cell.hyperlink]
    assert "'=cmd|' /C calc'!A0" in {cell.value for cell in cells}


def test_a_deck_has_eight_to_twelve_slides(slides):
    """As many as one can show; each with a title, and notes with the method."""
    assert 8 <= len(slides) <= 12
    for slide in slides:
        assert slide.shapes.title.text_frame.text
        assert "replications" in words_of(slide)
        assert "Each scenario was simulated 4 times" in slide.notes_slide.notes_text_frame.text


def test_slide_titles_are_findings(slides):
    """Most titles have a number with its interval; no two slides say the same."""
    titles = [slide.shapes.title.text_frame.text for slide in slides]
    with_interval = [t for t in titles if re.search(r"\d.*\(.*\d.*\)", t)]
    assert len(with_interval) >= len(titles) / 2
    assert len(set(titles)) == len(titles)


def test_charts_of_the_deck_can_be_edited(slides, study):
    """Bars and lines are PowerPoint's own, with the study's numbers; the rest are pictures."""
    charts = [shape.chart for slide in slides for shape in slide.shapes if shape.has_chart]
    assert len(charts) >= 3
    levels = charts[0]
    assert [series.name for series in levels.plots[0].series] == list(study.names)
    means = [v.estimate.mean for v in study[0].verdicts.values()]
    assert list(levels.plots[0].series[0].values) == pytest.approx(means)


def test_an_editable_chart_is_not_said_to_have_what_it_lacks(slides):
    """Bars and lines of the deck have no bands, shading or marks; an axis of shares ends at 100 %."""
    edited = [(s, shape.chart) for s in slides for shape in s.shapes if shape.has_chart]
    assert len(edited) >= 4
    for slide, drawn in edited:
        words = words_of(slide)
        assert not re.search(r"[●■◆◇]|bands?:|shaded", words), words
        form = drawn.value_axis.tick_labels.number_format
        if "%" in form:
            assert drawn.value_axis.maximum_scale == 1.0


def test_late_tickets_are_told_in_one_way(slides, study):
    """The labels of the bars are written as the title writes them, and the axis names its unit."""
    (late,) = (s for s in slides if "missed" in words_of(s) and "in all they took" in words_of(s))
    (drawn,) = (shape.chart for shape in late.shapes if shape.has_chart)
    assert re.search(r'" [dh]"', drawn.value_axis.tick_labels.number_format)
    labels = [point.data_label.text_frame.text for point in _points(drawn)]
    told = re.search(r"in all they took ([0-9dhmin ]+)", words_of(late))[1].strip()
    assert any(label.startswith(told) for label in labels), (told, labels)


def _points(drawn):
    (series,) = drawn.plots[0].series
    return [series.points[at] for at in range(len(series.values))]


def test_nothing_leaves_the_slide(slides):
    """Every shape lies on the slide."""
    for slide in slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= 13.34 * 914_400
            assert shape.top + shape.height <= 7.51 * 914_400


def test_hostile_names_fit_a_deck(hostile, tmp_path):
    """The file opens, and shows the names as they are, without what steers text."""
    path = write(hostile, tmp_path / "hostile.pptx")
    words = "\n".join(words_of(slide) for slide in pptx.Presentation(path).slides)
    assert "<script>alert(1)</script>" in words
    assert "\u202e" not in words
    assert "\x08" not in words


def test_many_desks_fit_the_slides(hostile, tmp_path):
    """Of many options the slides show some, say so, and name the one of the answer."""
    many = replace(hostile, results=(*hostile.results, _renamed(hostile, "the seventh")))
    path = write(many, tmp_path / "many.pptx")
    found = list(pptx.Presentation(path).slides)
    assert 8 <= len(found) <= 12
    assert "6 of 7 options" in words_of(found[0])


def _renamed(study, name):
    last = study.results[-1]
    return replace(last, scenario=last.scenario.with_({}, name=name))


def test_one_desk_has_a_deck_too(single, tmp_path):
    """Without options to compare there are fewer slides, and no difference."""
    path = write(single, tmp_path / "single.pptx")
    found = list(pptx.Presentation(path).slides)
    assert len(found) >= 8
    assert not any("against the first" in words_of(slide) for slide in found)


def test_the_paper_is_a_pdf(single, tmp_path, few_charts):
    """WeasyPrint makes it of the same page, and is given nothing from outside."""
    pytest.importorskip("weasyprint")
    path = write(single, tmp_path / "single.pdf")
    assert path.read_bytes().startswith(b"%PDF-")


def cells_on_paper(text):
    """Lay a page out as for a PDF; returns the lines of each cell, and the cells that leave the paper."""
    weasyprint = pytest.importorskip("weasyprint")
    cells, beyond = [], []
    for sheet in weasyprint.HTML(string=text).render().pages:
        paper = sheet._page_box
        edge = paper.content_box_x() + paper.width
        for part in paper.descendants():
            if type(part).__name__ != "TableCellBox":
                continue
            rows = [one for one in part.descendants() if type(one).__name__ == "LineBox"]
            cells += [
                "".join(t.text for t in row.descendants() if type(t).__name__ == "TextBox")
                for row in rows
            ]
            if part.position_x + part.border_width() > edge + 1:
                beyond.append(cells[-1:])
    return cells, beyond


@pytest.mark.parametrize("which", ["study", "hostile"])
def test_no_table_on_paper_breaks_a_word_or_leaves_the_page(which, few_charts, request):
    """A column is as wide as its longest word; fields break at their joints, endless names anywhere."""
    text = page(request.getfixturevalue(which), Asked(), paper=True)
    cells, beyond = cells_on_paper(text)
    assert len(cells) > 500
    assert beyond == []
    written = html.unescape(re.sub(r"<[^>]*>", " ", text))
    words = set(re.findall(r"\w+", written.replace("\N{WORD JOINER}", "")))
    shown = " ".join(cells).replace("\N{WORD JOINER}", "")
    # A name of 200 letters without a space has to break somewhere.
    assert {word for word in re.findall(r"\w+", shown) if set(word) != {"x"}} <= words


@pytest.mark.parametrize("which", ["study", "single"])
def test_no_heading_stands_alone_at_the_foot_of_a_page(which, few_charts, request):
    """A heading, a question or a table's title is on the page of what it is the heading of."""
    weasyprint = pytest.importorskip("weasyprint")
    text = page(request.getfixturevalue(which), Asked(), paper=True)
    pages = weasyprint.HTML(string=text).render().pages
    assert len(pages) > 5
    for number, sheet in enumerate(pages[:-1], 1):
        (root, *_) = sheet._page_box.children
        path = [root]
        while getattr(path[-1], "children", None):
            below = [box for box in path[-1].children if getattr(box, "height", 1)]
            if not below:
                break
            path.append(max(below, key=lambda box: box.position_y))
        tags = {box.element_tag for box in path}
        assert not tags & {"h2", "h3", "dt", "thead", "caption"}, (number, tags)
        classes = {box.element.get("class") for box in path if box.element is not None}
        assert "caption" not in classes, number
