"""Runs for the tests of the report, with small pictures whose content is known, and a reader of its HTML."""

from __future__ import annotations

import json
import shutil
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from reeplan.present.report import write_report
from reeplan.present.run import Run

if TYPE_CHECKING:
    from pathlib import Path

VARIANTS = (("y2030", "2030"), ("y2035", "2035 &amp; later"))


def with_pictures(run: Path, place: Path) -> Path:
    """A copy of a run with three figures: one of the run, one of each plan, and one of each plan in two variants."""
    shutil.copytree(run, place)
    shutil.rmtree(place / "figures", ignore_errors=True)
    entries = [_picture(place, "overview", "All plans", "")]
    for point in Run(place).points:
        entries.append(_picture(place, "timeline", "What to build, and when", point))
        entries += [_picture(place, "flows", "How material flows", point, *variant) for variant in VARIANTS]
    index = {"figures": entries, "left_out": []}
    (place / "figures" / "index.json").write_text(json.dumps(index), encoding="utf-8")
    write_report(place)
    return place


def _picture(run: Path, name: str, heading: str, point: str, slug: str = "", label: str = "") -> dict[str, object]:
    stem = "/".join(part for part in (point, f"{name}-{slug}" if slug else name) if part)
    file = run / "figures" / f"{stem}.svg"
    file.parent.mkdir(parents=True, exist_ok=True)
    says = f"{name} {point} {label}".strip()
    file.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="634pt" height="300pt" viewBox="0 0 634 300">'
        f"<title>{says}</title>"
        f'<path id="a" d="M0 0L634 300" stroke="#0072B2"/><text x="20" y="40">{says} 100% 日本 हिन्दी</text></svg>',
        encoding="utf-8",
    )
    return {
        "name": name,
        "heading": heading,
        "per": "plan" if point else "run",
        "point": point,
        "variant": slug,
        "variant_label": label.replace("&amp;", "&"),
        "title": f"Title of {says}",
        "alt": f"In words: {says}",
        "files": {kind: f"{stem}.{kind}" for kind in ("png", "svg", "csv")},
    }


def with_figures_named(run: Path, *names: str) -> None:
    """Empty pictures of the run as a whole, of figures with these names."""
    (run / "figures").mkdir(exist_ok=True)
    entries = [_entry(run, name) for name in names]
    (run / "figures" / "index.json").write_text(json.dumps({"figures": entries, "left_out": []}), encoding="utf-8")


def _entry(run: Path, name: str) -> dict[str, object]:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 634 300"></svg>'
    (run / "figures" / f"{name}.svg").write_text(svg, encoding="utf-8")
    return {
        "name": name, "heading": f"Heading of {name}", "per": "run", "point": "", "variant": "", "variant_label": "",
        "title": f"Title of {name}", "alt": f"Words of {name}",
        "files": {kind: f"{name}.{kind}" for kind in ("png", "svg", "csv")},
    }  # fmt: skip


class Page(HTMLParser):
    """What tests ask of a page: its elements with their attributes, the text of each, and all addresses."""

    VOID = ("meta", "img", "input", "br", "link", "base", "path", "polyline")

    def __init__(self, run: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self._open: list[int] = []
        self.source = (run / "report.html").read_text(encoding="utf-8")
        self.feed(self.source)
        self.close()
        assert not self._open, "every element that is opened is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self.texts.append("")
        if tag not in self.VOID and not (self.get_starttag_text() or "").endswith("/>"):
            self._open.append(len(self.elements) - 1)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.VOID:
            return
        assert self._open, f"</{tag}> closes nothing"
        assert self.elements[self._open[-1]][0] == tag, f"</{tag}> closes {self.elements[self._open[-1]][0]}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for place in self._open:
            self.texts[place] += data

    def text_of(self, tag: str, **attributes: str) -> list[str]:
        """The text of every such element, blanks as one."""
        return [
            " ".join(text.split())
            for (name, found), text in zip(self.elements, self.texts, strict=True)
            if name == tag
            and all(found.get(key.rstrip("_").replace("_", "-")) == value for key, value in attributes.items())
        ]

    def attributes(self, name: str) -> list[str]:
        """All values of an attribute."""
        return [found[name] for _, found in self.elements if name in found]


CONTRAST = """() => {
  const channels = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (part) => {
    for (; part; part = part.parentElement) {
      const colour = channels(getComputedStyle(part).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const pale = [];
  for (const part of document.querySelectorAll('body *')) {
    const own = [...part.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !part.checkVisibility() || part.disabled) continue;
    const [one, other] = [light(channels(getComputedStyle(part).color)), light(ground(part))].sort((a, b) => b - a);
    if ((one + 0.05) / (other + 0.05) < 4.5) pale.push(part.outerHTML.slice(0, 80));
  }
  return pale;
}"""
"""Script for a browser: the elements whose text has a contrast below 4.5 against its ground (WCAG AA)."""
