"""``report.html``: sections one after the other on one self-contained page.

Everything shown comes from the run folder. Every text is escaped by the template engine, so that a
name in a table stays text; styles and script are the package's own files.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from markupsafe import Markup

from reeplan.present.charts.page import versions
from reeplan.present.report.answer import answer, badges, subtitle
from reeplan.present.report.content import Report
from reeplan.present.report.sections import SECTIONS

if TYPE_CHECKING:
    from reeplan.present.report.sections import Renderer

TEMPLATES = Path(__file__).with_name("templates")


def write_page(run: Path) -> None:
    """Write the page of a run into its folder."""
    page = render(Report(run))
    draft = run / ".report.html.tmp"
    try:
        draft.write_text(page, encoding="utf-8", newline="\n")
        draft.replace(run / "report.html")
    finally:
        draft.unlink(missing_ok=True)


def render(report: Report) -> str:
    """The page as text."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def as_html(template: str, **values: object) -> Markup:
        return Markup(environment.get_template(template).render(values))

    written: Renderer = as_html
    parts = [(section, html) for section in SECTIONS if (html := section.render(report, written)) is not None]
    return environment.get_template("page.html.j2").render(
        title=report.title,
        subtitle=subtitle(report),
        answer=answer(report),
        badges=badges(report),
        sections=parts,
        chosen=report.shown_first,
        footer=versions(report.run),
        digest=report.digest,
        manifest=report.manifest,
        style=_own_file("report.css"),
        script=_own_file("report.js"),
    )


def _own_file(name: str) -> Markup:
    """Style or script as it is: written with the package, no part of it from a case."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))
