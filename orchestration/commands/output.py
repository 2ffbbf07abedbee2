"""Say things to a person, or to a program.

Belongs here: the console, JSON on stdout and the progress line.
Does not belong here: what is said.
"""

import json
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

from orchestration.progress import listening

if TYPE_CHECKING:
    from rich.console import Console

PLAIN_WIDTH = 100


def console(stderr: bool = False) -> "Console":
    """Return a console that is plain text when nobody watches."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, highlight=False, width=None if stream.isatty() else PLAIN_WIDTH)


def print_json(answer: Any) -> None:
    """Print an answer as JSON on stdout, dates in ISO form."""
    plain = asdict(answer) if is_dataclass(answer) and not isinstance(answer, type) else answer
    say(json.dumps(plain, default=str, indent=2, ensure_ascii=False))


def say(line: str) -> None:
    """Write one plain line to stdout, without loading a drawing library for it."""
    sys.stdout.write(f"{line}\n")


@contextmanager
def progress(quiet: bool) -> Iterator[None]:
    """Show which step runs and how far it is; on a terminal only, and never on stdout."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description:<28}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console(stderr=True),
        transient=True,
    ) as bars:
        tasks: dict[str, Any] = {}

        def listener(step: str, done: int, expected: int) -> None:
            if step not in tasks:
                for task in tasks.values():
                    bars.update(task, visible=False)
                tasks[step] = bars.add_task(step, total=None)
            bars.update(tasks[step], completed=done, total=expected or None)

        with listening(listener):
            yield


def hanging(label: str, text: str, width: int) -> str:
    """Return a label and a text whose later lines stand under its first."""
    return textwrap.fill(
        text,
        width=width,
        initial_indent=label,
        subsequent_indent=" " * len(label),
        break_long_words=False,
        break_on_hyphens=False,
    )
