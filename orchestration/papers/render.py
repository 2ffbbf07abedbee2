"""The papers as Markdown, to compare, and as one HTML page each that needs nothing else.

Belongs here: templates, and writing files. Does not belong here: facts, or what is left blank.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.files import replace_text
from orchestration.papers.blanks import Blanks, read_answers, refuse_unknown
from orchestration.papers.dictionary import asked_of
from orchestration.papers.facts import Facts, sensitivities
from orchestration.reporting.pack.page import style_and_policy

if TYPE_CHECKING:
    from jinja2 import Environment

PAPERS: Mapping[str, str] = {
    "dpia": "Data protection impact assessment",
    "algorithmic_transparency": "Algorithmic transparency record",
    "data_dictionary": "Data dictionary",
    "retention_schedule": "Retention schedule",
}
_TEMPLATES = "templates"


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper."""

    name: str
    title: str
    markdown: str
    html: str
    blanks: tuple[str, ...]


def render(facts: Facts, answers: Mapping[str, str]) -> tuple[tuple[Paper, ...], set[str]]:
    """Return all papers, and the names of everything that they ask a council."""
    made = []
    asked: set[str] = set()
    for name, title in PAPERS.items():
        blanks = Blanks(answers)
        markdown = (
            _environment()
            .get_template(f"{name}.md.j2")
            .render(
                facts=facts,
                title=title,
                ask=blanks.ask,
                asked_of=asked_of,
                sensitivities=sensitivities,
            )
        )
        asked |= set(blanks.asked)
        made.append(Paper(name, title, markdown, _page(title, markdown), blanks.open))
    return tuple(made), asked


def write_papers(home: Path, folder: Path, facts: Facts) -> tuple[Paper, ...]:
    """Write every paper twice into a folder.

    Raises:
        PaperAnswersError: ``HOME/papers.yml`` cannot be used, or answers what nobody asks.
    """
    answers = read_answers(home)
    papers, asked = render(facts, answers)
    refuse_unknown(home, answers, asked)
    folder.mkdir(parents=True, exist_ok=True)
    for paper in papers:
        replace_text(folder / f"{paper.name}.md", paper.markdown)
        replace_text(folder / f"{paper.name}.html", paper.html)
    return papers


def cell(text: object) -> str:
    """Return a text that stays within its cell of a table."""
    return str(text).replace("|", "\\|").replace("\n", " ")


def _page(title: str, markdown: str) -> str:
    from markdown_it import MarkdownIt
    from markupsafe import Markup

    # Answers may hold anything: tags in them are shown, not obeyed.
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown)
    style, policy = style_and_policy()
    page = _environment(is_page=True).get_template("page.html.j2")
    drawn = Markup(body)  # noqa: S704 - made from Markdown without tags  # nosec B704
    return page.render(title=title, style=style, policy=policy, body=drawn)


@cache
def _environment(is_page: bool = False) -> "Environment":
    from jinja2 import DictLoader, Environment, StrictUndefined

    folder = files(__package__).joinpath(_TEMPLATES)
    texts = {each.name: each.read_text(encoding="utf-8") for each in folder.iterdir()}
    # Markdown is no HTML; the page that is made of it escapes by itself.
    environment = Environment(  # nosec B701
        loader=DictLoader(texts),
        autoescape=is_page,  # noqa: S701
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["cell"] = cell
    return environment
