"""``heard papers``: governance papers from the running configuration.

Belongs here: asking dbt and the checks, which the papers themselves may not, and saying where the
papers are. Does not belong here: what they say (``orchestration.papers``).
"""

from collections import Counter
from pathlib import Path

from expectations.registry import load_registry
from orchestration.commands.output import print_json, say
from orchestration.instance import QUIET_ENVIRONMENT
from orchestration.papers.facts import CheckFacts, read_facts
from orchestration.papers.render import write_papers
from orchestration.settings import Settings
from orchestration.transform import prepare_manifest, read_manifest


def papers(home: Path | None, out: Path | None, as_json: bool) -> int:
    """Write the papers; return the exit code."""
    import os

    os.environ.update(QUIET_ENVIRONMENT)
    settings = Settings.from_environment(inbox=Path(), home=home)
    manifest = read_manifest(prepare_manifest(settings.home))
    facts = read_facts(settings.home, manifest, count_checks())
    folder = out.absolute() if out else settings.home / "reports" / "papers"
    made = write_papers(settings.home, folder, facts)
    if as_json:
        print_json(
            {
                "folder": str(folder),
                "papers": {paper.name: list(paper.blanks) for paper in made},
            }
        )
        return 0
    say(f"Papers in {folder}, each as .md and .html:")
    for paper in made:
        left = f"{len(paper.blanks)} blanks for people to fill" if paper.blanks else "no blanks"
        say(f"  {paper.name:<26} {left}")
    say("Write answers into HOME/papers.yml, `name: text`, and run `heard papers` again.")
    return 0


def count_checks() -> CheckFacts:
    """Return the registry of checks in numbers."""
    checks = load_registry()
    return CheckFacts(
        count=len(checks),
        by_severity=Counter(check.severity.value for check in checks),
        blocking=sum(check.blocks for check in checks),
    )
