"""The text of a proposed mapping: YAML with every doubt as a comment above what it is about.

Belongs here: writing. Does not belong here: deciding what to write (propose).
"""

from typing import Any

import yaml
from pydantic import ValidationError

from orchestration.contracts import Contract
from orchestration.mappings.compiled import contract_of
from orchestration.mappings.loader import parse, told
from orchestration.mappings.models import Mapping, MappingError
from orchestration.mappings.propose import Line, Proposal

_HEAD = """\
# Proposed by heard map from the names and shapes of one file. Read it through before you use it,
# above all the lines marked doubt. Nearest worked example: {example}.
# Then: heard map --check THIS_FILE THE_EXPORT, save it in the mappings folder of the home folder,
# and deliver exports to INBOX/<authority>/{source}/<date>/.
"""


def proposal_text(made: Proposal, voice_extension: Contract) -> str:
    """The YAML of a proposal; if it cannot be used as it is, it says so itself."""
    try:
        mapping = Mapping.model_validate(parse(_text(made), made.source))
        contract_of(mapping, voice_extension)
    except ValidationError as error:
        made.doubt(f"not usable yet: {told(error)}")
    except MappingError as error:
        made.doubt(f"not usable yet: {error}")
    return _text(made)


def _text(made: Proposal) -> str:
    lines = [_HEAD.format(example=made.example, source=made.source).rstrip()]
    placed: list[str] = []
    for key, line in made.parts.items():
        placed += line.doubts
        if key == "unpivot":
            continue
        lines += _commented(line, f"{key}: {_flow(line.value)}", "")
    lines.append("headers:")
    for header, line in made.headers.items():
        placed += line.doubts
        lines += _commented(line, f"{_flow(header)}: {_flow(line.value)}", "  ")
    lines += [f"  # not used: {_one_line(each)}" for each in made.unused]
    if "unpivot" in made.parts:
        lines += _commented(made.parts["unpivot"], "unpivot:", "")
        lines += [f"  {key}: {_flow(value)}" for key, value in made.parts["unpivot"].value.items()]
    lines.append("tables:")
    for head, columns in made.tables:
        for place, (key, value) in enumerate(head.items()):
            lines.append(f"{'  - ' if place == 0 else '    '}{key}: {_flow(value)}")
        lines.append("    columns:")
        for name, line in columns.items():
            placed += line.doubts
            lines += _commented(line, f"{name}: {_flow(line.value)}", "      ")
    # What is about no line of its own stands at the end.
    lines += [f"# doubt: {_one_line(each)}" for each in made.doubts if each not in placed]
    return "\n".join(lines) + "\n"


def _commented(line: Line, text: str, indent: str) -> list[str]:
    return [*(f"{indent}# doubt: {_one_line(each)}" for each in line.doubts), indent + text]


def _flow(value: Any) -> str:
    """A value on one line, quoted wherever YAML would read something else than the text."""
    dumped = yaml.safe_dump(
        value, default_flow_style=True, allow_unicode=True, width=float("inf"), sort_keys=False
    )
    return str(dumped).removesuffix("...\n").strip()


def _one_line(text: str) -> str:
    return " ".join(text.split())
