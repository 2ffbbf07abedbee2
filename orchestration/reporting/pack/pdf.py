"""A pack as tagged PDF (PDF/UA-1), set by typst: one wheel, no system library, its own fonts.

Belongs here: handing the content over.
Does not belong here: content or the look (``pack.typ``).
"""

import json
from dataclasses import asdict
from importlib.resources import files
from importlib.util import find_spec

from orchestration.reporting.pack.content import Pack


def can_make_pdf() -> bool:
    """Say whether typst is there; without its wheel a pack is a page and a CSV."""
    return find_spec("typst") is not None


def to_pdf(pack: Pack) -> bytes:
    """Return a pack as PDF; the same pack always makes the same pages."""
    # Strict typing must hold with and without the wheel.
    import typst  # type: ignore[import-not-found, unused-ignore]

    told = asdict(pack) | {"about": pack.about}
    compiled = typst.compile(
        files(__package__).joinpath("pack.typ").read_bytes(),
        # Content goes in as data, never as markup: no name can become a command.
        sys_inputs={"pack": json.dumps(told)},
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
        timestamp=pack.released_at,
    )
    if not isinstance(compiled, bytes):
        raise TypeError("typst made no document; reinstall the locked packages")
    return compiled
