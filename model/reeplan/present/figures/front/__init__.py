"""The front over a strip of what each plan builds, on one cost axis."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from reeplan.present.charts.page import title_size
from reeplan.present.charts.style import BLUE, BODY, EDGE, GREY, INK, SMALL, TITLE, WIDTH, TextMeasurer, line
from reeplan.present.figures.front import words
from reeplan.present.figures.front.data import FrontData, read_front, strip_of, table_of
from reeplan.present.figures.front.page import BAND, HEAD, SIDE, SIDE_WIDTH, FrontPage, visible_gaps
from reeplan.present.figures.front.points import draw_connectors, draw_points
from reeplan.present.figures.front.strip import draw_header, draw_rows, rows_height
from reeplan.present.figures.spec import FigureSpec

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEIGHT_OF_FRONT, HEIGHT_OF_ONE = 3.35, 2.3


def front_figure(data: FrontData) -> Figure:
    """The figure, not yet written; to be called inside ``drawing_style``."""
    ruler, strip = TextMeasurer(), strip_of(data)
    full = WIDTH - 2 * EDGE
    size = title_size(ruler, words.title(data))
    head = ruler.wrap(words.title(data), full, size, "bold", most=2)
    under_head = ruler.wrap(words.subtitle(data), full, BODY, most=2)
    intervals, target = bool(visible_gaps(data).any()), data.settings["resilience_target"] is not None
    notes = [
        (ruler.wrap(words.every_plan_builds(data, strip), full, BODY, most=3), BODY, INK),
        (ruler.wrap(words.caption(data, intervals, target), full, SMALL, most=4), SMALL, GREY),
        (ruler.wrap(words.footer(data), full, SMALL, most=3), SMALL, GREY),
    ]
    top = 0.14 + len(head) * line(TITLE) + len(under_head) * line(BODY) + (0.62 if len(data.points) > 1 else 0.4)
    bottom = sum(len(lines) * line(small) + 0.05 for lines, small, _ in notes if lines) + 0.12
    front = HEIGHT_OF_FRONT if len(data.points) > 1 else HEIGHT_OF_ONE
    height = top + front + BAND + HEAD + rows_height(data, strip) + bottom
    floor = height - top - front
    page = FrontPage(data, strip, ruler, height, floor, front)
    y = page.paragraph(EDGE, height - 0.14, head, size, weight="bold")
    page.paragraph(EDGE, y, under_head, BODY, color=GREY)
    draw_points(page)
    draw_connectors(page)
    _draw_side(page, floor + front + (0.45 if len(data.points) > 1 else 0.12), floor - BAND + 0.12)
    draw_header(page, floor - BAND)
    y = draw_rows(page, floor - BAND - HEAD) - 0.06
    for lines, small, colour in notes:
        y = page.paragraph(EDGE, y, lines, small, color=colour) - (0.05 if lines else 0)
    return page.figure


def _draw_side(page: FrontPage, top: float, bottom: float) -> None:
    """What each lettered plan is, beside the front; the most resilient at the top, as on the front."""
    lettered = page.data.points[page.data.points["letter"] != ""].reset_index(drop=True)
    count = len(lettered)
    step = (top - bottom) / count
    heads = line(BODY + 0.6) + line(BODY) + 0.02
    room = max(1, int((step - heads - 0.08) / line(SMALL)))
    y = top
    for number in reversed(range(count)):
        letter, reached = lettered["letter"].iloc[number], lettered["gap_reached"].iloc[number]
        middle = y - 0.5 * line(BODY)
        page.letter(SIDE + 0.08, middle, letter, reached, 11)
        page.write(
            SIDE + 0.24,
            middle,
            words.heading(page.data, number),
            BODY + 0.6,
            va="center_baseline",
            weight="bold",
            color=BLUE,
        )
        below = page.paragraph(SIDE, y - line(BODY + 0.6), [words.figures_of(page.data, number)], BODY, weight="bold")
        bill = page.ruler.wrap(words.bill_of(page.data, number), SIDE_WIDTH, SMALL, most=max(1, room // 2))
        below = page.paragraph(SIDE, below, bill, SMALL, color=GREY)
        most = max(1, room - len(bill))
        story = words.story_that_fits(page.data, number, partial(_fits, page, most))
        below = page.paragraph(SIDE, below, page.ruler.wrap(story, SIDE_WIDTH, SMALL, most=most), SMALL)
        y = below - 0.16


def _fits(page: FrontPage, most: int, text: str) -> bool:
    return len(page.ruler.wrap(text, SIDE_WIDTH, SMALL)) <= most


FIGURE = FigureSpec(
    name="front",
    heading="Cost against resilience",
    per="run",
    table=lambda view: table_of(read_front(view.run)),
    title=lambda view, _: words.title(read_front(view.run)),
    alt=lambda view, _: words.alt(read_front(view.run)),
    draw=lambda view, _: front_figure(read_front(view.run)),
)
