"""What only a council can say: plainly marked until ``HOME/papers.yml`` says it.

    lawful_basis: Article 6(1)(e), public task: section 17 of the Children Act 1989 ...
    dpia_owner: The information governance lead

Papers are made again whenever settings change, so answers are kept apart from them. Belongs here:
reading answers and marking blanks. Does not belong here: which blanks there are (the templates).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ANSWERS = "papers.yml"
MARK = "**To be decided by the council:**"


class PaperAnswersError(ValueError):
    """``HOME/papers.yml`` cannot be used."""


@dataclass
class Blanks:
    """The blanks of one paper, answered or not."""

    answers: Mapping[str, str] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)

    def ask(self, name: str, question: str) -> str:
        """Return what a council answered, or the question, marked."""
        self.asked[name] = question
        answer = self.answers.get(name, "").strip()
        return answer or f"{MARK} {question} (`{name}`)"

    @property
    def open(self) -> tuple[str, ...]:
        """Names of those that nobody answered."""
        return tuple(name for name in self.asked if not self.answers.get(name, "").strip())


def read_answers(home: Path) -> dict[str, str]:
    """What the council of a home folder wrote down.

    Raises:
        PaperAnswersError: The file is not a list of names and texts.
    """
    path = home / ANSWERS
    if not path.is_file():
        return {}
    import yaml

    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError):
        raise PaperAnswersError(f"{path} is no YAML; see docs/papers.md") from None
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise PaperAnswersError(f"{path}: one line for each blank, `name: text`; docs/papers.md")
    return {str(name): text for name, text in found.items()}


def refuse_unknown(home: Path, answers: Mapping[str, str], asked: set[str]) -> None:
    """Refuse an answer to what no paper asks: a misspelt name would be without effect.

    Raises:
        PaperAnswersError: There is one.
    """
    unknown = sorted(set(answers) - asked)
    if unknown:
        raise PaperAnswersError(
            f"{home / ANSWERS}: no paper asks for {', '.join(unknown)}; the papers name each blank"
        )
