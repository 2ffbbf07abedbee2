"""Have a mapping proposed for a file, and try it on that file.

Belongs here: what tests of `heard map` share. Does not belong here: files, or what must come of
them.
"""

from pathlib import Path

from orchestration.contracts import load_contracts
from orchestration.mappings.check import Trial, try_mapping
from orchestration.mappings.inspect import inspect_file
from orchestration.mappings.loader import read_mapping, shipped_mappings
from orchestration.mappings.proposal_text import proposal_text
from orchestration.mappings.propose import Proposal, propose
from tests.support.mapped import YEAR

_VOICE = load_contracts()["voice_extension"]


def proposed(path: Path, source: str | None = None) -> tuple[Proposal, str]:
    """The proposal for a file, and its text."""
    made = propose(inspect_file(path, YEAR), source, shipped_mappings(), _VOICE)
    return made, proposal_text(made, _VOICE)


def file_of(folder: Path, text: str, name: str = "complaints.csv") -> Path:
    """A file with a text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def tried(folder: Path, text: str, path: Path) -> Trial:
    """What becomes of a file by the text of a mapping."""
    return try_mapping(read_mapping(file_of(folder, text, "proposed.yaml")), path, YEAR)
