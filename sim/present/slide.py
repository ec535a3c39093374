"""One slide: its parts, and where they stand."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from sim.present.native import Native, place
from sim.present.picture import Chart
from sim.present.text import one_line, shortened
from sim.present.theme import Theme

WIDTH, HEIGHT = 13.333, 7.5
MARGIN: Final = 0.55
TITLE_TOP, TITLE_HEIGHT = 0.4, 1.05
UNDER_TOP, UNDER_HEIGHT = 1.45, 0.55
BODY_TOP: Final = 2.05
BODY_HEIGHT: Final = 4.75
FOOT_TOP: Final = 6.98
PICTURE_DPI: Final = 200
_LONG: Final = 95
_VERY_LONG: Final = 150
_WIDTHS: Final = (2.4, 3.6, 2.4, 2.2, 2.4, 2.0, 2.0, 2.0)
"""Of the columns of a table, against one another."""
_GAP: Final = 60
"""Letters that the space between two bullets takes."""
_TABLE_SIZES: Final = ((4, 20), (7, 16), (14, 12), (18, 10), (10_000, 8))
"""Up to how many lines a table has letters of which size, in points."""
_TALLEST_ROW: Final = 0.9
_CELL: Final = 220
"""Letters of a table's cell; the report has the rest."""


@dataclass(frozen=True)
class Slide:
    """What a slide says.

    Attributes
    ----------
    title : str
        A finding.
    under : str
        Measure, unit, period, n and method.
    bullets : sequence of str
    table : tuple of (headings, rows), optional
    native : Native, optional
        An editable chart.
    picture : Chart, optional
        A chart of a kind that PowerPoint does not have.
    notes : str
        What the speaker can look up.
    cover : bool
        The first slide.
    """

    title: str
    under: str
    bullets: Sequence[str] = ()
    table: tuple[Sequence[str], Sequence[Sequence[str]]] | None = None
    native: Native | None = None
    picture: Chart | None = None
    notes: str = ""
    cover: bool = False


