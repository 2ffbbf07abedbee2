"""A pack as one HTML page that needs nothing else: no script, no font, no picture from outside.

Belongs here: the template, its style and the policy that forbids the rest.
Does not belong here: content.
"""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from orchestration.reporting.pack.content import Pack

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup


def to_html(pack: Pack) -> str:
    """Return a pack as HTML."""
    from markupsafe import Markup

    style, policy = style_and_policy()
    return _template().render(pack=pack, style=style, policy=policy, drawn=Markup)


def style_and_policy() -> "tuple[Markup, str]":
    """Return the style of a page, and the policy that lets a browser follow nothing else."""
    from markupsafe import Markup

    style = _shipped("pack.css")
    # Ours, and drawn with every text escaped.
    drawn_style = Markup(style)  # noqa: S704  # nosec B704
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    # Were a hostile name to get past the escaping, a browser would still run and fetch nothing.
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return drawn_style, policy


@cache
def _template() -> "Template":
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_shipped("pack.html.j2"))


@cache
def _shipped(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
