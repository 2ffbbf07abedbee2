"""``heard demo``: one synthetic authority from extracts to published numbers.

Belongs here: a throwaway key, the shipped sizes and the order of the steps.
Does not belong here: any step of its own; it generates and runs like everybody else.
"""

import os
import secrets
from pathlib import Path

from orchestration.commands.generate import AS_OF
from orchestration.commands.output import console, progress
from orchestration.commands.run import run
from orchestration.files import replace_text
from orchestration.progress import report
from orchestration.settings import Settings

DEFAULT_HOME = Path(".heard") / "demo"
KEY_FILE = ".demo-key"
WAREHOUSE = "warehouse.duckdb"
SEED = 1
KEY_BYTES = 32


class DemoHomeError(RuntimeError):
    """The folder holds something that is not a demo."""


def demo(home: Path | None, children: int, years: int, as_json: bool) -> int:
    """Generate, run and show; return the exit code of the run."""
    settings = _settings(home)
    os.environ["HEARD_PSEUDONYM_KEY"] = _key(settings.home)
    if not as_json:
        console().print(
            f"Inventing an authority of {children:,} children over {years} years in"
            f" {settings.inbox}, then running everything. Nobody in it is real.",
            soft_wrap=True,
        )
    if not (settings.inbox / "truth.json").is_file():
        from orchestration.synthetic import generate

        with progress(quiet=as_json):
            report("Inventing an authority")
            generate(
                out=settings.inbox,
                authorities=1,
                children=children,
                years=years,
                seed=SEED,
                as_of=AS_OF,
            )
    code = run(settings, as_json, summary=False)
    if code == 0 and not as_json:
        from orchestration.commands.summary import show_summary

        # A second demo finds nothing new and is still worth showing.
        show_summary(console(), settings.home)
    if code == 0:
        _packs(settings.home, as_json)
    return code


def _packs(home: Path, as_json: bool) -> None:
    from orchestration.commands.pack import show_packs
    from orchestration.reporting.pack.write import write_packs

    with progress(quiet=as_json):
        report("Writing what boards read")
        made = write_packs(home)
    if not as_json:
        show_packs(made)


def _settings(home: Path | None) -> Settings:
    folder = (home or DEFAULT_HOME).absolute()
    # A throwaway key must never meet real extracts: their pseudonyms would change for good.
    if (folder / WAREHOUSE).exists() and not (folder / KEY_FILE).exists():
        raise DemoHomeError(
            f"{folder} holds a warehouse that is not a demo's; choose another with --home"
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Settings.from_environment(inbox=folder / "inbox", home=folder)


def _key(home: Path) -> str:
    """Return this demo's own key, made on first use and good for nothing else."""
    path = home / KEY_FILE
    if not path.is_file():
        replace_text(path, secrets.token_hex(KEY_BYTES))
    return path.read_text(encoding="utf-8")