class Deck:
    """Slides in the making.

    Parameters
    ----------
    theme : Theme
    footer : str
    """

    def __init__(self, theme: Theme, footer: str) -> None:
        from pptx import Presentation  # noqa: PLC0415 - an extra
        from pptx.util import Inches  # noqa: PLC0415

        self.theme, self.footer = theme, footer
        self.file = Presentation()
        self.file.slide_width, self.file.slide_height = Inches(WIDTH), Inches(HEIGHT)
        self.count = 0

    def add(self, slide: Slide) -> None:
        """Add a slide."""
        self.count += 1
        # Of the layouts of the empty deck the sixth has a title alone.
        made = self.file.slides.add_slide(self.file.slide_layouts[5])
        colours = self.theme.colours
        title = made.shapes.title
        top = 2.0 if slide.cover else TITLE_TOP
        size = 34 if slide.cover else 24
        size -= 5 * (len(slide.title) > _LONG) + 4 * (len(slide.title) > _VERY_LONG)
        self._box(title, MARGIN, top, WIDTH - 2 * MARGIN, 2.2 if slide.cover else TITLE_HEIGHT)
        self._text(title.text_frame, [one_line(slide.title)], size, colours.ink, bold=True)
        under_top = 4.4 if slide.cover else UNDER_TOP
        self._words(slide.under, under_top, UNDER_HEIGHT, 14 if slide.cover else 12, colours.muted)
        if slide.bullets:
            self._bullets(made, slide.bullets)
        if slide.table is not None:
            self._table(made, *slide.table)
        if slide.native is not None:
            place(made, slide.native, self._body(), self.theme)
        if slide.picture is not None:
            self._picture(made, slide.picture)
        if self.theme.logo is not None and slide.cover:
            from pptx.util import Inches  # noqa: PLC0415 - an extra

            made.shapes.add_picture(
                str(self.theme.logo), Inches(MARGIN), Inches(0.6), height=Inches(0.8)
            )
        self._words(f"{self.footer} · {self.count}", FOOT_TOP, 0.35, 9, colours.muted)
        made.notes_slide.notes_text_frame.text = "\n".join(
            one_line(line) for line in slide.notes.split("\n")
        )

    def save(self, out: BinaryIO) -> None:
        """Write the file."""
        self.file.save(out)

    def _body(self) -> tuple[Any, Any, Any, Any]:
        from pptx.util import Inches  # noqa: PLC0415 - an extra

        return Inches(MARGIN), Inches(BODY_TOP), Inches(WIDTH - 2 * MARGIN), Inches(BODY_HEIGHT)

    def _box(self, shape: Any, left: float, top: float, width: float, height: float) -> None:
        from pptx.util import Inches  # noqa: PLC0415 - an extra

        shape.left, shape.top = Inches(left), Inches(top)
        shape.width, shape.height = Inches(width), Inches(height)

    def _words(self, text: str, top: float, height: float, size: float, colour: str) -> None:
        from pptx.util import Inches  # noqa: PLC0415 - an extra

        slide = self.file.slides[self.count - 1]
        box = slide.shapes.add_textbox(
            Inches(MARGIN), Inches(top), Inches(WIDTH - 2 * MARGIN), Inches(height)
        )
        self._text(box.text_frame, [one_line(text)], size, colour)

    def _text(
        self, frame: Any, lines: Sequence[str], size: float, colour: str, *, bold: bool = False
    ) -> None:
        from pptx.enum.text import MSO_ANCHOR, PP_ALIGN  # noqa: PLC0415 - an extra
        from pptx.util import Pt  # noqa: PLC0415

        frame.word_wrap = True
        frame.vertical_anchor = MSO_ANCHOR.TOP
        frame.margin_left = frame.margin_right = 0
        for number, line in enumerate(lines):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            paragraph.alignment = PP_ALIGN.LEFT
            run = paragraph.add_run()
            run.text = line
            run.font.size, run.font.bold = Pt(size), bold
            run.font.color.rgb = self._rgb(colour)
            if number:
                paragraph.space_before = Pt(10)

    def _rgb(self, colour: str) -> Any:
        from pptx.dml.color import RGBColor  # noqa: PLC0415 - an extra

        return RGBColor.from_string(colour[1:])  # type: ignore[no-untyped-call]

    def _bullets(self, slide: Any, bullets: Sequence[str]) -> None:
        lines = [f"•  {shortened(text, 420)}" for text in bullets]
        # Small enough that all of them fit the slide.
        letters = sum(map(len, lines))
        room = letters + _GAP * len(lines)
        size = 20 if room < 900 else 17 if room < 1400 else 14 if room < 2000 else 12  # noqa: PLR2004
        box = slide.shapes.add_textbox(*self._body())
        self._text(box.text_frame, lines, size, self.theme.colours.ink)

    def _table(self, slide: Any, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        from pptx.util import Inches, Pt  # noqa: PLC0415 - an extra

        shape = slide.shapes.add_table(len(rows) + 1, len(headings), *self._body())
        table = shape.table
        # Without the file's own colours: they are another brand's.
        table.horz_banding = False
        room = sum(_WIDTHS[: len(headings)])
        for column, part in zip(table.columns, _WIDTHS, strict=False):
            column.width = Inches((WIDTH - 2 * MARGIN) * part / room)
        lines = 1 + sum(max(text.count("\n") + 1 for text in row) for row in rows)
        size = next(points for most, points in _TABLE_SIZES if lines <= most)
        for row in table.rows:
            # A short table fills the slide, with larger letters; a long one takes what it needs.
            row.height = Inches(max(0.3, min(_TALLEST_ROW, BODY_HEIGHT / (2 * lines))))
        for row, cells in enumerate([headings, *rows]):
            for column, text in enumerate(cells):
                cell = table.cell(row, column)
                cell.fill.solid()
                colours = self.theme.colours
                cell.fill.fore_color.rgb = self._rgb(colours.shade if row == 0 else colours.paper)
                told = [shortened(line, _CELL) for line in text.split("\n")]
                self._text(
                    cell.text_frame,
                    told,
                    size,
                    colours.muted if row == 0 else colours.ink,
                    bold=row == 0 or column == 0,
                )
                for paragraph in cell.text_frame.paragraphs:
                    paragraph.space_before = Pt(0)

    def _picture(self, slide: Any, chart: Chart) -> None:
        from pptx.util import Inches  # noqa: PLC0415 - an extra

        picture = slide.shapes.add_picture(
            io.BytesIO(chart.png("panel", PICTURE_DPI)), Inches(MARGIN), Inches(BODY_TOP)
        )
        scale = min((WIDTH - 2 * MARGIN) / picture.width, BODY_HEIGHT / picture.height)
        picture.width, picture.height = (
            Inches(picture.width * scale),
            Inches(picture.height * scale),
        )
        picture.left = Inches(WIDTH / 2) - picture.width // 2
        # What a screen reader says.
        picture._element.nvPicPr.cNvPr.set("descr", one_line(f"{chart.title}. {chart.subtitle}"))  # noqa: SLF001 - python-pptx has no other way
